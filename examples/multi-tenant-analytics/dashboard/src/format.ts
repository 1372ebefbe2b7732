// Values as people read them.

import type { About, Value } from './answer';
import { asNumber } from './answer';

export const LOCALE = 'en';
export const CURRENCY = 'USD';

const NOTHING = '–';
const DATES: Record<string, Intl.DateTimeFormatOptions> = {
  year: { year: 'numeric' },
  quarter: { year: 'numeric', month: 'short' },
  month: { year: 'numeric', month: 'short' },
  week: { day: 'numeric', month: 'short', year: 'numeric' },
  day: { day: 'numeric', month: 'short', year: 'numeric' },
  time: { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
};

// `compact` is for where room is scarce: 12.3K.
export function formatValue(value: Value | undefined, about: About, compact = false): string {
  if (value === null || value === undefined || value === '') return NOTHING;
  if (about.type === 'time') return formatTime(String(value), about.granularity);
  if (about.type === 'boolean') return String(value) === 'true' ? 'Yes' : 'No';
  const number = about.type === 'string' ? null : asNumber(value);
  return number === null ? String(value) : formatNumber(number, about, compact);
}

export function formatNumber(number: number, about: About, compact = false): string {
  const short = compact && Math.abs(number) >= 10_000;
  const width: Intl.NumberFormatOptions = short ? { notation: 'compact', maximumSignificantDigits: 3 } : {};
  switch (about.format) {
    case 'currency': {
      // Whole amounts where cents say nothing.
      const whole = Math.abs(number) >= 1000 || (compact && Number.isInteger(number));
      const digits = short ? {} : { maximumFractionDigits: whole ? 0 : 2 };
      return number.toLocaleString(LOCALE, { style: 'currency', currency: CURRENCY, ...digits, ...width });
    }
    case 'percent':
      return number.toLocaleString(LOCALE, { style: 'percent', maximumFractionDigits: 1 });
    default:
      return number.toLocaleString(LOCALE, short ? width : { maximumFractionDigits: 2 });
  }
}

// Times of the API are those of the query's zone, without one in their text: they are shown as they stand.
export function formatTime(value: string, granularity = 'time'): string {
  const time = Date.parse(/[zZ]$|[+-]\d\d:\d\d$/.test(value) ? value : `${value}Z`);
  if (Number.isNaN(time)) return value;
  return new Date(time).toLocaleString(LOCALE, { timeZone: 'UTC', ...(DATES[granularity] ?? DATES.time) });
}

// The same where room is scarce, and the year does not matter.
export function formatStep(value: string, granularity: string): string {
  const { year, ...rest } = DATES[granularity] ?? {};
  const isDay = granularity === 'day' || granularity === 'week';
  return year && isDay ? new Date(Date.parse(`${value}Z`)).toLocaleString(LOCALE, { timeZone: 'UTC', ...rest }) : formatTime(value, granularity);
}

export function formatChange(change: number): string {
  return change.toLocaleString(LOCALE, { style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' });
}
