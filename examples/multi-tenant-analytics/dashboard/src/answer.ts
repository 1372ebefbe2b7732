// Answers of the API as what tiles draw: a number and the one before, series over labels, rows under columns.

import type { Annotation, ResultSet } from '@cubejs-client/core';

export interface Column { readonly name: string; readonly title: string; readonly about: About }
export type About = Pick<Annotation, 'type'> & { readonly format?: string; readonly granularity?: string };
export type Value = string | number | boolean | null;

export interface Numbers { readonly now: number | null; readonly before: number | null; readonly about: About }
// `step` is the granularity of a series over time; of groups there is none.
export interface Series { readonly labels: readonly string[]; readonly step: string; readonly about: About; readonly lines: readonly Line[] }
export interface Line { readonly name: string; readonly values: readonly (number | null)[]; readonly isBefore: boolean }
export interface Table { readonly columns: readonly Column[]; readonly rows: readonly Readonly<Record<string, Value>>[] }

// Numbers come as text, because JavaScript has no exact ones; for drawing and rounding a float is near enough.
export function asNumber(value: unknown): number | null {
  if (value === null || value === undefined || value === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

// By how much of the number before the number changed; null where that says nothing.
export function change({ now, before }: Pick<Numbers, 'now' | 'before'>): number | null {
  return now === null || before === null || before === 0 ? null : (now - before) / Math.abs(before);
}

export function numbersOf(answer: ResultSet): Numbers {
  const [now, before] = answer.decompose();
  const measure = measuresOf(answer)[0] ?? '';
  const read = (part: ResultSet | undefined) => asNumber((part?.rawData()[0] as Record<string, unknown> | undefined)?.[measure]);
  return { now: read(now), before: read(before), about: aboutOf(answer, measure) };
}

// A line for each measure and each group, over time; of a comparison the period before lies beneath the period.
export function seriesOf(answer: ResultSet): Series {
  const parts = answer.decompose();
  const measures = measuresOf(answer);
  const about = aboutOf(answer, measures[0] ?? '');
  // Of a single measure each line is named for its group alone.
  const named = (groups: readonly string[], title: string) =>
    groups.length > 1 && measures.length === 1 ? groups.slice(0, -1).map(text).join(', ') : title;
  const lines = parts.flatMap((part, number) => {
    const pivot = part.chartPivot();
    return part.seriesNames().map(({ key, title, shortTitle, yValues }) => ({
      name: number > 0 ? 'Period before' : parts.length > 1 ? 'This period' : named(yValues, shortTitle || title),
      values: pivot.map((row) => asNumber(row[key])),
      isBefore: number > 0,
    }));
  });
  const [time] = (parts[0] ?? answer).query().timeDimensions ?? [];
  const step = time && 'granularity' in time ? (time.granularity ?? '') : '';
  return { labels: (parts[0]?.chartPivot() ?? []).map((row) => String(row.x)), step, about, lines };
}

// One value for each group, in the order of the answer.
export function groupsOf(answer: ResultSet): Series {
  const { columns, rows } = tableOf(answer);
  const measures = new Set(measuresOf(answer));
  const named = columns.filter(({ name }) => !measures.has(name));
  const counted = columns.filter(({ name }) => measures.has(name));
  return {
    labels: rows.map((row) => named.map(({ name }) => text(row[name])).join(', ')),
    step: '',
    about: counted[0]?.about ?? { type: 'number' },
    lines: counted.map(({ name, title }) => ({ name: title, values: rows.map((row) => asNumber(row[name])), isBefore: false })),
  };
}

export function tableOf(answer: ResultSet): Table {
  const part = answer.decompose()[0] ?? answer;
  const { dimensions, timeDimensions, measures } = part.annotation();
  const rows = part.rawData() as Record<string, Value>[];
  const asked = part.query();
  const times = (asked.timeDimensions ?? []).flatMap(({ dimension, ...time }) =>
    'granularity' in time && time.granularity ? [`${dimension}.${time.granularity}`] : []);
  const names = [...times, ...(asked.dimensions ?? []), ...(asked.measures ?? [])];
  const known: Record<string, Annotation> = { ...timeDimensions, ...dimensions, ...measures };
  const columns = names.map((name) => ({ name, title: known[name]?.shortTitle ?? name, about: aboutOf(part, name) }));
  return { columns, rows };
}

export const text = (value: Value | undefined) => (value === null || value === undefined || value === '' ? 'none' : String(value));

const measuresOf = (answer: ResultSet) => (answer.decompose()[0] ?? answer).query().measures ?? [];

function aboutOf(answer: ResultSet, name: string): About {
  const { dimensions, timeDimensions, measures } = (answer.decompose()[0] ?? answer).annotation();
  const found = measures[name] ?? dimensions[name] ?? timeDimensions[name];
  if (!found) return { type: 'string' };
  return {
    type: found.type,
    ...(typeof found.format === 'string' ? { format: found.format } : {}),
    ...(found.granularity ? { granularity: found.granularity.name } : {}),
  };
}
