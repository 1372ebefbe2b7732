import { expect, it } from 'vitest';
import { fromText, isAsked, NO_QUESTION, queryOf, tileQuery, toText, turned, type Question } from './question';

const question: Question = { measures: ['Orders.count', 'Orders.totalAmount'], dimensions: ['Users.city'], period: '7d', shape: 'bars' };

it('a question survives the address, and what is none becomes none', () => {
  expect(fromText(toText(question))).toEqual(question);
  expect(fromText('')).toEqual(NO_QUESTION);
  expect(fromText('{"measures": 1, "dimensions": ["a", 2], "period": "ever", "shape": "cake"}'))
    .toEqual({ ...NO_QUESTION, dimensions: ['a'] });
});

it('members are added and taken away', () => {
  expect(turned(['a'], 'b')).toEqual(['a', 'b']);
  expect(turned(['a', 'b'], 'a')).toEqual(['b']);
});

it('a shape asks for what it can show', () => {
  expect(tileQuery(question)).toEqual({
    measures: ['Orders.count', 'Orders.totalAmount'], dimensions: ['Users.city'], order: { 'Orders.count': 'desc' }, limit: 12,
  });
  expect(tileQuery({ ...question, shape: 'number' })).toEqual({ measures: ['Orders.count'], order: { 'Orders.count': 'desc' } });
  expect(queryOf({ ...question, shape: 'line' }, '2026-03-03').timeDimensions)
    .toEqual([{ dimension: 'Orders.createdAt', granularity: 'day', dateRange: ['2026-02-24', '2026-03-02'] }]);
  expect(queryOf({ ...question, period: 'all' }, '2026-03-03').timeDimensions).toBeUndefined();
});

it('nothing is asked without a measure, but rows of a table', () => {
  expect(isAsked(NO_QUESTION)).toBe(false);
  expect(isAsked({ ...NO_QUESTION, dimensions: ['a'] })).toBe(false);
  expect(isAsked({ ...NO_QUESTION, dimensions: ['a'], shape: 'table' })).toBe(true);
});
