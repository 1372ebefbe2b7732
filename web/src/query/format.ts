/** Values of an answer as people read them. The numbers that arrive as text are never rounded on the way here. */

import { formatValue } from '@cubejs-client/core/format';
import type { Cell } from './pivot';

/** What the API says of a column. */
export interface Described {
  title: string;
  shortTitle: string;
  type: string;
  format?: unknown;
  currency?: string;
  granularity?: { name: string } | undefined;
}

export type Formatter = (value: Cell | undefined) => string;

/** Where there is no value. */
export const NONE = '∅';

const NUMBER = { maximumFractionDigits: 2 } satisfies Intl.NumberFormatOptions;
const PERCENT = { style: 'percent', maximumFractionDigits: 2 } satisfies Intl.NumberFormatOptions;
// Ticks of an axis begin at zero, and are so far apart that three digits tell them apart, however small they are.
const SHORT = { notation: 'compact', maximumSignificantDigits: 3 } satisfies Intl.NumberFormatOptions;

/** How values of a column are written. */
export function formatterOf(column: Described): Formatter {
  const write = writerOf(column);
  return (value) => {
    if (value === undefined) return '';
    if (value === null) return NONE;
    return typeof value === 'boolean' ? (value ? 'Yes' : 'No') : write(value);
  };
}

function writerOf({ type, format, currency = 'USD', granularity }: Described): (value: string) => string {
  if (format === 'currency') return numeric(digits({ style: 'currency', currency }));
  if (format === 'percent') return numeric(digits(PERCENT));
  if (type === 'number' && (format === undefined || format === 'number')) return numeric(digits(NUMBER));
  if (type === 'time' && format === undefined) return (value) => timeText(value, granularity?.name);
  if (format === undefined || (typeof format === 'string' && ['imageUrl', 'link', 'id'].includes(format))) {
    return (value) => value;
  }
  return (value) => formatValue(value, { type, format, currency } as Parameters<typeof formatValue>[1]);
}

/** Text that is no number, such as that of a mask, stays as it is. */
function numeric(write: (value: string) => string): (value: string) => string {
  return (value) => (value.trim() === '' || Number.isNaN(Number(value)) ? value : write(value));
}

/** A number in a format; one that its digits would make a zero of has three that are none. */
function digits(options: Intl.NumberFormatOptions): (value: string) => string {
  const usual = new Intl.NumberFormat(undefined, options);
  const { maximumFractionDigits: _, ...same } = options;
  const small = new Intl.NumberFormat(undefined, { ...same, maximumSignificantDigits: 3 });
  const shown = (usual.resolvedOptions().maximumFractionDigits ?? 0) + (options.style === 'percent' ? 2 : 0);
  return (value) => {
    const size = Math.abs(Number(value));
    // Text is formatted digit by digit; a number would lose those beyond the sixteenth.
    return (size > 0 && size < 10 ** -shown ? small : usual).format(value as Intl.StringNumericLiteral);
  };
}

/** How numbers of a column are written along an axis: short, as "$1.2K". */
export function shortFormatterOf(column: Described): (value: number) => string {
  const { type, format, currency = 'USD' } = column;
  if (format === 'currency') return short({ style: 'currency', currency });
  if (format === 'percent') return short({ style: 'percent' });
  if (type === 'number' && (format === undefined || format === 'number')) return short({});
  const write = formatterOf(column);
  return (value) => write(String(value));
}

function short(options: Intl.NumberFormatOptions): (value: number) => string {
  const written = new Intl.NumberFormat(undefined, { ...options, ...SHORT });
  return (value) => written.format(value);
}

/** What the numbers of a column are in. Only those of one unit are told by one axis. */
export function unitOf({ format = 'number', currency = 'USD' }: Described): string {
  return format === 'currency' ? `currency ${currency}` : JSON.stringify(format);
}

export const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const TIME = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}:\d{2})(?::(\d{2}))?(?:\.(\d+))?/;

/**
 * Wall time as text. It is not put through a date of this browser's zone, in which some times of the day do not
 * exist.
 */
export function timeText(value: string, granularity?: string): string {
  const match = TIME.exec(value);
  if (match === null) return value;
  const [, year = '', month = '', day = '', clock = '', seconds = '00'] = match;
  const monthName = MONTHS[Number(month) - 1] ?? month;
  const date = `${monthName} ${Number(day)}, ${year}`;
  switch (granularity) {
    case 'year':
      return year;
    case 'quarter':
      return `Q${Math.ceil(Number(month) / 3)} ${year}`;
    case 'month':
      return `${monthName} ${year}`;
    case 'week':
    case 'day':
      return date;
    case 'hour':
    case 'minute':
      return `${date}, ${clock}`;
    case 'second':
      return `${date}, ${clock}:${seconds}`;
    default:
      return clock === '00:00' && seconds === '00' ? date : `${date}, ${clock}:${seconds}`;
  }
}
