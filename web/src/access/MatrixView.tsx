import { Check } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Checkbox, CheckboxGroup, Label } from 'react-aria-components';
import { fetchMatrix, type Matrix, MOST_CALLERS } from '../api/access';
import { type Caller, useCallers } from '../api/callers';
import { wordsOf } from '../api/request';
import { useServer } from '../api/server';
import { useFetched } from '../api/useFetched';
import { Button } from '../ui/Button';
import { SearchField } from '../ui/SearchField';
import { EmptyState, Note, Spinner } from '../ui/State';
import { Switch } from '../ui/Switch';
import { MatrixGrid } from './MatrixGrid';
import styles from './MatrixView.module.css';
import { countWords } from './matrix';
import { OpenToAll } from './OpenToAll';
import { SIGHTS } from './sights';
import { Why, type WhyAsked } from './Why';

// Whoever writes is waited for.
const PAUSE_MS = 150;

/** Which caller sees which member, and why. */
export function MatrixView() {
  const { context } = useServer();
  const { all } = useCallers();
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [words, setWords] = useState('');
  const [wantsDifferent, setWantsDifferent] = useState(true);
  const [wantsAll, setWantsAll] = useState(false);
  const [asked, setAsked] = useState<WhyAsked | null>(null);
  const chosen = all.filter((caller) => !left.has(caller.id)).slice(0, MOST_CALLERS);
  // One caller differs from nobody.
  const different = wantsDifferent && chosen.length > 1;
  const sought = useSettled(words);
  const key = JSON.stringify([chosen, sought, different, context?.modelVersion, context?.modelError]);
  const { data, error } = useFetched(key, async (signal) =>
    chosen.length === 0
      ? null
      : {
          chosen,
          different,
          sought,
          matrix: await fetchMatrix(chosen, { words: sought, different }, signal),
        },
  );

  return (
    <div className={styles.view}>
      <div className={styles.head}>
        <CheckboxGroup
          className={styles.callers ?? ''}
          value={chosen.map((caller) => caller.id)}
          onChange={(ids) =>
            setLeft(new Set(all.map((caller) => caller.id).filter((id) => !ids.includes(id))))
          }
        >
          <Label className={styles.label ?? ''}>Callers</Label>
          {all.map((caller) => (
            <Checkbox key={caller.id} value={caller.id} className={styles.choice ?? ''}>
              <span className={styles.box} aria-hidden="true">
                <Check />
              </span>
              {caller.name}
            </Checkbox>
          ))}
        </CheckboxGroup>
        <div className={styles.narrow}>
          <SearchField
            aria-label="Search members"
            placeholder="Search members"
            value={words}
            onChange={setWords}
          />
          <Switch isSelected={different} onChange={setWantsDifferent} isDisabled={chosen.length < 2}>
            Only differences
          </Switch>
        </div>
      </div>
      {error !== undefined && <Note tone="bad">{wordsOf(error)}</Note>}
      {chosen.length === 0 && <EmptyState title="Choose at least one caller" />}
      {chosen.length > 0 && data === undefined && error === undefined && (
        <Spinner label="Asking who sees what" />
      )}
      {data &&
        (data.matrix.apart || wantsAll ? (
          <Shown
            {...data}
            onAsk={setAsked}
            onShowAll={() => {
              setWantsDifferent(false);
              setWords('');
            }}
          />
        ) : (
          <OpenToAll
            members={data.matrix.members}
            onShow={() => {
              setWantsAll(true);
              setWantsDifferent(false);
            }}
          />
        ))}
      <Why asked={asked} onClose={() => setAsked(null)} />
    </div>
  );
}

interface ShownProps {
  matrix: Matrix;
  chosen: readonly Caller[];
  different: boolean;
  sought: string;
  onAsk: (asked: WhyAsked) => void;
  onShowAll: () => void;
}

function Shown({ matrix, chosen, different, sought, onAsk, onShowAll }: ShownProps) {
  if (matrix.members === 0) {
    const everyoneOut = matrix.callers.every((caller) => caller.refused !== null);
    return (
      <EmptyState title={everyoneOut ? 'None of these callers is let in' : 'No member is public'}>
        {matrix.callers.map((caller, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: names need not differ
          <p key={place}>{caller.refused !== null && `${caller.name}: ${caller.refused}`}</p>
        ))}
      </EmptyState>
    );
  }
  if (matrix.fitting === 0) {
    return (
      <EmptyState title={different ? 'These callers see the same' : 'Nothing is called so'}>
        <p>
          {different && 'As far as policies decide it'}
          {different && sought !== '' && ', of members that are called so'}
          {different && '.'}
        </p>
        <Button onPress={onShowAll}>Show all {matrix.members.toLocaleString('en-US')} members</Button>
      </EmptyState>
    );
  }
  return (
    <>
      <p className={styles.count} role="status">
        {countWords(matrix)}
      </p>
      <MatrixGrid
        matrix={matrix}
        onAsk={(of, place) => {
          const caller = chosen[place];
          if (caller !== undefined) onAsk({ of, caller });
        }}
      />
      <ul className={styles.legend} aria-label="What the words mean">
        {Object.values(SIGHTS).map(({ word, icon: Icon, tone, means }) => (
          <li key={word}>
            <span className={`${styles.word} ${styles[tone]}`}>
              <Icon aria-hidden="true" />
              {word}
            </span>
            {means}
          </li>
        ))}
      </ul>
    </>
  );
}

function useSettled(value: string): string {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
