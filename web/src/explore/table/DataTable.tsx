import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type CSSProperties, type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import type { Direction } from '../../query/query';
import type { MenuAction } from '../../ui/Menu';
import { CellMenu } from './CellMenu';
import styles from './DataTable.module.css';
import { moved, type Spot } from './moving';
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
  /** What can be done with the cell in a row and a column. */
  actionsOf: (row: number, column: number) => readonly MenuAction[];
}

/**
 * A table of any length: only the rows and columns in sight are on the page. The arrow keys go from cell to cell; Enter,
 * or a click, opens what can be done with one.
 */
export function DataTable({ label, model, directionOf, onOrder, actionsOf }: DataTableProps) {
  const id = useId();
  const [active, setActive] = useState<Spot | null>(null);
  const [opened, setOpened] = useState<Spot | null>(null);
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const widths = useMemo(() => columnWidths(model, width), [model, width]);
  const headHeight = 14 + 19 * Math.max(1, ...model.columns.map((column) => column.head.length));
  const rows = useVirtualizer({
    count: model.rowCount,
    getScrollElement: () => place.current,
    estimateSize: () => ROW,
    overscan: OVERSCAN,
    // The head and the totals lie over the rows.
    scrollPaddingEnd: headHeight + model.totalCount * ROW,
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
  const onKeyDown = (event: KeyboardEvent) => {
    // Buttons in the head have keys of their own.
    if (event.target !== event.currentTarget || model.rowCount === 0) return;
    const pressed = { key: event.key, isFar: event.ctrlKey || event.metaKey };
    const spot = moved(active, pressed, { rows: model.rowCount, columns: model.columns.length });
    if (spot !== undefined) {
      setActive(spot);
      rows.scrollToIndex(spot.row);
      columns.scrollToIndex(spot.column);
    } else if (event.key === 'Enter') setOpened(active);
    else return;
    event.preventDefault();
  };
  const idOf = ({ row, column }: Spot) => `${id}-${row}-${column}`;
  const total = columns.getTotalSize();

  return (
    // No table element: that cannot leave out the rows that nobody sees.
    <div
      ref={place}
      className={styles.table}
      role="grid"
      aria-label={label}
      aria-activedescendant={active === null ? undefined : idOf(active)}
      onKeyDown={onKeyDown}
      aria-rowcount={model.rowCount + 1 + model.totalCount}
      aria-colcount={model.columns.length}
      tabIndex={0}
    >
      <div role="rowgroup" className={styles.head} style={{ width: total, height: headHeight }}>
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
                id={idOf({ row: row.index, column: index })}
                isActive={active?.row === row.index && active.column === index}
                onPick={() => {
                  const spot = { row: row.index, column: index };
                  setActive(spot);
                  setOpened(spot);
                }}
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
      {opened !== null && (
        <CellMenu
          cellId={idOf(opened)}
          actions={actionsOf(opened.row, opened.column)}
          onClose={() => {
            setOpened(null);
            place.current?.focus();
          }}
        />
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

interface BodyCellProps extends PlacedProps {
  cell: TableCell;
  id?: string;
  isActive?: boolean;
  /** Opens what can be done with it; cells of totals have nothing. */
  onPick?: () => void;
}

function BodyCell({ column, index, style, cell, id, isActive = false, onPick }: BodyCellProps) {
  const isNone = cell.raw === null;
  const kinds = [
    styles.cell,
    column.isNumber && styles.number,
    column.isTotal && styles.total,
    isNone && styles.none,
    isActive && styles.active,
    onPick !== undefined && styles.picked,
  ];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has the keys, and this cell is its active descendant
    <div
      role="gridcell"
      id={id}
      aria-colindex={index + 1}
      className={kinds.filter(Boolean).join(' ')}
      style={style}
      title={cell.raw === undefined || cell.raw === null ? undefined : String(cell.raw)}
      onClick={onPick}
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
