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

/** A view of the data: what the address of the page holds. */
export interface Exploration {
  query: Query;
  /** null lets the query decide. */
  chart: Chart | null;
  axes: Axes | null;
  /** Whether a table has its totals. */
  totals: boolean;
}

export const NOTHING: Exploration = { query: {}, chart: null, axes: null, totals: true };

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
  const compared = (query.timeDimensions ?? []).some((time) => time.compareDateRange);
  return [...(compared ? ['compareDateRange'] : []), ...times, ...(query.dimensions ?? [])];
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

/** Whether there is nothing in it that can be asked. */
export function asksNothing(query: Query): boolean {
  return columnMembers(query).length === 0;
}
