// What all tiles of a dashboard are held to: a period, and one value each of a few dimensions.

import type { Query } from '@cubejs-client/core';
import { before, daysOf, granularityOf, isDay, PERIODS, type Period, type PeriodName } from './period';

// The time that periods are about, whatever a tile shows.
export const TIME = 'Orders.createdAt';

export const FILTERED = {
  channel: { member: 'Orders.channel', label: 'Channel', all: 'All channels' },
  status: { member: 'Orders.status', label: 'Status', all: 'All statuses' },
  country: { member: 'Users.country', label: 'Country', all: 'All countries' },
} as const;
export type FilterName = keyof typeof FILTERED;
export const FILTER_NAMES = Object.keys(FILTERED) as FilterName[];

export interface Filters {
  readonly period: Period;
  readonly values: Readonly<Partial<Record<FilterName, string>>>;
}
export const NO_FILTERS: Filters = { period: '30d', values: {} };

// How a query of a tile looks at time: `sum` for one number over the period, `series` for steps within it. Compared, the
// period before comes along.
export type Looks = 'sum' | 'series';

export function held(query: Query, filters: Filters, today: string, looks: Looks, compared: boolean): Query {
  const days = daysOf(filters.period, today);
  const ranges = compared
    ? { compareDateRange: [[...days], [...before(days)]] as [string, string][] }
    : { dateRange: [...days] as [string, string] };
  const step = looks === 'series' ? { granularity: granularityOf(days) } : {};
  const tests = FILTER_NAMES.flatMap((name) => {
    const value = filters.values[name];
    return value === undefined ? [] : [{ member: FILTERED[name].member, operator: 'equals' as const, values: [value] }];
  });
  return {
    ...query,
    timeDimensions: [{ dimension: TIME, ...step, ...ranges }],
    filters: [...(query.filters ?? []), ...tests],
  };
}

// Filters as they stand in the address.
export function toParameters({ period, values }: Filters): URLSearchParams {
  const parameters = new URLSearchParams();
  if (period !== NO_FILTERS.period) parameters.set('period', typeof period === 'string' ? period : period.join('..'));
  for (const name of FILTER_NAMES) {
    const value = values[name];
    if (value !== undefined) parameters.set(name, value);
  }
  return parameters;
}

export function fromParameters(parameters: URLSearchParams): Filters {
  const values: Partial<Record<FilterName, string>> = {};
  for (const name of FILTER_NAMES) {
    const value = parameters.get(name);
    if (value) values[name] = value;
  }
  return { period: periodOf(parameters.get('period') ?? ''), values };
}

function periodOf(text: string): Period {
  if (text in PERIODS) return text as PeriodName;
  const [first = '', last = ''] = text.split('..');
  return isDay(first) && isDay(last) && first <= last ? [first, last] : NO_FILTERS.period;
}
