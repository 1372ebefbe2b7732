// Values as people read them.

import type { About, Value } from './answer';
import { asNumber } from './answer';

export const LOCALE = 'en';
export const CURRENCY = 'USD';

const NOTHING = '–';
const DATES: Record<string, Intl.DateTimeFormatOptions> = {
  year: { year: 'numeric' },
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
  if (about.type === 'string' || asNumber(value) === null) return String(value);
  // As its text, which has all digits: a number of JavaScript has sixteen.
  return formatNumber(value as number | string, about, compact);
}

export function formatNumber(exact: number | string, about: About, compact = false): string {
  const number = Math.abs(Number(exact));
  const short = compact && number >= 10_000;
  const width: Intl.NumberFormatOptions = short ? { notation: 'compact', maximumSignificantDigits: 3 } : {};
  // What the usual digits would make a zero of.
  const tiny = about.digits === undefined && number > 0 && number < (about.format === 'percent' ? 0.001 : 0.01);
  const small: Intl.NumberFormatOptions = { maximumSignificantDigits: 2 };
  if (about.digits !== undefined && !short) {
    const style = about.format === 'percent' ? { style: 'percent' as const } : about.format === 'currency' ? { style: 'currency' as const, currency: CURRENCY } : {};
    return write(exact, { ...style, minimumFractionDigits: about.digits, maximumFractionDigits: about.digits });
  }
  switch (about.format) {
    case 'currency': {
      // Whole amounts where cents say nothing.
      const whole = number >= 1000 || (compact && Number.isInteger(number));
      const digits = short ? {} : tiny ? small : { maximumFractionDigits: whole ? 0 : 2 };
      return write(exact, { style: 'currency', currency: CURRENCY, ...digits, ...width });
    }
    case 'percent':
      return write(exact, { style: 'percent', ...(tiny ? small : { maximumFractionDigits: 1 }) });
    default:
      return write(exact, short ? width : tiny ? small : { maximumFractionDigits: 2 });
  }
}

// What stands at an axis: a round number, with the digits that it has.
export function formatTick(tick: number, about: About): string {
  const digits: Intl.NumberFormatOptions = { maximumSignificantDigits: 6 };
  if (Math.abs(tick) >= 10_000) digits.notation = 'compact';
  if (about.format === 'percent') return write(tick, { style: 'percent', ...digits });
  if (about.format !== 'currency') return write(tick, digits);
  // Half a dollar has two digits, of a tenth of a cent there are more.
  const inCents = !Number.isInteger(tick) && Number.isInteger(Number((tick * 100).toPrecision(6)));
  return write(tick, { style: 'currency', currency: CURRENCY, ...(inCents ? {} : digits) });
}

const write = (exact: number | string, options: Intl.NumberFormatOptions) =>
  new Intl.NumberFormat(LOCALE, options).format(exact as Intl.StringNumericLiteral);

// Times of the API are those of the query's zone, without one in their text: they are shown as they stand.
export function formatTime(value: string, granularity = 'time'): string {
  const time = Date.parse(/[zZ]$|[+-]\d\d:\d\d$/.test(value) ? value : `${value}Z`);
  if (Number.isNaN(time)) return value;
  const date = new Date(time);
  if (granularity === 'quarter') return `Q${Math.floor(date.getUTCMonth() / 3) + 1} ${date.getUTCFullYear()}`;
  return date.toLocaleString(LOCALE, { timeZone: 'UTC', ...(DATES[granularity] ?? DATES.time) });
}

// The same where room is scarce: days of one year are written without it.
export function formatStep(value: string, granularity: string, isOneYear = true): string {
  const { year, ...rest } = DATES[granularity] ?? {};
  const isDay = granularity === 'day' || granularity === 'week';
  return year && isDay && isOneYear ? new Date(Date.parse(`${value}Z`)).toLocaleString(LOCALE, { timeZone: 'UTC', ...rest }) : formatTime(value, granularity);
}

// A difference of shares: 0.012 is 1.2 points.
export function formatPoints(difference: number): string {
  const points = (difference * 100).toLocaleString(LOCALE, { maximumFractionDigits: 1, signDisplay: 'exceptZero' });
  return `${points} ${/^[+-]1$/.test(points) ? 'point' : 'points'}`;
}

export function formatChange(change: number): string {
  const small = change !== 0 && Math.abs(change) < 0.001 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 1 };
  return change.toLocaleString(LOCALE, { style: 'percent', signDisplay: 'exceptZero', ...small });
}
