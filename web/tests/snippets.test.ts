import { expect, test } from 'vitest';
import { type Request, snippets } from '../src/explore/snippets';

const REQUEST: Request = {
  query: {
    measures: ['Orders.count'],
    filters: [{ member: 'Orders.name', operator: 'equals', values: ['it\'s "true"', null, true] }],
    ungrouped: false,
  },
  origin: 'http://localhost:4000',
  basePath: '/cubejs-api',
  token: 'a.b.c',
};
const text = (id: string, request = REQUEST) => snippets(request).find((one) => one.id === id)?.text ?? '';

test('a shell is not ended by an apostrophe', () => {
  expect(text('curl')).toContain(String.raw`it'\''s`);
});

test('truth and null are those of Python, and texts stay texts', () => {
  expect(text('requests')).toContain(String.raw`"it's \"true\"",`);
  expect(text('requests')).toMatch(/None,\s+True\s+]/);
  expect(text('requests')).toContain('"ungrouped": False');
});

test('the client is told of another base path', () => {
  expect(text('kubus')).toContain('Client("http://localhost:4000", token="a.b.c")');
  expect(text('kubus', { ...REQUEST, basePath: '/bi' })).toContain('base_path="/bi"');
});

test('who asks without a token sends none', () => {
  const bare = { ...REQUEST, token: null };
  expect(text('curl', bare)).not.toContain('Authorization');
  expect(text('kubus', bare)).not.toContain('token');
  expect(text('requests', bare)).toContain('headers = {}');
});

const COMPARED: Request = {
  ...REQUEST,
  query: {
    measures: ['o.n'],
    timeDimensions: [
      {
        dimension: 'o.at',
        granularity: 'month',
        compareDateRange: ['this year', ['2020-01-01', '2020-12-31']],
      },
    ],
  },
};

test('ranges that are compared are asked for as the API and each library takes them', () => {
  expect(text('curl', COMPARED)).toContain('"queryType": "multi"');
  expect(text('curl')).not.toContain('queryType');
  expect(text('kubus', COMPARED)).not.toContain('compareDateRange"');
  expect(text('kubus', COMPARED)).toMatch(/"dateRange": "this year"[\s\S]*"dateRange": \[\s+"2020-01-01"/);
  expect(text('requests', COMPARED)).toContain('result["results"]');
  expect(text('javascript', COMPARED)).toContain('decompose()');
  expect(text('react', COMPARED)).toContain('["compareDateRange","o.at.month","o.n"]');
});
