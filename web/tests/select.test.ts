import { describe, expect, test } from 'vitest';
import { type Exploration, NOTHING, type Query } from '../src/query/query';
import { asked, axesOf, ready, suitingChart, totalsOf, totalsRefused } from '../src/query/select';

const MONTHS = { dimension: 'o.at', granularity: 'month' };
const of = (query: Query, more: Partial<Exploration> = {}): Exploration => ({ ...NOTHING, query, ...more });

test.each<[string, Query]>([
  ['number', { measures: ['o.n'] }],
  ['line', { measures: ['o.n'], timeDimensions: [MONTHS] }],
  ['line', { measures: ['o.n'], dimensions: ['o.s'], timeDimensions: [MONTHS] }],
  ['bar', { measures: ['o.n'], dimensions: ['o.s'] }],
  ['table', { dimensions: ['o.s'] }],
  ['table', { measures: ['o.n'], dimensions: ['o.s', 'o.t', 'o.u'] }],
  ['table', { measures: ['o.n'], dimensions: ['o.s'], ungrouped: true }],
  ['number', { measures: ['o.n'], timeDimensions: [{ dimension: 'o.at', dateRange: 'today' }] }],
])('%s suits %j', (chart, query) => {
  expect(suitingChart(query)).toBe(chart);
});

test('filters that are not finished are not asked', () => {
  const filters: Query['filters'] = [
    { member: 'o.s', operator: 'equals', values: [] },
    { or: [] },
    { and: [{ or: [{ member: 'o.s', operator: 'equals' }] }] },
    { member: 'o.s', operator: 'set' },
  ];
  expect(ready({ measures: ['o.n'], filters })).toEqual({
    measures: ['o.n'],
    filters: [{ member: 'o.s', operator: 'set' }],
  });
  expect(ready({ measures: ['o.n'], filters: filters.slice(0, 3) })).toEqual({ measures: ['o.n'] });
});

test('a query without columns asks nothing', () => {
  expect(
    asked(of({ filters: [{ member: 'o.s', operator: 'set' }], timeDimensions: [{ dimension: 'o.at' }] })),
  ).toBeNull();
});

test('a number of a grouped query is asked without its groups, over the same range', () => {
  const query = {
    measures: ['o.n'],
    dimensions: ['o.s'],
    timeDimensions: [{ ...MONTHS, dateRange: 'this year' }],
    limit: 5,
  };
  expect(asked(of(query, { chart: 'number' }))).toEqual({
    measures: ['o.n'],
    dimensions: [],
    timeDimensions: [{ dimension: 'o.at', dateRange: 'this year' }],
  });
});

describe('axes', () => {
  const query: Query = { measures: ['o.n'], dimensions: ['o.s'], timeDimensions: [MONTHS] };

  test('charts go along time', () => {
    expect(axesOf(of(query), 'line')).toEqual({ x: ['o.at.month'], y: ['o.s', 'measures'] });
  });

  test('tables have all groups in rows', () => {
    expect(axesOf(of(query), 'table')).toEqual({ x: ['o.at.month', 'o.s'], y: ['measures'] });
  });

  const compared = (granularity?: string): Query => ({
    measures: ['o.n'],
    dimensions: ['o.s'],
    timeDimensions: [
      {
        dimension: 'o.at',
        ...(granularity && { granularity }),
        compareDateRange: ['this year', 'last year'],
      },
    ],
  });

  test('ranges that are compared are series, or columns where they have no periods', () => {
    expect(axesOf(of(compared('month')), 'line')).toEqual({
      x: ['o.at.month'],
      y: ['compareDateRange', 'o.s', 'measures'],
    });
    expect(axesOf(of(compared()), 'bar')).toEqual({ x: ['o.s'], y: ['compareDateRange', 'measures'] });
    expect(axesOf(of(compared()), 'table')).toEqual({ x: ['o.s'], y: ['compareDateRange', 'measures'] });
    expect(axesOf(of(compared('month')), 'table').x).toEqual(['compareDateRange', 'o.at.month', 'o.s']);
  });

  test('a choice stands, and measures have a place', () => {
    const axes = { x: ['o.s'], y: ['o.at.month'] };
    expect(axesOf(of(query, { axes }), 'table')).toEqual({ x: ['o.s'], y: ['o.at.month', 'measures'] });
  });
});

describe('totals', () => {
  const query: Query = {
    measures: ['o.n'],
    dimensions: ['o.s'],
    timeDimensions: [{ ...MONTHS, dateRange: 'this year' }],
    order: [['o.n', 'desc']],
    limit: 3,
    timezone: 'Asia/Tokyo',
  };

  test('are asked over the same rows: each row, each column, all', () => {
    const { grand, rows, columns } = totalsOf(query, { x: ['o.s'], y: ['o.at.month', 'measures'] });
    const range = { dimension: 'o.at', dateRange: 'this year' };
    const shared = { measures: ['o.n'], timezone: 'Asia/Tokyo' };
    expect(grand).toEqual({ ...shared, dimensions: [], timeDimensions: [range] });
    expect(rows).toEqual({ ...shared, dimensions: ['o.s'], timeDimensions: [range] });
    expect(columns).toEqual({
      ...shared,
      dimensions: [],
      timeDimensions: [{ ...range, granularity: 'month' }],
    });
  });

  test('of rows and columns are not asked where one of them has no groups', () => {
    expect(totalsOf(query, { x: ['o.at.month', 'o.s'], y: ['measures'] })).toMatchObject({
      rows: null,
      columns: null,
    });
  });

  test('of ranges that are compared are asked for each of them', () => {
    const ranges = ['this year', 'last year'];
    const compared = { ...query, timeDimensions: [{ ...MONTHS, compareDateRange: ranges }] };
    const { grand, rows } = totalsOf(compared, { x: ['o.s'], y: ['compareDateRange', 'measures'] });
    expect(grand.timeDimensions).toEqual([{ dimension: 'o.at', compareDateRange: ranges }]);
    expect(rows).toBeNull();
    expect(totalsRefused(compared, isMeasure)).toBeNull();
  });

  const isMeasure = (member: string) => member === 'o.n';
  test.each<[string | null, Query]>([
    [null, query],
    [
      'filter on a measure',
      { ...query, filters: [{ or: [{ member: 'o.n', operator: 'gt', values: [1] }] }] },
    ],
    ['not grouped', { ...query, ungrouped: true }],
    ['there is none', { dimensions: ['o.s'] }],
    ['is the total', { measures: ['o.n'] }],
  ])('are refused: %s', (why, asking) => {
    const refused = totalsRefused(asking, isMeasure);
    if (why === null) expect(refused).toBeNull();
    else expect(refused).toContain(why);
  });
});
