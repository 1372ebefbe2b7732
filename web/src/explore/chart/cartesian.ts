/** Lines, areas and bars: series over the rows of a grid, on an axis for each unit. */

import { shortFormatterOf, unitOf } from '../../query/format';
import type { GridColumn } from '../../query/pivot';
import { MEASURES, RANGES } from '../../query/query';
import { type Column, wordsFor } from '../result';
import { gapsTold, leftOver, numberIn, written } from './cells';
import type { Drawing, Drawn } from './drawing';
import { legend, MOST_COLOURS, shade, shared, tooltip } from './looks';
import { nameOf, periodIn, wordsBeside } from './names';

// Beyond these, marks cannot be told apart.
const MOST_SERIES = MOST_COLOURS;
const MOST_BARS = 400;
// Beyond these, a mark for each value of a line hides the line.
const MOST_MARKS = 40;
// A chart has a left and a right side.
const MOST_AXES = 2;
// What stands in the legend for a line of dashes.
const DASHES = 'path://M0,4h4v3h-4z M6,4h4v3h-4z';

export function cartesian(chart: 'line' | 'area' | 'bar', drawn: Drawn): Drawing {
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

/** Whether the columns are of one measure, and the parts of something: only then do they stand on each other. */
function addUp(columns: readonly GridColumn[], { grid, sum }: Drawn): boolean {
  const [measure, other] = new Set(columns.map((column) => column.measure));
  const isParted = grid.columnKeys.some((key) => key !== MEASURES && key !== RANGES);
  return sum === 'adds' && isParted && other === undefined && typeof measure === 'string';
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

/** How many letters stand along an axis. */
function width(names: readonly string[]): number {
  return names.length * Math.min(18, Math.max(0, ...names.map((name) => name.length)));
}
