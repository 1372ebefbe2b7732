import { lazy, Suspense, useEffect, useReducer, useState } from 'react';
import { Redirect, useLocation } from 'wouter';
import { type Accepted, check, fetchFiles, fetchGraph, fetchModel } from '../api/model';
import { wordsOf } from '../api/request';
import { useServer } from '../api/server';
import { useFetched } from '../api/useFetched';
import { Button } from '../ui/Button';
import { EmptyState, Note, Spinner } from '../ui/State';
import { Tabs } from '../ui/Tabs';
import { buildPath, sectionOf, sectionPath } from './address';
import { Browse } from './Browse';
import { stepped } from './draft';
import { Files } from './Files';
import { Findings } from './Findings';
import { keep, keptDrafts } from './kept';
import styles from './ModelPage.module.css';
import { Tables } from './Tables';
import { counted } from './words';

const Graph = lazy(() => import('./Graph'));

/** The data model: what it holds, how its cubes meet, its files, and tables to make more of. */
export default function ModelPage() {
  const [path, navigate] = useLocation();
  const section = sectionOf(path);
  const { context } = useServer();
  const [written, setWritten] = useState(0);
  const now = `${context?.modelVersion} ${context?.modelError} ${context?.filesVersion} ${written}`;
  const model = useFetched(now, fetchModel);
  const graph = useFetched(now, fetchGraph);
  const files = useFetched(now, fetchFiles);
  const saved = useFetched(now, (signal) => check(undefined, signal));
  const [drafts, dispatch] = useReducer(stepped, sessionStorage, keptDrafts);
  const [isKept, setKept] = useState(true);
  useEffect(() => setKept(keep(drafts, sessionStorage)), [drafts]);
  const onWritten = () => setWritten((before) => before + 1);

  const failed = model.error ?? files.error;
  if (failed !== undefined && (model.data === undefined || files.data === undefined)) {
    return (
      <EmptyState title="The model cannot be shown">
        <p>{wordsOf(failed)}</p>
        <Button
          onPress={() => {
            model.reload();
            files.reload();
          }}
        >
          Ask again
        </Button>
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
                isKept={isKept}
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
