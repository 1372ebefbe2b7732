// Answers as options of the chart library, in the colours of the theme.

import type { EChartsCoreOption } from 'echarts/core';
import type { Series } from './answer';
import { formatNumber, formatStep } from './format';

export interface Colours {
  readonly series: readonly string[];
  readonly before: string;
  readonly text: string;
  readonly faint: string;
  readonly line: string;
  readonly surface: string;
}

const FONT = { fontFamily: 'system-ui, sans-serif', fontSize: 12 };

function common(series: Series, colours: Colours): EChartsCoreOption {
  return {
    animation: false,
    color: [...colours.series],
    textStyle: { ...FONT, color: colours.text },
    tooltip: {
      confine: true,
      backgroundColor: colours.surface,
      borderColor: colours.line,
      textStyle: { ...FONT, color: colours.text },
      valueFormatter: (value: unknown) => (typeof value === 'number' ? formatNumber(value, series.about) : '–'),
    },
  };
}

function axes(series: Series, colours: Colours, label: (text: string) => string) {
  return {
    named: {
      type: 'category', data: series.labels.map(label), axisTick: { show: false }, axisLine: { lineStyle: { color: colours.line } },
      axisLabel: { ...FONT, color: colours.faint, hideOverlap: true },
    },
    counted: {
      type: 'value', splitNumber: 4, axisLabel: { ...FONT, color: colours.faint, formatter: (value: number) => formatNumber(value, series.about, true) },
      splitLine: { lineStyle: { color: colours.line } },
    },
  };
}

// Below a chart the first and last label stay within it.
const along = (axis: ReturnType<typeof axes>['named']) =>
  ({ ...axis, axisLabel: { ...axis.axisLabel, alignMinLabel: 'left', alignMaxLabel: 'right' } });

const pager = (colours: Colours) => ({
  pageIconColor: colours.text, pageIconInactiveColor: colours.line, pageIconSize: 10, pageTextStyle: { ...FONT, color: colours.faint },
});

const legend = (series: Series, colours: Colours) =>
  series.lines.length > 1
    ? { legend: { type: 'scroll', top: 0, left: 0, icon: 'roundRect', itemWidth: 12, itemHeight: 4, itemGap: 16, textStyle: { ...FONT, color: colours.faint }, ...pager(colours) } }
    : {};

const grid = (series: Series) => ({ left: 4, right: 12, top: series.lines.length > 1 ? 36 : 12, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' });

// The period is drawn solid, the period before broken and behind it.
export function lineChart(series: Series, colours: Colours): EChartsCoreOption {
  const { named, counted } = axes(series, colours, (at) => formatStep(at, series.step));
  return {
    ...common(series, colours), ...legend(series, colours), grid: grid(series),
    tooltip: { ...(common(series, colours).tooltip as object), trigger: 'axis' },
    xAxis: { ...along(named), boundaryGap: false }, yAxis: counted,
    series: series.lines.map((line) => ({
      type: 'line', name: line.name, data: line.values, showSymbol: series.labels.length === 1, symbolSize: 6, z: line.isBefore ? 1 : 2,
      lineStyle: line.isBefore ? { width: 2, type: 'dashed', color: colours.before } : { width: 2.5 },
      ...(line.isBefore ? { itemStyle: { color: colours.before } } : {}),
      ...(series.lines.length === 1 ? { areaStyle: { opacity: 0.08 } } : {}),
    })),
  };
}

export function columnChart(series: Series, colours: Colours): EChartsCoreOption {
  const { named, counted } = axes(series, colours, (at) => formatStep(at, series.step));
  const isStacked = !series.lines.some((line) => line.isBefore);
  return {
    ...common(series, colours), ...legend(series, colours), grid: grid(series),
    tooltip: { ...(common(series, colours).tooltip as object), trigger: 'axis', axisPointer: { type: 'shadow', shadowStyle: { color: colours.line, opacity: 0.4 } } },
    xAxis: along(named), yAxis: counted,
    series: series.lines.map((line) => ({
      type: 'bar', name: line.name, data: line.values, barMaxWidth: 28, ...(isStacked ? { stack: 'all' } : {}),
      ...(line.isBefore ? { itemStyle: { color: colours.before } } : {}),
    })),
  };
}

export function barChart(series: Series, colours: Colours): EChartsCoreOption {
  const { named, counted } = axes(series, colours, (name) => name);
  return {
    ...common(series, colours), ...legend(series, colours), grid: { ...grid(series), right: 56 },
    tooltip: { ...(common(series, colours).tooltip as object), trigger: 'item' },
    xAxis: { ...counted, show: false }, yAxis: { ...named, inverse: true, axisLine: { show: false }, axisLabel: { ...named.axisLabel, color: colours.text, width: 120, overflow: 'truncate' } },
    series: series.lines.map((line) => ({
      type: 'bar', name: line.name, data: line.values, barMaxWidth: 18, itemStyle: { borderRadius: [0, 4, 4, 0] },
      label: {
        show: true, position: 'right', ...FONT, color: colours.faint,
        formatter: ({ value }: { value: unknown }) => (typeof value === 'number' ? formatNumber(value, series.about, true) : ''),
      },
    })),
  };
}

export function donutChart(series: Series, colours: Colours): EChartsCoreOption {
  const values = series.lines[0]?.values ?? [];
  const total = values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  return {
    ...common(series, colours),
    title: {
      text: formatNumber(total, series.about, true), left: 'center', top: '36%',
      textStyle: { ...FONT, fontSize: 24, fontWeight: 600, color: colours.text },
    },
    legend: { type: 'scroll', bottom: 0, icon: 'circle', itemWidth: 8, itemHeight: 8, itemGap: 16, textStyle: { ...FONT, color: colours.faint }, ...pager(colours) },
    series: [{
      type: 'pie', radius: ['54%', '78%'], center: ['50%', '42%'], label: { show: false },
      itemStyle: { borderColor: colours.surface, borderWidth: 2 },
      data: series.labels.map((name, index) => ({ name, value: values[index] ?? 0 })),
    }],
  };
}
