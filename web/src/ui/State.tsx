import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './State.module.css';

/** What stands where there is nothing to show: why, and what to do. */
export function EmptyState({
  title,
  icon,
  children,
}: {
  title: string;
  icon?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <div className={styles.empty}>
      {icon !== undefined && (
        <span className={styles.emblem} aria-hidden="true">
          {icon}
        </span>
      )}
      <h2 className={styles.title}>{title}</h2>
      {children !== undefined && <div className={styles.words}>{children}</div>}
    </div>
  );
}

const ICONS = { plain: <Info />, warn: <TriangleAlert />, bad: <CircleAlert /> };

/** Something to know about what stands around it. A `bad` one is read out at once. */
export function Note({ tone = 'plain', children }: { tone?: 'plain' | 'warn' | 'bad'; children: ReactNode }) {
  return (
    <div className={`${styles.note} ${styles[tone]}`} role={tone === 'bad' ? 'alert' : undefined}>
      <span aria-hidden="true">{ICONS[tone]}</span>
      <div className={styles.noteWords}>{children}</div>
    </div>
  );
}

/** Something is on its way; `label` says what. */
export function Spinner({ label }: { label: string }) {
  return (
    <span className={styles.spinner} role="status">
      <span className={styles.wheel} aria-hidden="true" />
      {label}
    </span>
  );
}
