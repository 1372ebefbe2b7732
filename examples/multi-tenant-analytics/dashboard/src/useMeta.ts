// The data model as the caller may see it.

import type { Meta } from '@cubejs-client/core';
import { CubeContext } from '@cubejs-client/react';
import { useContext, useEffect, useState } from 'react';

export type MetaState = { kind: 'loading' } | { kind: 'there'; meta: Meta } | { kind: 'refused'; error: Error };
const LOADING: MetaState = { kind: 'loading' };

// Not the client's `useCubeMeta`: where two of its requests are under way, as in React's strict mode, and the first is
// answered last, it takes the one that it has let go for the answer, and has none for ever.
export function useMeta(): [MetaState, () => void] {
  const { cubeApi } = useContext(CubeContext);
  const [state, setState] = useState(LOADING);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const asking = new AbortController();
    setState(LOADING);
    cubeApi.meta({ signal: asking.signal }).then(
      (meta) => asking.signal.aborted || setState({ kind: 'there', meta }),
      (error: unknown) =>
        asking.signal.aborted || setState({ kind: 'refused', error: error instanceof Error ? error : new Error(String(error)) }),
    );
    return () => asking.abort();
  }, [cubeApi, attempt]);
  return [state, () => setAttempt((number) => number + 1)];
}
