import { useCallback, useEffect, useMemo, useState } from 'react';
import type { Caller } from '../api/callers';
import { type Answer, load } from '../api/load';
import { isAborted, Refused } from '../api/request';
import type { Query } from '../query/query';

// Clicks that come quickly one after the other are one query.
const PAUSE_MS = 120;

export interface Asked {
  query: Query;
  apiUrl: string;
  caller: Caller;
  /** Another version of the model has another answer. */
  modelVersion: string | null;
}

export type AnswerState =
  | { kind: 'nothing' }
  | { kind: 'loading'; before: Answered | null; stillRunning: { stage: string; seconds: number } | null }
  | { kind: 'answered'; answered: Answered }
  | { kind: 'refused'; refused: Refused }
  | { kind: 'cancelled' };

/** An answer with what it answers. */
export interface Answered {
  asked: Asked;
  answer: Answer;
}

export interface Answering {
  state: AnswerState;
  /** Stops waiting; the server stops the statement. */
  cancel: () => void;
  /** Asks once more. */
  again: () => void;
}

/** The answer to what is asked, as it comes. Whatever was asked before is no longer waited for. */
export function useAnswer(asked: Asked | null): Answering {
  const [state, setState] = useState<AnswerState>({ kind: 'nothing' });
  const [attempt, setAttempt] = useState(0);
  const [running, setRunning] = useState<AbortController | null>(null);
  const key = asked === null ? null : JSON.stringify(asked);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for all of `asked`
  useEffect(() => {
    if (asked === null) {
      setState({ kind: 'nothing' });
      return;
    }
    const asking = new AbortController();
    setRunning(asking);
    setState((before) => ({
      kind: 'loading',
      before: before.kind === 'answered' ? before.answered : before.kind === 'loading' ? before.before : null,
      stillRunning: null,
    }));
    const ask = async () => {
      try {
        const answer = await load(asked.query, {
          apiUrl: asked.apiUrl,
          caller: asked.caller,
          signal: asking.signal,
          onStillRunning: (stage, seconds) => {
            setState((now) => (now.kind === 'loading' ? { ...now, stillRunning: { stage, seconds } } : now));
          },
        });
        setState({ kind: 'answered', answered: { asked, answer } });
      } catch (error) {
        if (isAborted(error)) return;
        const refused = error instanceof Refused ? error : new Refused(String(error), 0);
        setState({ kind: 'refused', refused });
      }
    };
    const timer = setTimeout(ask, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [key, attempt]);

  const cancel = useCallback(() => {
    running?.abort();
    setState({ kind: 'cancelled' });
  }, [running]);
  const again = useCallback(() => setAttempt((before) => before + 1), []);
  return useMemo(() => ({ state, cancel, again }), [state, cancel, again]);
}
