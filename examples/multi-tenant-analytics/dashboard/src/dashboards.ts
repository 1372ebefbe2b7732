// Dashboards that somebody saved in this browser: names, questions and filters, and never an answer.

import { FILTER_NAMES, fromParameters, toParameters, type Filters } from './filters';
import { SHAPES, type Tile } from './tile';

export interface Dashboard {
  readonly id: string;
  readonly name: string;
  readonly filters: Filters;
  readonly tiles: readonly Tile[];
}

// Where they are kept; each person has their own.
const place = (who: string) => `dashboards of ${who}`;

// What is kept, as text.
export const kept = (storage: Pick<Storage, 'getItem'>, who: string) => storage.getItem(place(who)) ?? '[]';

export function read(text: string): Dashboard[] {
  try {
    const all: unknown = JSON.parse(text);
    return Array.isArray(all) ? all.flatMap(dashboardOf) : [];
  } catch {
    return [];
  }
}

export function write(storage: Pick<Storage, 'setItem'>, who: string, dashboards: readonly Dashboard[]): void {
  const all = dashboards.map(({ filters, ...rest }) => ({ ...rest, filters: toParameters(filters).toString() }));
  storage.setItem(place(who), JSON.stringify(all));
}

// Changes the one with this id, if it is still there.
export const changed = (dashboards: readonly Dashboard[], id: string, change: (one: Dashboard) => Dashboard): Dashboard[] =>
  dashboards.map((one) => (one.id === id ? change(one) : one));

// Puts something in its place in a list, or at the end of one that is shorter.
export const putAt = <One>(list: readonly One[], place: number, one: One): One[] => [...list.slice(0, place), one, ...list.slice(place)];

export const sameFilters = (one: Filters, other: Filters) =>
  String(one.period) === String(other.period) && FILTER_NAMES.every((name) => one.values[name] === other.values[name]);

// What was kept may be of an older version, or somebody else's.
function dashboardOf(kept: unknown): Dashboard[] {
  if (!isObject(kept)) return [];
  const { id, name, filters, tiles } = kept;
  if (typeof id !== 'string' || typeof name !== 'string' || typeof filters !== 'string' || !Array.isArray(tiles)) return [];
  return [{ id, name, filters: fromParameters(new URLSearchParams(filters)), tiles: tiles.filter(isTile) }];
}

function isTile(kept: unknown): kept is Tile {
  return isObject(kept) && typeof kept.id === 'string' && typeof kept.title === 'string'
    && typeof kept.shape === 'string' && kept.shape in SHAPES && isObject(kept.query);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
