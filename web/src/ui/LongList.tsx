import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useRef } from 'react';
import styles from './LongList.module.css';

export interface LongRow {
  key: string;
  /** Its height in pixels. */
  height: number;
  content: ReactNode;
}

// Rows above and below those in sight: whoever goes on by keyboard finds the next one there.
const BEYOND = 12;

/** A list of any length in a box that scrolls: only the rows in sight are on the page. */
export function LongList({ label, rows }: { label: string; rows: readonly LongRow[] }) {
  const box = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: (index) => rows[index]?.height ?? 0,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: BEYOND,
  });
  return (
    <div ref={box} className={styles.box}>
      <ul aria-label={label} className={styles.list} style={{ height: list.getTotalSize() }}>
        {list.getVirtualItems().map(({ index, start, size, key }) => (
          <li
            key={key}
            className={styles.row}
            aria-setsize={rows.length}
            aria-posinset={index + 1}
            style={{ height: size, transform: `translateY(${start}px)` }}
          >
            {rows[index]?.content}
          </li>
        ))}
      </ul>
    </div>
  );
}
