/** What is asked, in the words of the wire, and how the answer is to be shown. Types come from the API's description. */

import type { components } from '../api/schema';

type Schemas = components['schemas'];

export type Query = Schemas['Query'];
export type TimeDimension = Schemas['TimeDimension'];
export type Filter = Schemas['Filter'];
export type Comparison = Schemas['Comparison'];
export type Operator = Comparison['operator'];
export type FilterValue = NonNullable<Comparison['values']>[number];
export type Group = Exclude<Filter, Comparison>;
export type Direction = 'asc' | 'desc';
export type Order = readonly [member: string, direction: Direction][];

export const CHARTS = ['line', 'bar', 'area', 'pie', 'number', 'table', 'heat'] as const;
export type Chart = (typeof CHARTS)[number];

/** Which keys of the answer make rows and which make columns. `measures` stands for the names of the measures. */
export interface Axes {
  x: readonly string[];
  y: readonly string[];
}

export const MEASURES = 'measures';

/** The key of rows that says to which of the ranges that are compared they belong. */
export const RANGES = 'compareDateRange';

/** A range as the wire has it: in words, or from one day or moment to another. */
export type Range = NonNullable<TimeDimension['dateRange']>;

/** What the range of a time is compared with: as many days or months before it, or the same days a year before. */
export type Earlier = 'period' | 'year';

/**
 * A comparison that follows the range, whatever that is. Ranges of one's own stand in the query instead, as the wire
 * has them.
 */
export interface Against {
  dimension: string;
  earlier: Earlier;
}

/** A view of the data: what the address of the page holds. */
export interface Exploration {
  query: Query;
  /** null lets the query decide. */
  chart: Chart | null;
  axes: Axes | null;
  against: Against | null;
  /** The measure that is drawn where only one can be; null for the first. */
  measure: string | null;
  /** Whether a table has its totals. */
  totals: boolean;
}

export const NOTHING: Exploration = {
  query: {},
  chart: null,
  axes: null,
  against: null,
  measure: null,
  totals: true,
};

export function isGroup(filter: Filter): filter is Group {
  return 'and' in filter || 'or' in filter;
}

/** What a group combines, and how. */
export function partsOf(group: Group): { word: 'and' | 'or'; parts: readonly Filter[] } {
  return 'and' in group ? { word: 'and', parts: group.and } : { word: 'or', parts: group.or };
}

/** A group of these filters. */
export function group(word: 'and' | 'or', parts: readonly Filter[]): Group {
  return word === 'and' ? { and: [...parts] } : { or: [...parts] };
}

/** The key of a time dimension in rows: with its granularity behind it. */
export function timeKey({ dimension, granularity }: TimeDimension): string {
  return granularity ? `${dimension}.${granularity}` : dimension;
}

/** The keys that rows are grouped by: times first, as the API gives them. */
export function groupingKeys(query: Query): string[] {
  const times = (query.timeDimensions ?? []).filter((time) => time.granularity).map(timeKey);
  return [...(comparedTime(query) ? [RANGES] : []), ...times, ...(query.dimensions ?? [])];
}

/** The time whose ranges are compared; undefined if none are. */
export function comparedTime(query: Query): TimeDimension | undefined {
  return (query.timeDimensions ?? []).find((time) => time.compareDateRange !== undefined);
}

/** The keys of times among the columns. */
export function timeKeys(query: Query): string[] {
  return (query.timeDimensions ?? []).filter((time) => time.granularity).map(timeKey);
}

/** The order as pairs, whichever way it is written. */
export function orderOf(query: Query): Order {
  const { order } = query;
  if (order === undefined) return [];
  return Array.isArray(order) ? order : Object.entries(order);
}

/** The members that a query names in its columns. */
export function columnMembers(query: Query): string[] {
  return [
    ...(query.timeDimensions ?? []).filter((time) => time.granularity).map((time) => time.dimension),
    ...(query.dimensions ?? []),
    ...(query.measures ?? []),
  ];
}
