// Periods of whole days, and the period before, as pairs of dates: the first and the last day, both included.

export type Days = readonly [first: string, last: string];
export type Granularity = 'day' | 'week' | 'month';

export const PERIODS = { '7d': 'Last 7 days', '30d': 'Last 30 days', '90d': 'Last 90 days', '12m': 'Last 12 months' } as const;
export type PeriodName = keyof typeof PERIODS;
export type Period = PeriodName | Days;

const DAY = 86_400_000;
const asDate = (day: string) => Date.parse(`${day}T00:00:00Z`);
const asDay = (time: number) => new Date(time).toISOString().slice(0, 10);

export const isDay = (text: string) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(asDate(text)) && asDay(asDate(text)) === text;

// How many days a period has.
export const lengthOf = ([first, last]: Days) => Math.round((asDate(last) - asDate(first)) / DAY) + 1;

const monthOf = (day: string) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;
const firstOf = (month: number) => asDay(Date.UTC(Math.floor(month / 12), month % 12, 1));
const lastOf = (month: number) => asDay(asDate(firstOf(month + 1)) - DAY);

// Whether a period begins with the first day of a month and ends with the last of one.
const isWholeMonths = ([first, last]: Days) => first === firstOf(monthOf(first)) && last === lastOf(monthOf(last));

// The days of a period by name: whole days before today, or whole months before this one, so that no step of a series
// has begun or ended in the middle.
export function daysOf(period: Period, today: string): Days {
  if (typeof period !== 'string') return period;
  const count = Number.parseInt(period, 10);
  if (period.endsWith('m')) return [firstOf(monthOf(today) - count), lastOf(monthOf(today) - 1)];
  const end = asDate(today) - DAY;
  return [asDay(end - (count - 1) * DAY), asDay(end)];
}

// As many days again, or as many months, up to the day before the first.
export function before(days: Days): Days {
  const [first, last] = days;
  if (isWholeMonths(days)) {
    const count = monthOf(last) - monthOf(first) + 1;
    return [firstOf(monthOf(first) - count), lastOf(monthOf(first) - 1)];
  }
  const end = asDate(first) - DAY;
  return [asDay(end - (lengthOf(days) - 1) * DAY), asDay(end)];
}

// How wide the steps of a time series should be, so that it has no more than about a hundred points.
export function granularityOf(days: Days): Granularity {
  const length = lengthOf(days);
  return length <= 100 ? 'day' : length <= 300 && !isWholeMonths(days) ? 'week' : 'month';
}
