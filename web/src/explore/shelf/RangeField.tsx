import { useState } from 'react';
import type { Range } from '../../query/query';
import { Button } from '../../ui/Button';
import { Select } from '../../ui/Select';
import { TextField } from '../../ui/TextField';
import styles from './RangeField.module.css';

const WORDS = [
  'today',
  'yesterday',
  'last 7 days',
  'last 30 days',
  'this week',
  'last week',
  'this month',
  'last month',
  'this quarter',
  'last quarter',
  'this year',
  'last year',
  'last 2 years',
];
const ALL = 'all';
const OWN = 'own';

export interface RangeFieldProps {
  label: string;
  /** Whether what stands beside it says what it is. */
  isLabelHidden?: boolean;
  range: Range | undefined;
  /** Whether all time is no choice. */
  isNeeded?: boolean;
  onChange: (range: Range | undefined) => void;
}

/** A range of time: one in words, or from one day to another. */
export function RangeField({
  label,
  isLabelHidden = false,
  range,
  isNeeded = false,
  onChange,
}: RangeFieldProps) {
  const isOwn = range !== undefined && !(typeof range === 'string' && WORDS.includes(range));
  const [choosesOwn, setChoosesOwn] = useState(isOwn);
  const value = choosesOwn ? OWN : typeof range === 'string' ? range : ALL;
  return (
    <>
      <Select
        {...(isLabelHidden ? { 'aria-label': label } : { label })}
        options={[
          ...(isNeeded ? [] : [{ id: ALL, label: 'all time' }]),
          ...WORDS.map((words) => ({ id: words, label: words })),
          { id: OWN, label: 'from … to …' },
        ]}
        value={value}
        onChange={(chosen) => {
          setChoosesOwn(chosen === OWN);
          if (chosen !== OWN) onChange(chosen === ALL ? undefined : chosen);
        }}
      />
      {choosesOwn && <OwnRange range={range} onChange={onChange} />}
    </>
  );
}

function OwnRange({ range, onChange }: { range: Range | undefined; onChange: (range: Range) => void }) {
  const [first = '', last = first] = Array.isArray(range) ? range : range === undefined ? [] : [range];
  const [from, setFrom] = useState(first.slice(0, 10));
  const [to, setTo] = useState(last.slice(0, 10));
  const isWrong = from !== '' && to !== '' && from > to;
  return (
    <div className={styles.own}>
      <TextField label="From" type="date" value={from} onChange={setFrom} />
      <TextField
        label="To"
        type="date"
        value={to}
        onChange={setTo}
        error={isWrong ? 'Before the start' : undefined}
      />
      <Button isDisabled={from === '' || to === '' || isWrong} onPress={() => onChange([from, to])}>
        Set
      </Button>
    </div>
  );
}
