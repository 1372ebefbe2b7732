/** How a view of the data changes: one action, one new view. */

import { added, type Path, removed, replaced } from './filterTree';
import {
  type Axes,
  type Chart,
  type Direction,
  type Earlier,
  type Exploration,
  type Filter,
  groupingKeys,
  MEASURES,
  NOTHING,
  type Order,
  orderOf,
  type Query,
  RANGES,
  type Range,
  type TimeDimension,
  timeKey,
} from './query';

export type Shelf = 'measures' | 'dimensions' | 'segments';

export type Action =
  | { type: 'toggle'; shelf: Shelf; member: string }
  | { type: 'move'; shelf: Shelf; member: string; by: -1 | 1 }
  | { type: 'setTime'; time: TimeDimension }
  | { type: 'removeTime'; dimension: string }
  | { type: 'compare'; dimension: string; with: Earlier | readonly Range[] | null }
  | { type: 'addFilter'; path: Path; filter: Filter }
  | { type: 'replaceFilter'; path: Path; filter: Filter }
  | { type: 'removeFilter'; path: Path }
  | { type: 'setOrder'; order: Order }
  | { type: 'turnOrder'; member: string }
  | { type: 'setOptions'; options: Partial<Pick<Query, 'limit' | 'offset' | 'timezone' | 'ungrouped'>> }
  | { type: 'setChart'; chart: Chart | null }
  | { type: 'setAxes'; axes: Axes | null }
  | { type: 'setMeasure'; measure: string }
  | { type: 'setTotals'; totals: boolean }
  | { type: 'setQuery'; query: Query }
  | { type: 'clear' };

export function reduce(state: Exploration, action: Action): Exploration {
  const { query } = state;
  switch (action.type) {
    case 'toggle':
      return settled(state, { ...query, [action.shelf]: toggled(query[action.shelf] ?? [], action.member) });
    case 'move':
      return settled(state, {
        ...query,
        [action.shelf]: moved(query[action.shelf] ?? [], action.member, action.by),
      });
    case 'setTime':
      return settled(state, { ...query, timeDimensions: withTime(query.timeDimensions ?? [], action.time) });
    case 'removeTime':
      return settled(state, {
        ...query,
        timeDimensions: (query.timeDimensions ?? []).filter((one) => one.dimension !== action.dimension),
      });
    case 'compare':
      return compared(state, action.dimension, action.with);
    case 'addFilter':
      return settled(state, { ...query, filters: added(query.filters ?? [], action.path, action.filter) });
    case 'replaceFilter':
      return settled(state, { ...query, filters: replaced(query.filters ?? [], action.path, action.filter) });
    case 'removeFilter':
      return settled(state, { ...query, filters: removed(query.filters ?? [], action.path) });
    case 'setOrder':
      return settled(state, { ...query, order: [...action.order] });
    case 'turnOrder':
      return settled(state, { ...query, order: turned(orderOf(query), action.member) });
    case 'setOptions':
      return settled(state, { ...query, ...action.options });
    case 'setChart':
      return { ...state, chart: action.chart };
    case 'setAxes':
      return { ...state, axes: action.axes };
    case 'setMeasure':
      return { ...state, measure: action.measure };
    case 'setTotals':
      return { ...state, totals: action.totals };
    case 'setQuery':
      return settled({ ...state, against: null }, action.query);
    case 'clear':
      return NOTHING;
  }
}

/** The view with another query: without what refers to columns that are gone, and without what is empty. */
function settled(state: Exploration, query: Query): Exploration {
  const times = query.timeDimensions ?? [];
  const isCompared = times.some((time) => time.compareDateRange !== undefined);
  const isRanged = times.some(
    (time) => time.dimension === state.against?.dimension && time.dateRange !== undefined,
  );
  const against = isRanged && !isCompared ? state.against : null;
  const keys = [...(against === null ? [] : [RANGES]), ...groupingKeys(query)];
  const orderable = new Set([...(query.measures ?? []), ...keys, ...times.map((time) => time.dimension)]);
  const order = orderOf(query).filter(([member]) => orderable.has(member));
  return {
    ...state,
    axes: state.axes === null ? null : fitting(state.axes, keys),
    against,
    measure: (query.measures ?? []).find((measure) => measure === state.measure) ?? null,
    query: withoutEmpty({ ...query, order }),
  };
}

/** The view with the range of this time compared; null compares it with nothing. Only one time can be compared. */
function compared(
  state: Exploration,
  dimension: string,
  comparison: Earlier | readonly Range[] | null,
): Exploration {
  const timeDimensions = (state.query.timeDimensions ?? []).map((time): TimeDimension => {
    const { compareDateRange: ranges, ...rest } = time;
    if (time.dimension === dimension && comparison !== null && typeof comparison === 'object') {
      const { dateRange: _range, ...bare } = rest;
      return { ...bare, compareDateRange: [...comparison] };
    }
    return ranges?.[0] === undefined ? rest : { ...rest, dateRange: ranges[0] };
  });
  const against = typeof comparison === 'string' ? { dimension, earlier: comparison } : null;
  return settled({ ...state, against }, { ...state.query, timeDimensions });
}

/** The axes with the keys that there are, new ones in rows; null if they would be those of no choice. */
function fitting(axes: Axes, keys: readonly string[]): Axes | null {
  const there = (key: string) => key === MEASURES || keys.includes(key);
  const x = axes.x.filter(there);
  const y = axes.y.filter(there);
  if (x.length + y.length <= 1) return null;
  const added = keys.filter((key) => !x.includes(key) && !y.includes(key));
  // Ranges are compared side by side, unless somebody places them elsewhere.
  return {
    x: [...x, ...added.filter((key) => key !== RANGES)],
    y: [...added.filter((key) => key === RANGES), ...y],
  };
}

function withoutEmpty(query: Query): Query {
  return Object.fromEntries(
    Object.entries(query).filter(
      ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
    ),
  );
}

function toggled(members: readonly string[], member: string): string[] {
  return members.includes(member) ? members.filter((one) => one !== member) : [...members, member];
}

function moved(members: readonly string[], member: string, by: -1 | 1): string[] {
  const from = members.indexOf(member);
  const to = from + by;
  const next = [...members];
  const other = next[to];
  if (from < 0 || other === undefined) return next;
  next[to] = member;
  next[from] = other;
  return next;
}

function withTime(times: readonly TimeDimension[], time: TimeDimension): TimeDimension[] {
  const isThere = times.some((one) => one.dimension === time.dimension);
  return isThere ? times.map((one) => (one.dimension === time.dimension ? time : one)) : [...times, time];
}

const NEXT: Record<Direction, Direction | null> = { desc: 'asc', asc: null };

/** The order with this member first: descending, then ascending, then as it comes. */
function turned(order: Order, member: string): [string, Direction][] {
  const now = order.find(([one]) => one === member)?.[1];
  const next = now === undefined ? 'desc' : NEXT[now];
  const rest = order
    .filter(([one]) => one !== member)
    .map(([one, direction]): [string, Direction] => [one, direction]);
  return next === null ? rest : [[member, next], ...rest];
}

/** The key by which rows are put in order for a column. */
export function orderKey(query: Query, columnKey: string): string {
  const time = (query.timeDimensions ?? []).find((one) => timeKey(one) === columnKey);
  return time?.dimension ?? columnKey;
}
