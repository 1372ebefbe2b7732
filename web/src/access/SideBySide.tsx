import { useMemo, useState } from 'react';
import type { Row } from '../api/load';
import { EmptyState } from '../ui/State';
import { Switch } from '../ui/Switch';
import { counts, type Pair, paired, type Verdict } from './compare';
import styles from './SideBySide.module.css';
import type { Column } from './useSide';

// More rows than these say nothing more about a difference.
const MOST = 500;

interface Answered {
  name: string;
  /** Null for one who was refused. */
  rows: readonly Row[] | null;
}

/** Two answers in one table: what rows are told apart by, and each value once for each caller. */
export function SideBySide({
  first,
  second,
  columns,
}: {
  first: Answered;
  second: Answered;
  columns: readonly Column[];
}) {
  const [onlyDifferent, setOnlyDifferent] = useState(false);
  const keys = useMemo(() => columns.filter((column) => column.isKey), [columns]);
  const values = useMemo(() => columns.filter((column) => !column.isKey), [columns]);
  const names = useMemo(
    () => [keys, values].map((some) => some.map((column) => column.name)),
    [keys, values],
  );
  const pairs = useMemo(
    () => paired(first.rows ?? [], second.rows ?? [], names[0] ?? [], names[1] ?? []),
    [first.rows, second.rows, names],
  );
  if (columns.length === 0) return null;
  const found = counts(pairs);
  const isBoth = first.rows !== null && second.rows !== null;
  const shown = onlyDifferent ? pairs.filter((pair) => pair.verdict !== 'same') : pairs;
  const words: Record<Verdict, string> = {
    same: 'same',
    differs: 'differs',
    first: `only ${first.name}`,
    second: `only ${second.name}`,
  };
  return (
    <section className={styles.view} aria-label="Answers side by side">
      <div className={styles.head}>
        <p role="status">
          {isBoth
            ? `${found.same} the same, ${found.differs} different, ${found.first} only for ${first.name}, ${found.second} only for ${second.name}`
            : 'One of them has no answer to compare with'}
        </p>
        <Switch isSelected={onlyDifferent} onChange={setOnlyDifferent}>
          Only differences
        </Switch>
      </div>
      {shown.length === 0 ? (
        <EmptyState title={pairs.length === 0 ? 'Both answers are empty' : 'There is no difference'} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
        <section className={styles.scroll} tabIndex={0} aria-label="Rows">
          <table className={styles.table}>
            <thead>
              <tr>
                {keys.map((column) => (
                  <th key={column.name} rowSpan={2} scope="col">
                    {column.title}
                  </th>
                ))}
                {values.map((column) => (
                  <th key={column.name} colSpan={2} scope="colgroup" className={styles.group}>
                    {column.title}
                  </th>
                ))}
                <th rowSpan={2} scope="col">
                  Compared
                </th>
              </tr>
              <tr>
                {values.flatMap((column) =>
                  (['first', 'second'] as const).map((whose) => (
                    <th key={`${column.name} ${whose}`} scope="col" className={styles.number}>
                      {whose === 'first' ? first.name : second.name}
                    </th>
                  )),
                )}
              </tr>
            </thead>
            <tbody>
              {shown.slice(0, MOST).map((pair, number) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name of their own
                <Line key={number} pair={pair} keys={keys} values={values} word={words[pair.verdict]} />
              ))}
            </tbody>
          </table>
        </section>
      )}
      {shown.length > MOST && (
        <p className={styles.more}>
          The first {MOST} of {shown.length.toLocaleString()} rows
        </p>
      )}
    </section>
  );
}

function Line({
  pair,
  keys,
  values,
  word,
}: {
  pair: Pair;
  keys: readonly Column[];
  values: readonly Column[];
  word: string;
}) {
  return (
    <tr className={styles[pair.verdict]}>
      {keys.map((column, place) => (
        <td key={column.name} className={column.isNumber ? styles.number : undefined}>
          {column.format(pair.key[place])}
        </td>
      ))}
      {values.flatMap((column) =>
        (['first', 'second'] as const).map((whose) => (
          <td
            key={`${column.name} ${whose}`}
            className={`${styles.number} ${pair.differing.has(column.name) ? styles.marked : ''}`}
          >
            {pair[whose] === null ? '–' : column.format(pair[whose][column.name])}
          </td>
        )),
      )}
      <td>
        <span className={styles.verdict}>{word}</span>
      </td>
    </tr>
  );
}
