/** A grid as the columns of a table: words for the heads, text for the cells, totals where they were asked for. */

import type { Cell, Grid } from '../../query/pivot';
import { MEASURES } from '../../query/query';
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
  /** What stands in the row of totals; null where there is no such row. */
  total: TableCell | null;
}

export interface TableModel {
  columns: readonly TableColumn[];
  rowCount: number;
  hasTotals: boolean;
}

const BLANK: TableCell = { text: '', raw: undefined };

export function tableModel(grid: Grid, result: Result, totals: TotalRows | null): TableModel {
  const cellOf = (key: string | null, value: Cell | undefined): TableCell => {
    const column = key === null ? undefined : result.columns.get(key);
    return { text: column?.write(value) ?? String(value ?? ''), raw: value };
  };
  const grand = totals?.grand ?? null;
  const isCrossed = grid.columnKeys.some((key) => key !== MEASURES);
  const measuresInRows = grid.rowKeys.includes(MEASURES);

  const keys = grid.rowKeys.map((key, place): TableColumn => {
    const column = result.columns.get(key);
    return {
      id: key,
      head: [key === MEASURES ? 'Measure' : (column?.title ?? key)],
      isNumber: column?.type === 'number',
      isTotal: false,
      orders: key === MEASURES ? null : key,
      cell: (row) => {
        const value = grid.rows[row]?.values[place];
        if (key === MEASURES)
          return { text: wordsFor([value ?? null], [key], result.columns)[0] ?? '', raw: value };
        return cellOf(key, value);
      },
      total: grand === null ? null : place === 0 ? { text: 'Total', raw: undefined } : BLANK,
    };
  });

  const values = grid.columns.map((column, place): TableColumn => {
    const totalRow = isCrossed ? totals?.columns.get(groupId(column.values, grid.columnKeys)) : grand;
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
      total:
        grand === null
          ? null
          : measuresInRows || column.measure === null
            ? BLANK
            : cellOf(column.measure, totalRow?.[column.measure]),
    };
  });

  const rowTotals =
    totals === null || totals.rows.size === 0 || measuresInRows
      ? []
      : result.measures.map(
          (measure): TableColumn => ({
            id: `total ${measure}`,
            head: ['Total', result.columns.get(measure)?.shortTitle ?? measure],
            isNumber: true,
            isTotal: true,
            orders: null,
            cell: (row) =>
              cellOf(measure, totals.rows.get(JSON.stringify(grid.rows[row]?.values))?.[measure]),
            total: grand === null ? null : cellOf(measure, grand[measure]),
          }),
        );

  return {
    columns: [...keys, ...values, ...rowTotals],
    rowCount: grid.rows.length,
    hasTotals: grand !== null && grid.rowKeys.some((key) => key !== MEASURES),
  };
}

/** What names a group of columns: its values without the measure. */
export function groupId(values: readonly Cell[], keys: readonly string[]): string {
  return JSON.stringify(values.filter((_, place) => keys[place] !== MEASURES));
}
