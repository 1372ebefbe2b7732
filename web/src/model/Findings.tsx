import { Link } from 'wouter';
import type { Finding } from '../api/model';
import { filePath } from './address';
import styles from './Findings.module.css';
import { counted } from './words';

// Those that come after so many follow from the first, or are for `kubus check`.
const MOST = 100;

/** Problems and warnings, each with the way to its line. */
export function Findings({
  findings,
  isCounted = true,
}: {
  findings: readonly Finding[];
  isCounted?: boolean;
}) {
  const errors = findings.filter((one) => one.level === 'error').length;
  const warnings = findings.length - errors;
  const told = [
    errors > 0 ? counted(errors, 'problem') : '',
    warnings > 0 ? counted(warnings, 'warning') : '',
  ];
  return (
    <section className={styles.findings} aria-label="Problems">
      {isCounted && (
        <p className={styles.sum} role="status">
          {findings.length === 0 ? 'No problems' : told.filter(Boolean).join(', ')}
        </p>
      )}
      <ul className={styles.list}>
        {findings.slice(0, MOST).map((one) => (
          <li key={`${one.fileName}:${one.line}:${one.column}:${one.message}`} className={styles[one.level]}>
            <Link href={filePath(one.fileName, one.line, one.column)} className={styles.place}>
              {one.fileName}
              {one.line > 0 && `:${one.line}`}
            </Link>
            <span className={styles.message}>
              {one.cube !== null && <b>{one.cube}: </b>}
              {one.message}
              {one.rule !== null && <code className={styles.rule}>{one.rule}</code>}
              {one.hint !== null && <span className={styles.hint}>{one.hint}</span>}
            </span>
          </li>
        ))}
        {findings.length > MOST && <li className={styles.more}>and {findings.length - MOST} more</li>}
      </ul>
    </section>
  );
}
