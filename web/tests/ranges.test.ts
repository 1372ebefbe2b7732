import { describe, expect, test } from 'vitest';
import {
  comparing,
  earlier,
  isUnfinished,
  rangeText,
  type Span,
  spanText,
  wallTime,
} from '../src/query/ranges';

/** From the start of one day to the end of another. */
const days = (first: string, last: string): Span => [`${first}T00:00:00.000`, `${last}T23:59:59.999`];

describe('what lies before', () => {
  test.each([
    ['a day', days('2026-03-01', '2026-03-01'), days('2026-02-28', '2026-02-28')],
    ['a week', days('2026-11-16', '2026-11-22'), days('2026-11-09', '2026-11-15')],
    [
      'a month: a whole month, however long',
      days('2026-03-01', '2026-03-31'),
      days('2026-02-01', '2026-02-28'),
    ],
    ['a quarter', days('2026-01-01', '2026-03-31'), days('2025-10-01', '2025-12-31')],
    ['two years', days('2024-01-01', '2025-12-31'), days('2022-01-01', '2023-12-31')],
    ['a part of a month: as many days', days('2026-03-02', '2026-03-31'), days('2026-01-31', '2026-03-01')],
  ] as const)('%s', (_, range, before) => {
    expect(earlier(range, 'period')).toEqual(before);
  });

  test('hours', () => {
    expect(earlier(['2026-01-01T06:00:00.000', '2026-01-01T11:59:59.999'], 'period')).toEqual([
      '2026-01-01T00:00:00.000',
      '2026-01-01T05:59:59.999',
    ]);
  });
});

test.each([
  ['days', days('2026-11-01', '2026-11-26'), days('2025-11-01', '2025-11-26')],
  ['February as a whole', days('2025-02-01', '2025-02-28'), days('2024-02-01', '2024-02-29')],
  ['its 28th as a day', days('2025-02-10', '2025-02-28'), days('2024-02-10', '2024-02-28')],
  [
    'a day that the year before does not have',
    days('2024-02-29', '2024-02-29'),
    days('2023-02-28', '2023-02-28'),
  ],
] as const)('the same a year before: %s', (_, range, before) => {
  expect(earlier(range, 'year')).toEqual(before);
});

test('a query has the range and what it is compared with, days as days', () => {
  const query = {
    measures: ['o.n'],
    timeDimensions: [
      { dimension: 'o.at', granularity: 'day', dateRange: 'last week' },
      { dimension: 'o.done' },
    ],
  };
  expect(comparing(query, 'o.at', days('2026-11-16', '2026-11-22'), 'period').timeDimensions).toEqual([
    {
      dimension: 'o.at',
      granularity: 'day',
      compareDateRange: [
        ['2026-11-16', '2026-11-22'],
        ['2026-11-09', '2026-11-15'],
      ],
    },
    { dimension: 'o.done' },
  ]);
});

test.each([
  ['2026', days('2026-01-01', '2026-12-31')],
  ['Jan 2024 – Dec 2025', days('2024-01-01', '2025-12-31')],
  ['Q4 2026', days('2026-10-01', '2026-12-31')],
  ['Nov 2026', days('2026-11-01', '2026-11-30')],
  ['Nov – Dec 2026', days('2026-11-01', '2026-12-31')],
  ['Dec 2025 – Jan 2026', days('2025-12-01', '2026-01-31')],
  ['Nov 3, 2026', days('2026-11-03', '2026-11-03')],
  ['Nov 3 – 9, 2026', days('2026-11-03', '2026-11-09')],
  ['Oct 28 – Nov 3, 2026', days('2026-10-28', '2026-11-03')],
  ['Dec 28, 2025 – Jan 3, 2026', days('2025-12-28', '2026-01-03')],
  ['Nov 3, 2026, 06:00:00 – Nov 3, 2026, 06:59:59', ['2026-11-03T06:00:00.000', '2026-11-03T06:59:59.999']],
] as const)('a range is called %s', (words, range) => {
  expect(spanText(range)).toBe(words);
});

test('now is told by the clocks of the zone', () => {
  const now = new Date('2026-11-26T20:30:00Z');
  expect(wallTime(now, 'Asia/Tokyo')).toBe('2026-11-27T05:30:00.000');
  expect(isUnfinished(days('2026-11-26', '2026-11-26'), wallTime(now, 'UTC'))).toBe(true);
  expect(isUnfinished(days('2026-11-26', '2026-11-26'), wallTime(now, 'Asia/Tokyo'))).toBe(false);
});

test('a range of a query is told in its words, or by its days', () => {
  expect(rangeText('last week')).toBe('last week');
  expect(rangeText(['2026-11-03', '2026-11-09'])).toBe('Nov 3 – 9, 2026');
  expect(rangeText(['2026-11-03'])).toBe('Nov 3, 2026');
  expect(rangeText(['2026-01-01T00:00:00.000', '2026-03-31T23:59:59.999'])).toBe('Q1 2026');
  expect(rangeText(undefined)).toBe('');
});
