import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type CSSProperties, useEffect, useMemo, useRef, useState } from 'react';
import type { Direction } from '../../query/query';
import styles from './DataTable.module.css';
import type { TableCell, TableColumn, TableModel } from './tableModel';
import { columnWidths } from './widths';

const ROW = 31;
const OVERSCAN = 12;
const NO_TOTAL: TableCell = { text: '', raw: undefined };

export interface DataTableProps {
  label: string;
  model: TableModel;
  /** The way in which rows are ordered by a column; undefined if they are not. */
  directionOf: (column: TableColumn) => Direction | undefined;
  onOrder: (column: TableColumn) => void;
}

/** A table of any length: only the rows and columns in sight are on the page. */
export function DataTable({ label, model, directionOf, onOrder }: DataTableProps) {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const widths = useMemo(() => columnWidths(model, width), [model, width]);
  const rows = useVirtualizer({
    count: model.rowCount,
    getScrollElement: () => place.current,
    estimateSize: () => ROW,
    overscan: OVERSCAN,
  });
  const columns = useVirtualizer({
    horizontal: true,
    count: model.columns.length,
    getScrollElement: () => place.current,
    estimateSize: (column) => widths[column] ?? 0,
    overscan: 4,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: other widths are measured anew
  useEffect(() => columns.measure(), [columns, widths]);

  const shown = columns.getVirtualItems().flatMap(({ index, start, size }) => {
    const column = model.columns[index];
    return column === undefined
      ? []
      : [{ column, index, style: { left: start, width: size } satisfies CSSProperties }];
  });
  const total = columns.getTotalSize();
  const headLines = Math.max(1, ...model.columns.map((column) => column.head.length));

  return (
    // No table element: that cannot leave out the rows that nobody sees.
    <div
      ref={place}
      className={styles.table}
      role="table"
      aria-label={label}
      aria-rowcount={model.rowCount + 1 + model.totalCount}
      aria-colcount={model.columns.length}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
      tabIndex={0}
    >
      <div role="rowgroup" className={styles.head} style={{ width: total, height: 14 + headLines * 19 }}>
        <div role="row" aria-rowindex={1} className={styles.row}>
          {shown.map(({ column, index, style }) => (
            <HeadCell
              key={column.id}
              column={column}
              index={index}
              style={style}
              direction={directionOf(column)}
              onOrder={onOrder}
            />
          ))}
        </div>
      </div>
      <div role="rowgroup" className={styles.body} style={{ width: total, height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((row) => (
          <div
            key={row.index}
            role="row"
            aria-rowindex={row.index + 2}
            className={styles.row}
            style={{ transform: `translateY(${row.start}px)`, height: row.size }}
          >
            {shown.map(({ column, index, style }) => (
              <BodyCell
                key={column.id}
                column={column}
                index={index}
                style={style}
                cell={column.cell(row.index)}
              />
            ))}
          </div>
        ))}
      </div>
      {model.totalCount > 0 && (
        <div role="rowgroup" className={styles.foot} style={{ width: total }}>
          {Array.from({ length: model.totalCount }, (_, place) => (
            <div
              // biome-ignore lint/suspicious/noArrayIndexKey: a row of totals is its place
              key={place}
              role="row"
              aria-rowindex={model.rowCount + 2 + place}
              className={styles.row}
              style={{ height: ROW }}
            >
              {shown.map(({ column, index, style }) => (
                <BodyCell
                  key={column.id}
                  column={column}
                  index={index}
                  style={style}
                  cell={column.totals[place] ?? NO_TOTAL}
                />
              ))}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

interface PlacedProps {
  column: TableColumn;
  index: number;
  style: CSSProperties;
}

interface HeadCellProps extends PlacedProps {
  direction: Direction | undefined;
  onOrder: (column: TableColumn) => void;
}

const SORTED = { asc: 'ascending', desc: 'descending' } as const;

function HeadCell({ column, index, style, direction, onOrder }: HeadCellProps) {
  const words = column.head.map((word, line) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
    <span key={line} className={styles.word} title={word}>
      {word}
    </span>
  ));
  return (
    <div
      role="columnheader"
      aria-colindex={index + 1}
      aria-sort={direction === undefined ? 'none' : SORTED[direction]}
      className={`${styles.cell} ${styles.headCell} ${column.isNumber ? styles.number : ''} ${column.isTotal ? styles.total : ''}`}
      style={style}
    >
      {column.orders === null ? (
        <span className={styles.words}>{words}</span>
      ) : (
        <button type="button" className={styles.order} onClick={() => onOrder(column)}>
          <span className={styles.words}>{words}</span>
          {direction === 'asc' && <ArrowUp aria-hidden="true" />}
          {direction === 'desc' && <ArrowDown aria-hidden="true" />}
        </button>
      )}
    </div>
  );
}

function BodyCell({ column, index, style, cell }: PlacedProps & { cell: TableCell }) {
  const isNone = cell.raw === null;
  return (
    <div
      role="cell"
      aria-colindex={index + 1}
      className={`${styles.cell} ${column.isNumber ? styles.number : ''} ${column.isTotal ? styles.total : ''} ${isNone ? styles.none : ''}`}
      style={style}
      title={cell.raw === undefined || cell.raw === null ? undefined : String(cell.raw)}
    >
      {cell.text}
    </div>
  );
}

function useWidth(place: React.RefObject<HTMLDivElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (place.current === null) return;
    const resizing = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    resizing.observe(place.current);
    return () => resizing.disconnect();
  }, [place]);
  return width;
}
