import { CircleCheck, CircleX } from 'lucide-react';
import { Fragment, type ReactNode } from 'react';
import { Link } from 'wouter';
import { fetchHealth, type Health, type ModelProblem } from '../api/health';
import { wordsOf } from '../api/request';
import { useServer } from '../api/server';
import { useFetched } from '../api/useFetched';
import { useRepeated } from '../api/useRepeated';
import { Note, Spinner } from '../ui/State';
import styles from './HealthPage.module.css';
import { agoWords, bytesWords, durationWords, SLOW_MS, shareWords, troubles } from './words';

const EVERY_MS = 3000;

/** How the server is: what it runs on, what is wrong with the model, what is kept, runs and is recorded. */
export default function HealthPage() {
  const { context } = useServer();
  const asked = useFetched(`${context?.modelVersion} ${context?.modelError}`, async (signal) => ({
    health: await fetchHealth(signal),
    at: new Date(),
  }));
  useRepeated(asked, EVERY_MS);
  const { data, error } = asked;
  return (
    <div className={styles.page}>
      <h1>Health</h1>
      {error !== undefined && (
        <Note tone="bad">
          {wordsOf(error)}
          {data !== undefined && ` What stands below is of ${data.at.toLocaleTimeString()}.`}
        </Note>
      )}
      {data === undefined && error === undefined && <Spinner label="Asking the server" />}
      {data !== undefined && (
        <div className={error === undefined ? styles.told : `${styles.told} ${styles.old}`}>
          {error === undefined && <Summary found={troubles(data.health)} />}
          <Cards health={data.health} />
        </div>
      )}
    </div>
  );
}

/** What one looks for first. Read out when it changes, and not every three seconds. */
function Summary({ found }: { found: readonly string[] }) {
  return (
    <section className={styles.summary} aria-label="Summary" aria-live="polite">
      {found.length === 0 ? (
        <State isGood words="Everything answers" />
      ) : (
        <ul className={styles.troubles}>
          {found.map((words) => (
            <li key={words}>
              <State isGood={false} words={words} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Cards({
  health: { sources, model, cache, answered, queue, tokens, audit, server },
}: {
  health: Health;
}) {
  const fromMemory = answered.hit + answered.stale;
  const given = fromMemory + answered.joined + answered.miss;
  return (
    <div className={styles.cards}>
      <Card title="Data sources" width="all">
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
                    <td className={`${styles.number} ${source.milliseconds > SLOW_MS ? styles.bad : ''}`}>
                      {source.milliseconds.toLocaleString()} ms
                    </td>
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
      <Card title="Data model" width={model.errors.length > 0 ? 'all' : 'one'}>
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
        <Numbers
          of={[
            ['Answers kept', cache.answers.toLocaleString()],
            ['Gave way to others', cache.given_up.toLocaleString()],
            ['Too large to keep', cache.too_large.toLocaleString()],
          ]}
        />
      </Card>
      <Card title="Answers given">
        <p className={styles.soft}>
          {given === 0
            ? 'None since the start.'
            : `${shareWords(fromMemory, given)} from memory, since the start.`}
        </p>
        <Numbers
          of={[
            ['From memory', answered.hit.toLocaleString()],
            ['From the database', answered.miss.toLocaleString()],
            ["With another's statement", answered.joined.toLocaleString()],
            ['Older, as the query allows', answered.stale.toLocaleString()],
          ]}
        />
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
      <Tokens tokens={tokens} asks={server.devAuth} />
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
          ]}
        />
      </Card>
    </div>
  );
}

/** What tokens are verified by. In development mode the Playground's own are, besides, by a key of this server. */
function Tokens({
  tokens: { keys, revocations, remembered },
  asks,
}: {
  tokens: Health['tokens'];
  asks: boolean;
}) {
  return (
    <Card title="Tokens" width={keys.length > 0 ? 'two' : 'one'}>
      <Numbers
        of={[
          ['Asked for', asks ? 'yes' : 'no, as in development mode'],
          ['Verified and remembered', remembered.toLocaleString()],
        ]}
      />
      {keys.map((set) => (
        <div key={set.place} className={styles.keys}>
          <State
            isGood={!set.is_stale && set.keys > 0}
            words={
              set.failure === null
                ? `${set.keys} ${set.keys === 1 ? 'key' : 'keys'} of ${set.place}`
                : `${set.place}: ${set.failure}`
            }
          />
          <p className={styles.soft}>
            Fetched {agoWords(set.fetched)}.{' '}
            {set.holds > 0
              ? `Good for ${durationWords(set.holds)} without another fetch.`
              : 'No token of it is taken.'}
          </p>
        </div>
      ))}
      {revocations === null ? (
        <p className={styles.soft}>
          No token can be taken back before it expires. KUBUS_REVOCATION names a list.
        </p>
      ) : (
        <div className={styles.keys}>
          <State
            isGood={revocations.failure === null && revocations.is_known}
            words={
              revocations.failure === null
                ? `${revocations.entries.toLocaleString()} ${revocations.entries === 1 ? 'revocation holds' : 'revocations hold'}`
                : `Revocations: ${revocations.failure}`
            }
          />
          <p className={styles.soft}>
            The list was read {agoWords(revocations.read)}.{revocations.is_known ? '' : ' Nobody is let in.'}
          </p>
        </div>
      )}
    </Card>
  );
}

interface CardProps {
  title: string;
  /** How many columns it takes, where there is room for them. */
  width?: 'one' | 'two' | 'all';
  children: ReactNode;
}

function Card({ title, width = 'one', children }: CardProps) {
  return (
    <section className={`${styles.card} ${styles[width] ?? ''}`} aria-label={title}>
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
