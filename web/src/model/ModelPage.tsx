import { lazy, Suspense, useEffect, useReducer, useState } from 'react';
import { Redirect, useLocation } from 'wouter';
import { type Accepted, check, fetchFiles, fetchGraph, fetchModel } from '../api/model';
import { wordsOf } from '../api/request';
import { useServer } from '../api/server';
import { useFetched } from '../api/useFetched';
import { EmptyState, Note, Spinner } from '../ui/State';
import { Tabs } from '../ui/Tabs';
import { buildPath, sectionOf, sectionPath } from './address';
import { Browse } from './Browse';
import { stepped } from './draft';
import { Files } from './Files';
import { Findings } from './Findings';
import styles from './ModelPage.module.css';
import { Tables } from './Tables';
import { counted } from './words';

const Graph = lazy(() => import('./Graph'));

// How often files that are wrong are looked at again.
const AGAIN_MS = 2000;

/** The data model: what it holds, how its cubes meet, its files, and tables to make more of. */
export default function ModelPage() {
  const [path, navigate] = useLocation();
  const section = sectionOf(path);
  const { context } = useServer();
  const [written, setWritten] = useState(0);
  const isWrong = (context?.modelError ?? 0) > 0;
  const tick = useTick(isWrong);
  const now = `${context?.modelVersion} ${context?.modelError} ${written} ${tick}`;
  const model = useFetched(now, fetchModel);
  const graph = useFetched(now, fetchGraph);
  const files = useFetched(now, fetchFiles);
  const saved = useFetched(now, (signal) => check(undefined, signal));
  const [drafts, dispatch] = useReducer(stepped, {});
  const onWritten = () => setWritten((before) => before + 1);

  const failed = model.error ?? files.error;
  if (failed !== undefined && (model.data === undefined || files.data === undefined)) {
    return (
      <EmptyState title="The model cannot be shown">
        <p>{wordsOf(failed)}</p>
      </EmptyState>
    );
  }
  if (model.data === undefined || files.data === undefined) return <Spinner label="Reading the model" />;

  const isFirst = files.data.files.length === 0;
  const errors = saved.data?.findings.filter((one) => one.level === 'error') ?? [];
  const onAccepted = (accepted: Accepted) => {
    onWritten();
    const first = accepted.firstQuery;
    navigate(first === null ? sectionPath('browse') : buildPath(first.query, first.chart));
  };
  if (isFirst && section !== 'tables' && section !== 'files')
    return <Redirect to={sectionPath('tables')} replace />;

  const shown = model.data;
  const joins = graph.data?.joins ?? [];
  return (
    <div className={styles.model}>
      <h1 className={styles.heading}>Model</h1>
      {errors.length > 0 && section !== 'files' && (
        <div className={styles.problems}>
          <Note tone="warn">
            The files have {counted(errors.length, 'problem')}.{' '}
            {shown.version === null
              ? 'Until they are mended nothing answers.'
              : 'The last model that was right answers on.'}
          </Note>
          <Findings findings={errors} isCounted={false} />
        </div>
      )}
      <Tabs
        aria-label="Model"
        value={section}
        onChange={(next) => navigate(sectionPath(next))}
        tabs={[
          { id: 'browse', label: 'Cubes and views', content: <Browse model={shown} joins={joins} /> },
          {
            id: 'graph',
            label: 'Join graph',
            content: (
              <Suspense fallback={<Spinner label="Drawing" />}>
                {graph.data !== undefined && <Graph graph={graph.data} />}
              </Suspense>
            ),
          },
          {
            id: 'files',
            label: 'Files',
            content: (
              <Files
                files={files.data.files}
                saved={saved.data}
                drafts={drafts}
                dispatch={dispatch}
                onWritten={onWritten}
              />
            ),
          },
          {
            id: 'tables',
            label: 'Add tables',
            content: <Tables isFirst={isFirst} onAccepted={onAccepted} />,
          },
        ]}
      />
    </div>
  );
}

/** A number that grows while something is to be looked at again. */
function useTick(isOn: boolean): number {
  const [tick, setTick] = useState(0);
  useEffect(() => {
    if (!isOn) return;
    const timer = setInterval(() => setTick((before) => before + 1), AGAIN_MS);
    return () => clearInterval(timer);
  }, [isOn]);
  return tick;
}
