/** A view of the data as the part of an address behind `?`, and back. */

import {
  type Against,
  type Axes,
  CHARTS,
  type Chart,
  type Comparison,
  type Exploration,
  type Filter,
  group,
  isGroup,
  NOTHING,
  partsOf,
  type Query,
} from './query';

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
  const read = <T>(name: string, reading: (value: unknown) => T | null): T | null => {
    const text = parameters.get(name);
    const value = text === null ? null : reading(parsed(text));
    if (text !== null && value === null) problems.push(name);
    return value;
  };
  const chart = parameters.get('chart');
  if (chart !== null && !isChart(chart)) problems.push('chart');
  const against = parameters.get('against');
  const compared = against === null ? null : againstIn(against);
  if (against !== null && compared === null) problems.push('comparison');
  const exploration: Exploration = {
    query: read('query', readQuery) ?? NOTHING.query,
    chart: chart !== null && isChart(chart) ? chart : null,
    axes: read('pivot', (value) => (isAxes(value) ? value : null)),
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

/**
 * The query in decoded JSON, with the older name `dimension` of a filter's member as the API takes it; null if it has
 * not the shape of a query, so far as the page takes it apart. The server tells what else is wrong.
 */
export function readQuery(value: unknown): Query | null {
  if (!isRecord(value)) return null;
  const { ungrouped } = value;
  // The API takes the words for it, too.
  const isWord = isText(ungrouped) && /^(true|false)$/i.test(ungrouped);
  const query = isWord ? { ...value, ungrouped: ungrouped.toLowerCase() === 'true' } : value;
  if (!isQuery(query)) return null;
  return query.filters === undefined ? query : withMembers(query);
}

/** A query, in which filters may still have the older name of their member. */
function isQuery(value: Record<string, unknown>): value is Query {
  const {
    measures = [],
    dimensions = [],
    segments = [],
    timeDimensions = [],
    filters = [],
    order = [],
    limit = 0,
    offset = 0,
    timezone = '',
    ungrouped = false,
  } = value;
  return (
    [measures, dimensions, segments].every(isTexts) &&
    Array.isArray(timeDimensions) &&
    timeDimensions.every(isTime) &&
    Array.isArray(filters) &&
    filters.every(isFilter) &&
    isOrder(order) &&
    [limit, offset].every((count) => typeof count === 'number') &&
    isText(timezone) &&
    typeof ungrouped === 'boolean'
  );
}

function isTime(value: unknown): boolean {
  if (!isRecord(value) || !isText(value.dimension)) return false;
  const isRange = (range: unknown) => isText(range) || (isTexts(range) && [1, 2].includes(range.length));
  const { granularity = null, dateRange = '', compareDateRange = [] } = value;
  return (
    (granularity === null || isText(granularity)) &&
    isRange(dateRange) &&
    Array.isArray(compareDateRange) &&
    compareDateRange.every(isRange)
  );
}

function isFilter(value: unknown): boolean {
  if (!isRecord(value)) return false;
  for (const parts of [value.and, value.or]) {
    if (parts !== undefined) return Array.isArray(parts) && parts.every(isFilter);
  }
  const { values = [], member = value.dimension } = value;
  return isText(member) && isText(value.operator) && Array.isArray(values) && values.every(isFilterValue);
}

function isFilterValue(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function isOrder(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((pair) => isTexts(pair) && pair.length === 2);
  return isRecord(value) && Object.values(value).every(isText);
}

function withMembers(query: Query): Query {
  const named = (filter: Filter): Filter => {
    if (isGroup(filter)) {
      const { word, parts } = partsOf(filter);
      return group(word, parts.map(named));
    }
    if (!('dimension' in filter)) return filter;
    const { dimension, ...rest } = filter as Omit<Comparison, 'member'> & { dimension: string };
    return { member: dimension, ...rest };
  };
  return { ...query, filters: (query.filters ?? []).map(named) };
}

/** Where two callers' answers to a query are compared, begun with this one. */
export function accessPath(query: Query): string {
  return `/access/compare?query=${encodeURIComponent(JSON.stringify(query))}`;
}

/** The query of such an address as text to read and write; null if there is none that can be read. */
export function queryText(search: string): string | null {
  const query = readQuery(parsed(new URLSearchParams(search).get('query') ?? ''));
  return query === null ? null : JSON.stringify(query, null, 2);
}
