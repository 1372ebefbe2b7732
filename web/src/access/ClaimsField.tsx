import { lazy, Suspense, useId } from 'react';
import { fetchClaims } from '../api/access';
import { useServer } from '../api/server';
import { useFetched } from '../api/useFetched';
import { Spinner } from '../ui/State';
import styles from './ClaimsField.module.css';
import type { ReadClaims } from './claims';

const ClaimsEditor = lazy(() => import('./ClaimsEditor'));

export interface ClaimsFieldProps {
  text: string;
  read: ReadClaims;
  onChange: (text: string) => void;
  onSave: () => void;
}

/** The claims of a caller, with which of them this project reads. */
export function ClaimsField({ text, read, onChange, onSave }: ClaimsFieldProps) {
  const { context } = useServer();
  const id = useId();
  const { data: known } = useFetched(`${context?.modelVersion} ${context?.modelError}`, fetchClaims);
  const problem = read.problem === null ? null : { words: read.problem, at: read.at };
  return (
    <div className={styles.field}>
      <span id={`${id}-label`} className={styles.label}>
        Claims
      </span>
      <div className={styles.frame} data-invalid={problem !== null || undefined}>
        <Suspense fallback={<Spinner label="Opening the editor" />}>
          <ClaimsEditor
            text={text}
            problem={problem}
            labelledBy={`${id}-label`}
            describedBy={`${id}-problem ${id}-hint`}
            known={known}
            onChange={onChange}
            onSave={onSave}
          />
        </Suspense>
      </div>
      <span id={`${id}-problem`} className={styles.problem} role="status">
        {problem?.words}
      </span>
      <span id={`${id}-hint`} className={styles.hint}>
        A JSON object; each token gets iat, exp and iss of its own. Ctrl+Space offers what this project reads,
        Tab leaves the editor.
      </span>
    </div>
  );
}
