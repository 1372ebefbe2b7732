// Answers as options of the chart library, in the colours of the theme. Values of different units never share a scale:
// each unit has a panel of its own.

import type { EChartsCoreOption } from 'echarts/core';
import type { About, Line, Series } from './answer';
import { formatNumber, formatStep, formatTick, formatValue } from './format';

export interface Colours {
  readonly series: readonly string[];
  readonly before: string;
  readonly text: string;
  readonly faint: string;
  readonly line: string;
  readonly surface: string;
}

const FONT = { fontFamily: 'system-ui, sans-serif', fontSize: 12 };
const LEGEND = 36;
const PANEL = 168;

// Shares, amounts of money, and all other numbers.
const unitOf = ({ format }: About) => (format === 'percent' || format === 'currency' ? format : 'number');

// One for each unit, in the order of the lines.
function panelsOf({ lines }: Series): About[] {
  const abouts = lines.map(({ about }) => about);
  return abouts.filter((about, index) => abouts.findIndex((other) => unitOf(other) === unitOf(about)) === index);
}
const panelOf = (panels: readonly About[], { about }: Line) => panels.findIndex((panel) => unitOf(panel) === unitOf(about));

// How high a chart has to be, in pixels, to hold its panels.
export const heightOf = (series: Series) => {
  const count = panelsOf(series).length;
  return series.step && count > 1 ? LEGEND + count * PANEL + 28 : 0;
};

function common(colours: Colours): EChartsCoreOption {
  return {
    animation: false,
    color: [...colours.series],
    textStyle: { ...FONT, color: colours.text },
    tooltip: { confine: true, backgroundColor: colours.surface, borderColor: colours.line, textStyle: { ...FONT, color: colours.text } },
  };
}

// What a pointer reads: the value with all of its digits, and of the period before also when that was.
function reading({ cells, about, isBefore }: Line, series: Series) {
  return {
    tooltip: {
      valueFormatter: (_value: unknown, place: number) => {
        const value = formatValue(cells[place], about);
        const step = series.before[place];
        return isBefore && step ? `${value} (${formatStep(step, series.step, isOneYear(series))})` : value;
      },
    },
  };
}

const pager = (colours: Colours) => ({
  pageIconColor: colours.text, pageIconInactiveColor: colours.line, pageIconSize: 10, pageTextStyle: { ...FONT, color: colours.faint },
});

const legend = (series: Series, colours: Colours) =>
  series.lines.length > 1
    ? { legend: { type: 'scroll', top: 0, left: 0, icon: 'roundRect', itemWidth: 12, itemHeight: 4, itemGap: 16, textStyle: { ...FONT, lineHeight: 20, color: colours.faint }, ...pager(colours) } }
    : {};

const named = (labels: readonly string[], colours: Colours) => ({
  type: 'category', data: labels, axisTick: { show: false }, axisLine: { lineStyle: { color: colours.line } },
  axisLabel: { ...FONT, color: colours.faint, hideOverlap: true },
});
const counted = (about: About, colours: Colours) => ({
  type: 'value', splitNumber: 4, splitLine: { lineStyle: { color: colours.line } },
  axisLabel: { ...FONT, color: colours.faint, formatter: (value: number) => formatTick(value, about) },
});

const within = { outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' };

// Whether no two steps of a series are of the same day of different years.
function isOneYear({ labels, before }: Series): boolean {
  const all = [...before, ...labels].map((label) => Date.parse(label));
  return Math.max(...all) - Math.min(...all) < 365 * 86_400_000;
}

// Panels over time lie one below the other, above the same steps.
function overTime(series: Series, colours: Colours, isLine: boolean): EChartsCoreOption {
  const panels = panelsOf(series);
  const isOnly = panels.length === 1;
  const top = series.lines.length > 1 ? LEGEND : 12;
  const step = (at: string) => formatStep(at, series.step, isOneYear(series));
  const labels = series.labels.map(step);
  return {
    ...common(colours), ...legend(series, colours),
    tooltip: {
      ...(common(colours).tooltip as object), trigger: 'axis',
      ...(isLine ? {} : { axisPointer: { type: 'shadow', shadowStyle: { color: colours.line, opacity: 0.4 } } }),
    },
    axisPointer: { link: [{ xAxisIndex: 'all' }] },
    grid: panels.map((_, index) =>
      isOnly ? { left: 4, right: 12, top, bottom: 4, ...within } : { left: 64, right: 12, top: top + 8 + index * PANEL, height: PANEL - 24 }),
    // The first and last label stay within the chart.
    xAxis: panels.map((_, index) => {
      const axis = named(labels, colours);
      const label = { ...axis.axisLabel, alignMinLabel: 'left', alignMaxLabel: 'right', show: index === panels.length - 1 };
      return { ...axis, axisLabel: label, gridIndex: index, boundaryGap: !isLine };
    }),
    yAxis: panels.map((about, index) => ({ ...counted(about, colours), gridIndex: index })),
    series: series.lines.map((line) => {
      const panel = panelOf(panels, line);
      return { name: line.name, data: line.values, xAxisIndex: panel, yAxisIndex: panel, ...reading(line, series) };
    }),
  };
}

// Where there are more lines than colours, those of the same colour are told apart by how they are drawn.
const STROKES = ['solid', 'dashed', 'dotted'] as const;

// The period is drawn solid, the period before broken and behind it.
export function lineChart(series: Series, colours: Colours): EChartsCoreOption {
  const drawn = overTime(series, colours, true);
  return {
    ...drawn,
    series: (drawn.series as object[]).map((one, index) => {
      const line = series.lines[index];
      return {
        ...one, type: 'line', symbolSize: 6, z: line?.isBefore ? 1 : 2,
        // A step between two gaps is a point.
        showSymbol: line?.values.some((value, place, all) => value !== null && isNothing(all[place - 1]) && isNothing(all[place + 1])) ?? false,
        lineStyle: line?.isBefore ? { width: 2, type: 'dashed', color: colours.before } : { width: 2.5, type: STROKES[Math.floor(index / colours.series.length)] ?? 'dotted' },
        ...(line?.isBefore ? { itemStyle: { color: colours.before } } : {}),
        ...(series.lines.length === 1 ? { areaStyle: { opacity: 0.08 } } : {}),
      };
    }),
  };
}
const isNothing = (value: number | null | undefined) => value === null || value === undefined;

// `isStacked` only where the columns of a step make up a whole.
export function columnChart(series: Series, colours: Colours, isStacked: boolean): EChartsCoreOption {
  const drawn = overTime(series, colours, false);
  return {
    ...drawn,
    series: (drawn.series as object[]).map((one, index) => ({
      ...one, type: 'bar', barMaxWidth: 28, ...(isStacked ? { stack: 'all' } : {}),
      ...(series.lines[index]?.isBefore ? { itemStyle: { color: colours.before } } : {}),
    })),
  };
}

// Panels of groups stand side by side, to the right of the same names.
export function barChart(series: Series, colours: Colours): EChartsCoreOption {
  const panels = panelsOf(series);
  const isOnly = panels.length === 1;
  const top = series.lines.length > 1 ? LEGEND : 12;
  const share = 72 / panels.length;
  return {
    ...common(colours), ...legend(series, colours),
    tooltip: { ...(common(colours).tooltip as object), trigger: 'item' },
    grid: panels.map((_, index) =>
      isOnly ? { left: 4, right: 56, top, bottom: 4, ...within } : { left: `${28 + index * share}%`, width: `${share - 13}%`, top, bottom: 4 }),
    xAxis: panels.map((about, index) => ({ ...counted(about, colours), gridIndex: index, show: false })),
    yAxis: panels.map((_, index) => {
      const axis = named(series.labels, colours);
      const label = { ...axis.axisLabel, color: colours.text, width: isOnly ? 120 : 88, overflow: 'truncate', show: index === 0 };
      return { ...axis, gridIndex: index, inverse: true, axisLine: { show: false }, axisLabel: label };
    }),
    series: series.lines.map((line) => {
      const panel = panelOf(panels, line);
      return {
        type: 'bar', name: line.name, data: line.values, xAxisIndex: panel, yAxisIndex: panel, barMaxWidth: 18,
        itemStyle: { borderRadius: [0, 4, 4, 0] }, ...reading(line, series),
        label: {
          show: true, position: 'right', ...FONT, color: colours.faint,
          formatter: ({ value }: { value: unknown }) => (typeof value === 'number' ? formatNumber(value, line.about, true) : ''),
        },
      };
    }),
  };
}

// Parts of a whole, which stands in the middle. Of parts that make up none there is no donut.
export function donutChart(series: Series, colours: Colours): EChartsCoreOption {
  const [line] = series.lines;
  if (!line) return common(colours);
  const total = line.values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  const shares = new Map(series.labels.map((name, index) => [name, total === 0 ? 0 : (line.values[index] ?? 0) / total]));
  return {
    ...common(colours),
    title: {
      text: formatNumber(total, line.about, true), left: 'center', top: '36%',
      textStyle: { ...FONT, fontSize: 24, fontWeight: 600, color: colours.text },
    },
    legend: {
      type: 'scroll', bottom: 0, icon: 'circle', itemWidth: 8, itemHeight: 8, itemGap: 16, textStyle: { ...FONT, color: colours.faint }, ...pager(colours),
      formatter: (name: string) => `${name} ${formatNumber(shares.get(name) ?? 0, { type: 'number', format: 'percent' })}`,
    },
    series: [{
      type: 'pie', radius: ['54%', '78%'], center: ['50%', '42%'], label: { show: false },
      itemStyle: { borderColor: colours.surface, borderWidth: 2 }, ...reading(line, series),
      data: series.labels.map((name, index) => ({ name, value: line.values[index] ?? 0 })),
    }],
  };
}
