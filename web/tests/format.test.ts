import { expect, test } from 'vitest';
import { type Described, formatterOf, NONE, shortFormatterOf, timeText } from '../src/query/format';

const column = (more: Partial<Described>): Described => ({
  title: 'T',
  shortTitle: 'T',
  type: 'number',
  ...more,
});
// Blanks of number formats are such as do not break.
const written = (more: Partial<Described>, value: string | boolean | null | undefined) =>
  formatterOf(column(more))(value).replace(/\s/g, ' ');

test.each<[Partial<Described>, string, string]>([
  [{}, '72672', '72,672'],
  [{}, '10.50', '10.5'],
  [{}, '0.0012345', '0.00123'],
  [{}, '0', '0'],
  [{}, '-3', '-3'],
  [{}, '12345678901234567890123', '12,345,678,901,234,567,890,123'],
  [{}, 'hidden', 'hidden'],
  [{ format: 'currency' }, '1234.5', '$1,234.50'],
  [{ format: 'currency', currency: 'EUR' }, '1234.5', '€1,234.50'],
  [{ format: 'percent' }, '0.1234', '12.34%'],
  [{ format: 'percent_1' }, '0.1234', '12.3%'],
  [{ format: 'abbr' }, '1234567', '1.2M'],
  [{ format: { type: 'custom-numeric', value: '.1f' } }, '2.25', '2.3'],
  [{ type: 'string' }, '007', '007'],
])('%j writes %s as %s', (more, value, wanted) => {
  expect(written(more, value)).toBe(wanted);
});

test('no value, no row, and truth', () => {
  expect(written({}, null)).toBe(NONE);
  expect(written({}, undefined)).toBe('');
  expect(written({ type: 'boolean' }, true)).toBe('Yes');
});

test.each([
  ['year', '2024'],
  ['quarter', 'Q2 2024'],
  ['month', 'May 2024'],
  ['week', 'May 6, 2024'],
  ['day', 'May 6, 2024'],
  ['hour', 'May 6, 2024, 02:30'],
  ['second', 'May 6, 2024, 02:30:07'],
  [undefined, 'May 6, 2024, 02:30:07'],
])('a time by %s', (granularity, wanted) => {
  expect(timeText('2024-05-06T02:30:07.000', granularity)).toBe(wanted);
});

test('wall time is no time of this zone: an hour that a zone skips is written all the same', () => {
  expect(timeText('2024-03-31T02:30:00.000', 'minute')).toBe('Mar 31, 2024, 02:30');
});

test('ticks near zero are told apart', () => {
  const ticks = (values: number[], format?: string) =>
    values.map(shortFormatterOf(column(format ? { format } : {})));
  expect(ticks([0, 0.02, 0.04, 0.06])).toEqual(['0', '0.02', '0.04', '0.06']);
  expect(ticks([0, 0.05, 0.1], 'percent')).toEqual(['0%', '5%', '10%']);
  expect(ticks([0, 0.0005, 0.001], 'percent')).toEqual(['0%', '0.05%', '0.1%']);
  expect(ticks([0, 0.001, 0.002], 'currency')).toEqual(['$0', '$0.001', '$0.002']);
  expect(ticks([0, 1250, 2500000])).toEqual(['0', '1.25K', '2.5M']);
});

test('what is small is no zero, in any format', () => {
  const write = (value: string, format: string) => written({ format }, value);
  expect(write('0.001', 'currency')).toBe('$0.001');
  expect(write('-0.0012345', 'currency')).toBe('-$0.00123');
  expect(write('0.01', 'currency')).toBe('$0.01');
  expect(write('0', 'currency')).toBe('$0.00');
  expect(write('0.000012', 'percent')).toBe('0.0012%');
  expect(write('0.0009', 'percent')).toBe('0.09%');
  expect(write('0', 'percent')).toBe('0%');
});
