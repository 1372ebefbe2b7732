/** What the cells of a chart stand for, in words and as numbers, and what has to be said of those that are not there. */

import type { Cell } from '../../query/pivot';
import type { Drawn } from './drawing';

/** Where no row has the values of a cell: nothing was counted or added, so that is zero; other measures have no value. */
const ZERO_WITHOUT_ROWS = new Set(['count', 'countDistinct', 'countDistinctApprox', 'sum']);
/** The values of groups may be parts of the value of all; those of others never are. */
export const PARTS = new Set(['count', 'sum']);

/** A cell in words: as it came, since a number that is drawn has no more than sixteen digits. */
export function written(cell: Cell | undefined, measure: string | null, drawn: Drawn): string {
  const shown = cell === undefined && isZeroWithoutRows(measure, drawn) ? '0' : cell;
  if (shown === null || shown === undefined) return 'no value';
  const column = drawn.result.columns.get(measure ?? drawn.result.measures[0] ?? '');
  return column?.write(shown) ?? String(shown);
}

export function numberIn(cell: Cell | undefined, measure: string | null, drawn: Drawn): number | null {
  if (cell === undefined) return isZeroWithoutRows(measure, drawn) ? 0 : null;
  if (cell === null || cell === '') return null;
  const value = Number(cell);
  return Number.isNaN(value) ? null : value;
}

/** Whether a cell that no row has stands for zero: nothing was counted, if the answer has all groups. */
function isZeroWithoutRows(measure: string | null, { isWhole, aggTypeOf }: Drawn): boolean {
  return isWhole && measure !== null && ZERO_WITHOUT_ROWS.has(aggTypeOf(measure) ?? '');
}

/** What has to be said of the gaps in a chart of an answer that does not have all groups. */
export function gapsTold({ grid, isWhole, aggTypeOf }: Drawn): string[] {
  if (isWhole) return [];
  const isGap = grid.rows.some((row) =>
    row.cells.some((cell, place) => {
      const measure = row.measure ?? grid.columns[place]?.measure;
      return cell === undefined && measure != null && ZERO_WITHOUT_ROWS.has(aggTypeOf(measure) ?? '');
    }),
  );
  return isGap ? ['A gap is no zero here: a limit or a filter on a measure left groups out.'] : [];
}

export function leftOver(counts: readonly (readonly [all: number, shown: number, of: string])[]): string[] {
  const words = counts.flatMap(([all, shown, of]) =>
    all > shown ? [`the first ${shown} of ${all} ${of}`] : [],
  );
  return words.length === 0 ? [] : [`Drawn are ${words.join(' and ')}; the table has all.`];
}
