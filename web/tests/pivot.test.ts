import { expect, test } from 'vitest';
import { pivot, withBuckets } from '../src/query/pivot';

const ROWS = [
  { 'o.at.month': '2024-02', 'o.s': 'new', 'o.n': '1', 'o.sum': '10.00' },
  { 'o.at.month': '2024-01', 'o.s': 'done', 'o.n': '2', 'o.sum': null },
  { 'o.at.month': '2024-02', 'o.s': 'done', 'o.n': '3', 'o.sum': '30.00' },
  { 'o.at.month': '2024-01', 'o.s': null, 'o.n': '4', 'o.sum': '40.00' },
  { 'o.at.month': '2024-01', 'o.s': 'null', 'o.n': '5', 'o.sum': '50.00' },
];
const MEASURES = ['o.n', 'o.sum'];
const TIMES = ['o.at.month'];

test('measures alone in columns: each row is a row', () => {
  const grid = pivot(ROWS, {
    axes: { x: ['o.at.month', 'o.s'], y: ['measures'] },
    measures: MEASURES,
    times: TIMES,
  });
  expect(grid.columns.map((column) => column.measure)).toEqual(MEASURES);
  expect(grid.rows.map((row) => [...row.values, ...row.cells])).toEqual(
    ROWS.map((row) => [row['o.at.month'], row['o.s'], row['o.n'], row['o.sum']]),
  );
});

test('rows that are equal stay two rows', () => {
  const grid = pivot([ROWS[0] ?? {}, ROWS[0] ?? {}], {
    axes: { x: ['o.s'], y: ['measures'] },
    measures: ['o.n'],
    times: [],
  });
  expect(grid.rows).toHaveLength(2);
});

test('groups in columns: times in their order, no row is undefined, null is null', () => {
  const grid = pivot(ROWS, {
    axes: { x: ['o.s'], y: ['o.at.month', 'measures'] },
    measures: ['o.sum'],
    times: TIMES,
  });
  expect(grid.columns.map((column) => column.values[0])).toEqual(['2024-01', '2024-02']);
  expect(grid.rows.map((row) => [row.values[0], ...row.cells])).toEqual([
    ['new', undefined, '10.00'],
    ['done', null, '30.00'],
    [null, '40.00', undefined],
    ['null', '50.00', undefined],
  ]);
});

test('null and the text null are two groups', () => {
  const grid = pivot(ROWS, {
    axes: { x: ['o.at.month'], y: ['o.s', 'measures'] },
    measures: ['o.n'],
    times: TIMES,
  });
  expect(grid.columns.map((column) => column.values[0])).toEqual(['new', 'done', null, 'null']);
});

test('measures in rows: a row for each, and its cells are its own', () => {
  const grid = pivot(ROWS.slice(0, 2), {
    axes: { x: ['measures', 'o.s'], y: ['o.at.month'] },
    measures: MEASURES,
    times: TIMES,
  });
  expect(grid.rows.map((row) => [row.measure, row.values[1], ...row.cells])).toEqual([
    ['o.n', 'new', undefined, '1'],
    ['o.sum', 'new', undefined, '10.00'],
    ['o.n', 'done', '2', undefined],
    ['o.sum', 'done', null, undefined],
  ]);
});

test('no rows are no grid, but measures keep their columns', () => {
  const grid = pivot([], { axes: { x: ['o.s'], y: ['measures'] }, measures: MEASURES, times: [] });
  expect([grid.rows.length, grid.columns.length]).toEqual([0, 2]);
});

test('periods without rows are put in between, rows of no period stay, and what is to come has no value', () => {
  const grid = pivot([...ROWS.slice(0, 2), { 'o.at.month': null, 'o.n': '9' }], {
    axes: { x: ['o.at.month'], y: ['measures'] },
    measures: ['o.n'],
    times: TIMES,
  });
  const filled = withBuckets(grid, ['2023-12', '2024-01', '2024-02', '2024-03'], '2024-02');
  expect(filled.rows.map((row) => [row.values[0], row.cells[0]])).toEqual([
    ['2023-12', undefined],
    ['2024-01', '2'],
    ['2024-02', '1'],
    ['2024-03', null],
    [null, '9'],
  ]);
});

test('fifty thousand rows are a grid, well before a test gives up', () => {
  const many = Array.from({ length: 50_000 }, (_, n) => ({
    'o.id': String(n),
    'o.s': String(n % 7),
    'o.n': '1',
  }));
  const grid = pivot(many, { axes: { x: ['o.id'], y: ['o.s', 'measures'] }, measures: ['o.n'], times: [] });
  expect(grid.rows).toHaveLength(50_000);
});
