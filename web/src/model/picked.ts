/** Which tables are picked to make cubes of. */

import type { DbTable } from '../api/model';

/** A table by its schema and name. */
export type TablePath = readonly [schema: string, table: string];

export function keyOf(table: Pick<DbTable, 'schema' | 'name'>): string {
  return JSON.stringify([table.schema, table.name]);
}

export function pathsOf(picked: ReadonlySet<string>): TablePath[] {
  return [...picked].map((key) => JSON.parse(key) as [string, string]);
}

/** The tables by schema, the one at hand first; those whose name, or a column of theirs, has every word. */
export function bySchema(tables: readonly DbTable[], current: string, text: string): [string, DbTable[]][] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = new Map<string, DbTable[]>();
  for (const table of tables) {
    const all = [table.schema, table.name, ...table.columns.map((column) => column.name)]
      .join('\n')
      .toLowerCase();
    if (!words.every((word) => all.includes(word))) continue;
    found.set(table.schema, [...(found.get(table.schema) ?? []), table]);
  }
  return [...found].sort(([a], [b]) => Number(b === current) - Number(a === current) || a.localeCompare(b));
}

// More tables than these are picked by people, not for them.
const FEW = 12;

/** What is picked at first: for an empty model the tables of the current schema, if they are few. */
export function pickedAtFirst(tables: readonly DbTable[], current: string): Set<string> {
  const here = tables.filter((table) => table.schema === current);
  const isEmpty = tables.every((table) => table.cube === null);
  return new Set(isEmpty && here.length <= FEW ? here.map(keyOf) : []);
}
