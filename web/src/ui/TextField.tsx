import type { Ref } from 'react';
import {
  TextField as AriaTextField,
  type TextFieldProps as AriaTextFieldProps,
  FieldError,
  Input,
  Label,
  Text,
  TextArea,
} from 'react-aria-components';
import styles from './Field.module.css';

export interface TextFieldProps extends Omit<AriaTextFieldProps, 'className' | 'style' | 'children'> {
  /** Shown above; without it give `aria-label`. */
  label?: string;
  hint?: string;
  error?: string | undefined;
  placeholder?: string;
  /** Text over several lines, this many at first. */
  rows?: number;
  isCode?: boolean;
  inputRef?: Ref<HTMLInputElement>;
}

export function TextField({
  label,
  hint,
  error,
  placeholder,
  rows,
  isCode,
  inputRef,
  ...props
}: TextFieldProps) {
  const shape = `${styles.input} ${isCode ? styles.mono : ''}`;
  const shared = { className: shape, ...(placeholder === undefined ? {} : { placeholder }) };
  return (
    <AriaTextField {...props} isInvalid={error !== undefined} className={styles.field ?? ''}>
      {label !== undefined && <Label className={styles.label ?? ''}>{label}</Label>}
      {rows === undefined ? (
        <Input {...shared} {...(inputRef === undefined ? {} : { ref: inputRef })} />
      ) : (
        <TextArea {...shared} rows={rows} spellCheck={!isCode} />
      )}
      {hint !== undefined && (
        <Text slot="description" className={styles.hint ?? ''}>
          {hint}
        </Text>
      )}
      <FieldError className={styles.error ?? ''}>{error}</FieldError>
    </AriaTextField>
  );
}
