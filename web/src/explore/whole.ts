/** Whether the groups of an answer are parts of one whole: only then may they be drawn as shares, or on each other. */

import type { Grid } from '../query/pivot';
import type { TotalsState } from './table/useTotals';

/**
 * `adds`: the groups amount to what the server says of all. `other`: they do not, since a thing is counted in several
 * groups, or a limit left some out. `unknown`: it has not said so yet.
 */
export type Sum = 'adds' | 'other' | 'unknown';

// What many decimals lose when they are added up here.
const PRECISION = 1e-9;

/** What the cells of a grid of one measure amount to: along its columns, or all of it where it has one column. */
export function sumOf({ rows, columns }: Grid, measure: string, totals: TotalsState): Sum {
  if (totals.kind !== 'there') return 'unknown';
  const { grand, rows: wholes } = totals.totals;
  const [all, other] = grand;
  if (all === undefined || other !== undefined) return 'unknown';
  const added = (cells: readonly unknown[]) =>
    cells.reduce<number>((sum, cell) => sum + Number(cell ?? 0), 0);
  if (columns.length < 2 || rows.length < 2) {
    return isSame(added(rows.flatMap((row) => row.cells)), all[measure]) ? 'adds' : 'other';
  }
  const isEach = rows.every(({ values, cells }) =>
    isSame(added(cells), wholes.get(JSON.stringify(values))?.[measure]),
  );
  return isEach ? 'adds' : 'other';
}

function isSame(sum: number, whole: unknown): boolean {
  const wanted = Number(whole ?? 0);
  return Math.abs(sum - wanted) <= PRECISION * Math.max(1, Math.abs(wanted));
}
