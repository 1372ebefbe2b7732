import { useEffect, useState } from 'react';
import { load, type Row } from '../../api/load';
import { isAborted, wordsOf } from '../../api/request';
import { type Axes, MEASURES, type Query, RANGES } from '../../query/query';
import { totalsOf } from '../../query/select';
import type { Asked } from '../useAnswer';

/** Totals as the server computed them, by the values of the groups that they are of. */
export interface TotalRows {
  /** One; where ranges are compared, one for each. */
  grand: readonly Row[];
  rows: ReadonlyMap<string, Row>;
  columns: ReadonlyMap<string, Row>;
}

export type TotalsState =
  | { kind: 'none' }
  | { kind: 'loading' }
  | { kind: 'there'; totals: TotalRows }
  | { kind: 'refused'; words: string };

/** The totals of a table; none if `asked` is null. */
export function useTotals(asked: Asked | null, axes: Axes): TotalsState {
  const [state, setState] = useState<TotalsState>({ kind: 'none' });
  const key = asked === null ? null : JSON.stringify([asked, axes]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for what is asked and its axes
  useEffect(() => {
    if (asked === null) {
      setState({ kind: 'none' });
      return;
    }
    const asking = new AbortController();
    setState({ kind: 'loading' });
    const rowsOf = async (query: Query | null): Promise<readonly Row[]> => {
      if (query === null) return [];
      const { results } = await load(query, {
        apiUrl: asked.apiUrl,
        caller: asked.caller,
        signal: asking.signal,
      });
      return results.flatMap((result) => result.data);
    };
    const queries = totalsOf(asked.query, axes);
    Promise.all([rowsOf(queries.grand), rowsOf(queries.rows), rowsOf(queries.columns)]).then(
      ([grand, rows, columns]) => {
        // Of a range each, the totals of columns are told apart by it, wherever it stands.
        const across = axes.x.includes(RANGES) ? [RANGES, ...axes.y] : axes.y;
        if (grand.length === 0) setState({ kind: 'none' });
        else
          setState({
            kind: 'there',
            totals: { grand, rows: byGroup(rows, axes.x), columns: byGroup(columns, across) },
          });
      },
      (error: unknown) => {
        if (!isAborted(error)) setState({ kind: 'refused', words: wordsOf(error) });
      },
    );
    return () => asking.abort();
  }, [key]);
  return state;
}

function byGroup(rows: readonly Row[], axis: readonly string[]): ReadonlyMap<string, Row> {
  const keys = axis.filter((key) => key !== MEASURES);
  return new Map(rows.map((row) => [JSON.stringify(keys.map((key) => row[key] ?? null)), row]));
}
