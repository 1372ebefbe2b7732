import { describe, expect, test } from 'vitest';
import { type Exploration, NOTHING } from '../src/query/query';
import { type Action, reduce } from '../src/query/reduce';

const acted = (...actions: Action[]) => actions.reduce(reduce, NOTHING);
const count: Action = { type: 'toggle', shelf: 'measures', member: 'Orders.count' };
const status: Action = { type: 'toggle', shelf: 'dimensions', member: 'Orders.status' };
const byMonth: Action = { type: 'setTime', time: { dimension: 'Orders.createdAt', granularity: 'month' } };

test('a member that is chosen twice is out again, and nothing is left of it', () => {
  expect(acted(count, count)).toEqual(NOTHING);
});

test('what is chosen is in the query, in the order of choosing', () => {
  const { query } = acted(
    count,
    { type: 'toggle', shelf: 'measures', member: 'Orders.totalAmount' },
    byMonth,
  );
  expect(query).toEqual({
    measures: ['Orders.count', 'Orders.totalAmount'],
    timeDimensions: [{ dimension: 'Orders.createdAt', granularity: 'month' }],
  });
});

test('a member moves along its shelf, and not beyond its end', () => {
  const total: Action = { type: 'toggle', shelf: 'measures', member: 'Orders.totalAmount' };
  const moved = acted(count, total, {
    type: 'move',
    shelf: 'measures',
    member: 'Orders.totalAmount',
    by: -1,
  });
  expect(moved.query.measures).toEqual(['Orders.totalAmount', 'Orders.count']);
  expect(reduce(moved, { type: 'move', shelf: 'measures', member: 'Orders.totalAmount', by: -1 })).toEqual(
    moved,
  );
});

test('a time is changed in its place', () => {
  const { query } = acted(byMonth, {
    type: 'setTime',
    time: { dimension: 'Orders.createdAt', dateRange: 'this year' },
  });
  expect(query.timeDimensions).toEqual([{ dimension: 'Orders.createdAt', dateRange: 'this year' }]);
});

describe('order', () => {
  const turned: Action = { type: 'turnOrder', member: 'Orders.count' };

  test('a column is ordered down, then up, then as it comes', () => {
    expect(acted(count, status, turned).query.order).toEqual([['Orders.count', 'desc']]);
    expect(acted(count, status, turned, turned).query.order).toEqual([['Orders.count', 'asc']]);
    expect(acted(count, status, turned, turned, turned).query.order).toBeUndefined();
  });

  test('the column that was turned last goes first', () => {
    const { query } = acted(count, status, turned, { type: 'turnOrder', member: 'Orders.status' });
    expect(query.order).toEqual([
      ['Orders.status', 'desc'],
      ['Orders.count', 'desc'],
    ]);
  });

  test('the order of a column goes with it', () => {
    expect(acted(count, status, turned, count).query).toEqual({ dimensions: ['Orders.status'] });
  });

  test('an order that is written as an object is kept', () => {
    const { query } = acted({
      type: 'setQuery',
      query: { measures: ['Orders.count'], order: { 'Orders.count': 'asc' } },
    });
    expect(query.order).toEqual([['Orders.count', 'asc']]);
  });
});

describe('filters', () => {
  const filter = (member: string) => ({ member, operator: 'set' as const });
  const grouped = acted(
    { type: 'addFilter', path: [], filter: filter('a.a') },
    { type: 'addFilter', path: [], filter: { or: [] } },
    { type: 'addFilter', path: [1], filter: filter('a.b') },
    { type: 'addFilter', path: [1], filter: { and: [] } },
    { type: 'addFilter', path: [1, 1], filter: filter('a.c') },
  );

  test('are added at any depth', () => {
    expect(grouped.query.filters).toEqual([filter('a.a'), { or: [filter('a.b'), { and: [filter('a.c')] }] }]);
  });

  test('are replaced at any depth', () => {
    const { query } = reduce(grouped, { type: 'replaceFilter', path: [1, 1, 0], filter: filter('a.d') });
    expect(query.filters?.[1]).toEqual({ or: [filter('a.b'), { and: [filter('a.d')] }] });
  });

  test('are removed at any depth, and those beside them stay', () => {
    expect(reduce(grouped, { type: 'removeFilter', path: [1, 0] }).query.filters).toEqual([
      filter('a.a'),
      { or: [{ and: [filter('a.c')] }] },
    ]);
    expect(reduce(grouped, { type: 'removeFilter', path: [0] }).query.filters).toHaveLength(1);
  });
});

describe('axes', () => {
  const crossed: Exploration = {
    ...acted(count, status, byMonth),
    axes: { x: ['Orders.status'], y: ['Orders.createdAt.month', 'measures'] },
  };

  test('lose what is no longer in the query', () => {
    expect(reduce(crossed, { type: 'removeTime', dimension: 'Orders.createdAt' }).axes).toEqual({
      x: ['Orders.status'],
      y: ['measures'],
    });
  });

  test('take what is new into rows', () => {
    const more = reduce(crossed, { type: 'toggle', shelf: 'dimensions', member: 'Orders.channel' });
    expect(more.axes?.x).toEqual(['Orders.status', 'Orders.channel']);
  });

  test('are those of no choice when nothing of them is left', () => {
    const bare = reduce(reduce(crossed, status), { type: 'removeTime', dimension: 'Orders.createdAt' });
    expect(bare.axes).toBeNull();
  });
});

describe('a comparison', () => {
  const ranged = {
    type: 'setTime' as const,
    time: { dimension: 'Orders.createdAt', granularity: 'month', dateRange: 'this year' },
  };
  const against: Action = { type: 'compare', dimension: 'Orders.createdAt', with: 'period' };
  const own: Action = {
    type: 'compare',
    dimension: 'Orders.createdAt',
    with: ['this year', ['2020-01-01', '2020-12-31']],
  };
  const times = (view: Exploration) => view.query.timeDimensions;

  test('with what lies before follows the range, and stays out of the query', () => {
    const view = acted(count, ranged, against);
    expect(view.against).toEqual({ dimension: 'Orders.createdAt', earlier: 'period' });
    expect(times(view)).toEqual([ranged.time]);
    const moved = reduce(view, { type: 'setTime', time: { ...ranged.time, dateRange: 'last week' } });
    expect(moved.against).toEqual(view.against);
  });

  test('ends with its range and with its time', () => {
    const view = acted(count, ranged, against);
    expect(reduce(view, byMonth).against).toBeNull();
    expect(reduce(view, { type: 'removeTime', dimension: 'Orders.createdAt' }).against).toBeNull();
    expect(acted(count, byMonth, against).against).toBeNull();
  });

  test('with ranges of its own is in the query, in place of the range and of any other comparison', () => {
    const view = acted(count, ranged, against, own);
    expect(view.against).toBeNull();
    expect(times(view)).toEqual([
      {
        dimension: 'Orders.createdAt',
        granularity: 'month',
        compareDateRange: ['this year', ['2020-01-01', '2020-12-31']],
      },
    ]);
  });

  test('that is taken away leaves the first range', () => {
    const view = acted(count, ranged, own, { type: 'compare', dimension: 'Orders.createdAt', with: null });
    expect(times(view)).toEqual([ranged.time]);
  });

  test('is of one time alone', () => {
    const other: Action = {
      type: 'setTime',
      time: { dimension: 'Orders.completedAt', dateRange: 'last year' },
    };
    const view = acted(count, ranged, own, other, {
      type: 'compare',
      dimension: 'Orders.completedAt',
      with: ['last year', 'this year'],
    });
    expect(times(view)).toEqual([
      ranged.time,
      { dimension: 'Orders.completedAt', compareDateRange: ['last year', 'this year'] },
    ]);
  });

  test('has its ranges in columns of axes that were chosen before', () => {
    const axes = { x: ['Orders.createdAt.month'], y: ['measures'] };
    expect(reduce({ ...acted(count, ranged, status), axes }, against).axes).toEqual({
      x: ['Orders.createdAt.month', 'Orders.status'],
      y: ['compareDateRange', 'measures'],
    });
  });
});

test('the measure that is drawn is one of those that are chosen', () => {
  const drawn = acted(count, { type: 'setMeasure', measure: 'Orders.count' });
  expect(drawn.measure).toBe('Orders.count');
  expect(reduce(drawn, count).measure).toBeNull();
});
