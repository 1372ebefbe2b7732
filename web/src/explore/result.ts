/** An answer as what is drawn: columns with their words and formats, and rows as a grid. */

import { type LoadResponseResult, ResultSet } from '@cubejs-client/core';
import type { Row } from '../api/load';
import { filteredMembers } from '../query/filterTree';
import { type Described, type Formatter, formatterOf } from '../query/format';
import { type Grid, pivot, withBuckets } from '../query/pivot';
import { type Axes, comparedTime, groupingKeys, MEASURES, RANGES, timeKey } from '../query/query';
import { isUnfinished, spanIn, spanText, wallTime } from '../query/ranges';
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
  key: RANGES,
  title: 'Range',
  shortTitle: 'Range',
  type: 'string',
  kind: 'dimension',
  write: (value) => {
    const span = spanIn(String(value ?? ''));
    return span === null ? String(value ?? '') : spanText(span);
  },
};

/** What the answer is about. Of ranges that are compared, the rows of all are there, those of the first at first. */
export function resultOf({ asked, answer }: Answered): Result {
  const [first] = answer.results;
  const columns = new Map<string, Column>();
  if (groupingKeys(asked.query).includes(RANGES)) columns.set(COMPARED.key, COMPARED);
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

type OneResult = Answered['answer']['results'][number];

/** The same grid with the periods that have no rows, if its rows are one time: a line has to know of them. */
export function filled(grid: Grid, { answer }: Answered): Grid {
  const [result] = answer.results;
  const [only, second] = grid.rowKeys;
  if (only === undefined || second !== undefined || answer.results.length !== 1 || result === undefined)
    return grid;
  const buckets = bucketsOf(result, only);
  return buckets === null ? grid : withBuckets(grid, buckets, nowIn(result));
}

/** The periods of a time in a result, also those without rows; null if there is no such time, or they are too many. */
export function bucketsOf(result: OneResult, key: string): readonly string[] | null {
  const time = (result.query.timeDimensions ?? []).find(
    (one) => `${one.dimension}.${one.granularity}` === key,
  );
  if (time === undefined) return null;
  const buckets = new ResultSet(result as LoadResponseResult<Record<string, unknown>>).timeSeries(
    time as Parameters<ResultSet['timeSeries']>[0],
    0,
    result.annotation.timeDimensions,
  );
  if (buckets === null || buckets.length > MOST_BUCKETS) return null;
  // The library counts hours by the clocks of this browser, and leaves out those that they skip: rows have them.
  const there = result.data.flatMap((row) => (typeof row[key] === 'string' ? [row[key]] : []));
  const all = new Set([...buckets, ...there]);
  return all.size === buckets.length ? buckets : [...all].sort();
}

/** The time on the clocks of the zone that was asked for, now. */
export function nowIn({ query }: OneResult): string {
  return wallTime(new Date(), query.timezone ?? 'UTC');
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

/** Whether a result has as many rows as its limit lets through. */
export function isCut({ query, data }: OneResult): boolean {
  // The API says which limit held, also where none was asked for; the library's type of a query does not have it.
  const limit = (query as { rowLimit?: number | null }).rowLimit;
  return typeof limit === 'number' && limit > 0 && data.length >= limit;
}

/** Whether the answer has a row for every group that there is: no limit, offset or filter on a measure left any out. */
export function hasAllGroups({ asked, answer }: Answered, isMeasure: (member: string) => boolean): boolean {
  const { filters, offset = 0 } = asked.query;
  return !answer.results.some(isCut) && offset === 0 && !filteredMembers(filters ?? []).some(isMeasure);
}

/** What whoever compares ranges has to know of them: which have no rows, and which are not over yet. */
export function rangeNotes({ asked, answer }: Answered): string[] {
  const time = comparedTime(asked.query);
  if (time === undefined) return [];
  return answer.results.flatMap((result) => {
    const ranged = (result.query.timeDimensions ?? []).find(({ dimension }) => dimension === time.dimension);
    const span = spanIn([ranged?.dateRange ?? ''].flat().join(' - '));
    if (span === null) return [];
    const name = spanText(span);
    if (result.data.length === 0) return [`There are no rows in ${name}.`];
    return isUnfinished(span, nowIn(result))
      ? [`${name} is not over yet: what is compared with it is whole.`]
      : [];
  });
}
