import { useEffect, useState } from 'react';
import { type Explained, explain } from '../../api/explain';
import { isAborted, wordsOf } from '../../api/request';
import type { Asked } from '../useAnswer';

export type ExplanationState =
  | { kind: 'loading' }
  | { kind: 'there'; explanation: Explained }
  | { kind: 'refused'; words: string };

/** How what is asked is answered, and why so. */
export function useExplanation(asked: Asked): ExplanationState {
  const [found, setFound] = useState<{ key: string; state: ExplanationState } | null>(null);
  const key = JSON.stringify(asked);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for all of `asked`
  useEffect(() => {
    const asking = new AbortController();
    explain(asked.query, asked.caller.claims, asking.signal).then(
      (explanation) => setFound({ key, state: { kind: 'there', explanation } }),
      (error: unknown) => {
        if (!isAborted(error)) setFound({ key, state: { kind: 'refused', words: wordsOf(error) } });
      },
    );
    return () => asking.abort();
  }, [key]);
  // What another caller was told is nothing for this one.
  return found?.key === key ? found.state : { kind: 'loading' };
}
