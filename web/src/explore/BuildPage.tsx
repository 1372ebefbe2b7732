import type { EChartsType } from 'echarts/core';
import { ListFilterPlus } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { useCallers } from '../api/callers';
import { useServer } from '../api/server';
import { axesOf, chartOf } from '../query/select';
import { Button } from '../ui/Button';
import { Modal } from '../ui/Modal';
import { Note, Spinner } from '../ui/State';
import { useTheme } from '../ui/theme';
import styles from './BuildPage.module.css';
import { loadChartsAhead } from './chart/ChartView';
import { Details } from './details/Details';
import { saveChart, saveRows } from './exporting';
import { MemberTree } from './MemberTree';
import type { Member } from './members';
import { ResultView } from './ResultView';
import { isCut, resultOf } from './result';
import { emptyFilter, Shelf } from './shelf/Shelf';
import { Toolbar } from './Toolbar';
import { useAnswer } from './useAnswer';
import { useAsked } from './useAsked';
import { type Explored, useExploration } from './useExploration';
import { useMembers } from './useMembers';
import { useNarrow } from './useNarrow';
import { useSaving } from './useSaving';
import { ViewBoundary } from './ViewBoundary';

const NO_COLUMNS = new Map();

/** The page on which a query is built and its answer is seen. */
export default function BuildPage() {
  const explored = useExploration();
  const { exploration, dispatch } = explored;
  return (
    <ViewBoundary exploration={exploration} onClear={() => dispatch({ type: 'clear' })}>
      <Building explored={explored} />
    </ViewBoundary>
  );
}

function Building({ explored }: { explored: Explored }) {
  const { context } = useServer();
  const { current: caller } = useCallers();
  const { exploration, problem, dispatch } = explored;
  const { query } = exploration;
  const membersState = useMembers(context, caller);
  const { members } = membersState;
  const theme = useTheme();
  const isNarrow = useNarrow();
  const [showsMembers, setShowsMembers] = useState(false);
  const [drawn, setDrawn] = useState<EChartsType | null>(null);
  const saving = useSaving();

  const apiUrl = context === undefined ? null : `${context.basePath}/v1`;
  const modelVersion = context?.modelVersion ?? null;
  const asking = useAsked(exploration, { apiUrl, caller, modelVersion });
  const { asked, written, isPending, problem: notCompared } = asking;
  const answering = useAnswer(asked);
  const { state } = answering;
  const answered =
    state.kind === 'answered' ? state.answered : state.kind === 'loading' ? state.before : null;
  const shown = useMemo(
    () => (answered === null ? null : { answered, result: resultOf(answered) }),
    [answered],
  );
  // A chart is likely to follow.
  const isAsked = asked !== null;
  useEffect(() => {
    if (isAsked) loadChartsAhead();
  }, [isAsked]);
  const chart = chartOf(exploration);
  const axes = useMemo(
    () => axesOf({ ...exploration, query: answered?.asked.query ?? exploration.query }, chart),
    [exploration, answered, chart],
  );
  const chosen = useMemo(
    () =>
      new Set([
        ...(query.measures ?? []),
        ...(query.dimensions ?? []),
        ...(query.segments ?? []),
        ...(query.timeDimensions ?? []).map((time) => time.dimension),
      ]),
    [query],
  );

  const tree = (
    <MemberTree
      state={membersState}
      chosen={chosen}
      onToggle={(member) => toggle(member, chosen.has(member.name), dispatch)}
      onFilter={(member) => dispatch({ type: 'addFilter', path: [], filter: emptyFilter(member) })}
    />
  );

  return (
    <div className={styles.page}>
      <h1 className={styles.hidden}>Build</h1>
      {isNarrow ? (
        <Modal title="Members" kind="sheet" isOpen={showsMembers} onClose={() => setShowsMembers(false)}>
          {tree}
        </Modal>
      ) : (
        <aside className={styles.members} aria-label="Members">
          {tree}
        </aside>
      )}
      <div className={styles.main}>
        {problem !== null && <Note tone="warn">{problem}.</Note>}
        {isNarrow && members.holders.length > 0 && (
          <Button onPress={() => setShowsMembers(true)}>
            <ListFilterPlus aria-hidden="true" />
            Choose members
          </Button>
        )}
        {apiUrl === null ? (
          <Spinner label="Connecting" />
        ) : (
          <Shelf
            exploration={exploration}
            members={members}
            apiUrl={apiUrl}
            caller={caller}
            dispatch={dispatch}
          />
        )}
        <Toolbar
          explored={explored}
          isAsked={asked !== null}
          chart={chart}
          axes={axes}
          columns={shown?.result.columns ?? NO_COLUMNS}
          canSaveRows={state.kind === 'answered'}
          canSaveChart={state.kind === 'answered' && drawn !== null}
          saving={saving}
          onSaveRows={(format) => {
            if (asked !== null)
              saving.save(format.toUpperCase(), (signal) => saveRows(asked, format, signal));
          }}
          onSaveChart={(format) => {
            if (drawn !== null) saving.save(format.toUpperCase(), () => saveChart(drawn, format));
          }}
        />
        {notCompared !== null && <Note tone="warn">The range is not compared: {notCompared}</Note>}
        {saving.problem !== null && <Note tone="bad">{saving.problem}</Note>}
        <section className={styles.result} aria-label="Answer">
          <ResultView
            isPending={isPending}
            context={context}
            isModelKnown={!membersState.isLoading && membersState.refused === null}
            answering={answering}
            shown={shown}
            exploration={exploration}
            chart={chart}
            axes={axes}
            members={members}
            theme={theme}
            dispatch={dispatch}
            onChart={setDrawn}
          />
        </section>
        {state.kind === 'answered' && (
          <AnswerLine
            rows={shown?.result.rows.length ?? 0}
            ms={state.answered.answer.ms}
            isCut={state.answered.answer.results.some(isCut)}
          />
        )}
        {asked !== null && context !== undefined && (
          <Details
            asked={asked}
            written={written}
            answered={state.kind === 'answered' ? state.answered : null}
            context={context}
            dispatch={dispatch}
          />
        )}
      </div>
    </div>
  );
}

/** How much there is of an answer. One that is as long as its limit may not be all. */
function AnswerLine({ rows, ms, isCut }: { rows: number; ms: number; isCut: boolean }) {
  return (
    <p className={styles.line} role="status">
      {rows === 1 ? '1 row' : `${rows.toLocaleString()} rows`} in {Math.round(ms).toLocaleString()} ms
      {isCut && ' · as many as the limit lets through, so there may be more'}
    </p>
  );
}

const SHELVES = { measure: 'measures', dimension: 'dimensions', segment: 'segments' } as const;

type Dispatch = Explored['dispatch'];

/** Puts a member where members of its kind belong, or takes it out. */
function toggle(member: Member, isChosen: boolean, dispatch: Dispatch): void {
  const { kind, name } = member;
  if (kind === 'time') {
    dispatch(
      isChosen
        ? { type: 'removeTime', dimension: name }
        : { type: 'setTime', time: { dimension: name, granularity: 'month' } },
    );
  } else {
    dispatch({ type: 'toggle', shelf: SHELVES[kind], member: name });
  }
}
