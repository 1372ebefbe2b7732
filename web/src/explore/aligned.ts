/** Ranges that are compared, laid over each other: the first period of one beside the first of the other, and so on. */

import { type Cell, type Grid, type GridColumn, pivot, type Row } from '../query/pivot';
import { type Axes, comparedTime, RANGES, timeKey } from '../query/query';
import { bucketsOf, nowIn, type Result } from './result';
import type { Answered } from './useAnswer';

/** A grid whose rows are the places of periods in their ranges. */
export interface Aligned {
  grid: Grid;
  /** The period that a cell is of; null where its range has none in this place. */
  periodOf: (column: GridColumn, row: number) => string | null;
}

/**
 * The grid of ranges along the periods of the time that is compared; null if it is not along these, or ranges are not
 * its columns. A row is called by the period of the first range that has one in its place.
 */
export function aligned({ asked, answer }: Answered, result: Result, axes: Axes): Aligned | null {
  const time = comparedTime(asked.query);
  const [along, other] = axes.x;
  if (!time?.granularity || along !== timeKey(time) || other !== undefined || !axes.y.includes(RANGES))
    return null;
  const periods = new Map<Cell, readonly string[]>();
  const placed: Row[] = [];
  for (const one of answer.results) {
    const range = one.data[0]?.[RANGES];
    if (range === undefined) continue;
    const there = one.data.flatMap((row) => (typeof row[along] === 'string' ? [row[along]] : []));
    const buckets = bucketsOf(one, along) ?? [...new Set(there)].sort();
    const places = new Map(buckets.map((bucket, place) => [bucket, String(place)]));
    periods.set(range, buckets);
    for (const row of one.data) placed.push({ ...row, [along]: places.get(String(row[along])) ?? null });
  }
  const length = Math.max(0, ...[...periods.values()].map((all) => all.length));
  const { measures, times } = result;
  const grid = pivot(placed, { axes, measures, times: times.filter((key) => key !== along) });
  const rangeAt = grid.columnKeys.indexOf(RANGES);
  const periodOf = (column: GridColumn, row: number) =>
    periods.get(column.values[rangeAt] ?? null)?.[row] ?? null;
  const lines = new Map(grid.rows.map((row) => [row.values[0], row.cells]));
  const now = answer.results[0] === undefined ? '' : nowIn(answer.results[0]);
  const rows = Array.from({ length }, (_, place) => {
    const name = [...periods.values()].find((all) => all[place] !== undefined)?.[place] ?? null;
    const cells = grid.columns.map((column, number) => {
      const period = periodOf(column, place);
      // A range that is shorter, or is not over yet, has nothing in this place, which is not as if nothing were counted.
      const cell = lines.get(String(place))?.[number];
      return cell === undefined && (period === null || period > now) ? null : cell;
    });
    return { id: String(place), values: [name], measure: null, cells };
  });
  return { grid: { ...grid, rows }, periodOf };
}
