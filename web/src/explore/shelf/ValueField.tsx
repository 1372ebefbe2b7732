import { useEffect, useState } from 'react';
import { TextField } from '../../ui/TextField';

export interface ValueFieldProps {
  label: string;
  type: 'number' | 'date';
  value: string;
  onChange: (value: string) => void;
}

/** One value. It counts when the field is left or Enter is pressed, not at every key; Escape brings back what was. */
export function ValueField({ label, type, value, onChange }: ValueFieldProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const isWrong = type === 'number' && text !== '' && Number.isNaN(Number(text));
  const settle = () => {
    if (!isWrong && text !== value) onChange(text);
  };
  return (
    <TextField
      aria-label={label}
      type={type === 'date' ? 'date' : 'text'}
      inputMode={type === 'number' ? 'decimal' : 'text'}
      placeholder={type === 'number' ? 'number' : ''}
      value={text}
      onChange={(next) => setText(next.trim())}
      onBlur={settle}
      onKeyDown={(event) => {
        if (event.key === 'Enter') {
          settle();
          return;
        }
        if (event.key === 'Escape') setText(value);
        event.continuePropagation();
      }}
      error={isWrong ? 'Not a number' : undefined}
    />
  );
}
