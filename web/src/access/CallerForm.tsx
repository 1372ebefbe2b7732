import { Copy, Trash2, WandSparkles } from 'lucide-react';
import { useState } from 'react';
import type { Caller } from '../api/callers';
import { Button, IconButton } from '../ui/Button';
import { Switch } from '../ui/Switch';
import { TextField } from '../ui/TextField';
import styles from './CallerForm.module.css';
import { ClaimsField } from './ClaimsField';
import { claimsIn, claimsText } from './claims';
import { TokenView } from './TokenView';

export interface CallerFormProps {
  caller: Caller;
  isCurrent: boolean;
  canRemove: boolean;
  onSave: (caller: Caller) => void;
  onRemove: () => void;
  onCopy: (caller: Caller) => void;
  onAskAs: () => void;
}

/** A caller as it is edited, and beside it the token that these claims make. */
export function CallerForm({
  caller,
  isCurrent,
  canRemove,
  onSave,
  onRemove,
  onCopy,
  onAskAs,
}: CallerFormProps) {
  const [name, setName] = useState(caller.name);
  const [text, setText] = useState(claimsText(caller.claims));
  const [hasToken, setHasToken] = useState(caller.claims !== null);

  const read = claimsIn(text);
  const problem = hasToken ? read.problem : null;
  const edited: Caller = { ...caller, name: name.trim(), claims: hasToken ? read.claims : null };
  const isNamed = edited.name !== '';
  const isChanged =
    edited.name !== caller.name || JSON.stringify(edited.claims) !== JSON.stringify(caller.claims);
  const save = () => {
    if (isNamed && problem === null) onSave(edited);
  };

  return (
    <div className={styles.form}>
      <form
        className={styles.edit}
        aria-label={`Caller ${caller.name}`}
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <TextField
          label="Name"
          value={name}
          onChange={setName}
          error={isNamed ? undefined : 'It needs a name'}
        />
        <Switch isSelected={hasToken} onChange={setHasToken}>
          Sends a token
        </Switch>
        {hasToken && <ClaimsField text={text} read={read} onChange={setText} onSave={save} />}
        <div className={styles.actions}>
          <Button tone="primary" type="submit" isDisabled={!isChanged || !isNamed || problem !== null}>
            Save
          </Button>
          <Button onPress={onAskAs} isDisabled={isCurrent || isChanged}>
            {isCurrent ? 'Asks now' : 'Ask as this caller'}
          </Button>
          <span className={styles.gap} />
          {hasToken && (
            <IconButton
              label="Lay out the claims"
              icon={<WandSparkles />}
              isDisabled={read.claims === null}
              onPress={() => setText(claimsText(read.claims))}
            />
          )}
          <IconButton label="Copy this caller" icon={<Copy />} onPress={() => onCopy(caller)} />
          <IconButton
            label="Delete this caller"
            icon={<Trash2 />}
            isDisabled={!canRemove}
            onPress={onRemove}
          />
        </div>
      </form>
      <TokenView
        claims={problem === null ? edited.claims : null}
        hasToken={hasToken}
        isRight={problem === null}
      />
    </div>
  );
}
