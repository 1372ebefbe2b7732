import { ResultSet } from '@cubejs-client/core';
import { describe, expect, it } from 'vitest';
import { groupsOf, numbersOf, seriesOf, tableOf } from './answer';

const COUNT = { title: 'Orders Count', shortTitle: 'Count', type: 'number' };
const TIME = { title: 'Orders Created at', shortTitle: 'Created at', type: 'time' };

// As the server answers, one or several queries.
function answer(type: string, ...parts: { query: object; annotation?: object; data: object[] }[]): ResultSet {
  const results = parts.map(({ query, annotation, data }) => ({
    query: { timezone: 'UTC', timeDimensions: [], ...query },
    data,
    annotation: { measures: { 'O.count': COUNT }, dimensions: {}, segments: {}, timeDimensions: {}, ...annotation },
  }));
  const pivotQuery = { ...results[0]!.query, ...(parts.length > 1 ? { dimensions: ['compareDateRange'] } : {}) };
  return new ResultSet({ queryType: type, results, pivotQuery } as never);
}

const range = (first: string, last: string, granularity?: string) => ({
  measures: ['O.count'],
  timeDimensions: [{ dimension: 'O.at', dateRange: [`${first}T00:00:00.000`, `${last}T23:59:59.999`], ...(granularity ? { granularity } : {}) }],
});

describe('answers', () => {
  it('of a comparison are two numbers', () => {
    const compared = answer('compareDateRangeQuery',
      { query: range('2026-01-03', '2026-01-04'), data: [{ 'O.count': '7' }] },
      { query: range('2026-01-01', '2026-01-02'), data: [{ 'O.count': null }] });
    expect(numbersOf(compared)).toEqual({ now: 7, before: null, about: { type: 'number' } });
  });

  it('over time lie one above the other, days without rows included', () => {
    const annotation = { timeDimensions: { 'O.at.day': TIME } };
    const compared = answer('compareDateRangeQuery',
      { query: range('2026-01-03', '2026-01-04', 'day'), annotation, data: [{ 'O.at.day': '2026-01-04T00:00:00.000', 'O.count': '7' }] },
      { query: range('2026-01-01', '2026-01-02', 'day'), annotation, data: [{ 'O.at.day': '2026-01-01T00:00:00.000', 'O.count': '5' }] });
    const { labels, step, lines } = seriesOf(compared);
    expect(step).toBe('day');
    expect(labels).toEqual(['2026-01-03T00:00:00.000', '2026-01-04T00:00:00.000']);
    expect(lines.map(({ name, values }) => [name, values])).toEqual([['This period', [0, 7]], ['Period before', [5, 0]]]);
  });

  it('by group keep their order, and name the group without a value', () => {
    const grouped = answer('regularQuery', {
      query: { measures: ['O.count'], dimensions: ['O.city'] },
      annotation: { dimensions: { 'O.city': { title: 'Orders City', shortTitle: 'City', type: 'string' } } },
      data: [{ 'O.city': 'Oslo', 'O.count': '9' }, { 'O.city': null, 'O.count': '2' }],
    });
    expect(groupsOf(grouped).labels).toEqual(['Oslo', 'none']);
    expect(groupsOf(grouped).lines[0]?.values).toEqual([9, 2]);
    expect(tableOf(grouped).columns.map(({ title }) => title)).toEqual(['City', 'Count']);
  });
});
