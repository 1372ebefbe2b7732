import { Plus } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { ListBox, ListBoxItem } from 'react-aria-components';
import { type Caller, chooseCaller, removeCaller, saveCaller, summary, useCallers } from '../api/callers';
import { Button } from '../ui/Button';
import { type CallerDraft, CallerForm } from './CallerForm';
import styles from './Callers.module.css';
import { FromToken } from './FromToken';

// What is written of a caller and not kept yet, for as long as the page is there.
const drafts = new Map<string, CallerDraft>();

/** The saved callers, and the one that is looked at. */
export function Callers() {
  const { all, current } = useCallers();
  const [openId, setOpenId] = useState(current.id);
  const [isPasting, setPasting] = useState(false);
  const [removed, setRemoved] = useState<Removed | null>(null);
  const open = all.find((caller) => caller.id === openId) ?? current;

  const add = (caller: Caller) => {
    saveCaller(caller);
    setOpenId(caller.id);
  };
  const remove = () => {
    setRemoved({ caller: open, place: all.indexOf(open) });
    removeCaller(open.id);
    setOpenId(current.id);
  };
  const putBack = ({ caller, place }: Removed) => {
    setRemoved(null);
    saveCaller(caller, place);
    setOpenId(caller.id);
  };

  return (
    <div className={styles.callers}>
      <aside className={styles.side} aria-label="Saved callers">
        <ListBox
          className={styles.list ?? ''}
          aria-label="Saved callers"
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[open.id]}
          onSelectionChange={(keys) => {
            const [key] = keys === 'all' ? [] : keys;
            if (key !== undefined) setOpenId(String(key));
          }}
          items={all}
          dependencies={[current.id]}
        >
          {(caller) => (
            <ListBoxItem className={styles.item ?? ''} textValue={caller.name}>
              <span className={styles.name}>
                {caller.name}
                {caller.id === current.id && <span className={styles.badge}>asks now</span>}
              </span>
              <span className={styles.summary}>{summary(caller)}</span>
            </ListBoxItem>
          )}
        </ListBox>
        {removed !== null && (
          <Undo key={removed.caller.id} name={removed.caller.name} onUndo={() => putBack(removed)} />
        )}
        <div className={styles.add}>
          <Button onPress={() => add(made(all, 'New caller', { sub: 'somebody' }))}>
            <Plus aria-hidden="true" />
            New caller
          </Button>
          <Button tone="quiet" onPress={() => setPasting(true)}>
            From a token…
          </Button>
        </div>
      </aside>
      <CallerForm
        key={open.id}
        caller={open}
        draft={drafts.get(open.id)}
        onDraft={(draft) => {
          if (draft === null) drafts.delete(open.id);
          else drafts.set(open.id, draft);
        }}
        isCurrent={open.id === current.id}
        canRemove={all.length > 1}
        onSave={saveCaller}
        onRemove={remove}
        onCopy={(caller) => add(made(all, `${caller.name} (copy)`, caller.claims))}
        onAskAs={() => chooseCaller(open.id)}
      />
      <FromToken
        isOpen={isPasting}
        onClose={() => setPasting(false)}
        onClaims={(claims) => {
          setPasting(false);
          add(made(all, typeof claims.sub === 'string' ? claims.sub : 'From a token', claims));
        }}
      />
    </div>
  );
}

interface Removed {
  caller: Caller;
  place: number;
}

/** Says that a caller is gone, and has the focus: what had it went with the caller. */
function Undo({ name, onUndo }: { name: string; onUndo: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return (
    <div className={styles.removed} role="status">
      <span>{name} is deleted.</span>
      <Button ref={button} tone="quiet" onPress={onUndo}>
        Undo
      </Button>
    </div>
  );
}

/** A caller of a name that nobody has yet. */
function made(all: readonly Caller[], name: string, claims: Caller['claims']): Caller {
  const names = new Set(all.map((caller) => caller.name));
  let free = name;
  for (let number = 2; names.has(free); number++) free = `${name} ${number}`;
  return { id: crypto.randomUUID(), name: free, claims };
}
