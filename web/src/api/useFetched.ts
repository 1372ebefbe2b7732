import { useCallback, useEffect, useState } from 'react';
import { isAborted } from './request';

export interface Fetched<T> {
  /** The last answer; it stays while a newer one is on its way. */
  data: T | undefined;
  error: unknown;
  isLoading: boolean;
  reload: () => void;
}

/** What `fetcher` answers, asked again whenever `key` changes. */
export function useFetched<T>(key: string, fetcher: (signal: AbortSignal) => Promise<T>): Fetched<T> {
  const [state, setState] = useState<{ data: T | undefined; error: unknown; isLoading: boolean }>({
    data: undefined,
    error: undefined,
    isLoading: true,
  });
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says when there is something new to ask
  useEffect(() => {
    const ending = new AbortController();
    setState((before) => ({ ...before, isLoading: true }));
    fetcher(ending.signal).then(
      (data) => setState({ data, error: undefined, isLoading: false }),
      (error: unknown) => {
        if (!isAborted(error)) setState((before) => ({ ...before, error, isLoading: false }));
      },
    );
    return () => ending.abort();
  }, [key, turn]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  return { ...state, reload };
}
