import type { ReactNode } from 'react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import styles from './Segmented.module.css';
import { Tooltip } from './Tooltip';

export interface Segment<K extends string> {
  id: K;
  label: string;
  /** Shown instead of the label, which is then its name. */
  icon?: ReactNode;
}

export interface SegmentedProps<K extends string> {
  'aria-label': string;
  segments: readonly Segment<K>[];
  value: K;
  onChange: (value: K) => void;
}

/** One of a few options, all of them in sight. */
export function Segmented<K extends string>({ segments, value, onChange, ...props }: SegmentedProps<K>) {
  return (
    <ToggleButtonGroup
      {...props}
      className={styles.group ?? ''}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(keys) => {
        const chosen = segments.find((segment) => keys.has(segment.id));
        if (chosen !== undefined && chosen.id !== value) onChange(chosen.id);
      }}
    >
      {segments.map((segment) =>
        segment.icon === undefined ? (
          <ToggleButton key={segment.id} id={segment.id} className={styles.segment ?? ''}>
            {segment.label}
          </ToggleButton>
        ) : (
          <Tooltip key={segment.id} text={segment.label}>
            <ToggleButton
              id={segment.id}
              aria-label={segment.label}
              className={`${styles.segment} ${styles.icon}`}
            >
              {segment.icon}
            </ToggleButton>
          </Tooltip>
        ),
      )}
    </ToggleButtonGroup>
  );
}
