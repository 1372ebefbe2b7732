// Answers of the API as what tiles draw: a number and the one before, series over labels, rows under columns.

import type { Annotation, ResultSet } from '@cubejs-client/core';

export interface Column { readonly name: string; readonly title: string; readonly about: About }
// `digits` after the point, where the model says how many.
export type About = Pick<Annotation, 'type'> & { readonly format?: string; readonly digits?: number; readonly granularity?: string };
export type Value = string | number | boolean | null;

export interface Numbers { readonly now: number | null; readonly before: number | null; readonly about: About }
// `step` is the granularity of a series over time; of groups there is none. `before` are the labels of the period before.
export interface Series { readonly labels: readonly string[]; readonly before: readonly string[]; readonly step: string; readonly lines: readonly Line[] }
// `cells` are the values as the answer has them, with all of their digits.
export interface Line {
  readonly name: string; readonly about: About; readonly isBefore: boolean;
  readonly cells: readonly Value[]; readonly values: readonly (number | null)[];
}
export interface Table { readonly columns: readonly Column[]; readonly rows: readonly Readonly<Record<string, Value>>[] }

type Row = Readonly<Record<string, Value>>;

// Numbers come as text, because JavaScript has no exact ones; for drawing and comparing a float is near enough.
export function asNumber(value: unknown): number | null {
  if (value === null || value === undefined || value === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

// By how much of the number before the number changed; null where that says nothing.
export function change({ now, before }: Pick<Numbers, 'now' | 'before'>): number | null {
  return now === null || before === null || before === 0 ? null : (now - before) / Math.abs(before);
}

export const difference = ({ now, before }: Pick<Numbers, 'now' | 'before'>): number | null =>
  now === null || before === null ? null : now - before;

export function numbersOf(answer: ResultSet): Numbers {
  const [now, before] = answer.decompose();
  const measure = measuresOf(answer)[0] ?? '';
  const read = (part: ResultSet | undefined) => asNumber(part && rowsOf(part)[0]?.[measure]);
  return { now: read(now), before: read(before), about: aboutOf(answer, measure) };
}

// A line for each measure and each group, over time; of a comparison the period before lies beneath the period.
// Where a step has no row there is a gap, or 0 for measures of which `isZero` says that nothing amounts to 0.
export function seriesOf(answer: ResultSet, isZero: (measure: string) => boolean): Series {
  const parts = answer.decompose();
  const [first = answer, second] = parts;
  const labels = stepsOf(first);
  const hasRows = parts.some((part) => rowsOf(part).length > 0);
  return {
    labels,
    before: second ? stepsOf(second).slice(0, labels.length) : [],
    step: timeOf(first)?.granularity ?? '',
    lines: hasRows ? parts.flatMap((part, number) => linesOf(part, labels.length, parts.length > 1, number > 0, isZero)) : [],
  };
}

function linesOf(part: ResultSet, length: number, isCompared: boolean, isBefore: boolean, isZero: (measure: string) => boolean): Line[] {
  const { measures = [] } = part.query();
  const dimensions = dimensionsOf(part);
  const time = timeOf(part);
  const places = new Map(stepsOf(part).map((step, index) => [step, index]));
  // Rows of a group by their steps. Of no dimensions there is one group, also where it has no rows.
  const groups = new Map<string, { row: Row; rows: Map<number, Row> }>(dimensions.length > 0 ? [] : [['[]', { row: {}, rows: new Map() }]]);
  for (const row of rowsOf(part)) {
    const key = JSON.stringify(dimensions.map((name) => row[name] ?? null));
    const group = groups.get(key) ?? { row, rows: new Map<number, Row>() };
    groups.set(key, group);
    const place = places.get(String(row[time?.key ?? '']));
    if (place !== undefined) group.rows.set(place, row);
  }
  const period = isBefore ? 'Period before' : 'This period';
  return [...groups.values()].flatMap(({ row, rows }) => measures.map((measure) => {
    const about = aboutOf(part, measure);
    const nothing = isZero(measure) && !isCut(part) ? '0' : null;
    const cells = Array.from({ length }, (_, place) => (rows.has(place) ? (rows.get(place)?.[measure] ?? null) : nothing));
    // Of a single measure each line is named for its group alone.
    const group = dimensions.map((name) => text(row[name])).join(', ');
    const title = measures.length > 1 || (!group && !isCompared) ? (part.annotation().measures[measure]?.shortTitle ?? measure) : '';
    const name = [group, title, isCompared ? period : ''].filter(Boolean).join(', ');
    return { name, about, isBefore, cells, values: cells.map(asNumber) };
  }));
}

// One value for each group, in the order of the answer.
export function groupsOf(answer: ResultSet): Series {
  const { columns, rows } = tableOf(answer, () => false);
  const measures = new Set(measuresOf(answer));
  const named = columns.filter(({ name }) => !measures.has(name));
  return {
    labels: rows.map((row) => named.map(({ name }) => text(row[name])).join(', ')),
    before: [],
    step: '',
    lines: columns.filter(({ name }) => measures.has(name)).map(({ name, title, about }) => {
      const cells = rows.map((row) => row[name] ?? null);
      return { name: title, about, isBefore: false, cells, values: cells.map(asNumber) };
    }),
  };
}

// The same as rows. Of a comparison over time each row has the step, and the one that lies beneath it.
export function tableOf(answer: ResultSet, isZero: (measure: string) => boolean): Table {
  const parts = answer.decompose();
  const [part = answer] = parts;
  const { measures = [] } = part.query();
  const dimensions = dimensionsOf(part);
  const time = timeOf(part);
  const { dimensions: ofDimensions, timeDimensions, measures: ofMeasures } = part.annotation();
  const known: Record<string, Annotation> = { ...timeDimensions, ...ofDimensions, ...ofMeasures };
  const columnOf = (name: string) => ({ name, title: known[name]?.shortTitle ?? name, about: aboutOf(part, name) });
  if (parts.length > 1 && time) {
    const { labels, before, lines } = seriesOf(answer, isZero);
    const step = columnOf(time.key);
    const columns = lines.map(({ name, about }, index) => ({ name: String(index), title: name, about }));
    const [now, then] = [columns.filter((_, index) => !lines[index]?.isBefore), columns.filter((_, index) => lines[index]?.isBefore)];
    return {
      columns: [step, ...now, { ...step, name: 'before', title: `${step.title}, before` }, ...then],
      rows: lines.length === 0 ? [] : labels.map((label, place) => ({
        [step.name]: label,
        before: before[place] ?? null,
        ...Object.fromEntries(lines.map(({ cells }, index) => [index, cells[place] ?? null])),
      })),
    };
  }
  return { columns: [...(time ? [time.key] : []), ...dimensions, ...measures].map(columnOf), rows: rowsOf(part) };
}

// Whether the parts that an answer shows make up the whole, which was asked for without dimensions: only then do they
// stand on top of each other, and only then is there a total. An order that counts for each category in it makes the
// parts more than the whole; a limit makes them less.
export function addsUp(series: Series, whole: ResultSet): boolean {
  const [first] = series.lines;
  if (!first || series.lines.some(({ values }) => values.some((value) => value !== null && value < 0))) return false;
  const sum = (values: readonly (number | null | undefined)[]) => values.reduce<number>((total, value) => total + (value ?? 0), 0);
  const sums = series.step ? series.labels.map((_, place) => sum(series.lines.map(({ values }) => values[place]))) : [sum(first.values)];
  const wholes = series.step ? seriesOf(whole, () => true).lines[0]?.values ?? [] : [numbersOf(whole).now];
  const isNear = (one: number, other: number) => Math.abs(one - other) <= 1e-9 * Math.max(1, Math.abs(one), Math.abs(other));
  return sums.length === wholes.length && sums.every((one, place) => isNear(one, wholes[place] ?? 0));
}

export const text = (value: Value | undefined) => (value === null || value === undefined || value === '' ? 'none' : String(value));

const rowsOf = (part: ResultSet) => part.rawData() as unknown as readonly Row[];
const measuresOf = (answer: ResultSet) => (answer.decompose()[0] ?? answer).query().measures ?? [];

// Of a comparison the API names the range as a dimension, which is none.
const dimensionsOf = (part: ResultSet) => (part.query().dimensions ?? []).filter((name) => name !== 'compareDateRange');

// Whether there may be rows that the answer does not have.
function isCut(part: ResultSet): boolean {
  const { limit, offset } = part.query();
  return Boolean(offset) || (typeof limit === 'number' && rowsOf(part).length >= limit);
}

function timeOf(part: ResultSet) {
  for (const time of part.query().timeDimensions ?? []) {
    if ('granularity' in time && time.granularity) return { time, granularity: time.granularity, key: `${time.dimension}.${time.granularity}` };
  }
  return undefined;
}

// The steps of an answer over time, those without rows too.
function stepsOf(part: ResultSet): string[] {
  const time = timeOf(part);
  if (!time) return [];
  const there = [...new Set(rowsOf(part).map((row) => row[time.key]).filter((value) => value !== null && value !== undefined).map(String))].sort();
  const all = part.timeSeries(time.time, 0, part.annotation().timeDimensions) ?? [];
  // Steps that miss one of the answer are not those of this granularity.
  return there.every((step) => all.includes(step)) ? all : there;
}

function aboutOf(answer: ResultSet, name: string): About {
  const { dimensions, timeDimensions, measures } = (answer.decompose()[0] ?? answer).annotation();
  const found = measures[name] ?? dimensions[name] ?? timeDimensions[name];
  if (!found) return { type: 'string' };
  return {
    type: found.type,
    ...formatOf(found.format),
    ...(found.granularity ? { granularity: found.granularity.name } : {}),
  };
}

// `percent_1` comes as the alias of what d3 would print.
function formatOf(format: unknown): Pick<About, 'format' | 'digits'> {
  const said = typeof format === 'object' && format !== null && 'alias' in format ? format.alias : format;
  const [, name, digits] = /^([a-z]+)(?:_(\d))?$/.exec(String(said)) ?? [];
  if (typeof said !== 'string' || name === undefined) return {};
  return { format: name, ...(digits === undefined ? {} : { digits: Number(digits) }) };
}
