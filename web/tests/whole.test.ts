import { expect, test } from 'vitest';
import type { TotalsState } from '../src/explore/table/useTotals';
import { sumOf } from '../src/explore/whole';
import { pivot, type Row } from '../src/query/pivot';
import { type Axes, MEASURES } from '../src/query/query';

function told(grand: Row[], rows: Record<string, Row> = {}): TotalsState {
  const byGroup = new Map(Object.entries(rows).map(([name, row]) => [JSON.stringify([name]), row]));
  return { kind: 'there', totals: { grand, rows: byGroup, columns: new Map() } };
}
const grid = (rows: Row[], axes: Axes) => pivot(rows, { axes, measures: ['n'], times: [] });
const ALONE = grid(
  [
    { s: 'a', n: '1.1' },
    { s: 'b', n: '2.2' },
  ],
  { x: ['s'], y: [MEASURES] },
);
const CROSSED = grid(
  [
    { s: 'a', c: 'x', n: '1' },
    { s: 'a', c: 'y', n: '2' },
    { s: 'b', c: 'x', n: '4' },
  ],
  { x: ['s'], y: ['c', MEASURES] },
);

test('groups are parts where they amount to what the server says of all', () => {
  // Adding up 1.1 and 2.2 gives 3.3000000000000003.
  expect(sumOf(ALONE, 'n', told([{ n: '3.3' }]))).toBe('adds');
  expect(sumOf(CROSSED, 'n', told([{ n: '7' }], { a: { n: '3' }, b: { n: '4' } }))).toBe('adds');
});

test('what is counted in two groups, or left out by a limit, makes no whole', () => {
  expect(sumOf(ALONE, 'n', told([{ n: '3' }]))).toBe('other');
  expect(sumOf(ALONE, 'n', told([{ n: '9' }]))).toBe('other');
  // All amount to seven, and the rows do not.
  expect(sumOf(CROSSED, 'n', told([{ n: '7' }], { a: { n: '2' }, b: { n: '5' } }))).toBe('other');
  expect(sumOf(CROSSED, 'n', told([{ n: '7' }], { a: { n: '3' } }))).toBe('other');
});

test('nothing is said before the server has, and of several ranges', () => {
  for (const kind of ['none', 'loading'] as const) expect(sumOf(ALONE, 'n', { kind })).toBe('unknown');
  expect(sumOf(ALONE, 'n', { kind: 'refused', words: 'no' })).toBe('unknown');
  expect(sumOf(ALONE, 'n', told([{ n: '3.3' }, { n: '1' }]))).toBe('unknown');
});
