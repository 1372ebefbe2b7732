/** Ranges of time that are compared: what lies before one, and what they are called. Wall time, as the wire has it. */

import { MONTHS, timeText } from './format';
import type { Earlier, Query, Range, TimeDimension } from './query';

/** From the first moment to the last one, which is within. */
export type Span = readonly [start: string, end: string];

const DAY = 86_400_000;

/** What a range is compared with. A range of whole months has whole months before it, any other as many days. */
export function earlier([start, end]: Span, by: Earlier): Span {
  const [from, until] = [momentOf(start), momentOf(end) + 1];
  const months = wholeMonths(from, until);
  if (by === 'period') return spanOf(months > 0 ? monthsBefore(from, months) : 2 * from - until, from);
  const last = months > 0 ? monthsBefore(until, 12) : monthsBefore(until - 1, 12) + 1;
  return spanOf(monthsBefore(from, 12), last);
}

/** The query with the range of a time compared with what lies before it. `span` is what that range is now. */
export function comparing(query: Query, dimension: string, span: Span, by: Earlier): Query {
  const timeDimensions = (query.timeDimensions ?? []).map((time): TimeDimension => {
    if (time.dimension !== dimension) return time;
    const { dateRange: _range, ...rest } = time;
    return { ...rest, compareDateRange: [span, earlier(span, by)].map(shortest) };
  });
  return { ...query, timeDimensions };
}

/** The two moments that rows say they belong to, as `start - end`; null if it is something else. */
export function spanIn(text: string): Span | null {
  const [start, end, more] = text.split(' - ');
  return start === undefined || end === undefined || more !== undefined ? null : [start, end];
}

/** A range as people call it: a year, a quarter, a month, a day, or from one to another. */
export function spanText([start, end]: Span): string {
  const [from, until] = [momentOf(start), momentOf(end) + 1];
  if (Number.isNaN(from) || Number.isNaN(until)) return `${start} – ${end}`;
  const months = wholeMonths(from, until);
  const month = new Date(from).getUTCMonth();
  if (months === 12 && month === 0) return timeText(start, 'year');
  if (months === 3 && month % 3 === 0) return timeText(start, 'quarter');
  if (months === 1) return timeText(start, 'month');
  const isDays = from % DAY === 0 && until % DAY === 0;
  if (!isDays) return `${timeText(start, 'second')} – ${timeText(end, 'second')}`;
  const unit = months > 1 ? 'month' : 'day';
  const [first, last] = [timeText(start, unit), timeText(end, unit)];
  if (first === last) return first;
  // What both have in common is said once.
  const isSameYear = start.slice(0, 4) === end.slice(0, 4);
  const opening = isSameYear ? first.replace(/,? \d{4}$/, '') : first;
  if (!isSameYear || unit === 'month' || start.slice(0, 7) !== end.slice(0, 7)) return `${opening} – ${last}`;
  return `${opening} – ${last.replace(`${MONTHS[month]} `, '')}`;
}

/** A range as a query has it: words as they are, days and moments as people call them; nothing for all time. */
export function rangeText(range: Range | undefined): string {
  if (range === undefined || typeof range === 'string') return range ?? '';
  const [first = '', last = first] = range;
  const isDay = (text: string) => text.length === 'YYYY-MM-DD'.length;
  return spanText([
    isDay(first) ? `${first}T00:00:00.000` : first,
    isDay(last) ? `${last}T23:59:59.999` : last,
  ]);
}

/** Whether there are moments of the range that are still to come; `now` is wall time in the same zone. */
export function isUnfinished([, end]: Span, now: string): boolean {
  return end > now;
}

/** The time on the clocks of a zone, as the wire writes it. */
export function wallTime(now: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(now);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}:${part('second')}.000`;
}

const UNITS: Record<string, number> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: DAY,
  week: 7 * DAY,
};
const MONTHLY: Record<string, number> = { month: 1, quarter: 3, year: 12 };

/** The period that begins with a bucket of time; null where the granularity is one of the model's own. */
export function periodFrom(bucket: string, granularity: string): Span | null {
  const from = momentOf(bucket);
  const months = MONTHLY[granularity];
  const until =
    months === undefined ? from + (UNITS[granularity] ?? Number.NaN) : monthsBefore(from, -months);
  return Number.isNaN(until) ? null : spanOf(from, until);
}

/** A range of whole days as two days. */
export function shortest([start, end]: Span): string[] {
  const isDays = start.endsWith('T00:00:00.000') && end.endsWith('T23:59:59.999');
  return isDays ? [start.slice(0, 10), end.slice(0, 10)] : [start, end];
}

// Wall time has no zone: that of these numbers is one without jumps.
const momentOf = (text: string) => Date.parse(`${text}Z`);
const textOf = (moment: number) => new Date(moment).toISOString().slice(0, -1);
const spanOf = (from: number, until: number): Span => [textOf(from), textOf(until - 1)];

/** How many whole months of the calendar this is; 0 if it is not. */
function wholeMonths(from: number, until: number): number {
  const [first, last] = [new Date(from), new Date(until)];
  const isStart = (date: Date) => date.getUTCDate() === 1 && date.getTime() % DAY === 0;
  if (!isStart(first) || !isStart(last)) return 0;
  return (last.getUTCFullYear() - first.getUTCFullYear()) * 12 + last.getUTCMonth() - first.getUTCMonth();
}

/** The same day and time so many months before; the last of its month where that has fewer days. */
function monthsBefore(moment: number, months: number): number {
  const moved = new Date(moment);
  const day = moved.getUTCDate();
  moved.setUTCDate(1);
  moved.setUTCMonth(moved.getUTCMonth() - months);
  const last = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate();
  moved.setUTCDate(Math.min(day, last));
  return moved.getTime();
}
