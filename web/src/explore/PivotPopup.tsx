import { ArrowDown, ArrowLeftRight, ArrowUp } from 'lucide-react';
import type { ReactElement } from 'react';
import { type Axes, MEASURES } from '../query/query';
import { Button, IconButton } from '../ui/Button';
import { Popup } from '../ui/Popup';
import styles from './PivotPopup.module.css';
import type { Column } from './result';

export interface PivotPopupProps {
  axes: Axes;
  columns: ReadonlyMap<string, Column>;
  measures: readonly string[];
  onMove: (measure: string, by: -1 | 1) => void;
  onChange: (axes: Axes | null) => void;
  /** The button that opens it. */
  children: ReactElement;
}

/** Which keys make rows and which make columns, and in which order. */
export function PivotPopup({ axes, columns, measures, onMove, onChange, children }: PivotPopupProps) {
  const titleOf = (key: string) => (key === MEASURES ? 'Measures' : (columns.get(key)?.title ?? key));
  const list = (axis: 'x' | 'y', title: string) => {
    const other = axis === 'x' ? 'y' : 'x';
    const keys = axes[axis];
    return (
      <div>
        <h2 className={styles.title}>{title}</h2>
        {keys.length === 0 && <p className={styles.none}>nothing</p>}
        <ul className={styles.keys} aria-label={title}>
          {keys.map((key, place) => (
            <li key={key} className={styles.key}>
              <span className={styles.name}>{titleOf(key)}</span>
              <IconButton
                size="s"
                label={`${titleOf(key)} earlier`}
                icon={<ArrowUp />}
                isDisabled={place === 0}
                onPress={() => onChange({ ...axes, [axis]: swapped(keys, place, place - 1) })}
              />
              <IconButton
                size="s"
                label={`${titleOf(key)} later`}
                icon={<ArrowDown />}
                isDisabled={place === keys.length - 1}
                onPress={() => onChange({ ...axes, [axis]: swapped(keys, place, place + 1) })}
              />
              <IconButton
                size="s"
                label={`${titleOf(key)} to ${axis === 'x' ? 'columns' : 'rows'}`}
                icon={<ArrowLeftRight />}
                onPress={() =>
                  onChange({
                    ...axes,
                    [axis]: keys.filter((one) => one !== key),
                    [other]: [...axes[other], key],
                  })
                }
              />
            </li>
          ))}
        </ul>
      </div>
    );
  };
  return (
    <Popup
      label="Pivot"
      panel={
        <>
          {list('x', 'Rows, or along the chart')}
          {list('y', 'Columns, or series')}
          {measures.length > 1 && (
            <div>
              <h2 className={styles.title}>Measures, in this order</h2>
              <ul className={styles.keys} aria-label="Order of measures">
                {measures.map((measure, place) => (
                  <li key={measure} className={styles.key}>
                    <span className={styles.name}>{titleOf(measure)}</span>
                    <IconButton
                      size="s"
                      label={`${titleOf(measure)} earlier`}
                      icon={<ArrowUp />}
                      isDisabled={place === 0}
                      onPress={() => onMove(measure, -1)}
                    />
                    <IconButton
                      size="s"
                      label={`${titleOf(measure)} later`}
                      icon={<ArrowDown />}
                      isDisabled={place === measures.length - 1}
                      onPress={() => onMove(measure, 1)}
                    />
                  </li>
                ))}
              </ul>
            </div>
          )}
          <Button size="s" onPress={() => onChange(null)}>
            As suits the chart
          </Button>
        </>
      }
    >
      {children}
    </Popup>
  );
}

function swapped(keys: readonly string[], from: number, to: number): string[] {
  const next = [...keys];
  const [a, b] = [next[from], next[to]];
  if (a === undefined || b === undefined) return next;
  next[from] = b;
  next[to] = a;
  return next;
}
