/** Where keys lead in a table. */

/** A cell by its row and column, counted from 0. */
export interface Spot {
  row: number;
  column: number;
}

const PAGE = 10;

/** The cell that a key leads to from another one, null for none yet; undefined for keys that lead nowhere. */
export function moved(
  from: Spot | null,
  { key, isFar }: { key: string; isFar: boolean },
  size: { rows: number; columns: number },
): Spot | undefined {
  const [lastRow, lastColumn] = [size.rows - 1, size.columns - 1];
  const to = (row: number, column: number): Spot => ({
    row: Math.max(0, Math.min(lastRow, row)),
    column: Math.max(0, Math.min(lastColumn, column)),
  });
  const { row, column } = from ?? { row: 0, column: 0 };
  // The first arrow leads into the table, and not past its first cell.
  const step = from === null ? 0 : 1;
  switch (key) {
    case 'ArrowDown':
      return to(row + step, column);
    case 'ArrowUp':
      return to(row - 1, column);
    case 'ArrowRight':
      return to(row, column + step);
    case 'ArrowLeft':
      return to(row, column - 1);
    case 'PageDown':
      return to(row + PAGE, column);
    case 'PageUp':
      return to(row - PAGE, column);
    case 'Home':
      return to(isFar ? 0 : row, 0);
    case 'End':
      return to(isFar ? lastRow : row, lastColumn);
    default:
      return undefined;
  }
}
