import { Copy, Trash2, WandSparkles } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Caller } from '../api/callers';
import { Button, IconButton } from '../ui/Button';
import { Switch } from '../ui/Switch';
import { TextField } from '../ui/TextField';
import styles from './CallerForm.module.css';
import { ClaimsField } from './ClaimsField';
import { claimsIn, claimsText } from './claims';
import { TokenView } from './TokenView';

/** What stands in the fields. */
export interface CallerDraft {
  name: string;
  text: string;
  hasToken: boolean;
}

export interface CallerFormProps {
  caller: Caller;
  /** What was written the last time, and not kept. */
  draft: CallerDraft | undefined;
  /** Told of what is written; null as soon as it is what is kept. */
  onDraft: (draft: CallerDraft | null) => void;
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
  draft,
  onDraft,
  isCurrent,
  canRemove,
  onSave,
  onRemove,
  onCopy,
  onAskAs,
}: CallerFormProps) {
  const [name, setName] = useState(draft?.name ?? caller.name);
  const [text, setText] = useState(draft?.text ?? claimsText(caller.claims));
  const [hasToken, setHasToken] = useState(draft?.hasToken ?? caller.claims !== null);

  const read = claimsIn(text);
  const problem = hasToken ? read.problem : null;
  const edited: Caller = { ...caller, name: name.trim(), claims: hasToken ? read.claims : null };
  const isNamed = edited.name !== '';
  const isChanged =
    edited.name !== caller.name || JSON.stringify(edited.claims) !== JSON.stringify(caller.claims);
  const isKept = !isChanged && problem === null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever is told is another function each time
  useEffect(() => onDraft(isKept ? null : { name, text, hasToken }), [isKept, name, text, hasToken]);
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
