/** What the columns of a chart are called. */

import type { GridColumn } from '../../query/pivot';
import { MEASURES, RANGES } from '../../query/query';
import { type Result, wordsFor } from '../result';
import type { Drawn } from './drawing';

export function nameOf(column: GridColumn, drawn: Drawn): string {
  return wordsOf(column, drawn, () => true);
}

/** What a column is called beside its range, which its period tells. */
export function wordsBeside(column: GridColumn, drawn: Drawn): string {
  return wordsOf(column, drawn, (key) => key !== RANGES);
}

export function periodIn(column: GridColumn, row: number, { grid, result, periodOf }: Drawn): string {
  return wordsFor([periodOf?.(column, row) ?? null], grid.rowKeys, result.columns).join(' · ');
}

export function nameOfMeasure(measure: string | null, result: Result): string {
  return measure === null ? '' : (result.columns.get(measure)?.shortTitle ?? measure);
}

function wordsOf(
  { values }: GridColumn,
  { grid, result }: Drawn,
  isWanted: (key: string) => boolean,
): string {
  // With one measure alone its name says nothing that is not said above.
  const isTold = (key: string) => isWanted(key) && (key !== MEASURES || result.measures.length > 1);
  const words = wordsFor(values, grid.columnKeys, result.columns);
  const told = words.filter((_, place) => isTold(grid.columnKeys[place] ?? ''));
  return told.length === 0 && grid.columnKeys.length === 1 ? words.join('') : told.join(' · ');
}
