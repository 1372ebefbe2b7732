import { Meta, type Query } from '@cubejs-client/core';
import { expect, it } from 'vitest';
import { isAdditive, wholeOf, zeroOf } from './measures';

const measure = (name: string, aggType: string, cumulative = false) => ({ name, title: name, shortTitle: name, type: 'number', aggType, cumulative });
const dimension = { name: 'O.city', title: 'City', shortTitle: 'City', type: 'string' };
const cube = {
  name: 'O', title: 'O', segments: [], dimensions: [dimension],
  measures: [
    measure('O.count', 'count'), measure('O.amount', 'sum'), measure('O.running', 'sum', true),
    measure('O.average', 'avg'), measure('O.buyers', 'countDistinct'), measure('O.rate', 'number'), measure('O.most', 'max'),
  ],
};
const meta = new Meta({ cubes: [cube] } as unknown as ConstructorParameters<typeof Meta>[0]);

it('counts and sums add up, and nothing else', () => {
  const additive = cube.measures.map(({ name }) => name).filter((name) => isAdditive(name, meta));
  expect(additive).toEqual(['O.count', 'O.amount']);
  expect(isAdditive('O.unknown', meta)).toBe(false);
});

it('no row is nothing unless a filter on a measure took it away', () => {
  const tested: Query = { filters: [{ or: [{ member: 'O.city', operator: 'set' }, { and: [{ member: 'O.count', operator: 'gt', values: ['5'] }] }] }] };
  expect(zeroOf({ filters: [{ member: 'O.city', operator: 'set' }] }, meta)('O.count')).toBe(true);
  expect(zeroOf(tested, meta)('O.count')).toBe(false);
  expect(zeroOf({}, meta)('O.average')).toBe(false);
});

it('the whole is asked for where parts of one measure may add up', () => {
  const query: Query = { measures: ['O.count'], dimensions: ['O.city'], order: { 'O.count': 'desc' }, limit: 12, timeDimensions: [{ dimension: 'O.at', granularity: 'day' }] };
  expect(wholeOf(query, 'donut', meta)).toEqual({ measures: ['O.count'], timeDimensions: query.timeDimensions });
  expect(wholeOf(query, 'columns', meta)).not.toBeNull();
  const none: [Query, Parameters<typeof wholeOf>[1]][] = [
    [query, 'bars'],
    [{ ...query, measures: ['O.average'] }, 'donut'],
    [{ ...query, measures: ['O.count', 'O.amount'] }, 'columns'],
    [{ measures: ['O.count'] }, 'columns'],
    [{ ...query, timeDimensions: [{ dimension: 'O.at', granularity: 'day', compareDateRange: ['last week', 'this week'] }] }, 'columns'],
  ];
  for (const [asked, shape] of none) expect(wholeOf(asked, shape, meta)).toBeNull();
});
