import { Plus } from 'lucide-react';
import { useState } from 'react';
import { ListBox, ListBoxItem } from 'react-aria-components';
import { type Caller, chooseCaller, removeCaller, saveCaller, useCallers } from '../api/callers';
import { Button } from '../ui/Button';
import { CallerForm } from './CallerForm';
import styles from './Callers.module.css';
import { FromToken } from './FromToken';

const LONGEST = 80;

/** The saved callers, and the one that is looked at. */
export function Callers() {
  const { all, current } = useCallers();
  const [openId, setOpenId] = useState(current.id);
  const [isPasting, setPasting] = useState(false);
  const open = all.find((caller) => caller.id === openId) ?? current;

  const add = (caller: Caller) => {
    saveCaller(caller);
    setOpenId(caller.id);
  };
  const remove = () => {
    removeCaller(open.id);
    setOpenId(current.id);
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

/** A caller of a name that nobody has yet. */
function made(all: readonly Caller[], name: string, claims: Caller['claims']): Caller {
  const names = new Set(all.map((caller) => caller.name));
  let free = name;
  for (let number = 2; names.has(free); number++) free = `${name} ${number}`;
  return { id: crypto.randomUUID(), name: free, claims };
}

function summary({ claims }: Caller): string {
  if (claims === null) return 'sends no token';
  const text = JSON.stringify(claims);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
