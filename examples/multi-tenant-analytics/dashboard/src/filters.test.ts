import { describe, expect, it } from 'vitest';
import { fromParameters, held, NO_FILTERS, toParameters, type Filters } from './filters';

const TODAY = '2026-03-03';
const narrow: Filters = { period: ['2026-01-01', '2026-01-31'], values: { channel: 'app', country: 'Italy' } };

describe('filters', () => {
  it('hold a query to the period, and to the one before it where they are compared', () => {
    const [time] = held({ measures: ['Orders.count'] }, NO_FILTERS, TODAY, 'sum', true).timeDimensions ?? [];
    expect(time).toEqual({
      dimension: 'Orders.createdAt',
      compareDateRange: [['2026-02-01', '2026-03-02'], ['2026-01-02', '2026-01-31']],
    });
  });
  it('give a series steps', () => {
    const [time] = held({}, narrow, TODAY, 'series', false).timeDimensions ?? [];
    expect(time).toEqual({ dimension: 'Orders.createdAt', granularity: 'day', dateRange: ['2026-01-01', '2026-01-31'] });
  });
  it('come on top of those of the query', () => {
    const own = { member: 'Orders.status', operator: 'set' as const };
    expect(held({ filters: [own] }, narrow, TODAY, 'sum', false).filters).toEqual([
      own,
      { member: 'Orders.channel', operator: 'equals', values: ['app'] },
      { member: 'Users.country', operator: 'equals', values: ['Italy'] },
    ]);
  });
  it('survive the address, whatever stands in it', () => {
    for (const filters of [NO_FILTERS, narrow]) expect(fromParameters(toParameters(filters))).toEqual(filters);
    expect(fromParameters(new URLSearchParams('period=2026-02-01..2026-01-01&channel='))).toEqual(NO_FILTERS);
  });
});
