import { useEffect, useState } from 'react';
import type { Caller } from '../api/callers';
import { load, type Row } from '../api/load';
import type { ServerContext } from '../api/playground';
import { isAborted, wordsOf } from '../api/request';
import type { components } from '../api/schema';
import { type Formatter, formatterOf } from '../query/format';
import { comparedTime, RANGES } from '../query/query';
import { spanIn, spanText } from '../query/ranges';

type Query = components['schemas']['Query'];

// Whoever writes is waited for.
const PAUSE_MS = 400;

/** A column of an answer: a key is what rows are told apart by, the others are values. */
export interface Column {
  name: string;
  title: string;
  isKey: boolean;
  isNumber: boolean;
  format: Formatter;
}

export type Side =
  | { kind: 'asking' }
  | { kind: 'answered'; rows: readonly Row[]; columns: readonly Column[] }
  | { kind: 'refused'; words: string };

/** The answer of a caller to a query, asked for as the Build page does it. */
export function useSide(context: ServerContext | undefined, caller: Caller, query: Query | null): Side {
  const [side, setSide] = useState<Side>({ kind: 'asking' });
  const key = JSON.stringify([context?.basePath, context?.modelVersion, caller.claims, query]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for all of it
  useEffect(() => {
    if (context === undefined || query === null) return;
    const ending = new AbortController();
    const ask = async () => {
      try {
        const answer = await load(query, {
          apiUrl: `${context.basePath}/v1`,
          caller,
          signal: ending.signal,
        });
        const [first] = answer.results;
        if (first !== undefined) {
          // Ranges that are compared are a result each; their rows say to which they belong.
          const rows = answer.results.flatMap((result) => result.data);
          const isCompared = comparedTime(query) !== undefined;
          const columns = columnsOf(first.annotation);
          setSide({ kind: 'answered', rows, columns: isCompared ? [RANGE, ...columns] : columns });
        }
      } catch (error) {
        if (!isAborted(error)) setSide({ kind: 'refused', words: wordsOf(error) });
      }
    };
    setSide({ kind: 'asking' });
    const timer = setTimeout(ask, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [key]);
  return side;
}

const RANGE: Column = {
  name: RANGES,
  title: 'Range',
  isKey: true,
  isNumber: false,
  format: (value) => {
    const span = spanIn(String(value ?? ''));
    return span === null ? '' : spanText(span);
  },
};

type Annotation = Awaited<ReturnType<typeof load>>['results'][number]['annotation'];

function columnsOf({ dimensions, timeDimensions, measures }: Annotation): Column[] {
  const keys = { ...dimensions, ...timeDimensions };
  const column =
    (isKey: boolean) =>
    ([name, described]: [string, Annotation['measures'][string]]): Column => ({
      name,
      title: described.shortTitle,
      isKey,
      isNumber: described.type === 'number',
      format: formatterOf(described as Parameters<typeof formatterOf>[0]),
    });
  return [...Object.entries(keys).map(column(true)), ...Object.entries(measures).map(column(false))];
}
