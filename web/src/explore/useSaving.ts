import { useCallback, useEffect, useRef, useState } from 'react';
import { isAborted, wordsOf } from '../api/request';

/** A file that is being made. */
export interface Saving {
  /** What is saved now, as people call it; null if nothing is. */
  saves: string | null;
  /** Why the last one could not be; null if it could, or was given up. */
  problem: string | null;
  /** Begins `work`, and gives up what is being saved. */
  save: (what: string, work: (signal: AbortSignal) => Promise<void>) => void;
  cancel: () => void;
}

/** One file at a time; it is given up with the page. */
export function useSaving(): Saving {
  const [saves, setSaves] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const running = useRef<AbortController | null>(null);
  const cancel = useCallback(() => {
    running.current?.abort();
    running.current = null;
    setSaves(null);
  }, []);
  useEffect(() => () => running.current?.abort(), []);
  const save = useCallback(
    (what: string, work: (signal: AbortSignal) => Promise<void>) => {
      cancel();
      const now = new AbortController();
      running.current = now;
      setSaves(what);
      setProblem(null);
      work(now.signal)
        .catch((error: unknown) => {
          if (!isAborted(error)) setProblem(wordsOf(error));
        })
        .finally(() => {
          if (running.current === now) setSaves(null);
        });
    },
    [cancel],
  );
  return { saves, problem, save, cancel };
}
