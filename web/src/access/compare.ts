/** Two answers to one query, row by row. No React. */

import type { Row } from '../api/load';

export type Verdict = 'same' | 'differs' | 'first' | 'second';

/** A row of both answers, or of one of them. */
export interface Pair {
  verdict: Verdict;
  key: readonly Row[string][];
  first: Row | null;
  second: Row | null;
  /** The values that are not the same. */
  differing: ReadonlySet<string>;
}

/**
 * The rows of two answers side by side: those with the same values in the `keys` are one pair. They come in the order of
 * the first answer, and those of the second alone after them. Rows that are the same several times are paired one by one.
 */
export function paired(
  first: readonly Row[],
  second: readonly Row[],
  keys: readonly string[],
  values: readonly string[],
): Pair[] {
  const keyOf = (row: Row) => JSON.stringify(keys.map((key) => row[key] ?? null));
  const waiting = new Map<string, Row[]>();
  for (const row of second) {
    const same = waiting.get(keyOf(row));
    if (same === undefined) waiting.set(keyOf(row), [row]);
    else same.push(row);
  }
  const pairs = first.map((row): Pair => {
    const other = waiting.get(keyOf(row))?.shift() ?? null;
    const differing = new Set(other === null ? [] : values.filter((name) => row[name] !== other[name]));
    const verdict = other === null ? 'first' : differing.size > 0 ? 'differs' : 'same';
    return { verdict, key: keys.map((key) => row[key] ?? null), first: row, second: other, differing };
  });
  for (const row of [...waiting.values()].flat()) {
    pairs.push({
      verdict: 'second',
      key: keys.map((key) => row[key] ?? null),
      first: null,
      second: row,
      differing: new Set(),
    });
  }
  return pairs;
}

/** How many pairs there are of each kind. */
export function counts(pairs: readonly Pair[]): Record<Verdict, number> {
  const found = { same: 0, differs: 0, first: 0, second: 0 };
  for (const pair of pairs) found[pair.verdict] += 1;
  return found;
}

/** The lines that stand only in one of two lists. */
export function onlyIn(lines: readonly string[], others: readonly string[]): ReadonlySet<string> {
  const there = new Set(others);
  return new Set(lines.filter((line) => !there.has(line)));
}
