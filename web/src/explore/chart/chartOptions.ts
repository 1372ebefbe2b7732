/** A grid as what ECharts draws. Pure: colours and sizes are given. */

import type { EChartsCoreOption } from 'echarts/core';
import { compactNumber } from '../../query/format';
import type { Cell, Grid, GridColumn } from '../../query/pivot';
import type { Chart } from '../../query/query';
import { type Column, type Result, wordsFor } from '../result';

/** How the page looks. A canvas inherits neither colours nor fonts. */
export interface Palette {
  font: string;
  series: readonly string[];
  text: string;
  soft: string;
  line: string;
  surface: string;
  heat: readonly [string, string];
}

export type DrawnChart = Exclude<Chart, 'table' | 'number'>;

export interface Drawing {
  option: EChartsCoreOption;
  /** What of the answer is not drawn, in words; null if all of it is. */
  left: string | null;
}

// Beyond these, marks cannot be told apart.
const MOST_SERIES = 40;
const MOST_SLICES = 24;
const MOST_BARS = 400;
const MOST_CELLS = 60;

/** Where no row has the values of a cell: nothing was counted or added, so that is zero; other measures have no value. */
const ADDITIVE = new Set(['count', 'countDistinct', 'countDistinctApprox', 'sum']);

export interface Drawn {
  grid: Grid;
  result: Result;
  /** What a measure aggregates by. */
  aggTypeOf: (measure: string) => string | undefined;
  palette: Palette;
  isNarrow: boolean;
}

export function chartOptions(chart: DrawnChart, drawn: Drawn): Drawing {
  switch (chart) {
    case 'line':
    case 'area':
    case 'bar':
      return cartesian(chart, drawn);
    case 'pie':
      return pie(drawn);
    case 'heat':
      return heat(drawn);
  }
}

function cartesian(chart: 'line' | 'area' | 'bar', drawn: Drawn): Drawing {
  const { grid, result, palette, isNarrow } = drawn;
  const rows = chart === 'bar' ? grid.rows.slice(0, MOST_BARS) : grid.rows;
  const columns = grid.columns.slice(0, MOST_SERIES);
  const write = writerOf(grid, result);
  const isLong = rows.length > 12 && grid.rowKeys.every((key) => !result.times.includes(key));
  const stack = chart !== 'line' && columns.length > 1 && addUp(columns, drawn);
  return {
    left: leftOver([
      [grid.columns.length, columns.length, 'series'],
      [grid.rows.length, rows.length, 'bars'],
    ]),
    option: {
      ...shared(drawn),
      legend: legend(drawn, columns.length),
      grid: { left: 8, right: 16, top: 16, bottom: columns.length > 1 ? 40 : 8, containLabel: true },
      tooltip: {
        ...tooltip(palette),
        trigger: 'axis',
        axisPointer: { type: chart === 'bar' ? 'shadow' : 'line', lineStyle: { color: palette.soft } },
      },
      xAxis: {
        type: 'category',
        data: rows.map((row) => wordsFor(row.values, grid.rowKeys, result.columns).join(' · ')),
        boundaryGap: chart === 'bar',
        axisLine: { lineStyle: { color: palette.line } },
        axisTick: { show: false },
        axisLabel: {
          color: palette.soft,
          hideOverlap: true,
          width: 120,
          overflow: 'truncate',
          ...(isLong || isNarrow ? { rotate: isLong ? 40 : 0 } : {}),
        },
      },
      yAxis: valueAxis(drawn),
      series: columns.map((column, number) => ({
        type: chart === 'bar' ? 'bar' : 'line',
        name: nameOf(column, drawn),
        data: rows.map((row) => numberIn(row.cells[number], row.measure ?? column.measure, drawn)),
        ...(stack ? { stack: column.measure ?? 'all' } : {}),
        ...(chart === 'area' ? { areaStyle: { opacity: columns.length > 1 ? 0.65 : 0.22 } } : {}),
        ...(chart === 'bar'
          ? { barMaxWidth: 44, itemStyle: { borderRadius: stack ? 0 : [3, 3, 0, 0] } }
          : {}),
        ...(chart === 'bar' ? {} : { showSymbol: rows.length <= 40, symbolSize: 6, lineStyle: { width: 2 } }),
        ...(rows.length > 1000 ? { sampling: 'lttb' } : {}),
        emphasis: { focus: 'series' },
        tooltip: { valueFormatter: (value: unknown) => write(value, number) },
      })),
    },
  };
}

function pie(drawn: Drawn): Drawing {
  const { grid, result, palette } = drawn;
  // One ring: the first measure, or the groups of the columns where rows have none.
  const slices =
    grid.rowKeys.length > 0
      ? grid.rows.map((row) => ({
          name: wordsFor(row.values, grid.rowKeys, result.columns).join(' · '),
          value: numberIn(row.cells[0], row.measure ?? grid.columns[0]?.measure ?? null, drawn),
        }))
      : grid.columns.map((column, number) => ({
          name: nameOf(column, drawn),
          value: numberIn(grid.rows[0]?.cells[number], column.measure, drawn),
        }));
  const write = writerOf(grid, result);
  const shown = slices.slice(0, MOST_SLICES);
  return {
    left: leftOver([
      [slices.length, shown.length, 'slices'],
      [grid.rowKeys.length > 0 ? grid.columns.length : 1, 1, 'measures'],
    ]),
    option: {
      ...shared(drawn),
      legend: { ...legend(drawn, 2), type: 'scroll' },
      tooltip: { ...tooltip(palette), trigger: 'item', valueFormatter: (value: unknown) => write(value, 0) },
      series: [
        {
          type: 'pie',
          radius: ['42%', '72%'],
          center: ['50%', '46%'],
          itemStyle: { borderColor: palette.surface, borderWidth: 2 },
          label: { color: palette.text, formatter: '{b}  {d}%' },
          labelLine: { lineStyle: { color: palette.line } },
          data: shown,
        },
      ],
    },
  };
}

function heat(drawn: Drawn): Drawing {
  const { grid, result, palette } = drawn;
  const rows = grid.rows.slice(0, MOST_CELLS * 4);
  const columns = grid.columns.slice(0, MOST_CELLS);
  const write = writerOf(grid, result);
  const cells = rows.flatMap((row, x) =>
    columns.map((column, y) => [x, y, numberIn(row.cells[y], row.measure ?? column.measure, drawn)] as const),
  );
  const values = cells.flatMap(([, , value]) => (value === null ? [] : [value]));
  const label = { color: palette.soft, hideOverlap: true, width: 120, overflow: 'truncate' };
  return {
    left: leftOver([
      [grid.rows.length, rows.length, 'columns'],
      [grid.columns.length, columns.length, 'rows'],
    ]),
    option: {
      ...shared(drawn),
      grid: { left: 8, right: 16, top: 8, bottom: 52, containLabel: true },
      tooltip: { ...tooltip(palette), valueFormatter: (value: unknown) => write(value, 0) },
      xAxis: {
        type: 'category',
        data: rows.map((row) => wordsFor(row.values, grid.rowKeys, result.columns).join(' · ')),
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: label,
      },
      yAxis: {
        type: 'category',
        data: columns.map((column) => nameOf(column, drawn)),
        inverse: true,
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: label,
      },
      visualMap: {
        min: Math.min(...values, 0),
        max: Math.max(...values, 1),
        orient: 'horizontal',
        left: 'center',
        bottom: 4,
        itemHeight: 160,
        itemWidth: 10,
        inRange: { color: [...palette.heat] },
        textStyle: { color: palette.soft },
        formatter: (value: unknown) => compactNumber(Number(value)),
      },
      series: [
        {
          type: 'heatmap',
          data: cells,
          itemStyle: { borderColor: palette.surface, borderWidth: 1 },
          emphasis: { itemStyle: { borderColor: palette.text, borderWidth: 1 } },
        },
      ],
    },
  };
}

function shared({ palette }: Drawn): EChartsCoreOption {
  return {
    color: [...palette.series],
    textStyle: { fontFamily: palette.font, color: palette.text },
    animationDuration: 200,
    animationDurationUpdate: 200,
  };
}

function legend({ palette }: Drawn, series: number) {
  return {
    show: series > 1,
    type: 'scroll',
    bottom: 4,
    icon: 'roundRect',
    itemWidth: 10,
    itemHeight: 10,
    textStyle: { color: palette.text },
    pageTextStyle: { color: palette.soft },
    pageIconColor: palette.soft,
    pageIconInactiveColor: palette.line,
  };
}

function tooltip(palette: Palette) {
  return {
    // Drawn, and not put into the page as HTML: values are text of the database.
    renderMode: 'richText',
    confine: true,
    backgroundColor: palette.surface,
    borderColor: palette.line,
    textStyle: { color: palette.text, fontSize: 12 },
  };
}

function valueAxis({ palette }: Drawn) {
  return {
    type: 'value',
    axisLabel: { color: palette.soft, formatter: compactNumber },
    splitLine: { lineStyle: { color: palette.line } },
  };
}

function nameOf(column: GridColumn, { grid, result }: Drawn): string {
  const words = wordsFor(column.values, grid.columnKeys, result.columns);
  // With one measure alone its name says nothing that is not said above.
  const others = grid.columnKeys.length > 1 && result.measures.length === 1 ? words.slice(0, -1) : words;
  return others.join(' · ');
}

/** Whether the columns are of one measure, and the parts of something: only then do they stand on each other. */
function addUp(columns: readonly GridColumn[], { aggTypeOf }: Drawn): boolean {
  const [measure, other] = new Set(columns.map((column) => column.measure));
  return (
    other === undefined && typeof measure === 'string' && ['count', 'sum'].includes(aggTypeOf(measure) ?? '')
  );
}

function columnOf(grid: Grid, result: Result, number: number): Column | undefined {
  const measure = grid.columns[number]?.measure ?? result.measures[0];
  return measure === undefined ? undefined : result.columns.get(measure);
}

function writerOf(grid: Grid, result: Result): (value: unknown, column: number) => string {
  return (value, number) => {
    const shown = Array.isArray(value) ? value.at(-1) : value;
    if (shown === null || shown === undefined || Number.isNaN(shown)) return 'no value';
    return columnOf(grid, result, number)?.write(String(shown)) ?? String(shown);
  };
}

function numberIn(cell: Cell | undefined, measure: string | null, { aggTypeOf }: Drawn): number | null {
  if (cell === undefined) return measure !== null && ADDITIVE.has(aggTypeOf(measure) ?? '') ? 0 : null;
  if (cell === null || cell === '') return null;
  const value = Number(cell);
  return Number.isNaN(value) ? null : value;
}

function leftOver(counts: readonly (readonly [all: number, shown: number, of: string])[]): string | null {
  const words = counts.flatMap(([all, shown, of]) =>
    all > shown ? [`the first ${shown} of ${all} ${of}`] : [],
  );
  return words.length === 0 ? null : `Drawn are ${words.join(' and ')}; the table has all.`;
}
