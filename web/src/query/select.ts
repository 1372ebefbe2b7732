/** What follows from a view: what is asked for it, as which chart, on which axes, and how totals are asked for. */

import { complete, filteredMembers } from './filterTree';
import {
  type Axes,
  type Chart,
  columnMembers,
  comparedTime,
  type Exploration,
  groupingKeys,
  MEASURES,
  type Query,
  RANGES,
  timeKey,
  timeKeys,
} from './query';

/** The query without what is still being written: filters that have no values yet. */
export function ready(query: Query): Query {
  const { filters, ...rest } = query;
  const kept = complete(filters ?? []);
  return kept.length === 0 ? rest : { ...rest, filters: kept };
}

/** The chart that suits a query: numbers without groups, lines over time, bars by one or two things, else a table. */
export function suitingChart(query: Query): Chart {
  const groups = groupingKeys(query).filter((key) => key !== RANGES).length;
  if ((query.measures ?? []).length === 0 || query.ungrouped) return 'table';
  if (groups === 0) return 'number';
  if (groups > 2) return 'table';
  return timeKeys(query).length > 0 ? 'line' : 'bar';
}

/** The chart that is shown. */
export function chartOf({ chart, query }: Exploration): Chart {
  return chart ?? suitingChart(query);
}

/** The axes that are shown: those that were chosen, or what suits the chart. */
export function axesOf({ query, axes }: Exploration, chart: Chart): Axes {
  const measures = (query.measures ?? []).length > 0 ? [MEASURES] : [];
  const keys = groupingKeys(query);
  if (axes !== null && chart !== 'pie' && !query.ungrouped) {
    const isPlaced = axes.x.includes(MEASURES) || axes.y.includes(MEASURES);
    return isPlaced ? axes : { x: axes.x, y: [...axes.y, ...measures] };
  }
  const groups = keys.filter((key) => key !== RANGES);
  if (chart === 'pie') return { x: keys, y: measures };
  if (chart === 'table') {
    // Without periods, which are not the same in two ranges, each group has its ranges side by side.
    const isBeside = groups.length > 0 && groups.length < keys.length && timeKeys(query).length === 0;
    return isBeside ? { x: groups, y: [RANGES, ...measures] } : { x: keys, y: measures };
  }
  const along = comparedTime(query);
  const first = (along?.granularity ? timeKey(along) : timeKeys(query)[0]) ?? groups[0] ?? keys[0];
  return { x: keys.filter((key) => key === first), y: [...keys.filter((key) => key !== first), ...measures] };
}

/** What is asked of the API for a view; null while there is nothing to ask. */
export function asked(exploration: Exploration): Query | null {
  const query = ready(exploration.query);
  if (columnMembers(query).length === 0) return null;
  const isNumber = exploration.chart === 'number' && (query.measures ?? []).length > 0;
  return isNumber && groupingKeys(query).length > 0 ? grouped(query, []) : query;
}

/** The same rows, grouped by these keys alone: what a total is. In no order, and all of them. */
export function grouped(query: Query, keys: readonly string[]): Query {
  const { order: _order, limit: _limit, offset: _offset, total: _total, ...rest } = query;
  const timeDimensions = (query.timeDimensions ?? []).flatMap((time) => {
    if (keys.includes(timeKey(time))) return [time];
    const { granularity: _granularity, ...range } = time;
    return range.dateRange === undefined && range.compareDateRange === undefined ? [] : [range];
  });
  return {
    ...rest,
    dimensions: (query.dimensions ?? []).filter((one) => keys.includes(one)),
    timeDimensions,
  };
}

/**
 * The queries for the totals of a table. Totals are asked for, since averages and distinct counts do not add up. Ranges
 * that are compared have a total each, and none together: they may overlap.
 */
export interface Totals {
  grand: Query;
  /** For each row over all columns, where columns are more than measures. */
  rows: Query | null;
  /** For each column over all rows, where columns are more than measures. */
  columns: Query | null;
}

/** The queries for totals; null where a total would not be that of the rows: see `totalsRefused`. */
export function totalsOf(query: Query, axes: Axes): Totals {
  const x = axes.x.filter((key) => key !== MEASURES);
  const y = axes.y.filter((key) => key !== MEASURES);
  const isCrossed = x.length > 0 && y.length > 0;
  return {
    grand: grouped(query, []),
    rows: isCrossed && !y.includes(RANGES) ? grouped(query, x) : null,
    columns: isCrossed ? grouped(query, y) : null,
  };
}

/** Why a table has no totals; null if it can have them. */
export function totalsRefused(query: Query, isMeasure: (member: string) => boolean): string | null {
  if ((query.measures ?? []).length === 0) return 'Totals are of measures, and there is none';
  if (groupingKeys(query).every((key) => key === RANGES)) return 'Without groups, the row is the total';
  if (query.ungrouped) return 'Rows that are not grouped have no totals';
  if (filteredMembers(query.filters ?? []).some(isMeasure)) {
    return 'A filter on a measure chooses groups, so a total of all rows would be of other rows';
  }
  return null;
}
