import { useEffect, useState } from 'react';
import { type Caller, tokenOf } from '../../api/callers';
import type { ServerContext } from '../../api/playground';
import { isAborted, wordsOf } from '../../api/request';
import { Code } from '../../ui/Code';
import { Segmented } from '../../ui/Segmented';
import { Note, Spinner } from '../../ui/State';
import { snippets } from '../snippets';
import type { Asked } from '../useAnswer';
import styles from './Details.module.css';

/** The token of a caller, null for one who asks without; or why there is none. */
type Found = { caller: Caller } & ({ token: string | null } | { problem: string });

/** The same request for a terminal and for programs, with the token of who asks. */
export function CodeTab({ asked, context }: { asked: Asked; context: ServerContext }) {
  const [language, setLanguage] = useState('curl');
  const [found, setFound] = useState<Found | null>(null);
  useEffect(() => {
    const { caller } = asked;
    const asking = new AbortController();
    tokenOf(caller, asking.signal).then(
      (minted) => setFound({ caller, token: minted ?? null }),
      (error: unknown) => {
        if (!isAborted(error)) setFound({ caller, problem: wordsOf(error) });
      },
    );
    return () => asking.abort();
  }, [asked]);

  // What was found for another caller is nothing for this one.
  const now = found?.caller === asked.caller ? found : null;
  if (now !== null && 'problem' in now) {
    return (
      <div className={styles.tab}>
        <Note tone="bad">{now.problem}</Note>
      </div>
    );
  }
  if (now === null) {
    return (
      <div className={styles.tab}>
        <Spinner label="Making a token" />
      </div>
    );
  }
  const { token } = now;
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
