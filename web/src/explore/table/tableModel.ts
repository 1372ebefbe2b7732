/** A grid as the columns of a table: words for the heads, text for the cells, totals where they were asked for. */

import type { Cell, Grid, GridColumn, Row } from '../../query/pivot';
import { MEASURES, RANGES } from '../../query/query';
import { type Result, wordsFor } from '../result';
import type { TotalRows } from './useTotals';

export interface TableCell {
  text: string;
  /** The value as it came, exact; undefined where there is no row for it. */
  raw: Cell | undefined;
}

export interface TableColumn {
  id: string;
  /** The words above it, from the outer group to the measure. */
  head: readonly string[];
  isNumber: boolean;
  isTotal: boolean;
  /** The column of the answer by which rows can be put in order; null where there is none. */
  orders: string | null;
  cell: (row: number) => TableCell;
  /** What stands in each row of totals. */
  totals: readonly TableCell[];
}

export interface TableModel {
  columns: readonly TableColumn[];
  rowCount: number;
  /** How many rows of totals there are: none, one, or one for each range that is compared. */
  totalCount: number;
}

const BLANK: TableCell = { text: '', raw: undefined };

/** `isPart` says that the answer has not all rows, which its totals are of. */
export function tableModel(grid: Grid, result: Result, totals: TotalRows | null, isPart = false): TableModel {
  const total = isPart ? 'Total of all rows' : 'Total';
  const cellOf = (key: string | null, value: Cell | undefined): TableCell => {
    const column = key === null ? undefined : result.columns.get(key);
    return { text: column?.write(value) ?? String(value ?? ''), raw: value };
  };
  const isCrossed = grid.columnKeys.some((key) => key !== MEASURES);
  const measuresInRows = grid.rowKeys.includes(MEASURES);
  const hasGroups = grid.rowKeys.some((key) => key !== MEASURES && key !== RANGES);
  const rangesInRows = grid.rowKeys.includes(RANGES);
  // With a column for each range one row has the totals of all.
  const grand = totals === null || !hasGroups ? [] : rangesInRows ? totals.grand : totals.grand.slice(0, 1);
  const rangeAt = grid.rowKeys.indexOf(RANGES);

  const keys = grid.rowKeys.map((key, place): TableColumn => {
    const column = result.columns.get(key);
    return {
      id: key,
      head: [key === MEASURES ? 'Measure' : (column?.title ?? key)],
      isNumber: column?.type === 'number',
      isTotal: false,
      orders: key === MEASURES || key === RANGES ? null : key,
      cell: (row) => {
        const value = grid.rows[row]?.values[place];
        if (key === MEASURES)
          return { text: wordsFor([value ?? null], [key], result.columns)[0] ?? '', raw: value };
        return cellOf(key, value);
      },
      totals: grand.map((row) => {
        if (place === rangeAt)
          return { text: `${total}${isPart ? ',' : ''} ${cellOf(key, row[key]).text}`, raw: undefined };
        return place === 0 && rangeAt < 0 ? { text: total, raw: undefined } : BLANK;
      }),
    };
  });

  const values = grid.columns.map((column, place): TableColumn => {
    const groupOf = (row: Row) => [
      ...(rangesInRows ? [row[RANGES] ?? null] : []),
      ...groupValues(column, grid),
    ];
    const totalIn = (row: Row) => (isCrossed ? totals?.columns.get(JSON.stringify(groupOf(row))) : row);
    return {
      id: column.id,
      head: wordsFor(column.values, grid.columnKeys, result.columns),
      isNumber: true,
      isTotal: false,
      orders: isCrossed ? null : column.measure,
      cell: (row) => {
        const line = grid.rows[row];
        return cellOf(line?.measure ?? column.measure, line?.cells[place]);
      },
      totals: grand.map((row) =>
        measuresInRows || column.measure === null
          ? BLANK
          : cellOf(column.measure, totalIn(row)?.[column.measure]),
      ),
    };
  });

  const rowTotals =
    totals === null || totals.rows.size === 0 || measuresInRows
      ? []
      : result.measures.map(
          (measure): TableColumn => ({
            id: `total ${measure}`,
            head: [total, result.columns.get(measure)?.shortTitle ?? measure],
            isNumber: true,
            isTotal: true,
            orders: null,
            cell: (row) =>
              cellOf(measure, totals.rows.get(JSON.stringify(grid.rows[row]?.values))?.[measure]),
            totals: grand.map((row) => cellOf(measure, row[measure])),
          }),
        );

  return {
    columns: [...keys, ...values, ...rowTotals],
    rowCount: grid.rows.length,
    totalCount: grand.length,
  };
}

/** What a cell is of: a key with its value, or a measure of a group, by the values along both axes. */
export type CellMeaning =
  | { kind: 'key'; key: string; value: Cell }
  | { kind: 'measure'; measure: string; xValues: readonly Cell[]; yValues: readonly Cell[] };

/** What the cell in a row and a column of the table of this grid is of; null for a total, or the name of a measure. */
export function meaningOf(grid: Grid, row: number, place: number): CellMeaning | null {
  const line = grid.rows[row];
  if (line === undefined) return null;
  const key = grid.rowKeys[place];
  if (key !== undefined)
    return key === MEASURES ? null : { kind: 'key', key, value: line.values[place] ?? null };
  const column = grid.columns[place - grid.rowKeys.length];
  const measure = line.measure ?? column?.measure ?? null;
  if (column === undefined || measure === null) return null;
  return { kind: 'measure', measure, xValues: line.values, yValues: column.values };
}

/** The values of a column without its measure. */
function groupValues(column: GridColumn, grid: Grid): readonly Cell[] {
  return column.values.filter((_, place) => grid.columnKeys[place] !== MEASURES);
}
