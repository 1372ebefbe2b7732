import type { Explanation, Step } from '../../api/explain';
import styles from './Details.module.css';

/** The plan, from the answer down to the tables, and what had to be decided for it. */
export function PlanTab({ told }: { told: Explanation }) {
  if (told.plan === null) return null;
  const joins = told.joined.flatMap(({ joins: taken }) =>
    taken.map(
      ({ source, target, relationship, on }) =>
        `${source} → ${target}, ${relationship.replaceAll('_', ' ')}, on ${on}`,
    ),
  );
  const repeats = told.repeated.map(
    ({ measure, by, says }) => `${measure} repeats by ${by.join(', ')}: ${says}`,
  );
  const conditions = told.conditions.map(
    ({ says, of, places }) =>
      `${says}${of === 'policy' ? ' (access policy)' : ''}: ${places.map(({ clause, step }) => `${clause} of #${step}`).join(', ')}`,
  );
  return (
    <>
      <ol className={styles.plan} aria-label="Plan">
        <PlanStep step={told.plan} />
      </ol>
      <Lines title="Joins" lines={joins} />
      <Lines title="Ambiguous" lines={told.ambiguous} />
      <Lines title="Rows that joins repeat" lines={repeats} />
      <Lines title="Conditions" lines={conditions} />
    </>
  );
}

function PlanStep({ step }: { step: Step }) {
  return (
    <li>
      <div className={styles.step}>
        <span className={styles.number}>#{step.number}</span>
        <span className={styles.node}>{step.node}</span>
        <span>{step.says}</span>
        {step.details.map((detail) => (
          <span key={detail} className={styles.detail}>
            {detail}
          </span>
        ))}
      </div>
      {step.inputs.length > 0 && (
        <ol className={styles.plan}>
          {step.inputs.map((input) => (
            <PlanStep key={input.number} step={input} />
          ))}
        </ol>
      )}
    </li>
  );
}

/** Lines below a title; nothing where there are none. */
export function Lines({ title, lines }: { title: string; lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <div>
      <h2 className={styles.title}>{title}</h2>
      <ul className={styles.lines}>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );
}
