import type { EChartsType } from 'echarts/core';
import { Ban, ChartNoAxesCombined, Hourglass, Table2 } from 'lucide-react';
import type { ServerContext } from '../api/playground';
import type { Axes, Chart, Exploration } from '../query/query';
import type { Action } from '../query/reduce';
import { Button, LinkButton } from '../ui/Button';
import { EmptyState, Note, Spinner } from '../ui/State';
import { ChartView } from './chart/ChartView';
import { NumberView } from './chart/NumberView';
import type { Members } from './members';
import styles from './ResultView.module.css';
import { type Result, rangeNotes } from './result';
import { TableView } from './table/TableView';
import type { Answered, Answering } from './useAnswer';

export interface ResultViewProps {
  /** Whether it is not known yet what is asked. */
  isPending: boolean;
  /** Undefined while the server did not answer yet. */
  context: ServerContext | undefined;
  /** Whether it is known what the caller may ask for. */
  isModelKnown: boolean;
  answering: Answering;
  /** The answer that is shown, also while another is on its way. */
  shown: { answered: Answered; result: Result } | null;
  exploration: Exploration;
  chart: Chart;
  axes: Axes;
  members: Members;
  theme: string;
  dispatch: (action: Action) => void;
  onChart: (chart: EChartsType | null) => void;
}

/** The answer, or why there is none: nothing asked, on its way, slow, refused, stopped, no rows. */
export function ResultView({
  isPending,
  context,
  isModelKnown,
  answering,
  shown,
  ...drawing
}: ResultViewProps) {
  const { state, cancel, again } = answering;
  switch (state.kind) {
    case 'nothing':
      if (isPending) return <Spinner label="Asking" />;
      if (context !== undefined && isModelKnown && drawing.members.holders.length === 0) {
        return <NothingToAsk context={context} />;
      }
      return <Welcome members={drawing.members} dispatch={drawing.dispatch} />;
    case 'refused':
      return (
        <div className={styles.refused}>
          <Note tone="bad">{state.refused.message}</Note>
          <Button onPress={again}>Ask again</Button>
        </div>
      );
    case 'cancelled':
      return (
        <EmptyState title="Stopped" icon={<Ban />}>
          <p>Nobody waits for this answer any more, and the database was told to stop.</p>
          <Button onPress={again}>Ask again</Button>
        </EmptyState>
      );
    case 'loading':
      if (state.stillRunning !== null) {
        return (
          <EmptyState title="Still running" icon={<Hourglass />}>
            <p role="status">
              {state.stillRunning.stage}: {Math.round(state.stillRunning.seconds)} seconds so far. The answer
              is shown as soon as it is there.
            </p>
            <Button onPress={cancel}>Cancel</Button>
          </EmptyState>
        );
      }
      return (
        <div className={styles.waiting} aria-busy="true">
          {shown !== null && (
            <div className={styles.before} inert>
              <Shown shown={shown} {...drawing} />
            </div>
          )}
          <div className={styles.spinner}>
            <Spinner label="Asking" />
          </div>
        </div>
      );
    case 'answered':
      return shown === null ? null : <Shown shown={shown} {...drawing} />;
  }
}

type ShownProps = Omit<ResultViewProps, 'isPending' | 'context' | 'isModelKnown' | 'answering' | 'shown'> & {
  shown: { answered: Answered; result: Result };
};

function Shown(props: ShownProps) {
  const notes = rangeNotes(props.shown.answered);
  return notes.length === 0 ? (
    <Drawn {...props} />
  ) : (
    <div className={styles.noted}>
      {notes.map((note) => (
        <Note key={note}>{note}</Note>
      ))}
      <div className={styles.drawn}>
        <Drawn {...props} />
      </div>
    </div>
  );
}

function Drawn({ shown, exploration, chart, axes, members, theme, dispatch, onChart }: ShownProps) {
  const { answered, result } = shown;
  if (result.rows.length === 0) {
    return (
      <EmptyState title="No rows">
        <p>
          The question is right, and nothing in the data fits it. A wider range or fewer filters may have
          some.
        </p>
      </EmptyState>
    );
  }
  if (chart === 'table') {
    return (
      <TableView
        axes={axes}
        answered={answered}
        result={result}
        members={members}
        wantsTotals={exploration.totals}
        dispatch={dispatch}
      />
    );
  }
  if (result.measures.length === 0) {
    return (
      <EmptyState title="A chart needs a measure">
        <p>There are only dimensions in this query: their values are in the table.</p>
        <Button onPress={() => dispatch({ type: 'setChart', chart: 'table' })}>Show the table</Button>
      </EmptyState>
    );
  }
  if (chart === 'number') return <NumberView result={result} />;
  return (
    <ChartView
      chart={chart}
      axes={axes}
      exploration={exploration}
      answered={answered}
      result={result}
      members={members}
      dispatch={dispatch}
      theme={theme}
      onChart={onChart}
    />
  );
}

/** Where the caller may ask for nothing: why, and the way on. */
function NothingToAsk({ context }: { context: ServerContext }) {
  if (context.shouldStartConnectionWizardFlow) {
    return (
      <EmptyState title="There is no data model yet" icon={<Table2 />}>
        <p>Pick tables of the database: the measures and dimensions in them are proposed to you.</p>
        <LinkButton tone="primary" href="/model/tables">
          Add tables
        </LinkButton>
      </EmptyState>
    );
  }
  if (context.modelError > 0) {
    return (
      <EmptyState title="The model does not compile" icon={<Table2 />}>
        <p>There is nothing to ask before it does. The page of the model says what is wrong, and where.</p>
        <LinkButton tone="primary" href="/model/files">
          To its files
        </LinkButton>
      </EmptyState>
    );
  }
  return (
    <EmptyState title="Nothing to ask for" icon={<Table2 />}>
      <p>The model has nothing that this caller may see. Ask as somebody else, or add tables to the model.</p>
      <LinkButton href="/access">Callers</LinkButton>
      <LinkButton href="/model/tables">Add tables</LinkButton>
    </EmptyState>
  );
}

/** What stands before the first question: a way to it that takes one press. */
function Welcome({ members, dispatch }: { members: Members; dispatch: (action: Action) => void }) {
  const first = firstQuestion(members);
  return (
    <EmptyState title="What do you want to know?" icon={<ChartNoAxesCombined />}>
      <p>Choose measures and what to see them by. The answer is drawn at once.</p>
      {first !== null && (
        <Button
          tone="primary"
          onPress={() =>
            dispatch({
              type: 'setQuery',
              query: {
                measures: [first.measure],
                ...(first.time === null
                  ? {}
                  : { timeDimensions: [{ dimension: first.time, granularity: 'month' }] }),
              },
            })
          }
        >
          {first.words}
        </Button>
      )}
    </EmptyState>
  );
}

function firstQuestion({ holders }: Members): { measure: string; time: string | null; words: string } | null {
  const questions = holders.flatMap((holder) => {
    const measure = holder.members.find((member) => member.kind === 'measure' && member.isPublic);
    const time = holder.members.find((member) => member.kind === 'time' && member.isPublic);
    if (measure === undefined) return [];
    const words = time === undefined ? measure.title : `${measure.title} by month`;
    return [{ measure: measure.name, time: time?.name ?? null, words }];
  });
  return questions.find(({ time }) => time !== null) ?? questions[0] ?? null;
}
