import { useEffect, useState } from 'react';
import type { Caller } from '../api/callers';
import { loadMeta } from '../api/load';
import type { ServerContext } from '../api/playground';
import { isAborted, Refused } from '../api/request';
import { type Members, membersOf, NO_MEMBERS } from './members';

export interface MembersState {
  members: Members;
  isLoading: boolean;
  refused: Refused | null;
}

/** What the caller may ask for, asked anew when the caller or the model changes. What was known stays meanwhile. */
export function useMembers(context: ServerContext | undefined, caller: Caller): MembersState {
  const [state, setState] = useState<MembersState>({ members: NO_MEMBERS, isLoading: true, refused: null });
  const apiUrl = context === undefined ? undefined : `${context.basePath}/v1`;
  const version = context?.modelVersion;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another version of the model is another answer
  useEffect(() => {
    if (apiUrl === undefined) return;
    const asking = new AbortController();
    setState((before) => ({ ...before, isLoading: true }));
    loadMeta({ apiUrl, caller, signal: asking.signal }).then(
      (cubes) => setState({ members: membersOf(cubes), isLoading: false, refused: null }),
      (error: unknown) => {
        if (isAborted(error)) return;
        const refused = error instanceof Refused ? error : new Refused(String(error), 0);
        setState({ members: NO_MEMBERS, isLoading: false, refused });
      },
    );
    return () => asking.abort();
  }, [apiUrl, caller, version]);
  return state;
}
