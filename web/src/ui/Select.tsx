import { ChevronDown } from 'lucide-react';
import {
  Select as AriaSelect,
  Button,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SelectValue,
  Text,
} from 'react-aria-components';
import fields from './Field.module.css';
import styles from './Listing.module.css';

export interface Option<K extends string> {
  id: K;
  label: string;
  detail?: string;
}

export interface SelectProps<K extends string> {
  /** Shown above; without it give `aria-label`. */
  label?: string;
  'aria-label'?: string;
  options: readonly Option<K>[];
  value: K | null;
  onChange: (value: K) => void;
  placeholder?: string;
  isDisabled?: boolean;
}

/** One of some options. */
export function Select<K extends string>({ label, options, onChange, ...props }: SelectProps<K>) {
  return (
    <AriaSelect
      {...props}
      className={fields.field ?? ''}
      onChange={(key) => {
        const option = options.find((one) => one.id === key);
        if (option !== undefined) onChange(option.id);
      }}
    >
      {label !== undefined && <Label className={fields.label ?? ''}>{label}</Label>}
      <Button className={fields.select ?? ''}>
        <SelectValue className={fields.value ?? ''}>
          {({ selectedText, isPlaceholder, defaultChildren }) =>
            isPlaceholder ? defaultChildren : selectedText
          }
        </SelectValue>
        <ChevronDown aria-hidden="true" />
      </Button>
      <Popover className={styles.popover ?? ''} offset={4}>
        <ListBox className={styles.list ?? ''} items={options}>
          {(option) => (
            <ListBoxItem className={styles.item ?? ''} textValue={option.label}>
              <span className={styles.words}>
                <Text slot="label">{option.label}</Text>
                {option.detail !== undefined && (
                  <Text slot="description" className={styles.detail ?? ''}>
                    {option.detail}
                  </Text>
                )}
              </span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
