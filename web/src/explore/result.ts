/** An answer as what is drawn: columns with their words and formats, and rows as a grid. */

import { type LoadResponseResult, ResultSet } from '@cubejs-client/core';
import type { Row } from '../api/load';
import { type Described, type Formatter, formatterOf } from '../query/format';
import { type Grid, pivot, withBuckets } from '../query/pivot';
import { type Axes, MEASURES, timeKey } from '../query/query';
import type { Answered } from './useAnswer';

/** A key of the answer: what it is called, and how its values are written. */
export interface Column extends Described {
  key: string;
  kind: 'measure' | 'dimension' | 'time';
  write: Formatter;
}

export interface Result {
  rows: readonly Row[];
  columns: ReadonlyMap<string, Column>;
  measures: readonly string[];
  times: readonly string[];
  /** The rows were read from the database then. */
  refreshedAt: string | undefined;
}

const COMPARED: Column = {
  key: 'compareDateRange',
  title: 'Range',
  shortTitle: 'Range',
  type: 'string',
  kind: 'dimension',
  write: (value) => String(value ?? ''),
};

/** What the answer is about. Of several results, as of compared ranges, all rows are there. */
export function resultOf({ asked, answer }: Answered): Result {
  const [first] = answer.results;
  const columns = new Map<string, Column>();
  if (answer.results.length > 1) columns.set(COMPARED.key, COMPARED);
  const add = (kind: Column['kind'], described: Record<string, unknown> | undefined) => {
    for (const [key, one] of Object.entries(described ?? {})) {
      const column = one as Described;
      columns.set(key, { ...column, key, kind, write: formatterOf(column) });
    }
  };
  add('time', first?.annotation.timeDimensions);
  add('dimension', first?.annotation.dimensions);
  add('measure', first?.annotation.measures);
  return {
    rows: answer.results.flatMap((result) => result.data),
    columns,
    measures: asked.query.measures ?? [],
    times: (asked.query.timeDimensions ?? []).filter((time) => time.granularity).map(timeKey),
    refreshedAt: first?.lastRefreshTime,
  };
}

/** The rows of a result on axes. */
export function gridOf({ rows, measures, times }: Result, axes: Axes): Grid {
  return pivot(rows, { axes, measures, times });
}

// More periods than that are not filled in: nobody sees the gaps.
const MOST_BUCKETS = 4000;

/** The same grid with the periods that have no rows, if its rows are one time: a line has to know of them. */
export function filled(grid: Grid, { answer }: Answered): Grid {
  const [result] = answer.results;
  const [only, second] = grid.rowKeys;
  if (only === undefined || second !== undefined || answer.results.length !== 1 || result === undefined)
    return grid;
  const time = (result.query.timeDimensions ?? []).find(
    (one) => `${one.dimension}.${one.granularity}` === only,
  );
  if (time === undefined) return grid;
  const buckets = new ResultSet(result as LoadResponseResult<Record<string, unknown>>).timeSeries(
    time as Parameters<ResultSet['timeSeries']>[0],
    0,
    result.annotation.timeDimensions,
  );
  return buckets === null || buckets.length > MOST_BUCKETS ? grid : withBuckets(grid, buckets);
}

/** The words for the values of some keys, such as those above a column; measures by their titles. */
export function wordsFor(
  values: readonly (string | boolean | null)[],
  keys: readonly string[],
  columns: ReadonlyMap<string, Column>,
): string[] {
  return values.map((value, place) => {
    const key = keys[place] ?? '';
    if (key !== MEASURES) return columns.get(key)?.write(value) ?? String(value);
    return columns.get(String(value))?.shortTitle ?? String(value);
  });
}
