import type { TableModel } from './tableModel';

const LETTER = 7.4;
// Heads and totals.
const BOLD_LETTER = 8.6;
const ARROW = 34;
const PADDING = 26;
const NARROWEST = 76;
const WIDEST = 320;
// Rows that are looked at: the widths of all others follow.
const LOOKED_AT = 60;

/** A width for each column, by what is in it; stretched to fill `place`, but not so far that eyes lose the row. */
export function columnWidths({ columns, rowCount }: TableModel, place: number): number[] {
  const widths = columns.map((column) => {
    let letters = 0;
    for (let row = 0; row < Math.min(rowCount, LOOKED_AT); row++)
      letters = Math.max(letters, column.cell(row).text.length);
    const bold = Math.max(...column.head.map((word) => word.length));
    const head = bold * BOLD_LETTER + (column.orders === null ? 0 : ARROW);
    const totals = Math.max(0, ...column.totals.map(({ text }) => text.length)) * BOLD_LETTER;
    const widest = Math.ceil(Math.max(letters * LETTER, head, totals));
    return Math.min(WIDEST, Math.max(NARROWEST, widest + PADDING));
  });
  const sum = widths.reduce((all, width) => all + width, 0);
  const stretch = Math.min(1.6, Math.max(1, place / Math.max(1, sum)));
  return widths.map((width) => Math.floor(width * stretch));
}
