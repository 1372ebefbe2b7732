import { ResultSet } from '@cubejs-client/core';
import { describe, expect, it } from 'vitest';
import { addsUp, groupsOf, numbersOf, seriesOf, tableOf } from './answer';

const COUNT = { title: 'Orders Count', shortTitle: 'Count', type: 'number' };
const RATE = { title: 'Orders Return rate', shortTitle: 'Return rate', type: 'number', format: 'percent' };
const CITY = { title: 'Orders City', shortTitle: 'City', type: 'string' };
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

const always = () => true;
const never = () => false;
const days = { timeDimensions: { 'O.at.day': TIME }, dimensions: { 'O.city': CITY }, measures: { 'O.count': COUNT, 'O.rate': RATE } };

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
      {
        // As the API answers: the range is the first of the dimensions, and in every row.
        query: { ...range('2026-01-03', '2026-01-04', 'day'), dimensions: ['compareDateRange'] }, annotation,
        data: [{ 'O.at.day': '2026-01-04T00:00:00.000', 'O.count': '7', compareDateRange: '2026-01-03T00:00:00.000 - 2026-01-04T23:59:59.999' }],
      },
      { query: range('2026-01-01', '2026-01-02', 'day'), annotation, data: [{ 'O.at.day': '2026-01-01T00:00:00.000', 'O.count': '5' }] });
    const { labels, step, lines } = seriesOf(compared, always);
    expect(step).toBe('day');
    expect(labels).toEqual(['2026-01-03T00:00:00.000', '2026-01-04T00:00:00.000']);
    expect(lines.map(({ name, values }) => [name, values])).toEqual([['This period', [0, 7]], ['Period before', [5, 0]]]);
    expect(seriesOf(compared, never).lines.map(({ values }) => values)).toEqual([[null, 7], [5, null]]);
    // As a table: each day, and the day that lies beneath it.
    const { columns, rows } = tableOf(compared, always);
    expect(columns.map(({ title }) => title)).toEqual(['Created at', 'This period', 'Created at, before', 'Period before']);
    expect(rows.map((row) => columns.map(({ name }) => row[name]))).toEqual([
      ['2026-01-03T00:00:00.000', '0', '2026-01-01T00:00:00.000', '5'],
      ['2026-01-04T00:00:00.000', '7', '2026-01-02T00:00:00.000', '0'],
    ]);
  });

  it('have a gap where a measure has no value, and 0 only where nothing amounts to 0', () => {
    const query = { ...range('2026-01-03', '2026-01-05', 'day'), measures: ['O.count', 'O.rate'] };
    const data = [{ 'O.at.day': '2026-01-03T00:00:00.000', 'O.count': '2', 'O.rate': '0.5' }, { 'O.at.day': '2026-01-05T00:00:00.000', 'O.count': '1', 'O.rate': null }];
    const isZero = (measure: string) => measure === 'O.count';
    const [count, rate] = seriesOf(answer('regularQuery', { query, annotation: days, data }), isZero).lines;
    expect(count?.values).toEqual([2, 0, 1]);
    expect(rate?.values).toEqual([0.5, null, null]);
    expect([count?.about.format, rate?.about.format]).toEqual([undefined, 'percent']);
    // What a limit may have cut is not nothing.
    const cut = seriesOf(answer('regularQuery', { query: { ...query, limit: 2 }, annotation: days, data }), isZero);
    expect(cut.lines[0]?.values).toEqual([2, null, 1]);
    expect(seriesOf(answer('regularQuery', { query, annotation: days, data: [] }), always).lines).toEqual([]);
  });

  it('keep groups of the same words apart, and name lines of a comparison for both', () => {
    const query = { ...range('2026-01-03', '2026-01-03', 'day'), dimensions: ['O.city'] };
    const row = (city: string | null, count: string) => ({ 'O.at.day': '2026-01-03T00:00:00.000', 'O.city': city, 'O.count': count });
    const grouped = answer('regularQuery', { query, annotation: days, data: [row('none', '1'), row(null, '2')] });
    expect(seriesOf(grouped, never).lines.map(({ name, values }) => [name, values])).toEqual([['none', [1]], ['none', [2]]]);
    const part = { query, annotation: days, data: [row('Oslo', '1')] };
    expect(seriesOf(answer('compareDateRangeQuery', part, part), never).lines.map(({ name }) => name))
      .toEqual(['Oslo, This period', 'Oslo, Period before']);
  });

  it('give each line the format of its own measure, and cells with all digits', () => {
    const grouped = answer('regularQuery', {
      query: { measures: ['O.count', 'O.rate'], dimensions: ['O.city'] }, annotation: days,
      data: [{ 'O.city': 'Oslo', 'O.count': '9007199254740993', 'O.rate': '0.1' }],
    });
    expect(groupsOf(grouped).lines.map(({ about }) => about.format)).toEqual([undefined, 'percent']);
    expect(groupsOf(grouped).lines[0]?.cells).toEqual(['9007199254740993']);
  });

  it('have the format that the model names, with the digits of its name', () => {
    const formatted = (format: unknown) => numbersOf(answer('regularQuery', {
      query: { measures: ['O.count'] }, annotation: { measures: { 'O.count': { ...COUNT, format } } }, data: [],
    })).about;
    expect(formatted('percent')).toEqual({ type: 'number', format: 'percent' });
    expect(formatted({ type: 'custom-numeric', value: '.1%', alias: 'percent_1' })).toEqual({ type: 'number', format: 'percent', digits: 1 });
    expect(formatted({ type: 'custom-numeric', value: '.3s' })).toEqual({ type: 'number' });
    expect(formatted(undefined)).toEqual({ type: 'number' });
  });

  it('make up a whole if their sum is the whole, step by step', () => {
    const parts = (...counts: string[]) => groupsOf(answer('regularQuery', {
      query: { measures: ['O.count'], dimensions: ['O.city'] }, data: counts.map((count, index) => ({ 'O.city': `${index}`, 'O.count': count })),
    }));
    const whole = (count: string | null) => answer('regularQuery', { query: { measures: ['O.count'] }, data: [{ 'O.count': count }] });
    expect(addsUp(parts('3', '4'), whole('7'))).toBe(true);
    expect(addsUp(parts('0.1', '0.2'), whole('0.3'))).toBe(true);
    // Counted twice, cut, or less than nothing.
    expect(addsUp(parts('3', '4'), whole('6'))).toBe(false);
    expect(addsUp(parts('3', '4'), whole('20'))).toBe(false);
    expect(addsUp(parts('9', '-2'), whole('7'))).toBe(false);
    const query = range('2026-01-03', '2026-01-04', 'day');
    const [one, two] = ['2026-01-03T00:00:00.000', '2026-01-04T00:00:00.000'];
    const stacked = seriesOf(answer('regularQuery', { query: { ...query, dimensions: ['O.city'] }, annotation: days, data: [
      { 'O.at.day': one, 'O.city': 'Oslo', 'O.count': '1' }, { 'O.at.day': one, 'O.city': 'Rome', 'O.count': '2' }, { 'O.at.day': two, 'O.city': 'Rome', 'O.count': '5' },
    ] }), always);
    const by = (first: string, second: string) => answer('regularQuery', { query, annotation: days, data: [{ 'O.at.day': one, 'O.count': first }, { 'O.at.day': two, 'O.count': second }] });
    expect(addsUp(stacked, by('3', '5'))).toBe(true);
    expect(addsUp(stacked, by('5', '3'))).toBe(false);
  });

  it('by group keep their order, and name the group without a value', () => {
    const grouped = answer('regularQuery', {
      query: { measures: ['O.count'], dimensions: ['O.city'] },
      annotation: { dimensions: { 'O.city': { title: 'Orders City', shortTitle: 'City', type: 'string' } } },
      data: [{ 'O.city': 'Oslo', 'O.count': '9' }, { 'O.city': null, 'O.count': '2' }],
    });
    expect(groupsOf(grouped).labels).toEqual(['Oslo', 'none']);
    expect(groupsOf(grouped).lines[0]?.values).toEqual([9, 2]);
    expect(tableOf(grouped, never).columns.map(({ title }) => title)).toEqual(['City', 'Count']);
  });
});
