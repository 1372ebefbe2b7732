import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, memo, useMemo, useRef } from 'react';
import type { Matrix, Sight } from '../api/access';
import styles from './MatrixGrid.module.css';
import { linesOf, type MatrixLine } from './matrix';
import { lookOf } from './sights';

const LINE = 31;
const OVERSCAN = 6;

export interface MatrixGridProps {
  matrix: Matrix;
  /** What is to be told why: the path of a member or the name of a cube or view, and the place of a caller. */
  onAsk: (of: string, place: number) => void;
}

/** Members and callers, of any number: only the lines in sight are on the page. */
export function MatrixGrid({ matrix, onAsk }: MatrixGridProps) {
  const place = useRef<HTMLElement>(null);
  const lines = useMemo(() => linesOf(matrix), [matrix]);
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => place.current,
    estimateSize: () => LINE,
    overscan: OVERSCAN,
  });
  const shown = rows.getVirtualItems();
  const above = shown[0]?.start ?? 0;
  const below = rows.getTotalSize() - (shown.at(-1)?.end ?? 0);
  const columns = { '--callers': matrix.callers.length } as CSSProperties;

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section className={styles.scroll} ref={place} tabIndex={0} aria-label="Members and callers">
      {/* No table element: that cannot leave out the rows that nobody sees. */}
      <div
        role="table"
        aria-label="Who sees what"
        aria-rowcount={lines.length + 1}
        className={styles.table}
        style={columns}
      >
        <div role="rowgroup" className={styles.head}>
          <div role="row" aria-rowindex={1} className={styles.row}>
            <span role="columnheader" className={styles.first}>
              Member
            </span>
            {matrix.callers.map((caller, column) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: names need not differ
              <span key={column} role="columnheader" className={styles.cellBox}>
                <span className={styles.caller}>{caller.name}</span>
                <span className={styles.groups}>
                  {caller.refused === null ? (caller.groups ?? []).join(', ') || 'no groups' : 'not let in'}
                </span>
              </span>
            ))}
          </div>
        </div>
        <div role="rowgroup" style={{ paddingTop: above, paddingBottom: below }}>
          {shown.map(({ index }) => {
            const line = lines[index];
            return (
              line && (
                <Line key={index} line={line} number={index + 2} callers={matrix.callers} onAsk={onAsk} />
              )
            );
          })}
        </div>
      </div>
    </section>
  );
}

interface LineProps {
  line: MatrixLine;
  number: number;
  callers: Matrix['callers'];
  onAsk: MatrixGridProps['onAsk'];
}

/** Drawn once: while one scrolls, most lines stay as they are. */
const Line = memo(function Line({ line: { holder, member }, number, callers, onAsk }: LineProps) {
  return (
    <div
      role="row"
      aria-rowindex={number}
      className={`${styles.row} ${member === null ? styles.holder : ''}`}
      style={{ height: LINE }}
    >
      {member === null ? (
        <span role="rowheader" className={styles.first}>
          {holder.name} <span className={styles.kind}>{holder.type}</span>
        </span>
      ) : (
        <span role="rowheader" className={`${styles.first} ${styles[member.type]}`} title={member.title}>
          {member.path.slice(holder.name.length + 1)}
        </span>
      )}
      {callers.map((caller, column) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: names need not differ
        <span key={column} role="cell" className={styles.cellBox}>
          {member === null ? (
            <button
              type="button"
              className={styles.policies}
              aria-label={`Policies of ${holder.name} for ${caller.name}`}
              onClick={() => onAsk(holder.name, column)}
            >
              Policies
            </button>
          ) : (
            <CellButton
              sight={member.cells[column] ?? null}
              label={`${member.path} for ${caller.name}`}
              onPress={() => onAsk(member.path, column)}
            />
          )}
        </span>
      ))}
    </div>
  );
});

/** A plain button: there may be hundreds of them. */
function CellButton({ sight, label, onPress }: { sight: Sight | null; label: string; onPress: () => void }) {
  const { word, icon: Icon, tone } = lookOf(sight);
  return (
    <button
      type="button"
      className={`${styles.cell} ${styles[tone]}`}
      onClick={onPress}
      aria-label={`${word}: ${label}`}
    >
      <Icon aria-hidden="true" />
      {word}
    </button>
  );
}
