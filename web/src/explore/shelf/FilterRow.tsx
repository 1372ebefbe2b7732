import { X } from 'lucide-react';
import { kindOf, operatorsFor } from '../../query/operators';
import type { Comparison, FilterValue, Range } from '../../query/query';
import { IconButton } from '../../ui/Button';
import { Select } from '../../ui/Select';
import { MemberIcon } from '../MemberIcon';
import type { Member } from '../members';
import styles from './FilterRow.module.css';
import { RangeField } from './RangeField';
import { ValueField } from './ValueField';
import { type ValueAsking, ValuesField } from './ValuesField';

export interface FilterRowProps {
  filter: Comparison;
  /** Undefined where the model has none of this name: the filter is shown all the same. */
  member: Member | undefined;
  asking: ValueAsking;
  onChange: (filter: Comparison) => void;
  onRemove: () => void;
}

/** One filter: a member, how it is compared, and with what. */
export function FilterRow({ filter, member, asking, onChange, onRemove }: FilterRowProps) {
  const type = member?.type ?? 'string';
  const title = member?.title ?? filter.member;
  const known = operatorsFor(type).map(([id, { label }]) => ({ id, label }));
  const isKnown = known.some((one) => one.id === filter.operator);
  const options = isKnown
    ? known
    : [...known, { id: filter.operator, label: kindOf(filter.operator, type).label }];
  return (
    <div className={styles.row}>
      <span className={styles.member}>
        {member !== undefined && <MemberIcon kind={member.kind} />}
        {title}
      </span>
      <div className={styles.operator}>
        <Select
          aria-label={`How ${title} is compared`}
          options={options}
          value={filter.operator}
          onChange={(operator) => {
            const before = kindOf(filter.operator, type).values;
            const after = kindOf(operator, type).values;
            const keeps = before === after || (before !== 'range' && after === 'many');
            onChange({
              member: filter.member,
              operator,
              ...(after === 'none' ? {} : { values: keeps ? (filter.values ?? []) : [] }),
            });
          }}
        />
      </div>
      {kindOf(filter.operator, type).values !== 'none' && (
        <div className={styles.values}>
          <Values filter={filter} member={member} title={title} asking={asking} onChange={onChange} />
        </div>
      )}
      <IconButton size="s" label={`Remove the filter on ${title}`} icon={<X />} onPress={onRemove} />
    </div>
  );
}

interface ValuesProps extends Pick<FilterRowProps, 'filter' | 'member' | 'asking' | 'onChange'> {
  title: string;
}

function Values({ filter, member, title, asking, onChange }: ValuesProps) {
  const type = member?.type ?? 'string';
  const values = filter.values ?? [];
  const set = (next: readonly FilterValue[]) => onChange({ ...filter, values: [...next] });
  switch (kindOf(filter.operator, type).values) {
    case 'none':
      return null;
    case 'range':
      return (
        <RangeField
          label={`Range of ${title}`}
          isLabelHidden
          range={asRange(values)}
          onChange={(range) => set(asValues(range))}
        />
      );
    case 'one':
      return type === 'boolean' ? (
        <Select
          aria-label={`Value of ${title}`}
          options={[
            { id: 'true', label: 'yes' },
            { id: 'false', label: 'no' },
          ]}
          value={values.length === 0 ? null : String(values[0])}
          placeholder="choose"
          onChange={(value) => set([value])}
        />
      ) : (
        <ValueField
          label={`Value of ${title}`}
          type={type === 'time' ? 'date' : 'number'}
          value={String(values[0] ?? '')}
          onChange={(value) => set(value === '' ? [] : [value])}
        />
      );
    case 'many':
      return (
        <ValuesField
          label={`Values of ${title}`}
          values={values.map(String)}
          onChange={set}
          suggestsOf={member?.kind === 'dimension' && type === 'string' ? member.name : null}
          asking={asking}
        />
      );
  }
}

function asRange(values: readonly FilterValue[]): Range | undefined {
  const [first, last] = values.map(String);
  if (first === undefined) return undefined;
  return last === undefined ? first : [first, last];
}

function asValues(range: Range | undefined): string[] {
  if (range === undefined) return [];
  return typeof range === 'string' ? [range] : range;
}
