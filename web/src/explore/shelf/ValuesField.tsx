import { X } from 'lucide-react';
import { useEffect, useState } from 'react';
import {
  Button,
  ComboBox,
  Input,
  ListBox,
  ListBoxItem,
  Popover,
  Tag,
  TagGroup,
  TagList,
} from 'react-aria-components';
import type { Caller } from '../../api/callers';
import { load } from '../../api/load';
import fields from '../../ui/Field.module.css';
import listing from '../../ui/Listing.module.css';
import chips from './Chips.module.css';
import styles from './ValuesField.module.css';

/** What it takes to ask for values to choose from. */
export interface ValueAsking {
  apiUrl: string;
  caller: Caller;
}

export interface ValuesFieldProps {
  label: string;
  values: readonly string[];
  onChange: (values: readonly string[]) => void;
  /** The dimension of whose values some are offered; null offers none. */
  suggestsOf: string | null;
  asking: ValueAsking;
}

/**
 * Any number of values: typed, or chosen of those that there are. Enter adds one, Escape throws away what is
 * typed, Delete on one takes it away.
 */
export function ValuesField({ label, values, onChange, suggestsOf, asking }: ValuesFieldProps) {
  const [text, setText] = useState('');
  const [isLookedAt, setLookedAt] = useState(false);
  const offered = useOffered(isLookedAt ? suggestsOf : null, text, asking).filter(
    (value) => !values.includes(value),
  );
  const add = (value: string) => {
    if (value !== '' && !values.includes(value)) onChange([...values, value]);
    setText('');
  };
  return (
    <div className={styles.values}>
      {values.length > 0 && (
        <TagGroup
          aria-label={label}
          onRemove={(keys) => onChange(values.filter((value) => !keys.has(value)))}
        >
          <TagList className={chips.list ?? ''}>
            {values.map((value) => (
              <Tag key={value} id={value} textValue={value} className={chips.chip ?? ''}>
                <span className={chips.title}>{value}</span>
                <Button slot="remove" className={chips.remove ?? ''}>
                  <X aria-hidden="true" />
                </Button>
              </Tag>
            ))}
          </TagList>
        </TagGroup>
      )}
      <ComboBox
        aria-label={`${label}: add`}
        className={styles.add ?? ''}
        items={offered.map((id) => ({ id }))}
        inputValue={text}
        onInputChange={setText}
        value={null}
        onChange={(key) => {
          if (key !== null) add(String(key));
        }}
        onFocus={() => setLookedAt(true)}
        onBlur={() => setLookedAt(false)}
        allowsCustomValue
        menuTrigger="focus"
      >
        <Input
          className={fields.input ?? ''}
          placeholder={values.length === 0 ? 'add a value' : 'add another'}
          onKeyDown={(event) => {
            // An option that the arrow keys lead to is taken by the list itself.
            if (event.key === 'Enter' && !event.currentTarget.hasAttribute('aria-activedescendant'))
              add(text.trim());
            if (event.key === 'Escape') setText('');
          }}
          onBlur={() => add(text.trim())}
        />
        <Popover className={listing.popover ?? ''} offset={4}>
          <ListBox className={listing.list ?? ''}>
            {({ id }: { id: string }) => (
              <ListBoxItem id={id} className={listing.item ?? ''} textValue={id}>
                {id}
              </ListBoxItem>
            )}
          </ListBox>
        </Popover>
      </ComboBox>
    </div>
  );
}

const PAUSE_MS = 200;
const MOST = 30;

/** Values of a dimension that contain a text, as the caller may see them. */
function useOffered(
  dimension: string | null,
  text: string,
  { apiUrl, caller }: ValueAsking,
): readonly string[] {
  const [offered, setOffered] = useState<readonly string[]>([]);
  useEffect(() => {
    if (dimension === null) return;
    const asking = new AbortController();
    const timer = setTimeout(
      async () => {
        const contains = { member: dimension, operator: 'contains' as const, values: [text] };
        try {
          const { results } = await load(
            {
              dimensions: [dimension],
              filters: text === '' ? [] : [contains],
              order: { [dimension]: 'asc' },
              limit: MOST,
            },
            { apiUrl, caller, signal: asking.signal },
          );
          setOffered((results[0]?.data ?? []).flatMap((row) => row[dimension] ?? []).map(String));
        } catch {
          // Nothing is offered then; a value can be typed all the same.
          if (!asking.signal.aborted) setOffered([]);
        }
      },
      text === '' ? 0 : PAUSE_MS,
    );
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [dimension, text, apiUrl, caller]);
  return dimension === null ? [] : offered;
}
