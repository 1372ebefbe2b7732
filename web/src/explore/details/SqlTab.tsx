import type { Explanation } from '../../api/explain';
import { Code } from '../../ui/Code';
import styles from './Details.module.css';

/** The statement that the database gets, and the values of its placeholders. */
export function SqlTab({ told }: { told: Explanation }) {
  if (told.sql === '') return null;
  return (
    <>
      <p className={styles.soft}>
        For {told.data_source}
        {told.dialect !== null && `, in the SQL of ${told.dialect}`}. Values go beside the text, never into
        it.
      </p>
      <Code label="SQL" text={told.sql} />
      {told.parameters.length > 0 && (
        <ol className={styles.lines} aria-label="Parameters">
          {told.parameters.map((value, position) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a parameter is its place
            <li key={position}>
              <code>
                ${position + 1} = {JSON.stringify(value)}
              </code>
            </li>
          ))}
        </ol>
      )}
    </>
  );
}
