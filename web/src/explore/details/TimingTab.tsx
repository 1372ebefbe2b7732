import { Spinner } from '../../ui/State';
import type { Answered } from '../useAnswer';
import styles from './Details.module.css';

const WORDS: Record<string, string> = {
  auth: 'Who asks',
  plan: 'Plan',
  queue: 'Waiting',
  database: 'Database',
  encode: 'Writing the answer',
};

/** How long each phase of the request took, as the server measured it, and what remains for the way. */
export function TimingTab({ answered }: { answered: Answered | null }) {
  if (answered === null) {
    return (
      <div className={styles.tab}>
        <Spinner label="There is no answer yet" />
      </div>
    );
  }
  const { phases, ms } = answered.answer;
  const measured = phases.reduce((sum, phase) => sum + phase.ms, 0);
  const all = [
    ...phases.map((phase) => ({ name: WORDS[phase.name] ?? phase.name, ms: phase.ms })),
    { name: 'Network and browser', ms: Math.max(0, ms - measured) },
  ];
  const longest = Math.max(...all.map((phase) => phase.ms), 1);
  return (
    <div className={styles.tab}>
      <dl className={styles.bars}>
        {all.map((phase) => (
          <div key={phase.name} style={{ display: 'contents' }}>
            <dt>{phase.name}</dt>
            <dd aria-hidden="true">
              <div className={styles.bar} style={{ width: `${(phase.ms / longest) * 100}%` }} />
            </dd>
            <dd className={styles.ms}>{milliseconds(phase.ms)}</dd>
          </div>
        ))}
      </dl>
      <p className={styles.soft}>
        {milliseconds(ms)} from the question to the answer. An answer that was kept takes the database no
        time.
      </p>
    </div>
  );
}

function milliseconds(ms: number): string {
  return ms < 10 ? `${ms.toFixed(2)} ms` : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}
