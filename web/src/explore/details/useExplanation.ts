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
  const [state, setState] = useState<ExplanationState>({ kind: 'loading' });
  const key = JSON.stringify(asked);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for all of `asked`
  useEffect(() => {
    const asking = new AbortController();
    explain(asked.query, asked.caller.claims, asking.signal).then(
      (explanation) => setState({ kind: 'there', explanation }),
      (error: unknown) => {
        if (!isAborted(error)) setState({ kind: 'refused', words: wordsOf(error) });
      },
    );
    return () => asking.abort();
  }, [key]);
  return state;
}
