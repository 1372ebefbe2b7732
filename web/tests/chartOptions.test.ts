import { expect, test } from 'vitest';
import { chartOptions, type Drawn, type DrawnChart } from '../src/explore/chart/chartOptions';
import type { Column, Result } from '../src/explore/result';
import { pivot, type Row, withBuckets } from '../src/query/pivot';
import { type Axes, MEASURES } from '../src/query/query';

const PALETTE = {
  font: 'serif',

  series: ['#111'],
  text: '#222',
  soft: '#333',
  line: '#444',
  surface: '#fff',
  heat: ['#eee', '#00f'] as const,
};

function column(key: string, kind: Column['kind']): Column {
  const type = kind === 'measure' ? 'number' : 'string';
  return { key, kind, title: `Title ${key}`, shortTitle: key, type, write: (value) => `<${value}>` };
}

function drawn(rows: readonly Row[], axes: Axes, measures: string[], aggType: string): Drawn {
  const keys = [...new Set([...axes.x, ...axes.y])].filter((key) => key !== MEASURES);
  const columns = new Map([
    ...keys.map((key) => [key, column(key, 'dimension')] as const),
    ...measures.map((key) => [key, column(key, 'measure')] as const),
  ]);
  const result: Result = { rows, columns, measures, times: [], refreshedAt: undefined };
  return {
    grid: pivot(rows, { axes, measures, times: [] }),
    result,
    aggTypeOf: () => aggType,
    palette: PALETTE,
    isNarrow: false,
  };
}

interface Series {
  name: string;
  data: unknown[];
  stack?: string;
}
const seriesOf = (chart: DrawnChart, of: Drawn) => chartOptions(chart, of).option.series as Series[];

const ROWS = [
  { s: 'a', c: 'x', n: '1' },
  { s: 'a', c: 'y', n: '2' },
  { s: 'b', c: 'x', n: null },
];
const CROSSED = { x: ['s'], y: ['c', MEASURES] };

test('where no row is, sums are zero and averages have a gap; a value that is null is a gap in both', () => {
  expect(seriesOf('bar', drawn(ROWS, CROSSED, ['n'], 'sum')).map((one) => one.data)).toEqual([
    [1, null],
    [2, 0],
  ]);
  expect(seriesOf('bar', drawn(ROWS, CROSSED, ['n'], 'avg')).map((one) => one.data)).toEqual([
    [1, null],
    [2, null],
  ]);
});

test('a period without rows is zero where something is counted', () => {
  const of = drawn([{ s: '1', n: '5' }], { x: ['s'], y: [MEASURES] }, ['n'], 'count');
  expect(seriesOf('line', { ...of, grid: withBuckets(of.grid, ['0', '1']) })[0]?.data).toEqual([0, 5]);
});

test('only parts of one sum stand on each other', () => {
  const stacks = (aggType: string, chart: DrawnChart) =>
    seriesOf(chart, drawn(ROWS, CROSSED, ['n'], aggType)).map((one) => one.stack !== undefined);
  expect(stacks('sum', 'bar')).toEqual([true, true]);
  expect(stacks('count', 'area')).toEqual([true, true]);
  expect(stacks('countDistinct', 'bar')).toEqual([false, false]);
  expect(stacks('avg', 'area')).toEqual([false, false]);
  expect(stacks('sum', 'line')).toEqual([false, false]);
});

test('two measures do not stand on each other', () => {
  const of = drawn([{ s: 'a', n: '1', m: '2' }], { x: ['s'], y: [MEASURES] }, ['n', 'm'], 'sum');
  expect(seriesOf('bar', of).map((one) => [one.name, one.stack])).toEqual([
    ['n', undefined],
    ['m', undefined],
  ]);
});

test('what is not drawn is told', () => {
  const many = Array.from({ length: 500 }, (_, n) => ({ s: String(n), n: '1' }));
  const { left } = chartOptions('bar', drawn(many, { x: ['s'], y: [MEASURES] }, ['n'], 'sum'));
  expect(left).toBe('Drawn are the first 400 of 500 bars; the table has all.');
  expect(chartOptions('line', drawn(many, { x: ['s'], y: [MEASURES] }, ['n'], 'sum')).left).toBeNull();
});

test('a mask is no number', () => {
  expect(
    seriesOf('bar', drawn([{ s: 'a', n: 'hidden' }], { x: ['s'], y: [MEASURES] }, ['n'], 'sum'))[0]?.data,
  ).toEqual([null]);
});
