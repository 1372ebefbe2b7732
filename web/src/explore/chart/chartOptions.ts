/** A grid as what ECharts draws. Pure: colours and sizes are given. */

import type { EChartsCoreOption } from 'echarts/core';
import { shortFormatterOf, unitOf } from '../../query/format';
import type { Cell, Grid, GridColumn } from '../../query/pivot';
import { type Chart, MEASURES, RANGES } from '../../query/query';
import type { Aligned } from '../aligned';
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
  /** What a reader has to know of it, such as what of the answer is not drawn. */
  notes: readonly string[];
}

// Beyond these, marks cannot be told apart: three shades of each colour.
const MOST_SERIES = 24;
const MOST_SLICES = 24;
const MOST_BARS = 400;
const MOST_CELLS = 60;
// Beyond these, a mark for each value of a line hides the line.
const MOST_MARKS = 40;
// What stands in the legend for a line of dashes.
const DASHES = 'path://M0,4h4v3h-4z M6,4h4v3h-4z';
const SHARE = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 2 });
// A chart has a left and a right side.
const MOST_AXES = 2;

/** Where no row has the values of a cell: nothing was counted or added, so that is zero; other measures have no value. */
const ZERO_WITHOUT_ROWS = new Set(['count', 'countDistinct', 'countDistinctApprox', 'sum']);
/** The values of groups are parts of the value of all. */
const PARTS = new Set(['count', 'sum']);

export interface Drawn {
  grid: Grid;
  result: Result;
  /** The period of a cell, where ranges are laid over each other. */
  periodOf: Aligned['periodOf'] | null;
  /** What a measure aggregates by. */
  aggTypeOf: (measure: string) => string | undefined;
  /** Whether the answer has a row for every group that there is: neither a limit nor a filter on a measure left any out. */
  isWhole: boolean;
  palette: Palette;
  isNarrow: boolean;
  /** Whether nothing may move, as whoever looks at it asks of all pages. */
  isStill: boolean;
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

/** Why this kind of chart would tell something wrong of the answer; null if it does not. */
export function chartRefused(chart: DrawnChart, drawn: Drawn): string | null {
  if (chart !== 'pie') return null;
  if (drawn.grid.rowKeys.includes(RANGES)) {
    return 'The slices of a pie are parts of one whole, and ranges that are compared are several';
  }
  const slices = slicesOf(drawn);
  if (slices.some(({ value }) => value !== null && value < 0)) return 'A slice of a pie cannot be negative';
  return null;
}

function cartesian(chart: 'line' | 'area' | 'bar', drawn: Drawn): Drawing {
  const { grid, result, palette, isNarrow } = drawn;
  const { axes, columns, drawable, notes } = onAxes(drawn);
  const rows = chart === 'bar' ? grid.rows.slice(0, MOST_BARS) : grid.rows;
  const isTime = grid.rowKeys.every((key) => result.times.includes(key));
  const names = rows.map((row) => wordsFor(row.values, grid.rowKeys, result.columns).join(' · '));
  const isLong = !isTime && (rows.length > 12 || width(names) > (isNarrow ? 30 : 120));
  const isStacked = chart !== 'line' && addUp(columns, drawn);
  const rangeAt = grid.columnKeys.indexOf(RANGES);
  const ranges = [...new Set(columns.map((column) => column.values[rangeAt]))];
  const hasTwo = axes.length > 1;
  // What is the same in two ranges has the same colour in both.
  const groups = [...new Set(columns.map((column) => wordsBeside(column, drawn)))];
  const colourOf = (column: GridColumn) => {
    const number = groups.length > 1 ? groups.indexOf(wordsBeside(column, drawn)) : columns.indexOf(column);
    return shade(number, palette);
  };
  // Whatever the first range is compared with is drawn less loudly.
  const isCompared = (column: GridColumn) => ranges.indexOf(column.values[rangeAt]) > 0;
  return {
    notes: [
      ...notes,
      ...gapsTold(drawn),
      ...leftOver([
        [drawable, columns.length, 'series'],
        [grid.rows.length, rows.length, 'bars'],
      ]),
    ],
    option: {
      ...shared(drawn),
      legend: {
        ...legend(drawn, columns.length),
        data: columns.map((column) => ({
          name: nameOf(column, drawn),
          ...(chart !== 'bar' && isCompared(column) ? { icon: DASHES } : {}),
        })),
      },
      grid: {
        left: 8,
        right: hasTwo ? 8 : 16,
        top: hasTwo ? 36 : 16,
        bottom: columns.length > 1 ? 40 : 8,
        containLabel: true,
      },
      tooltip: {
        ...tooltip(palette),
        trigger: 'axis',
        axisPointer: { type: chart === 'bar' ? 'shadow' : 'line', lineStyle: { color: palette.soft } },
        ...(drawn.periodOf === null ? {} : { formatter: periodsTold(columns, drawn) }),
      },
      xAxis: {
        type: 'category',
        data: names,
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
      yAxis: axes.map((axis, side) => valueAxis(axis, side, hasTwo, drawn)),
      series: columns.map((column) => {
        const place = grid.columns.indexOf(column);
        const side = axes.findIndex((axis) => axis.columns.includes(column));
        const values = rows.map((row) => numberIn(row.cells[place], row.measure ?? column.measure, drawn));
        const isQuiet = isCompared(column);
        return {
          type: chart === 'bar' ? 'bar' : 'line',
          name: nameOf(column, drawn),
          color: colourOf(column),
          yAxisIndex: Math.max(0, side),
          data: chart === 'bar' ? values : values.map(marked(rows.length <= MOST_MARKS)),
          ...(isStacked ? { stack: String(column.values[rangeAt] ?? 'all') } : {}),
          ...(chart === 'area' ? { areaStyle: { opacity: isQuiet ? 0.1 : isStacked ? 0.65 : 0.22 } } : {}),
          ...(chart === 'bar'
            ? {
                barMaxWidth: 44,
                itemStyle: { borderRadius: isStacked ? 0 : [3, 3, 0, 0], opacity: isQuiet ? 0.5 : 1 },
              }
            : {
                showSymbol: rows.length <= MOST_MARKS || values.some(isAlone),
                symbolSize: 6,
                lineStyle: { width: 2, type: isQuiet ? 'dashed' : 'solid' },
              }),
          ...(rows.length > 1000 ? { sampling: 'lttb' } : {}),
          emphasis: { focus: 'series' },
          tooltip: {
            valueFormatter: (_: unknown, row: number) =>
              written(rows[row]?.cells[place], rows[row]?.measure ?? column.measure, drawn),
          },
        };
      }),
    },
  };
}

/** An axis, and the columns whose values it tells. */
interface ValueAxis {
  columns: readonly GridColumn[];
  /** Undefined where the measures are in rows. */
  measures: readonly Column[];
}

/** The columns that can be drawn, on an axis for each unit; what cannot be is told. */
function onAxes({ grid, result }: Drawn): {
  axes: readonly ValueAxis[];
  columns: readonly GridColumn[];
  /** How many columns there would be, were they not too many. */
  drawable: number;
  notes: string[];
} {
  const notes: string[] = [];
  const titled = (measures: readonly Column[]) => measures.map((column) => column.title).join(', ');
  const measures = result.measures.flatMap((measure) => result.columns.get(measure) ?? []);
  const numbers = measures.filter((column) => column.type === 'number');
  const others = measures.filter((column) => column.type !== 'number');
  if (others.length > 0) notes.push(`Not drawn, as it is no number: ${titled(others)}. The table has it.`);
  const units = [...new Set(numbers.map(unitOf))];
  if (grid.rowKeys.includes(MEASURES)) {
    if (units.length > 1) notes.push('The measures are in several units, and share one axis.');
    const columns = grid.columns.slice(0, MOST_SERIES);
    return {
      axes: [{ columns, measures: units.length > 1 ? [] : numbers.slice(0, 1) }],
      columns,
      drawable: grid.columns.length,
      notes,
    };
  }
  const sides = units.slice(0, MOST_AXES).map((unit) => numbers.filter((column) => unitOf(column) === unit));
  const left = numbers.filter((column) => !sides.some((side) => side.includes(column)));
  if (left.length > 0) {
    notes.push(
      `Two units have an axis each, and there are more. Not drawn: ${titled(left)}. The table has it.`,
    );
  }
  const keys = new Set(sides.flat().map((column) => column.key));
  const able = grid.columns.filter((column) => column.measure === null || keys.has(column.measure));
  const columns = able.slice(0, MOST_SERIES);
  const axes = sides.map((side) => ({
    columns: columns.filter((column) => side.some(({ key }) => key === column.measure)),
    measures: side,
  }));
  return {
    axes: axes.length > 0 ? axes : [{ columns, measures: [] }],
    columns,
    drawable: able.length,
    notes,
  };
}

function pie(drawn: Drawn): Drawing {
  const { result, palette, isNarrow } = drawn;
  const slices = slicesOf(drawn);
  const measure = result.measures[0] ?? null;
  const isWhole = measure !== null && PARTS.has(drawn.aggTypeOf(measure) ?? '');
  const shown = slices.slice(0, MOST_SLICES);
  const rest = slices.slice(MOST_SLICES);
  if (isWhole && rest.length > 0) {
    const value = rest.reduce((sum, { value }) => sum + (value ?? 0), 0);
    shown.push({ name: `${rest.length.toLocaleString()} others`, value, cell: String(value) });
  }
  const title = measure === null ? '' : (result.columns.get(measure)?.title ?? measure);
  const all = shown.reduce((sum, { value }) => sum + (value ?? 0), 0);
  const told = new Map(
    shown.map(({ name, value, cell }) => [
      name,
      isWhole && all > 0
        ? `${name}  ${SHARE.format((value ?? 0) / all)}`
        : `${name}  ${written(cell, measure, drawn)}`,
    ]),
  );
  const wordsOfSlice = (name: string) => told.get(name) ?? name;
  return {
    notes: isWhole
      ? []
      : [
          `${title} of groups does not add up to that of all: the slices are no shares.`,
          ...leftOver([[slices.length, shown.length, 'slices']]),
        ],
    option: {
      ...shared(drawn),
      // Beside a narrow pie is no place for words.
      legend: { ...legend(drawn, 2), ...(isNarrow ? { formatter: wordsOfSlice } : {}) },
      tooltip: {
        ...tooltip(palette),
        trigger: 'item',
        valueFormatter: (_: unknown, slice: number) => written(shown[slice]?.cell, measure, drawn),
      },
      series: [
        {
          type: 'pie',
          radius: ['42%', '72%'],
          center: ['50%', '46%'],
          itemStyle: { borderColor: palette.surface, borderWidth: 2 },
          label: {
            show: !isNarrow,
            color: palette.text,
            lineHeight: 18,
            formatter: ({ name }: { name: string }) => wordsOfSlice(name),
          },
          labelLine: { lineStyle: { color: palette.line } },
          data: shown.map(({ name, value }) => ({ name, value })),
        },
      ],
    },
  };
}

/** Each row as a slice: a pie is drawn of one measure, and its grid has no other columns. */
function slicesOf(drawn: Drawn): { name: string; value: number | null; cell: Cell | undefined }[] {
  const { grid, result } = drawn;
  const measure = result.measures[0] ?? null;
  return grid.rows.map((row) => ({
    name: wordsFor(row.values, grid.rowKeys, result.columns).join(' · ') || nameOfMeasure(measure, result),
    value: numberIn(row.cells[0], measure, drawn),
    cell: row.cells[0],
  }));
}

function heat(drawn: Drawn): Drawing {
  const { grid, result, palette, isNarrow } = drawn;
  const rows = grid.rows.slice(0, MOST_CELLS * 4);
  const columns = grid.columns.slice(0, MOST_CELLS);
  const measure = result.measures[0] ?? null;
  const column = measure === null ? undefined : result.columns.get(measure);
  const short = column === undefined ? String : shortFormatterOf(column);
  const cells = rows.flatMap((row, x) =>
    columns.map((_, y) => [x, y, numberIn(row.cells[y], measure, drawn)] as const),
  );
  const values = cells.flatMap(([, , value]) => value ?? []);
  const [lowest, highest] = [Math.min(...values, 0), Math.max(...values, 0)];
  const label = { color: palette.soft, hideOverlap: true, width: isNarrow ? 110 : 220, overflow: 'truncate' };
  return {
    notes: [
      ...gapsTold(drawn),
      ...leftOver([
        [grid.rows.length, rows.length, 'columns'],
        [grid.columns.length, columns.length, 'rows'],
      ]),
    ],
    option: {
      ...shared(drawn),
      grid: { left: 8, right: 16, top: 8, bottom: 52, containLabel: true },
      tooltip: {
        ...tooltip(palette),
        formatter: ({ data: [x, y] }: { data: [number, number, number | null] }) =>
          [
            drawn.periodOf === null || columns[y] === undefined
              ? wordsFor(rows[x]?.values ?? [], grid.rowKeys, result.columns).join(' · ')
              : periodIn(columns[y], x, drawn),
            columns[y] === undefined ? '' : nameOf(columns[y], drawn),
            `${nameOfMeasure(measure, result)}: ${written(rows[x]?.cells[y], measure, drawn)}`,
          ]
            .filter(Boolean)
            .join('\n'),
      },
      xAxis: {
        type: 'category',
        data: rows.map((row) => wordsFor(row.values, grid.rowKeys, result.columns).join(' · ')),
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: label,
      },
      yAxis: {
        type: 'category',
        data: columns.map((one) => nameOf(one, drawn)),
        inverse: true,
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: label,
      },
      visualMap: {
        min: lowest,
        max: highest === lowest ? lowest + 1 : highest,
        dimension: 2,
        orient: 'horizontal',
        left: 'center',
        bottom: 4,
        itemHeight: 160,
        itemWidth: 10,
        inRange: { color: [...palette.heat] },
        textStyle: { color: palette.soft },
        // What the ends of the scale stand for, high and low.
        text: [short(highest), short(lowest)],
        formatter: (value: unknown) => short(Number(value)),
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

function shared({ palette, isStill }: Drawn): EChartsCoreOption {
  return {
    animation: !isStill,
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

function valueAxis({ measures }: ValueAxis, side: number, isOneOfTwo: boolean, { palette }: Drawn) {
  const [first] = measures;
  const title = measures.map((column) => column.shortTitle).join(', ');
  return {
    type: 'value',
    axisLabel: {
      color: palette.soft,
      formatter: first === undefined ? (value: number) => value.toLocaleString() : shortFormatterOf(first),
    },
    splitLine: { show: side === 0, lineStyle: { color: palette.line } },
    ...(isOneOfTwo
      ? { name: title, nameTextStyle: { color: palette.soft, align: side === 0 ? 'left' : 'right' } }
      : {}),
  };
}

/** The lines of a tooltip that names, for each range, the period that is in this place of it. */
function periodsTold(columns: readonly GridColumn[], drawn: Drawn) {
  return (told: readonly { seriesIndex: number; dataIndex: number; marker: string }[]) =>
    told
      .flatMap(({ seriesIndex, dataIndex, marker }) => {
        const column = columns[seriesIndex];
        if (column === undefined || drawn.periodOf?.(column, dataIndex) == null) return [];
        const cell = drawn.grid.rows[dataIndex]?.cells[drawn.grid.columns.indexOf(column)];
        const name = wordsBeside(column, drawn);
        const period = periodIn(column, dataIndex, drawn);
        return `${marker} ${name === '' ? period : `${period} · ${name}`}: ${written(cell, column.measure, drawn)}`;
      })
      .join('\n');
}

function periodIn(column: GridColumn, row: number, { grid, result, periodOf }: Drawn): string {
  return wordsFor([periodOf?.(column, row) ?? null], grid.rowKeys, result.columns).join(' · ');
}

/** What a column is called beside its range, which its period tells. */
function wordsBeside(column: GridColumn, drawn: Drawn): string {
  return wordsOf(column, drawn, (key) => key !== RANGES);
}

function nameOf(column: GridColumn, drawn: Drawn): string {
  return wordsOf(column, drawn, () => true);
}

function wordsOf(
  { values }: GridColumn,
  { grid, result }: Drawn,
  isWanted: (key: string) => boolean,
): string {
  // With one measure alone its name says nothing that is not said above.
  const isTold = (key: string) => isWanted(key) && (key !== MEASURES || result.measures.length > 1);
  const words = wordsFor(values, grid.columnKeys, result.columns);
  const told = words.filter((_, place) => isTold(grid.columnKeys[place] ?? ''));
  return told.length === 0 && grid.columnKeys.length === 1 ? words.join('') : told.join(' · ');
}

function nameOfMeasure(measure: string | null, result: Result): string {
  return measure === null ? '' : (result.columns.get(measure)?.shortTitle ?? measure);
}

/** Whether the columns are of one measure, and the parts of something: only then do they stand on each other. */
function addUp(columns: readonly GridColumn[], { grid, aggTypeOf }: Drawn): boolean {
  const [measure, other] = new Set(columns.map((column) => column.measure));
  const isParted = grid.columnKeys.some((key) => key !== MEASURES && key !== RANGES);
  return (
    isParted && other === undefined && typeof measure === 'string' && PARTS.has(aggTypeOf(measure) ?? '')
  );
}

/** A cell in words: as it came, since a number that is drawn has no more than sixteen digits. */
function written(cell: Cell | undefined, measure: string | null, drawn: Drawn): string {
  const shown = cell === undefined && isZeroWithoutRows(measure, drawn) ? '0' : cell;
  if (shown === null || shown === undefined) return 'no value';
  const column = drawn.result.columns.get(measure ?? drawn.result.measures[0] ?? '');
  return column?.write(shown) ?? String(shown);
}

function numberIn(cell: Cell | undefined, measure: string | null, drawn: Drawn): number | null {
  if (cell === undefined) return isZeroWithoutRows(measure, drawn) ? 0 : null;
  if (cell === null || cell === '') return null;
  const value = Number(cell);
  return Number.isNaN(value) ? null : value;
}

/** Whether a cell that no row has stands for zero: nothing was counted, if the answer has all groups. */
function isZeroWithoutRows(measure: string | null, { isWhole, aggTypeOf }: Drawn): boolean {
  return isWhole && measure !== null && ZERO_WITHOUT_ROWS.has(aggTypeOf(measure) ?? '');
}

/** What has to be said of the gaps in a chart of an answer that does not have all groups. */
function gapsTold({ grid, isWhole, aggTypeOf }: Drawn): string[] {
  if (isWhole) return [];
  const isGap = grid.rows.some((row) =>
    row.cells.some((cell, place) => {
      const measure = row.measure ?? grid.columns[place]?.measure;
      return cell === undefined && measure != null && ZERO_WITHOUT_ROWS.has(aggTypeOf(measure) ?? '');
    }),
  );
  return isGap ? ['A gap is no zero here: a limit or a filter on a measure left groups out.'] : [];
}

/** Whether a value has none beside it, so that no line leads to it. */
function isAlone(value: number | null, place: number, values: readonly (number | null)[]): boolean {
  return value !== null && (values[place - 1] ?? null) === null && (values[place + 1] ?? null) === null;
}

/** A value on a line: with a mark if all have one, or if it would not be seen without. */
function marked(isEach: boolean) {
  return (value: number | null, place: number, values: readonly (number | null)[]) => {
    if (isEach) return value;
    return isAlone(value, place, values) ? { value, symbol: 'circle' } : { value, symbol: 'none' };
  };
}

/** The colour of a series: that of its number; the ninth is lighter than the first, and the seventeenth darker. */
function shade(number: number, { series, surface, text }: Palette): string {
  const colour = series[number % series.length] ?? text;
  const round = Math.floor(number / series.length) % 3;
  return round === 0 ? colour : mixed(colour, round === 1 ? surface : text);
}

/** The middle of two colours, each as `#rrggbb`. */
function mixed(one: string, other: string): string {
  const parts = (colour: string) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const others = parts(other);
  const middle = parts(one).map((part, place) => Math.round((part + (others[place] ?? part)) / 2));
  return `#${middle.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** How many letters stand along an axis. */
function width(names: readonly string[]): number {
  return names.length * Math.min(18, Math.max(0, ...names.map((name) => name.length)));
}

function leftOver(counts: readonly (readonly [all: number, shown: number, of: string])[]): string[] {
  const words = counts.flatMap(([all, shown, of]) =>
    all > shown ? [`the first ${shown} of ${all} ${of}`] : [],
  );
  return words.length === 0 ? [] : [`Drawn are ${words.join(' and ')}; the table has all.`];
}
