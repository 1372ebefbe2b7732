import { useEffect, useState } from 'react';
import { tokenOf } from '../../api/callers';
import type { ServerContext } from '../../api/playground';
import { isAborted, wordsOf } from '../../api/request';
import { Code } from '../../ui/Code';
import { Segmented } from '../../ui/Segmented';
import { Note, Spinner } from '../../ui/State';
import { snippets } from '../snippets';
import type { Asked } from '../useAnswer';
import styles from './Details.module.css';

/** The same request for a terminal and for programs, with the token of who asks. */
export function CodeTab({ asked, context }: { asked: Asked; context: ServerContext }) {
  const [language, setLanguage] = useState('curl');
  const [token, setToken] = useState<string | null | undefined>(undefined);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    const asking = new AbortController();
    tokenOf(asked.caller, asking.signal).then(
      (minted) => setToken(minted ?? null),
      (error: unknown) => {
        if (!isAborted(error)) setProblem(wordsOf(error));
      },
    );
    return () => asking.abort();
  }, [asked.caller]);

  if (problem !== null) {
    return (
      <div className={styles.tab}>
        <Note tone="bad">{problem}</Note>
      </div>
    );
  }
  if (token === undefined) {
    return (
      <div className={styles.tab}>
        <Spinner label="Making a token" />
      </div>
    );
  }
  const all = snippets({ query: asked.query, origin: location.origin, basePath: context.basePath, token });
  const shown = all.find((one) => one.id === language);
  return (
    <div className={styles.tab}>
      <div className={styles.pick}>
        <Segmented aria-label="Language" segments={all} value={language} onChange={setLanguage} />
        <span className={styles.soft}>Needs {shown?.needs}</span>
      </div>
      {shown !== undefined && <Code label={shown.label} text={shown.text} />}
      {token !== null && (
        <p className={styles.soft}>
          The token in it is one of development mode: production takes no such token.
        </p>
      )}
    </div>
  );
}
