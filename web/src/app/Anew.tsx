import { loadAgain, useServer } from '../api/server';
import { Button } from '../ui/Button';
import styles from './Anew.module.css';

/** Told after a start of the server: what this page sends would be refused, until it is loaded again. */
export function Anew() {
  const { isAnew } = useServer();
  return (
    <div role="alert" className={styles.place}>
      {isAnew && (
        <div className={styles.anew}>
          <p>
            <b>The server was started anew.</b> Load the page again to go on. What you were writing is kept.
          </p>
          <Button size="s" tone="primary" onPress={loadAgain}>
            Load again
          </Button>
        </div>
      )}
    </div>
  );
}
