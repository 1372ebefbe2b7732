import { expect, it } from 'vitest';
import type { Line, Series } from './answer';
import { barChart, columnChart, donutChart, heightOf, lineChart, type Colours } from './charts';

const COLOURS: Colours = { series: ['#000'], before: '#111', text: '#222', faint: '#333', line: '#444', surface: '#fff' };

const line = (name: string, cells: string[], format?: string): Line =>
  ({ name, about: { type: 'number', ...(format ? { format } : {}) }, isBefore: false, cells, values: cells.map(Number) });
const series = (...lines: Line[]): Series => ({ labels: ['2026-01-03T00:00:00.000', '2026-01-04T00:00:00.000'], before: [], step: 'day', lines });
// biome-ignore lint/suspicious/noExplicitAny: options of the chart library are objects of any depth
const drawn = (options: object) => options as any;

it('values of two units never share a scale, and each is written in its own', () => {
  const both = series(line('Count', ['29300', '1']), line('Return rate', ['0.1', '0.2'], 'percent'), line('Buyers', ['7', '8'], 'number'));
  for (const chart of [lineChart(both, COLOURS), columnChart(both, COLOURS, false), barChart({ ...both, step: '' }, COLOURS)]) {
    const { grid, series: lines } = drawn(chart);
    expect(grid).toHaveLength(2);
    expect(lines.map((one: { xAxisIndex: number; yAxisIndex: number }) => [one.xAxisIndex, one.yAxisIndex])).toEqual([[0, 0], [1, 1], [0, 0]]);
    const read = (index: number) => lines[index].tooltip.valueFormatter(undefined, 0);
    expect([read(0), read(1)]).toEqual(['29,300', '10%']);
  }
  const [first, second] = drawn(lineChart(both, COLOURS)).yAxis;
  expect([first.axisLabel.formatter(0.5), second.axisLabel.formatter(0.005)]).toEqual(['0.5', '0.5%']);
  expect(drawn(barChart(both, COLOURS)).series[1].label.formatter({ value: 0.1 })).toBe('10%');
  expect(heightOf(both)).toBeGreaterThan(300);
  expect(heightOf(series(line('Count', ['1', '2'])))).toBe(0);
});

it('columns are stacked where they make up a whole, and nowhere else', () => {
  const parts = series(line('web', ['1', '2']), line('app', ['3', '4']));
  expect(drawn(columnChart(parts, COLOURS, true)).series.map((one: { stack?: string }) => one.stack)).toEqual(['all', 'all']);
  expect(drawn(columnChart(parts, COLOURS, false)).series.map((one: { stack?: string }) => one.stack)).toEqual([undefined, undefined]);
});

it('a pointer reads all digits, and of the period before its day', () => {
  const exact = series(line('Count', ['9007199254740993', '2']));
  expect(drawn(lineChart(exact, COLOURS)).series[0].tooltip.valueFormatter(9007199254740992, 0)).toBe('9,007,199,254,740,993');
  const compared = { ...series(line('Now', ['5', '6']), { ...line('Period before', ['1', '2']), isBefore: true }), before: ['2026-01-01T00:00:00.000', '2026-01-02T00:00:00.000'] };
  expect(drawn(lineChart(compared, COLOURS)).series[1].tooltip.valueFormatter(2, 1)).toBe('2 (Jan 2)');
});

it('lines of the same colour are drawn differently', () => {
  const lines = drawn(lineChart(series(line('web', ['1', '2']), line('app', ['3', '4']), line('store', ['5', '6'])), COLOURS)).series;
  expect(lines.map((one: { lineStyle: { type: string } }) => one.lineStyle.type)).toEqual(['solid', 'dashed', 'dotted']);
});

it('the total of a donut is in the format of its measure', () => {
  expect(drawn(donutChart(series(line('Revenue', ['10', '20.5'], 'currency')), COLOURS)).title.text).toBe('$30.50');
});
