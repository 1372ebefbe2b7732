import { useEffect } from 'react';
import type { Fetched } from './useFetched';

/** Asks again some time after each answer, while the page is seen: a server that takes its time is waited for. */
export function useRepeated({ isLoading, reload }: Fetched<unknown>, everyMs: number): void {
  useEffect(() => {
    if (isLoading) return;
    const again = () => {
      if (!document.hidden) reload();
      else document.addEventListener('visibilitychange', again, { once: true });
    };
    const timer = setTimeout(again, everyMs);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', again);
    };
  }, [isLoading, reload, everyMs]);
}
