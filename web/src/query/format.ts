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

const NUMBER = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });
// What two digits after the point would make a zero of.
const SMALL_NUMBER = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 });
const PERCENT = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 2 });
const COMPACT = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 });

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
  if (format === 'currency') {
    const written = new Intl.NumberFormat(undefined, { style: 'currency', currency });
    return numeric((value) => written.format(value as Intl.StringNumericLiteral));
  }
  if (format === 'percent') return numeric((value) => PERCENT.format(value as Intl.StringNumericLiteral));
  if (type === 'number' && (format === undefined || format === 'number')) return numeric(plainNumber);
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

function plainNumber(value: string): string {
  const size = Math.abs(Number(value));
  const written = size > 0 && size < 0.01 ? SMALL_NUMBER : NUMBER;
  // Text is formatted digit by digit; a number would lose those beyond the sixteenth.
  return written.format(value as Intl.StringNumericLiteral);
}

/** How numbers of a column are written along an axis: short, as "$1.2K". */
export function shortFormatterOf(column: Described): (value: number) => string {
  const { type, format, currency = 'USD' } = column;
  if (format === 'currency') {
    const written = new Intl.NumberFormat(undefined, {
      style: 'currency',
      currency,
      notation: 'compact',
      minimumFractionDigits: 0,
      maximumFractionDigits: 1,
    });
    return (value) => written.format(value);
  }
  if (format === 'percent') return (value) => PERCENT.format(value);
  if (type === 'number' && (format === undefined || format === 'number')) return compactNumber;
  const write = formatterOf(column);
  return (value) => write(String(value));
}

/** What the numbers of a column are in. Only those of one unit are told by one axis. */
export function unitOf({ format = 'number', currency = 'USD' }: Described): string {
  return format === 'currency' ? `currency ${currency}` : JSON.stringify(format);
}

function compactNumber(value: number): string {
  const size = Math.abs(value);
  return (size > 0 && size < 0.01 ? SMALL_NUMBER : COMPACT).format(value);
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
