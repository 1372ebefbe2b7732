/** Columns: editors count units of UTF-16, the server characters. */

/** The column, from 1, of a place in a line that is so many units from its start. */
export function columnAt(line: string, offset: number): number {
  return [...line.slice(0, offset)].length + 1;
}

/** How many units from the start of a line its column is. */
export function offsetAt(line: string, column: number): number {
  return [...line].slice(0, Math.max(column - 1, 0)).join('').length;
}
