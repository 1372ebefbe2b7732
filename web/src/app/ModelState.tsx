import { useServer } from '../api/server';
import styles from './ModelState.module.css';

/** Whether the server answers, and whether the model is that of the files. Changes are read out. */
export function ModelState() {
  const { context, refused } = useServer();
  const { tone, words } = stateOf(context?.modelError, refused !== undefined);
  return (
    <p className={`${styles.state} ${styles[tone]}`} role="status">
      {words}
    </p>
  );
}

function stateOf(
  problems: number | undefined,
  isAway: boolean,
): { tone: 'good' | 'bad' | 'soft'; words: string } {
  if (isAway) return { tone: 'bad', words: 'Server does not answer' };
  if (problems === undefined) return { tone: 'soft', words: 'Connecting' };
  if (problems === 0) return { tone: 'good', words: 'Model compiles' };
  return { tone: 'bad', words: problems === 1 ? '1 model problem' : `${problems} model problems` };
}
