import { afterEach, expect, test, vi } from 'vitest';
import { aligned } from '../src/explore/aligned';
import { bucketsOf, rangeNotes, resultOf } from '../src/explore/result';
import { tableModel } from '../src/explore/table/tableModel';
import type { Answered } from '../src/explore/useAnswer';
import { pivot } from '../src/query/pivot';
import { RANGES } from '../src/query/query';

const [FEBRUARY, JANUARY] = [
  ['2023-02-01T00:00:00.000', '2023-02-28T23:59:59.999'],
  ['2023-01-01T00:00:00.000', '2023-01-31T23:59:59.999'],
] as const;
const TIME = 'o.at.day';

/** An answer to a question that compares two months by day, with a row for each of these days. */
function answered(february: Record<string, string>, january: Record<string, string>): Answered {
  const result = (range: readonly [string, string], days: Record<string, string>) => ({
    query: {
      measures: ['o.n'],
      timeDimensions: [{ dimension: 'o.at', granularity: 'day', dateRange: [...range] }],
      timezone: 'UTC',
    },
    data: Object.entries(days).map(([day, count]) => ({
      [TIME]: `${day}T00:00:00.000`,
      'o.n': count,
      [RANGES]: range.join(' - '),
    })),
    annotation: {
      measures: { 'o.n': { title: 'O n', shortTitle: 'n', type: 'number' } },
      dimensions: {},
      segments: {},
      timeDimensions: {
        [TIME]: { title: 'O at', shortTitle: 'at', type: 'time', granularity: { name: 'day' } },
      },
    },
  });
  const compareDateRange = [FEBRUARY, JANUARY].map((range) => [...range]);
  return {
    asked: {
      query: {
        measures: ['o.n'],
        timeDimensions: [{ dimension: 'o.at', granularity: 'day', compareDateRange }],
      },
    },
    answer: { results: [result(FEBRUARY, february), result(JANUARY, january)] },
  } as unknown as Answered;
}

const AXES = { x: [TIME], y: [RANGES, 'measures'] };
const ANSWERED = answered({ '2023-02-01': '5', '2023-02-28': '7' }, { '2023-01-02': '3', '2023-01-31': '9' });

test('a period stands beside the one in the same place of the other range', () => {
  const laid = aligned(ANSWERED, resultOf(ANSWERED), AXES);
  const rows = laid?.grid.rows ?? [];
  expect(rows).toHaveLength(31);
  const told = (place: number) => [rows[place]?.values[0], ...(rows[place]?.cells ?? [])];
  expect(told(0)).toEqual(['2023-02-01T00:00:00.000', '5', undefined]);
  expect(told(1)).toEqual(['2023-02-02T00:00:00.000', undefined, '3']);
  expect(told(27)).toEqual(['2023-02-28T00:00:00.000', '7', undefined]);
});

test('a range that is shorter has nothing at its end, which is not as if nothing were counted', () => {
  const laid = aligned(ANSWERED, resultOf(ANSWERED), AXES);
  const last = laid?.grid.rows[30];
  expect([last?.values[0], ...(last?.cells ?? [])]).toEqual(['2023-01-31T00:00:00.000', null, '9']);
  const [february, january] = laid?.grid.columns ?? [];
  if (february === undefined || january === undefined) throw new Error('there are two ranges');
  expect(laid?.periodOf(february, 30)).toBeNull();
  expect(laid?.periodOf(january, 0)).toBe('2023-01-01T00:00:00.000');
});

afterEach(() => vi.useRealTimers());

test('what is still to come has no value, unless rows have one', () => {
  vi.useFakeTimers({ now: new Date('2023-02-10T12:00:00Z'), toFake: ['Date'] });
  const laid = aligned(ANSWERED, resultOf(ANSWERED), AXES);
  const february = (day: number) => laid?.grid.rows[day - 1]?.cells[0];
  expect([february(10), february(11), february(28)]).toEqual([undefined, null, '7']);
});

test('along anything else ranges are not laid over each other', () => {
  const result = resultOf(ANSWERED);
  expect(aligned(ANSWERED, result, { x: [RANGES, TIME], y: ['measures'] })).toBeNull();
  expect(aligned(ANSWERED, result, { x: [RANGES], y: [TIME, 'measures'] })).toBeNull();
});

test('a range without rows is told', () => {
  expect(rangeNotes(answered({ '2023-02-01': '5' }, {}))).toEqual(['There are no rows in Jan 2023.']);
  expect(rangeNotes(ANSWERED)).toEqual([]);
});

test('each range has a total of its own, and columns have that of their range', () => {
  const result = resultOf(ANSWERED);
  const grand = [FEBRUARY, JANUARY].map((range, place) => ({
    [RANGES]: range.join(' - '),
    'o.n': `${12 * (place + 1)}`,
  }));
  const inRows = { x: [RANGES, TIME], y: ['measures'] };
  const grid = (axes: typeof inRows) => pivot(result.rows, { axes, measures: ['o.n'], times: [] });
  const totals = { grand, rows: new Map(), columns: new Map() };
  const listed = tableModel(grid(inRows), result, totals);
  expect(listed.columns.map((column) => column.totals.map(({ text }) => text))).toEqual([
    ['Total Feb 2023', 'Total Jan 2023'],
    ['', ''],
    ['12', '24'],
  ]);
  const columns = new Map(grand.map((row) => [JSON.stringify([row[RANGES]]), row]));
  const beside = tableModel(grid(AXES), result, { ...totals, columns });
  expect(beside.totalCount).toBe(1);
  expect(beside.columns.map((column) => column.totals[0]?.text)).toEqual(['Total', '12', '24']);
});

test('a period that rows have is one, also where the clocks of this browser skip it', () => {
  // As if the library had left it out: no range reaches to this day.
  const [february] = answered({ '2023-02-01': '5', '2023-03-01': '1' }, {}).answer.results;
  const buckets = february && bucketsOf(february, TIME);
  expect(buckets).toHaveLength(29);
  expect(buckets?.at(-1)).toBe('2023-03-01T00:00:00.000');
});
