/** A view of the data as the part of an address behind `?`, and back. */

import { type Against, type Axes, CHARTS, type Chart, type Exploration, NOTHING, type Query } from './query';

/** The parameters that say this view; none for nothing. Equal views have equal texts. */
export function toSearch({ query, chart, axes, against, measure, totals }: Exploration): string {
  const parameters = new URLSearchParams();
  if (Object.keys(query).length > 0) parameters.set('query', JSON.stringify(query));
  if (chart !== null) parameters.set('chart', chart);
  if (axes !== null) parameters.set('pivot', JSON.stringify(axes));
  if (against !== null) parameters.set('against', `${against.earlier}:${against.dimension}`);
  if (measure !== null) parameters.set('measure', measure);
  if (!totals) parameters.set('totals', 'off');
  return parameters.toString();
}

/** The view that these parameters say. `problem` tells what of them cannot be read and was left out. */
export function fromSearch(search: string): { exploration: Exploration; problem: string | null } {
  const parameters = new URLSearchParams(search);
  const problems: string[] = [];
  const read = <T>(name: string, isRight: (value: unknown) => value is T, otherwise: T): T => {
    const text = parameters.get(name);
    if (text === null) return otherwise;
    const value = parsed(text);
    if (isRight(value)) return value;
    problems.push(name);
    return otherwise;
  };
  const chart = parameters.get('chart');
  if (chart !== null && !isChart(chart)) problems.push('chart');
  const against = parameters.get('against');
  const compared = against === null ? null : againstIn(against);
  if (against !== null && compared === null) problems.push('comparison');
  const exploration: Exploration = {
    query: read('query', isQuery, NOTHING.query),
    chart: chart !== null && isChart(chart) ? chart : null,
    axes: read('pivot', (value): value is Axes | null => isAxes(value), null),
    against: compared,
    measure: parameters.get('measure'),
    totals: parameters.get('totals') !== 'off',
  };
  const problem =
    problems.length === 0 ? null : `The address has a ${problems.join(' and a ')} that cannot be read`;
  return { exploration, problem };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isChart(text: string): text is Chart {
  return (CHARTS as readonly string[]).includes(text);
}

function againstIn(text: string): Against | null {
  const [, earlier, dimension = ''] = /^(period|year):(.+)$/.exec(text) ?? [];
  return earlier === 'period' || earlier === 'year' ? { dimension, earlier } : null;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAxes(value: unknown): value is Axes {
  return isRecord(value) && isTexts(value.x) && isTexts(value.y);
}

/** Whether it has the shape of a query, so far as the page takes it apart. The server tells what else is wrong. */
export function isQuery(value: unknown): value is Query {
  if (!isRecord(value)) return false;
  const {
    measures = [],
    dimensions = [],
    segments = [],
    timeDimensions = [],
    filters = [],
    order = [],
  } = value;
  return (
    [measures, dimensions, segments].every(isTexts) &&
    Array.isArray(timeDimensions) &&
    timeDimensions.every(isTime) &&
    Array.isArray(filters) &&
    filters.every(isFilter) &&
    isOrder(order)
  );
}

function isTime(value: unknown): boolean {
  if (!isRecord(value) || !isText(value.dimension)) return false;
  const isRange = (range: unknown) => isText(range) || isTexts(range);
  const { dateRange = '', compareDateRange = [] } = value;
  return isRange(dateRange) && Array.isArray(compareDateRange) && compareDateRange.every(isRange);
}

function isFilter(value: unknown): boolean {
  if (!isRecord(value)) return false;
  for (const parts of [value.and, value.or]) {
    if (parts !== undefined) return Array.isArray(parts) && parts.every(isFilter);
  }
  const isCompared = value.values === undefined || Array.isArray(value.values);
  return isText(value.member) && isText(value.operator) && isCompared;
}

function isOrder(value: unknown): boolean {
  if (!Array.isArray(value)) return isRecord(value);
  return value.every((pair) => isTexts(pair) && pair.length === 2);
}

/** Where two callers' answers to a query are compared, begun with this one. */
export function accessPath(query: Query): string {
  return `/access/compare?query=${encodeURIComponent(JSON.stringify(query))}`;
}

/** The query of such an address as text to read and write; null if there is none that can be read. */
export function queryText(search: string): string | null {
  const query = parsed(new URLSearchParams(search).get('query') ?? '');
  return isQuery(query) ? JSON.stringify(query, null, 2) : null;
}
