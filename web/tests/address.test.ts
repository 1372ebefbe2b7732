import { expect, test } from 'vitest';
import { fromSearch, toSearch } from '../src/query/address';
import { type Exploration, NOTHING } from '../src/query/query';

const EVERYTHING: Exploration = {
  query: {
    measures: ['Orders.count'],
    dimensions: ['Users.city'],
    timeDimensions: [
      { dimension: 'Orders.createdAt', granularity: 'month', dateRange: ['2024-01-01', '2024-12-31'] },
    ],
    filters: [
      { or: [{ member: 'Users.city', operator: 'equals', values: ["L'Aquila & Zürich", '100%', null] }] },
    ],
    segments: ['Orders.open'],
    order: [['Orders.count', 'desc']],
    limit: 50,
    timezone: 'Europe/Berlin',
  },
  chart: 'heat',
  axes: { x: ['Users.city'], y: ['Orders.createdAt.month', 'measures'] },
  against: { dimension: 'Orders.createdAt', earlier: 'year' },
  measure: 'Orders.count',
  totals: false,
};

test('an address says all of a view', () => {
  expect(fromSearch(toSearch(EVERYTHING))).toEqual({ exploration: EVERYTHING, problem: null });
});

test('nothing has no address', () => {
  expect(toSearch(NOTHING)).toBe('');
  expect(fromSearch('')).toEqual({ exploration: NOTHING, problem: null });
});

test.each([
  ['query=nonsense', 'query'],
  ['query=[]', 'query'],
  ['query={"measures":"Orders.count"}', 'query'],
  ['query={"measures":[1]}', 'query'],
  ['query={"filters":[{"or":[{"member":1,"operator":"set"}]}]}', 'query'],
  ['query={"timeDimensions":[{"granularity":"day"}]}', 'query'],
  ['query={"order":[["a.b"]]}', 'query'],
  ['chart=spaceship', 'chart'],
  ['pivot={"x":1,"y":[]}', 'pivot'],
  ['against=decade:Orders.createdAt', 'comparison'],
  ['query={"timeDimensions":[{"dimension":"a.b","compareDateRange":"today"}]}', 'query'],
  ['query={"timeDimensions":[{"dimension":"a.b","dateRange":5}]}', 'query'],
  ['query={"timeDimensions":[{"dimension":"a.b","dateRange":[]}]}', 'query'],
  ['query={"timeDimensions":[{"dimension":"a.b","granularity":{}}]}', 'query'],
  ['query={"measures":["a.b"],"limit":{}}', 'query'],
  ['query={"measures":["a.b"],"limit":null}', 'query'],
  ['query={"measures":["a.b"],"offset":"5"}', 'query'],
  ['query={"measures":["a.b"],"timezone":5}', 'query'],
  ['query={"measures":["a.b"],"ungrouped":"no"}', 'query'],
  ['query={"order":5}', 'query'],
  ['query={"order":{"a.b":{}}}', 'query'],
  ['query={"filters":[{"member":"a.b","operator":"equals","values":[{}]}]}', 'query'],
  ['query={"filters":[{"dimension":5,"operator":"set"}]}', 'query'],
])('%s is told and left out', (search, name) => {
  const { exploration, problem } = fromSearch(search);
  expect(exploration).toEqual(NOTHING);
  expect(problem).toContain(name);
});

test('what can be read beside what cannot is kept', () => {
  const { exploration, problem } = fromSearch('query={"measures":["a.b"]}&chart=spaceship');
  expect(exploration.query).toEqual({ measures: ['a.b'] });
  expect(problem).toContain('chart');
});

test('a filter may name its member as clients of before do', () => {
  const filters = [
    { or: [{ dimension: 'a.b', operator: 'equals', values: ['x'] }] },
    { dimension: 'a.c', operator: 'set' },
  ];
  const { exploration, problem } = fromSearch(`query=${JSON.stringify({ measures: ['a.n'], filters })}`);
  expect(problem).toBeNull();
  expect(exploration.query.filters).toEqual([
    { or: [{ member: 'a.b', operator: 'equals', values: ['x'] }] },
    { member: 'a.c', operator: 'set' },
  ]);
});

test.each([
  ['"True"', true],
  ['"false"', false],
  ['true', true],
])('ungrouped may be the word for it: %s', (written, is) => {
  expect(fromSearch(`query={"measures":["a.b"],"ungrouped":${written}}`).exploration.query.ungrouped).toBe(
    is,
  );
});
