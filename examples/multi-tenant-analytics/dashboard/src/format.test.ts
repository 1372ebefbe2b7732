import { expect, it } from 'vitest';
import { change } from './answer';
import { formatChange, formatNumber, formatStep, formatTime, formatValue } from './format';

it('numbers have the format that the model gives them', () => {
  expect(formatValue('1234.5', { type: 'number', format: 'currency' })).toBe('$1,235');
  expect(formatValue('12.5', { type: 'number', format: 'currency' })).toBe('$12.50');
  expect(formatValue('0.0825', { type: 'number', format: 'percent' })).toBe('8.3%');
  expect(formatNumber(1_234_567, { type: 'number' }, true)).toBe('1.23M');
  expect(formatNumber(0, { type: 'number', format: 'currency' }, true)).toBe('$0');
  expect(formatValue(null, { type: 'number' })).toBe('–');
  expect(formatValue('0042', { type: 'string' })).toBe('0042');
});

it('times are shown as they stand, whatever the zone of the browser', () => {
  expect(formatTime('2026-03-01T00:00:00.000', 'day')).toBe('Mar 1, 2026');
  expect(formatTime('2026-03-01T00:00:00.000', 'month')).toBe('Mar 2026');
  expect(formatStep('2026-03-01T00:00:00.000', 'day')).toBe('Mar 1');
  expect(formatStep('2026-03-01T00:00:00.000', 'month')).toBe('Mar 2026');
  expect(formatTime('2026-03-01T23:30:00.000')).toBe('Mar 1, 2026, 23:30');
});

it('a change is a share of what was before', () => {
  expect(formatChange(change({ now: 110, before: 100 })!)).toBe('+10%');
  expect(formatChange(change({ now: 50, before: 100 })!)).toBe('-50%');
  expect(change({ now: 5, before: 0 })).toBeNull();
  expect(change({ now: null, before: 3 })).toBeNull();
});
