/** Rows of an answer as a grid: some keys make its rows, others its columns. Nothing is added up here. */

import { type Axes, MEASURES } from './query';

/** A value as it came: text, also for numbers; a boolean; null for none. */
export type Cell = string | boolean | null;
export type Row = Readonly<Record<string, Cell>>;

export interface GridColumn {
  /** The same for the same values and measure. */
  id: string;
  /** The values of the column keys, in their order; the name of the measure in the place of `measures`. */
  values: readonly Cell[];
  /** null where measures are in rows, or there are none. */
  measure: string | null;
}

export interface GridRow {
  id: string;
  values: readonly Cell[];
  measure: string | null;
  /** A cell for each column; undefined where no row of the answer has these values. */
  cells: readonly (Cell | undefined)[];
}

export interface Grid {
  rowKeys: readonly string[];
  columnKeys: readonly string[];
  columns: readonly GridColumn[];
  rows: readonly GridRow[];
}

interface Asked {
  axes: Axes;
  measures: readonly string[];
  /** Keys of times: columns of these are in their order, others as they come. */
  times: readonly string[];
}

/** The grid of these rows. Rows and columns are in the order in which they first come. */
export function pivot(rows: readonly Row[], { axes, measures, times }: Asked): Grid {
  const hasColumnGroups = axes.y.some((key) => key !== MEASURES);
  if (!hasColumnGroups && !axes.x.includes(MEASURES)) return flat(rows, axes, measures);
  const columns = new Map<string, GridColumn>();
  const found = new Map<string, { values: Cell[]; measure: string | null; cells: Map<string, Cell> }>();
  const named = measures.length > 0 ? measures : [null];
  const inRows = axes.x.includes(MEASURES);
  for (const row of rows) {
    for (const measure of named) {
      const valueAt = (key: string): Cell => (key === MEASURES ? measure : (row[key] ?? null));
      const x = axes.x.map(valueAt);
      const y = axes.y.map(valueAt);
      const [rowId, columnId] = [JSON.stringify(x), JSON.stringify(y)];
      if (!columns.has(columnId))
        columns.set(columnId, { id: columnId, values: y, measure: inRows ? null : measure });
      let line = found.get(rowId);
      if (line === undefined) {
        line = { values: x, measure: inRows ? measure : null, cells: new Map() };
        found.set(rowId, line);
      }
      if (measure !== null) line.cells.set(columnId, row[measure] ?? null);
    }
  }
  const ordered = inOrderOfTime([...columns.values()], axes.y, times);
  return {
    rowKeys: axes.x,
    columnKeys: axes.y,
    columns: ordered,
    rows: [...found].map(([id, { values, measure, cells }]) => ({
      id,
      values,
      measure,
      cells: ordered.map((column) => cells.get(column.id)),
    })),
  };
}

/** Columns are measures alone: each row is a row, also where two are equal. */
function flat(rows: readonly Row[], axes: Axes, measures: readonly string[]): Grid {
  return {
    rowKeys: axes.x,
    columnKeys: axes.y,
    columns: measures.map((measure) => ({ id: JSON.stringify([measure]), values: [measure], measure })),
    rows: rows.map((row, number) => ({
      id: String(number),
      values: axes.x.map((key) => row[key] ?? null),
      measure: null,
      cells: measures.map((measure) => row[measure] ?? null),
    })),
  };
}

function inOrderOfTime(
  columns: GridColumn[],
  keys: readonly string[],
  times: readonly string[],
): GridColumn[] {
  const places = keys.flatMap((key, place) => (times.includes(key) ? [place] : []));
  if (places.length === 0) return columns;
  const timesOf = (column: GridColumn) => places.map((place) => String(column.values[place] ?? '')).join(' ');
  return columns.sort((a, b) => (timesOf(a) < timesOf(b) ? -1 : timesOf(a) > timesOf(b) ? 1 : 0));
}

/**
 * The grid with a row for each of these buckets of time, in their order; its rows are one time each. What begins after
 * `now` has no values yet, which is not as if there were no rows.
 */
export function withBuckets(grid: Grid, buckets: readonly string[], now: string): Grid {
  const there = new Map(grid.rows.map((row) => [row.values[0], row]));
  const filled = buckets.map(
    (bucket): GridRow =>
      there.get(bucket) ?? {
        id: JSON.stringify([bucket]),
        values: [bucket],
        measure: null,
        cells: grid.columns.map(() => (bucket > now ? null : undefined)),
      },
  );
  const known = new Set<Cell | undefined>(buckets);
  return { ...grid, rows: [...filled, ...grid.rows.filter((row) => !known.has(row.values[0] ?? null))] };
}
