// The dashboards that somebody saved in this browser. Other tabs change them too: they are read before they are
// written, and read again when another tab has written.

import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { kept, read, write, type Dashboard } from './dashboards';

export type Keep = (change: (saved: readonly Dashboard[]) => readonly Dashboard[]) => void;

const told = new Set<() => void>();

const subscribe = (tell: () => void) => {
  told.add(tell);
  addEventListener('storage', tell);
  return () => {
    told.delete(tell);
    removeEventListener('storage', tell);
  };
};

export function useSaved(who: string): [readonly Dashboard[], Keep] {
  const text = useSyncExternalStore(subscribe, () => kept(localStorage, who));
  const saved = useMemo(() => read(text), [text]);
  const keep = useCallback<Keep>((change) => {
    write(localStorage, who, change(read(kept(localStorage, who))));
    for (const tell of told) tell();
  }, [who]);
  return [saved, keep];
}
