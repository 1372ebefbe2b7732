import { Search, X } from 'lucide-react';
import type { Ref } from 'react';
import {
  SearchField as AriaSearchField,
  type SearchFieldProps as AriaSearchFieldProps,
  Button,
  Input,
} from 'react-aria-components';
import styles from './Field.module.css';

export interface SearchFieldProps extends Omit<AriaSearchFieldProps, 'className' | 'style' | 'children'> {
  'aria-label': string;
  placeholder?: string;
  inputRef?: Ref<HTMLInputElement>;
}

export function SearchField({ placeholder, inputRef, ...props }: SearchFieldProps) {
  return (
    <AriaSearchField {...props} className={styles.group ?? ''}>
      <span className={styles.leading} aria-hidden="true">
        <Search />
      </span>
      <Input
        className={`${styles.input} ${styles.withLeading} ${styles.withTrailing}`}
        {...(placeholder === undefined ? {} : { placeholder })}
        {...(inputRef === undefined ? {} : { ref: inputRef })}
      />
      <Button className={styles.trailing ?? ''} aria-label="Clear">
        <X />
      </Button>
    </AriaSearchField>
  );
}
