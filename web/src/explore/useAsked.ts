import { useEffect, useMemo, useState } from 'react';
import type { Caller } from '../api/callers';
import { resolveRange } from '../api/load';
import { isAborted, wordsOf } from '../api/request';
import type { Against, Exploration, Query } from '../query/query';
import { comparing, type Span } from '../query/ranges';
import { asked as askedFor } from '../query/select';
import type { Asked } from './useAnswer';

interface Asker {
  /** Null while it is not known where the API is. */
  apiUrl: string | null;
  caller: Caller;
  modelVersion: string | null;
}

/** What a range is now; null where the server did not say. */
interface Found {
  key: string;
  span: Span | null;
  problem: string | null;
}

export interface Asking {
  /** What is asked; null if nothing is, or not yet. */
  asked: Asked | null;
  /** The query of the view as the wire has it: with the ranges that are compared, and with filters without a value. */
  written: Query;
  /** Whether it is still found out which ranges are compared. What was asked before stands meanwhile. */
  isPending: boolean;
  /** Why the range is not compared; null if it is, or is not meant to be. */
  problem: string | null;
}

/**
 * What is asked of the API for a view. A comparison with what lies before a range needs to know its days: the server
 * says what they are now, since words such as `last week` are its own to read.
 */
export function useAsked(exploration: Exploration, { apiUrl, caller, modelVersion }: Asker): Asking {
  const [found, setFound] = useState<Found | null>(null);
  const [before, setBefore] = useState<Asked | null>(null);
  const wanted = useMemo(() => askedFor(exploration), [exploration]);
  const { against } = exploration;
  const time = wanted?.timeDimensions?.find((one) => one.dimension === against?.dimension);
  const key =
    time?.dateRange === undefined || apiUrl === null
      ? null
      : JSON.stringify([time.dimension, time.dateRange, wanted?.timezone, apiUrl, caller, modelVersion]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for all of it
  useEffect(() => {
    if (key === null || time === undefined || apiUrl === null) return;
    const asking = new AbortController();
    resolveRange(time, wanted?.timezone, { apiUrl, caller, signal: asking.signal }).then(
      (span) => setFound({ key, span, problem: null }),
      (error: unknown) => {
        if (!isAborted(error)) setFound({ key, span: null, problem: wordsOf(error) });
      },
    );
    return () => asking.abort();
  }, [key]);

  const settled = key !== null && found?.key === key ? found : null;
  const span = settled?.span ?? null;
  const isPending = key !== null && found?.key !== key;
  const now = useMemo((): Asked | null => {
    if (wanted === null || apiUrl === null || isPending) return null;
    return { query: compared(wanted, against, span), apiUrl, caller, modelVersion };
  }, [wanted, apiUrl, isPending, span, against, caller, modelVersion]);
  const written = useMemo(
    () => compared(exploration.query, against, span),
    [exploration.query, against, span],
  );
  useEffect(() => {
    if (!isPending) setBefore(now);
  }, [now, isPending]);
  return { asked: isPending ? before : now, written, isPending, problem: settled?.problem ?? null };
}

function compared(query: Query, against: Against | null, span: Span | null): Query {
  return span === null || against === null
    ? query
    : comparing(query, against.dimension, span, against.earlier);
}
