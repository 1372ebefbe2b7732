import { ChevronDown, X } from 'lucide-react';
import { Button } from 'react-aria-components';
import type { TimeDimension } from '../../query/query';
import { Popup } from '../../ui/Popup';
import { Select } from '../../ui/Select';
import { MemberIcon } from '../MemberIcon';
import type { Member } from '../members';
import styles from './Chips.module.css';
import { RangeField, rangeWords } from './RangeField';

const GRANULARITIES = ['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'];
const NO_GROUPS = 'none';

export interface TimeChipProps {
  time: TimeDimension;
  member: Member | undefined;
  onChange: (time: TimeDimension) => void;
  onRemove: () => void;
}

/** A time of the query: by which periods it groups, and over which range. */
export function TimeChip({ time, member, onChange, onRemove }: TimeChipProps) {
  const title = member?.title ?? time.dimension;
  const own = member?.granularities ?? [];
  const options = [
    { id: NO_GROUPS, label: 'not grouped' },
    ...GRANULARITIES.map((name) => ({ id: name, label: `by ${name}` })),
    ...own.map(({ name, title: words }) => ({ id: name, label: `by ${words}` })),
  ];
  const shown = [time.granularity ? `by ${time.granularity}` : 'not grouped', rangeWords(time.dateRange)];
  return (
    <span className={styles.chip}>
      <Popup
        label={title}
        panel={
          <>
            <Select
              label="Periods"
              options={options}
              value={time.granularity ?? NO_GROUPS}
              onChange={(granularity) => {
                const { granularity: _before, ...rest } = time;
                onChange(granularity === NO_GROUPS ? rest : { ...rest, granularity });
              }}
            />
            <RangeField
              label="Range"
              range={time.dateRange}
              onChange={(dateRange) => {
                const { dateRange: _before, ...rest } = time;
                onChange(dateRange === undefined ? rest : { ...rest, dateRange });
              }}
            />
          </>
        }
      >
        <Button className={styles.open ?? ''}>
          <MemberIcon kind="time" />
          <span className={styles.title}>{title}</span>
          <span className={styles.soft}>{shown.filter(Boolean).join(', ')}</span>
          <ChevronDown aria-hidden="true" />
        </Button>
      </Popup>
      <Button className={styles.remove ?? ''} aria-label={`Remove ${title}`} onPress={onRemove}>
        <X aria-hidden="true" />
      </Button>
    </span>
  );
}
