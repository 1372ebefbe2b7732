/** Filters as a tree. A place in it is a path of positions; the empty path is the list of all, held together by `and`. */

import { isComplete } from './operators';
import { type Filter, group, isGroup, partsOf } from './query';

export type Path = readonly number[];
type Filters = readonly Filter[];

/** The list at a path, changed by `change`. */
function within(filters: Filters, path: Path, change: (list: Filters) => Filters): Filter[] {
  const [first, ...rest] = path;
  if (first === undefined) return [...change(filters)];
  return filters.map((filter, position) => {
    if (position !== first || !isGroup(filter)) return filter;
    const { word, parts } = partsOf(filter);
    return group(word, within(parts, rest, change));
  });
}

/** The filters with one more at the end of the group at `path`. */
export function added(filters: Filters, path: Path, filter: Filter): Filter[] {
  return within(filters, path, (list) => [...list, filter]);
}

/** The filters with another in the place at `path`. */
export function replaced(filters: Filters, path: Path, filter: Filter): Filter[] {
  const at = path.at(-1);
  return within(filters, path.slice(0, -1), (list) => list.map((old, n) => (n === at ? filter : old)));
}

/** The filters without the one at `path`. */
export function removed(filters: Filters, path: Path): Filter[] {
  const at = path.at(-1);
  return within(filters, path.slice(0, -1), (list) => list.filter((_, n) => n !== at));
}

/** What can be asked of it: filters without values, and groups with nothing in them, are not there yet. */
export function complete(filters: Filters): Filter[] {
  return filters.flatMap((filter): Filter[] => {
    if (!isGroup(filter)) return isComplete(filter) ? [filter] : [];
    const { word, parts } = partsOf(filter);
    const kept = complete(parts);
    return kept.length === 0 ? [] : [group(word, kept)];
  });
}

/** Every member that a filter names. */
export function filteredMembers(filters: Filters): string[] {
  return filters.flatMap((filter) =>
    isGroup(filter) ? filteredMembers(partsOf(filter).parts) : [filter.member],
  );
}
