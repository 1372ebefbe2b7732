import { Ban, Check, EyeOff, Filter, HelpCircle, type LucideIcon, SquareDashed } from 'lucide-react';
import { useState } from 'react';
import { Checkbox, CheckboxGroup, Label } from 'react-aria-components';
import { type Cell, fetchMatrix, type Matrix, MOST_CALLERS, type Sight } from '../api/access';
import { useCallers } from '../api/callers';
import { wordsOf } from '../api/request';
import { useServer } from '../api/server';
import { useFetched } from '../api/useFetched';
import { Modal } from '../ui/Modal';
import { SearchField } from '../ui/SearchField';
import { EmptyState, Note, Spinner } from '../ui/State';
import { Switch } from '../ui/Switch';
import styles from './MatrixView.module.css';
import { shownOf } from './matrix';

/** What a cell looks like, and what it means. */
const SIGHTS: Record<Sight, { word: string; icon: LucideIcon; tone: string; means: string }> = {
  full: { word: 'All', icon: Check, tone: 'good', means: 'the value, in every row' },
  filtered: {
    word: 'Some rows',
    icon: Filter,
    tone: 'part',
    means: 'the value, in the rows that policies give',
  },
  masked: { word: 'Masked', icon: SquareDashed, tone: 'warn', means: 'a mask in the place of the value' },
  'part masked': {
    word: 'Part masked',
    icon: SquareDashed,
    tone: 'warn',
    means: 'the value in some rows, else a mask',
  },
  hidden: { word: 'Hidden', icon: EyeOff, tone: 'soft', means: 'nothing: a query that names it is refused' },
  '?': {
    word: 'Unclear',
    icon: HelpCircle,
    tone: 'bad',
    means: 'a policy reads a claim that is not there, so queries are refused',
  },
};
const REFUSED = { word: 'Refused', icon: Ban, tone: 'bad' };

interface Asked {
  title: string;
  lines: readonly string[];
}

/** Which caller sees which member, and why. */
export function MatrixView() {
  const { context } = useServer();
  const { all } = useCallers();
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [words, setWords] = useState('');
  const [onlyDifferent, setOnlyDifferent] = useState(false);
  const [asked, setAsked] = useState<Asked | null>(null);
  const chosen = all.filter((caller) => !left.has(caller.id)).slice(0, MOST_CALLERS);
  const key = JSON.stringify([chosen, context?.modelVersion, context?.modelError]);
  const { data, error } = useFetched(key, async (signal) =>
    chosen.length === 0 ? null : await fetchMatrix(chosen, signal),
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
          <Switch isSelected={onlyDifferent} onChange={setOnlyDifferent}>
            Only differences
          </Switch>
        </div>
      </div>
      {error !== undefined && <Note tone="bad">{wordsOf(error)}</Note>}
      {chosen.length === 0 && <EmptyState title="Choose at least one caller" />}
      {chosen.length > 0 && data === undefined && error === undefined && (
        <Spinner label="Asking who sees what" />
      )}
      {data && <Grid matrix={data} words={words} onlyDifferent={onlyDifferent} onAsk={setAsked} />}
      <Modal title={asked?.title ?? ''} isOpen={asked !== null} onClose={() => setAsked(null)}>
        <ul className={styles.why}>
          {asked?.lines.map((line, number) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines stay where they are
            <li key={number}>{line}</li>
          ))}
        </ul>
      </Modal>
    </div>
  );
}

function Grid({
  matrix,
  words,
  onlyDifferent,
  onAsk,
}: {
  matrix: Matrix;
  words: string;
  onlyDifferent: boolean;
  onAsk: (asked: Asked) => void;
}) {
  const holders = shownOf(matrix, words, onlyDifferent);
  if (holders.length === 0) {
    return (
      <EmptyState title={matrix.holders.length === 0 ? 'No member is public' : 'Nothing of that kind'}>
        {onlyDifferent && <p>These callers see the same, as far as policies decide it.</p>}
      </EmptyState>
    );
  }
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <section className={styles.scroll} tabIndex={0} aria-label="Members and callers">
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Member</th>
              {matrix.callers.map((caller, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: names need not differ
                <th key={place} scope="col">
                  {caller.name}
                  <span className={styles.groups}>
                    {caller.refused === null ? (caller.groups ?? []).join(', ') || 'no groups' : 'not let in'}
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          {holders.map((holder) => (
            <tbody key={holder.name}>
              <tr className={styles.holder}>
                <th scope="rowgroup">
                  {holder.name} <span className={styles.kind}>{holder.type}</span>
                </th>
                {matrix.callers.map((caller, place) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: names need not differ
                  <td key={place}>
                    <button
                      type="button"
                      className={styles.policies}
                      onClick={() =>
                        onAsk({
                          title: `${holder.name} for ${caller.name}`,
                          lines: holder.why[place] ?? [`Not let in: ${caller.refused}`],
                        })
                      }
                      aria-label={`Policies of ${holder.name} for ${caller.name}`}
                    >
                      Policies
                    </button>
                  </td>
                ))}
              </tr>
              {holder.members.map((member) => (
                <tr key={member.path}>
                  <th scope="row" className={styles[member.type]}>
                    {member.path.slice(holder.name.length + 1)}
                  </th>
                  {member.cells.map((cell, place) => {
                    const caller = matrix.callers[place];
                    return (
                      // biome-ignore lint/suspicious/noArrayIndexKey: names need not differ
                      <td key={place}>
                        <CellButton
                          cell={cell}
                          label={`${member.path} for ${caller?.name}`}
                          onPress={() =>
                            onAsk({
                              title: `${member.path} for ${caller?.name}`,
                              lines:
                                cell === null
                                  ? [`Not let in: ${caller?.refused}`]
                                  : [...cell.why, ...(holder.why[place] ?? [])],
                            })
                          }
                        />
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      </section>
      <Legend />
    </>
  );
}

/** A plain button: there may be thousands of them. */
function CellButton({ cell, label, onPress }: { cell: Cell | null; label: string; onPress: () => void }) {
  const { word, icon: Icon, tone } = cell === null ? REFUSED : SIGHTS[cell.sight];
  return (
    <button
      type="button"
      className={`${styles.cell} ${styles[tone]}`}
      onClick={onPress}
      aria-label={`${word}: ${label}`}
    >
      <Icon aria-hidden="true" />
      {word}
    </button>
  );
}

function Legend() {
  return (
    <ul className={styles.legend} aria-label="What the words mean">
      {Object.values(SIGHTS).map(({ word, icon: Icon, tone, means }) => (
        <li key={word}>
          <span className={`${styles.cell} ${styles[tone]}`}>
            <Icon aria-hidden="true" />
            {word}
          </span>
          {means}
        </li>
      ))}
    </ul>
  );
}
