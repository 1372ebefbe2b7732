import { expect, it } from 'vitest';
import { change } from './answer';
import { formatChange, formatNumber, formatPoints, formatStep, formatTick, formatTime, formatValue } from './format';

it('numbers have the format that the model gives them', () => {
  expect(formatValue('1234.5', { type: 'number', format: 'currency' })).toBe('$1,235');
  expect(formatValue('12.5', { type: 'number', format: 'currency' })).toBe('$12.50');
  expect(formatValue('0.0825', { type: 'number', format: 'percent' })).toBe('8.3%');
  expect(formatNumber(1_234_567, { type: 'number' }, true)).toBe('1.23M');
  expect(formatNumber(0, { type: 'number', format: 'currency' }, true)).toBe('$0');
  expect(formatValue(null, { type: 'number' })).toBe('–');
  expect(formatValue('0042', { type: 'string' })).toBe('0042');
});

it('all digits of a text are written, and small values are not written as nothing', () => {
  expect(formatValue('9007199254740993', { type: 'number' })).toBe('9,007,199,254,740,993');
  expect(formatValue('-12345678901234567890.125', { type: 'number', format: 'currency' })).toBe('-$12,345,678,901,234,567,890');
  expect(formatValue('0.0042', { type: 'number', format: 'currency' })).toBe('$0.0042');
  expect(formatValue('0.000415', { type: 'number', format: 'percent' })).toBe('0.042%');
  expect(formatValue('0.001', { type: 'number' })).toBe('0.001');
  expect(formatValue('0', { type: 'number', format: 'percent' })).toBe('0%');
  expect(formatValue('0.0004', { type: 'number', format: 'percent', digits: 2 })).toBe('0.04%');
  expect(formatValue('1234.5', { type: 'number', format: 'currency', digits: 2 })).toBe('$1,234.50');
  expect(formatChange(-0.0004)).toBe('-0.04%');
});

it('a difference of shares is told in points', () => {
  expect([0.012, -0.01, 0, 0.00004].map(formatPoints)).toEqual(['+1.2 points', '-1 point', '0 points', '0 points']);
});

it('ticks have the digits of their steps', () => {
  const written = (ticks: number[], format?: string) => ticks.map((tick) => formatTick(tick, format ? { type: 'number', format } : { type: 'number' }));
  expect(written([0, 0.001, 0.002, 0.003])).toEqual(['0', '0.001', '0.002', '0.003']);
  expect(written([0, 0.5, 1, 1.5], 'currency')).toEqual(['$0', '$0.50', '$1', '$1.50']);
  expect(written([0, 0.002, 0.004], 'currency')).toEqual(['$0', '$0.002', '$0.004']);
  expect(written([0, 0.0005, 0.001], 'percent')).toEqual(['0%', '0.05%', '0.1%']);
  expect(written([0, 12_500, 1_250_000], 'currency')).toEqual(['$0', '$12.5K', '$1.25M']);
});

it('times are shown as they stand, whatever the zone of the browser', () => {
  expect(formatTime('2026-03-01T00:00:00.000', 'day')).toBe('Mar 1, 2026');
  expect(formatTime('2026-03-01T00:00:00.000', 'month')).toBe('Mar 2026');
  expect(formatTime('2026-04-01T00:00:00.000', 'quarter')).toBe('Q2 2026');
  expect(formatStep('2026-03-01T00:00:00.000', 'day', false)).toBe('Mar 1, 2026');
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
