import { type ReactNode, useState } from 'react';
import type { Explanation } from '../../api/explain';
import type { ServerContext } from '../../api/playground';
import { comparedTime, type Query } from '../../query/query';
import { rangeText } from '../../query/ranges';
import type { Action } from '../../query/reduce';
import { Segmented } from '../../ui/Segmented';
import { Note, Spinner } from '../../ui/State';
import { Tabs } from '../../ui/Tabs';
import type { Answered, Asked } from '../useAnswer';
import { CodeTab } from './CodeTab';
import styles from './Details.module.css';
import { JsonTab } from './JsonTab';
import { PlanTab } from './PlanTab';
import { PoliciesTab } from './PoliciesTab';
import { SqlTab } from './SqlTab';
import { TimingTab } from './TimingTab';
import { useExplanation } from './useExplanation';

type Tab = 'json' | 'sql' | 'plan' | 'timing' | 'policies' | 'code';

export interface DetailsProps {
  asked: Asked;
  /** The query of the view, of which a number asks only a part. */
  written: Query;
  /** Null while there is no answer to what is asked. */
  answered: Answered | null;
  context: ServerContext;
  dispatch: (action: Action) => void;
}

/** What lies behind an answer: the query, how it is answered, how long that took, and how programs ask the same. */
export function Details({ asked, written, answered, context, dispatch }: DetailsProps) {
  const [tab, setTab] = useState<Tab>('json');
  return (
    <section className={styles.details} aria-label="Behind the answer">
      <Tabs<Tab>
        aria-label="Behind the answer"
        value={tab}
        onChange={setTab}
        tabs={[
          { id: 'json', label: 'Query', content: <JsonTab query={written} dispatch={dispatch} /> },
          {
            id: 'sql',
            label: 'SQL',
            content: <Explained asked={asked}>{(told) => <SqlTab told={told} />}</Explained>,
          },
          {
            id: 'plan',
            label: 'Plan',
            content: <Explained asked={asked}>{(told) => <PlanTab told={told} />}</Explained>,
          },
          { id: 'timing', label: 'Timing', content: <TimingTab answered={answered} /> },
          {
            id: 'policies',
            label: 'Policies',
            content: (
              <Explained asked={asked}>{(told) => <PoliciesTab told={told} query={asked.query} />}</Explained>
            ),
          },
          { id: 'code', label: 'Code', content: <CodeTab asked={asked} context={context} /> },
        ]}
      />
    </section>
  );
}

interface ExplainedProps {
  asked: Asked;
  children: (told: Explanation) => ReactNode;
}

function Explained({ asked, children }: ExplainedProps) {
  const state = useExplanation(asked);
  const [chosen, setChosen] = useState('0');
  if (state.kind !== 'there') {
    return (
      <div className={styles.tab}>
        {state.kind === 'loading' ? <Spinner label="Explaining" /> : <Note tone="bad">{state.words}</Note>}
      </div>
    );
  }
  const all = [state.explanation, ...state.explanation.others];
  const told = all[Number(chosen)] ?? state.explanation;
  const ranges = comparedTime(asked.query)?.compareDateRange ?? [];
  return (
    <div className={styles.tab}>
      {all.length > 1 && (
        <div className={styles.pick}>
          <Segmented
            aria-label="Range"
            segments={all.map((_, place) => ({ id: String(place), label: rangeText(ranges[place]) }))}
            value={all[Number(chosen)] === undefined ? '0' : chosen}
            onChange={setChosen}
          />
          <span className={styles.soft}>Each range is a query of its own</span>
        </div>
      )}
      {told.refused !== null && (
        <Note tone="bad">
          {told.refused.message}
          {told.refused.hint !== null && <p>{told.refused.hint}</p>}
        </Note>
      )}
      {children(told)}
    </div>
  );
}
