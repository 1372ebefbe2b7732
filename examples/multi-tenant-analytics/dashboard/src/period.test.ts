import { describe, expect, it } from 'vitest';
import { before, daysOf, granularityOf, isDay, lengthOf } from './period';

describe('periods', () => {
  it('end with yesterday and have as many days as they say', () => {
    expect(daysOf('7d', '2026-03-03')).toEqual(['2026-02-24', '2026-03-02']);
    expect(lengthOf(daysOf('90d', '2026-03-03'))).toBe(90);
  });
  it('of months are whole ones', () => {
    expect(daysOf('12m', '2026-03-03')).toEqual(['2025-03-01', '2026-02-28']);
    expect(before(['2025-03-01', '2026-02-28'])).toEqual(['2024-03-01', '2025-02-28']);
    expect(before(['2024-03-01', '2024-03-31'])).toEqual(['2024-02-01', '2024-02-29']);
  });
  it('are followed backwards by one of the same length that shares no day', () => {
    expect(before(['2024-02-29', '2024-03-01'])).toEqual(['2024-02-27', '2024-02-28']);
    expect(before(['2026-03-30', '2026-03-30'])).toEqual(['2026-03-29', '2026-03-29']);
  });
  it('have steps that leave no more than a hundred points', () => {
    expect(granularityOf(daysOf('90d', '2026-03-03'))).toBe('day');
    expect(granularityOf(['2026-01-02', '2026-06-30'])).toBe('week');
    expect(granularityOf(['2026-01-01', '2026-06-30'])).toBe('month');
    expect(granularityOf(daysOf('12m', '2026-03-03'))).toBe('month');
  });
  it('are made of days that there are', () => {
    expect(isDay('2024-02-29')).toBe(true);
    expect(isDay('2023-02-29')).toBe(false);
    expect(isDay('yesterday')).toBe(false);
  });
});
