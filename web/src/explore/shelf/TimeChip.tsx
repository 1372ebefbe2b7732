import { ChevronDown, X } from 'lucide-react';
import { Button } from 'react-aria-components';
import type { Against, TimeDimension } from '../../query/query';
import { rangeText } from '../../query/ranges';
import { Popup } from '../../ui/Popup';
import { Select } from '../../ui/Select';
import { MemberIcon } from '../MemberIcon';
import type { Member } from '../members';
import styles from './Chips.module.css';
import { type Compared, CompareField } from './CompareField';
import { RangeField } from './RangeField';

const GRANULARITIES = ['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'];
const NO_GROUPS = 'none';

export interface TimeChipProps {
  time: TimeDimension;
  member: Member | undefined;
  against: Against | null;
  onChange: (time: TimeDimension) => void;
  onCompare: (comparison: Compared) => void;
  onRemove: () => void;
}

const EARLIER = { period: 'the period before', year: 'a year before' };

/** A time of the query: by which periods it groups, over which range, and what that is compared with. */
export function TimeChip({ time, member, against, onChange, onCompare, onRemove }: TimeChipProps) {
  const title = member?.title ?? time.dimension;
  const own = member?.granularities ?? [];
  const options = [
    { id: NO_GROUPS, label: 'not grouped' },
    ...GRANULARITIES.map((name) => ({ id: name, label: `by ${name}` })),
    ...own.map(({ name, title: words }) => ({ id: name, label: `by ${words}` })),
  ];
  const ranges = time.compareDateRange ?? [];
  const others = ranges.slice(1).map(rangeText);
  if (against?.dimension === time.dimension) others.push(EARLIER[against.earlier]);
  const range = rangeText(ranges[0] ?? time.dateRange);
  const shown = [
    time.granularity ? `by ${time.granularity}` : 'not grouped',
    others.length === 0 ? range : `${range} vs ${others.join(', ')}`,
  ];
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
              range={ranges[0] ?? time.dateRange}
              onChange={(dateRange) => {
                const { dateRange: _range, compareDateRange: _ranges, ...rest } = time;
                if (dateRange === undefined) onChange(rest);
                else if (ranges.length > 0) onCompare([dateRange, ...ranges.slice(1)]);
                else onChange({ ...rest, dateRange });
              }}
            />
            <CompareField time={time} against={against} onChange={onCompare} />
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
