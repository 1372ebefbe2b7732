import { Plus, X } from 'lucide-react';
import type { Against, Earlier, Range, TimeDimension } from '../../query/query';
import { Button, IconButton } from '../../ui/Button';
import { Select } from '../../ui/Select';
import styles from './CompareField.module.css';
import { RangeField } from './RangeField';

export type Compared = Earlier | readonly Range[] | null;

const WAYS = [
  { id: 'nothing', label: 'nothing' },
  { id: 'period', label: 'the period before it' },
  { id: 'year', label: 'the same a year before' },
  { id: 'own', label: 'ranges of your own' },
] as const;

export interface CompareFieldProps {
  time: TimeDimension;
  against: Against | null;
  onChange: (comparison: Compared) => void;
}

/** What the range of a time is compared with. */
export function CompareField({ time, against, onChange }: CompareFieldProps) {
  const { dimension, dateRange, compareDateRange: ranges } = time;
  const first = ranges?.[0] ?? dateRange;
  if (first === undefined) return <p className={styles.hint}>A range can be compared with others.</p>;
  const way = ranges !== undefined ? 'own' : against?.dimension === dimension ? against.earlier : 'nothing';
  return (
    <>
      <Select
        label="Compared with"
        options={WAYS}
        value={way}
        onChange={(chosen) => {
          if (chosen === 'nothing') onChange(null);
          else if (chosen !== 'own') onChange(chosen);
          else if (ranges === undefined) onChange([first, another([first])]);
        }}
      />
      {ranges !== undefined && <OwnRanges ranges={ranges} onChange={onChange} />}
    </>
  );
}

function OwnRanges({ ranges, onChange }: { ranges: readonly Range[]; onChange: (ranges: Compared) => void }) {
  const others = ranges.slice(1);
  return (
    <>
      {others.map((range, number) => {
        const place = number + 1;
        return (
          <div key={place} className={styles.range}>
            <div className={styles.field}>
              <RangeField
                label={others.length === 1 ? 'Other range' : `Other range ${place}`}
                range={range}
                isNeeded
                onChange={(next) => {
                  if (next !== undefined) onChange(ranges.map((one, at) => (at === place ? next : one)));
                }}
              />
            </div>
            {others.length > 1 && (
              <IconButton
                size="s"
                label={`Without other range ${place}`}
                icon={<X />}
                onPress={() => onChange(ranges.filter((_, at) => at !== place))}
              />
            )}
          </div>
        );
      })}
      <Button size="s" tone="quiet" onPress={() => onChange([...ranges, another(ranges)])}>
        <Plus aria-hidden="true" />
        Another range
      </Button>
    </>
  );
}

const OFFERED = ['last year', 'this year', 'last quarter', 'last month', 'last week'];

/** A range that is not among these yet, to begin with. */
function another(ranges: readonly Range[]): Range {
  return OFFERED.find((words) => !ranges.includes(words)) ?? 'yesterday';
}
