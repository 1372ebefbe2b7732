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

export function read(storage: Pick<Storage, 'getItem'>, who: string): Dashboard[] {
  try {
    const kept: unknown = JSON.parse(storage.getItem(place(who)) ?? '[]');
    return Array.isArray(kept) ? kept.flatMap(dashboardOf) : [];
  } catch {
    return [];
  }
}

export function write(storage: Pick<Storage, 'setItem'>, who: string, dashboards: readonly Dashboard[]): void {
  const kept = dashboards.map(({ filters, ...rest }) => ({ ...rest, filters: toParameters(filters).toString() }));
  storage.setItem(place(who), JSON.stringify(kept));
}

// One with this id takes the place of the one before.
export function put(dashboards: readonly Dashboard[], one: Dashboard): Dashboard[] {
  return dashboards.some(({ id }) => id === one.id)
    ? dashboards.map((other) => (other.id === one.id ? one : other))
    : [...dashboards, one];
}

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
