import type { Result } from '../result';
import styles from './NumberView.module.css';

/** Each measure as one large number. */
export function NumberView({ result }: { result: Result }) {
  const row = result.rows[0];
  return (
    <dl className={styles.numbers}>
      {result.measures.map((measure) => {
        const column = result.columns.get(measure);
        return (
          <div key={measure} className={styles.number}>
            <dt className={styles.title}>{column?.title ?? measure}</dt>
            <dd className={styles.value} title={String(row?.[measure] ?? '')}>
              {column?.write(row?.[measure] ?? null) ?? ''}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
