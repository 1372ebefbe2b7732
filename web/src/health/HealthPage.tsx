import { CircleCheck, CircleX } from 'lucide-react';
import { Fragment, type ReactNode, useEffect, useState } from 'react';
import { Link } from 'wouter';
import { fetchHealth, type Health, type ModelProblem } from '../api/health';
import { wordsOf } from '../api/request';
import { useServer } from '../api/server';
import { useFetched } from '../api/useFetched';
import { Note, Spinner } from '../ui/State';
import styles from './HealthPage.module.css';
import { bytesWords, durationWords } from './words';

const EVERY_MS = 3000;

/** How the server is: what it runs on, what is wrong with the model, what is kept, runs and is recorded. */
export default function HealthPage() {
  const { context } = useServer();
  const tick = useTick();
  const { data, error } = useFetched(`${context?.modelVersion} ${context?.modelError} ${tick}`, fetchHealth);
  return (
    <div className={styles.page}>
      <h1>Health</h1>
      {error !== undefined && <Note tone="bad">{wordsOf(error)}</Note>}
      {data === undefined ? (
        error === undefined && <Spinner label="Asking the server" />
      ) : (
        <Cards health={data} />
      )}
    </div>
  );
}

function Cards({ health: { sources, model, cache, queue, audit, server } }: { health: Health }) {
  return (
    <div className={styles.cards}>
      <Card title="Data sources" isWide>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
        <section className={styles.scroll} tabIndex={0} aria-label="Each data source">
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Type</th>
                <th scope="col">State</th>
                <th scope="col" className={styles.number}>
                  Took
                </th>
              </tr>
            </thead>
            <tbody>
              {sources.map((source) => (
                <Fragment key={source.name}>
                  <tr>
                    <th scope="row">{source.name}</th>
                    <td>{source.type}</td>
                    <td>
                      <State isGood={source.answers} words={source.answers ? 'answers' : 'does not answer'} />
                    </td>
                    <td className={styles.number}>{source.milliseconds.toLocaleString()} ms</td>
                  </tr>
                  {source.error !== null && (
                    <tr>
                      <td colSpan={4} className={styles.words}>
                        {source.error}
                      </td>
                    </tr>
                  )}
                </Fragment>
              ))}
            </tbody>
          </table>
        </section>
      </Card>
      <Card title="Data model" isWide={model.errors.length > 0}>
        <p>
          {model.eachHasItsOwn ? (
            'Each tenant has a model of its own.'
          ) : (
            <State
              isGood={model.errors.length === 0}
              words={
                model.errors.length === 0
                  ? 'compiles'
                  : model.version === null
                    ? 'does not compile: nothing is answered'
                    : 'the files do not compile: the model of before answers'
              }
            />
          )}
        </p>
        <Numbers
          of={[
            ['Cubes', model.cubes.toLocaleString()],
            ['Views', model.views.toLocaleString()],
            ['Files', model.files.toLocaleString()],
            ['Version', model.version?.slice(0, 12) ?? 'none'],
          ]}
        />
        {model.errors.map((problem) => (
          <Problem key={`${problem.file} ${problem.line} ${problem.message}`} problem={problem} />
        ))}
      </Card>
      <Card title="Kept answers">
        <div>
          <Meter value={cache.bytes} most={cache.most} />
          <p className={styles.soft}>
            {bytesWords(cache.bytes)} of {bytesWords(cache.most)}
          </p>
        </div>
        <Numbers of={[['Answers', cache.answers.toLocaleString()]]} />
      </Card>
      <Card title="Queue">
        <Numbers
          of={[
            ['Statements running', queue.running.toLocaleString()],
            ['Waiting for their turn', queue.waiting.toLocaleString()],
            ['Answers in the making', queue.answers.toLocaleString()],
          ]}
        />
      </Card>
      <Card title="Audit log">
        {audit === null ? (
          <p className={styles.soft}>Nothing is recorded. KUBUS_AUDIT turns it on.</p>
        ) : (
          <>
            <State
              isGood={!audit.failing}
              words={audit.failing ? 'records cannot be written' : 'is written'}
            />
            <p className={styles.soft}>
              {audit.required
                ? 'Nothing is answered that is not recorded.'
                : 'Answers are given also when it fails.'}
            </p>
          </>
        )}
      </Card>
      <Card title="Server">
        <Numbers
          of={[
            ['kubus', server.version],
            ['Python', server.python],
            ['Up for', durationWords(server.seconds)],
            ['Asks for tokens', server.devAuth ? 'yes' : 'no, as in development mode'],
          ]}
        />
      </Card>
    </div>
  );
}

function Card({ title, isWide = false, children }: { title: string; isWide?: boolean; children: ReactNode }) {
  return (
    <section className={`${styles.card} ${isWide ? styles.wide : ''}`} aria-label={title}>
      <h2 className={styles.title}>{title}</h2>
      {children}
    </section>
  );
}

function State({ isGood, words }: { isGood: boolean; words: string }) {
  return (
    <span className={`${styles.state} ${isGood ? styles.good : styles.bad}`}>
      {isGood ? <CircleCheck aria-hidden="true" /> : <CircleX aria-hidden="true" />}
      <span>{words}</span>
    </span>
  );
}

function Numbers({ of }: { of: readonly (readonly [string, string])[] }) {
  return (
    <dl className={styles.numbers}>
      {of.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Meter({ value, most }: { value: number; most: number }) {
  return (
    <meter className={styles.meter} aria-label="Memory for kept answers" min={0} max={most} value={value} />
  );
}

function Problem({ problem }: { problem: ModelProblem }) {
  const place = problem.line > 0 ? `${problem.file}:${problem.line}` : problem.file;
  const address = `/model/files?file=${encodeURIComponent(problem.file)}&line=${problem.line}`;
  return (
    <div className={styles.problem}>
      {problem.file !== '' && <Link href={address}>{place}</Link>}
      <p>{problem.message}</p>
      {problem.excerpt !== null && <pre className={styles.excerpt}>{problem.excerpt}</pre>}
      {problem.hint !== null && <p className={styles.soft}>{problem.hint}</p>}
    </div>
  );
}

/** A number that grows while the page is seen. */
function useTick(): number {
  const [tick, setTick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) setTick((before) => before + 1);
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return tick;
}
