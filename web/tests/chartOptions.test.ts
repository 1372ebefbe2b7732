import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { chartOptions, chartRefused } from '../src/explore/chart/chartOptions';
import type { Drawing, Drawn, DrawnChart } from '../src/explore/chart/drawing';
import type { Column, Result } from '../src/explore/result';
import { pivot, type Row, withBuckets } from '../src/query/pivot';
import { type Axes, MEASURES, RANGES } from '../src/query/query';

const PALETTE = {
  font: 'serif',
  series: ['#111111', '#222222'],
  text: '#000000',
  soft: '#333333',
  line: '#444444',
  surface: '#ffffff',
  heat: ['#eeeeee', '#0000ff'] as const,
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
    periodOf: null,
    aggTypeOf: () => aggType,
    isWhole: true,
    sum: aggType === 'sum' || aggType === 'count' ? 'adds' : 'other',
    palette: PALETTE,
    isNarrow: false,
    isStill: false,
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

test('where groups may be left out, what no row has is a gap, and that is told', () => {
  const of = { ...drawn(ROWS, CROSSED, ['n'], 'sum'), isWhole: false };
  for (const chart of ['bar', 'line', 'heat'] as const) {
    const { notes } = chartOptions(chart, of);
    expect(notes).toEqual(['A gap is no zero here: a limit or a filter on a measure left groups out.']);
  }
  expect(seriesOf('bar', of).map((one) => one.data)).toEqual([
    [1, null],
    [2, null],
  ]);
  // Averages have no zero to take a gap for.
  expect(chartOptions('bar', { ...of, aggTypeOf: () => 'avg' }).notes).toEqual([]);
});

test('a value without one beside it is marked, also on a long line', () => {
  const values = Array.from({ length: 50 }, (_, n) => (n === 10 || n % 2 === 1 ? null : '1'));
  const rows = values.map((n, s) => ({ s: String(s), n }));
  const of = drawn(rows, { x: ['s'], y: [MEASURES] }, ['n'], 'avg');
  const [alone] = seriesOf('line', of);
  expect(alone?.data[0]).toEqual({ value: 1, symbol: 'circle' });
  const beside = drawn(
    rows.map((row) => ({ ...row, n: '1' })),
    { x: ['s'], y: [MEASURES] },
    ['n'],
    'avg',
  );
  const [line] = seriesOf('line', beside) as unknown as { showSymbol: boolean }[];
  expect(line?.showSymbol).toBe(false);
});

test('no two of twenty-four series have the same colour, and there are no more', () => {
  const rows = Array.from({ length: 30 }, (_, n) => ({ s: 'a', c: String(n), n: '1' }));
  const of = drawn(rows, CROSSED, ['n'], 'sum');
  // Those of the page.
  const css = readFileSync('src/ui/theme.css', 'utf8');
  const series = [...css.matchAll(/--chart-\d: (#\w{6});/g)].slice(0, 8).map(([, colour]) => colour ?? '');
  const drawing = chartOptions('line', { ...of, palette: { ...PALETTE, series } });
  const colours = (drawing.option.series as { color: string }[]).map((one) => one.color);
  expect(new Set(colours).size).toBe(24);
  expect(colours.every((colour) => /^#[0-9a-f]{6}$/.test(colour))).toBe(true);
  expect(drawing.notes).toEqual(['Drawn are the first 24 of 30 series; the table has all.']);
});

test('what is told of a mark is the value as it came, with all its digits', () => {
  const of = drawn([{ s: 'a', n: '9007199254740993' }], { x: ['s'], y: [MEASURES] }, ['n'], 'sum');
  const [bar] = seriesOf('bar', of) as unknown as {
    tooltip: { valueFormatter: (v: unknown, n: number) => string };
  }[];
  expect(bar?.tooltip.valueFormatter(9007199254740992, 0)).toBe('<9007199254740993>');
  const heat = chartOptions('heat', of).option.tooltip as { formatter: (p: { data: number[] }) => string };
  expect(heat.formatter({ data: [0, 0, 9007199254740992] })).toContain('<9007199254740993>');
});

test('nothing moves for those who ask for that', () => {
  const of = drawn(ROWS, CROSSED, ['n'], 'sum');
  expect(chartOptions('bar', { ...of, isStill: true }).option.animation).toBe(false);
  expect(chartOptions('bar', of).option.animation).toBe(true);
});

test('a period without rows is zero where something is counted', () => {
  const of = drawn([{ s: '1', n: '5' }], { x: ['s'], y: [MEASURES] }, ['n'], 'count');
  expect(seriesOf('line', { ...of, grid: withBuckets(of.grid, ['0', '1'], '9') })[0]?.data).toEqual([0, 5]);
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
  const of = drawn(many, { x: ['s'], y: [MEASURES] }, ['n'], 'sum');
  expect(chartOptions('bar', of).notes).toEqual(['Drawn are the first 400 of 500 bars; the table has all.']);
  expect(chartOptions('line', of).notes).toEqual([]);
});

test('a mask is no number', () => {
  expect(
    seriesOf('bar', drawn([{ s: 'a', n: 'hidden' }], { x: ['s'], y: [MEASURES] }, ['n'], 'sum'))[0]?.data,
  ).toEqual([null]);
});

test('ranges that are compared do not stand on each other, the parts of each do', () => {
  const rows = ['new', 'old'].flatMap((range) => ROWS.map((row) => ({ ...row, [RANGES]: range })));
  const stacks = (y: string[]) =>
    seriesOf('bar', drawn(rows, { x: ['s'], y }, ['n'], 'sum')).map((one) => one.stack);
  expect(stacks([RANGES, MEASURES])).toEqual([undefined, undefined]);
  expect(stacks([RANGES, 'c', MEASURES])).toEqual(['new', 'new', 'old', 'old']);
});

/** The same with measures in these formats. */
function inFormats(of: Drawn, formats: Record<string, string>): Drawn {
  const columns = new Map(
    [...of.result.columns].map(([key, one]) => [
      key,
      { ...one, ...(formats[key] ? { format: formats[key] } : {}) },
    ]),
  );
  return { ...of, result: { ...of.result, columns } };
}

test('measures of two units have an axis each; a third is told', () => {
  const row = { s: 'a', n: '1', m: '2', p: '0.5', q: '3' };
  const of = drawn([row], { x: ['s'], y: [MEASURES] }, ['n', 'm', 'q', 'p'], 'sum');
  const formats = { m: 'currency', p: 'percent' };
  const { option, notes } = chartOptions('line', inFormats(of, formats));
  const series = option.series as { name: string; yAxisIndex: number }[];
  expect(series.map((one) => [one.name, one.yAxisIndex])).toEqual([
    ['n', 0],
    ['m', 1],
    ['q', 0],
  ]);
  const axes = option.yAxis as { name: string; axisLabel: { formatter: (value: number) => string } }[];
  expect(axes.map((axis) => [axis.name, axis.axisLabel.formatter(1200)])).toEqual([
    ['n, q', '1.2K'],
    ['m', '$1.2K'],
  ]);
  expect(notes.join()).toContain('Not drawn: Title p');
});

test('a measure that is no number is told', () => {
  const of = drawn([{ s: 'a', n: '1', at: '2026-01-01' }], { x: ['s'], y: [MEASURES] }, ['n', 'at'], 'sum');
  const columns = new Map([...of.result.columns, ['at', { ...column('at', 'measure'), type: 'time' }]]);
  const { option, notes } = chartOptions('bar', { ...of, result: { ...of.result, columns } });
  expect((option.series as Series[]).map((one) => one.name)).toEqual(['n']);
  expect(notes).toEqual(['Not drawn, as it is no number: Title at. The table has it.']);
});

test('the scale of a heat map has the figures of its ends, as its measure is written', () => {
  const of = drawn(ROWS, CROSSED, ['n'], 'sum');
  const { option } = chartOptions('heat', inFormats(of, { n: 'currency' }));
  expect(option.visualMap).toMatchObject({ min: 0, max: 2, text: ['$2', '$0'] });
});

const slices = (count: number, aggType: string) => {
  const rows = Array.from({ length: count }, (_, n) => ({ s: String(n), n: '2' }));
  return chartOptions('pie', drawn(rows, { x: ['s'], y: [MEASURES] }, ['n'], aggType));
};
const dataOf = ({ option }: Drawing) =>
  (option.series as { data: { name: string; value: number }[] }[])[0]?.data ?? [];

test('a pie is of all: what has no slice of its own is one together', () => {
  expect(dataOf(slices(30, 'sum')).at(-1)).toMatchObject({ name: '6 others', value: 12 });
  expect(slices(30, 'sum').notes).toEqual([]);
});

test('a pie of what does not add up says so, and makes no slice of sums', () => {
  expect(dataOf(slices(30, 'avg'))).toHaveLength(24);
  expect(slices(30, 'avg').notes[0]).toContain('does not add up');
});

test('a pie is refused of negative values and of ranges that are compared', () => {
  const refused = (row: Row, x: string[]) =>
    chartRefused('pie', drawn([row], { x, y: [MEASURES] }, ['n'], 'sum'));
  expect(refused({ s: 'a', n: '-1' }, ['s'])).toContain('negative');
  expect(refused({ s: 'a', n: '1', [RANGES]: 'r' }, [RANGES, 's'])).toContain('compared');
  expect(refused({ s: 'a', n: '1' }, ['s'])).toBeNull();
});
