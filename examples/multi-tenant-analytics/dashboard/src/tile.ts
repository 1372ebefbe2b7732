// A tile of a dashboard: a question and how its answer is shown. Which period it is about, the dashboard says.

import type { Meta, Query } from '@cubejs-client/core';

export const SHAPES = { number: 'Number', line: 'Lines', columns: 'Columns', bars: 'Bars', donut: 'Donut', table: 'Table' } as const;
export type Shape = keyof typeof SHAPES;

export interface Tile {
  readonly id: string;
  readonly title: string;
  readonly shape: Shape;
  readonly query: Query;
  // Beside the same for the period before.
  readonly compared?: boolean;
  // Which way a number should go; without it neither is better.
  readonly better?: 'more' | 'less';
}

export const isSeries = (shape: Shape) => shape === 'line' || shape === 'columns';
export const isWide = (shape: Shape) => isSeries(shape) || shape === 'table';

export const OVERVIEW_TILES: readonly Tile[] = [
  { id: 'revenue', title: 'Revenue', shape: 'number', compared: true, better: 'more', query: { measures: ['Orders.totalAmount'] } },
  { id: 'orders', title: 'Orders', shape: 'number', compared: true, better: 'more', query: { measures: ['Orders.count'] } },
  { id: 'average', title: 'Average order', shape: 'number', compared: true, better: 'more', query: { measures: ['Orders.averageAmount'] } },
  { id: 'buyers', title: 'Buyers', shape: 'number', compared: true, better: 'more', query: { measures: ['Orders.buyers'] } },
  { id: 'returns', title: 'Return rate', shape: 'number', compared: true, better: 'less', query: { measures: ['Orders.returnRate'] } },
  { id: 'days', title: 'Days to deliver', shape: 'number', compared: true, better: 'less', query: { measures: ['Orders.averageDaysToComplete'] } },
  { id: 'revenue-series', title: 'Revenue over time', shape: 'line', compared: true, query: { measures: ['Orders.totalAmount'] } },
  { id: 'channels', title: 'Orders by channel', shape: 'donut', query: { measures: ['Orders.count'], dimensions: ['Orders.channel'], order: { 'Orders.count': 'desc' } } },
  { id: 'statuses', title: 'Orders by status over time', shape: 'columns', query: { measures: ['Orders.count'], dimensions: ['Orders.status'], order: { 'Orders.status': 'asc' } } },
  { id: 'countries', title: 'Orders by country', shape: 'bars', query: { measures: ['Orders.count'], dimensions: ['Users.country'], filters: [{ member: 'Users.country', operator: 'set' }], order: { 'Orders.count': 'desc' }, limit: 8 } },
  { id: 'customers', title: 'Best customers', shape: 'table', query: { measures: ['Orders.totalAmount', 'Orders.count'], dimensions: ['Users.name', 'Users.email', 'Users.city'], filters: [{ member: 'Users.id', operator: 'set' }], order: { 'Orders.totalAmount': 'desc' }, limit: 8 } },
  { id: 'categories', title: 'Revenue by category', shape: 'bars', query: { measures: ['LineItems.revenue'], dimensions: ['ProductCategories.name'], order: { 'LineItems.revenue': 'desc' }, limit: 8 } },
  { id: 'latest', title: 'Latest orders', shape: 'table', query: { dimensions: ['Orders.number', 'Orders.createdAt', 'Users.name', 'Orders.status', 'Orders.channel'], order: { 'Orders.createdAt': 'desc' }, limit: 8 } },
];

// Every member that a query names.
export function membersOf(query: Query): string[] {
  const tested = (query.filters ?? []).flatMap((filter) => ('member' in filter && filter.member ? [filter.member] : []));
  const times = (query.timeDimensions ?? []).map((time) => time.dimension);
  return [...new Set([...(query.measures ?? []), ...(query.dimensions ?? []), ...(query.segments ?? []), ...tested, ...times])];
}

// Whether the caller's model has every member of a query: what a role may not see is not in it.
export function isAnswerable(query: Query, meta: Meta): boolean {
  return membersOf(query).every((name) => !('error' in meta.resolveMember(name, ['measures', 'dimensions', 'segments'])));
}
