import { ArrowLeftRight } from 'lucide-react';
import { useEffect, useState } from 'react';
import { type Caller, useCallers } from '../api/callers';
import { type Explanation, explain } from '../api/explain';
import { loadMeta } from '../api/load';
import type { ServerContext } from '../api/playground';
import { isAborted, wordsOf } from '../api/request';
import type { components } from '../api/schema';
import { useServer } from '../api/server';
import { readQuery } from '../query/address';
import { IconButton } from '../ui/Button';
import { Select } from '../ui/Select';
import { EmptyState, Note, Spinner } from '../ui/State';
import { TextField } from '../ui/TextField';
import styles from './Compare.module.css';
import { onlyIn } from './compare';
import { SideBySide } from './SideBySide';
import { type Side, useSide } from './useSide';

type Query = components['schemas']['Query'];

/** Two callers' answers to one query, side by side. `text` is the query as it was written here; null for none yet. */
export function Compare({ text, onText }: { text: string | null; onText: (text: string) => void }) {
  const { context } = useServer();
  const { all, current } = useCallers();
  const [firstId, setFirst] = useState(current.id);
  const [secondId, setSecond] = useState(all.find((caller) => caller.id !== current.id)?.id ?? current.id);
  const first = all.find((caller) => caller.id === firstId) ?? current;
  const second = all.find((caller) => caller.id === secondId) ?? current;
  const suggested = useSuggestion(context, first, text === null);
  const written = text ?? suggested ?? '';
  const { query, problem } = queryIn(written);
  const left = useSide(context, first, query);
  const right = useSide(context, second, query);
  const options = all.map((caller) => ({ id: caller.id, label: caller.name }));

  return (
    <div className={styles.compare}>
      <div className={styles.asking}>
        <TextField
          label="Query"
          isCode
          rows={7}
          value={written}
          onChange={onText}
          error={written === '' ? undefined : (problem ?? undefined)}
          hint="JSON, as the API takes it. The Build page has it beside every answer."
        />
        <div className={styles.callers}>
          <Select label="First caller" options={options} value={first.id} onChange={setFirst} />
          <IconButton
            label="Swap the callers"
            icon={<ArrowLeftRight />}
            onPress={() => {
              setFirst(second.id);
              setSecond(first.id);
            }}
          />
          <Select label="Second caller" options={options} value={second.id} onChange={setSecond} />
        </div>
      </div>
      {query === null ? (
        <EmptyState title="Nothing to compare yet">
          <p>
            {problem === null || written === ''
              ? 'Write a query that both callers are to ask.'
              : 'The query cannot be read.'}
          </p>
        </EmptyState>
      ) : (
        <Both query={query} first={first} second={second} left={left} right={right} />
      )}
    </div>
  );
}

function Both({
  query,
  first,
  second,
  left,
  right,
}: {
  query: Query;
  first: Caller;
  second: Caller;
  left: Side;
  right: Side;
}) {
  if (left.kind === 'asking' || right.kind === 'asking') return <Spinner label="Asking for both" />;
  return (
    <>
      {(left.kind === 'refused' || right.kind === 'refused') && (
        <div className={styles.refusals}>
          {[
            { caller: first, side: left },
            { caller: second, side: right },
          ].map(
            ({ caller, side }, place) =>
              side.kind === 'refused' && (
                // biome-ignore lint/suspicious/noArrayIndexKey: the two places are what they are
                <Note key={place} tone="bad">
                  <strong>{caller.name}</strong> is refused: {side.words}
                </Note>
              ),
          )}
        </div>
      )}
      <SideBySide
        first={{ name: first.name, rows: left.kind === 'answered' ? left.rows : null }}
        second={{ name: second.name, rows: right.kind === 'answered' ? right.rows : null }}
        columns={left.kind === 'answered' ? left.columns : right.kind === 'answered' ? right.columns : []}
      />
      <Policies query={query} first={first} second={second} />
    </>
  );
}

/** What policies do to the query of each, with the lines marked that stand for one alone. */
function Policies({ query, first, second }: { query: Query; first: Caller; second: Caller }) {
  const { context } = useServer();
  const [told, setTold] = useState<readonly [Explanation, Explanation] | string | null>(null);
  const key = JSON.stringify([query, first.claims, second.claims, context?.modelVersion]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for all of it
  useEffect(() => {
    const ending = new AbortController();
    Promise.all([
      explain(query, first.claims, ending.signal),
      explain(query, second.claims, ending.signal),
    ]).then(setTold, (error: unknown) => {
      if (!isAborted(error)) setTold(wordsOf(error));
    });
    return () => ending.abort();
  }, [key]);
  if (told === null) return <Spinner label="Asking why" />;
  if (typeof told === 'string') return null;
  const [one, two] = told;
  return (
    <section className={styles.policies} aria-label="Why">
      {[
        { name: first.name, lines: one.policies, others: two.policies, place: 'first' },
        { name: second.name, lines: two.policies, others: one.policies, place: 'second' },
      ].map(({ name, lines, others, place }) => {
        const alone = onlyIn(lines, others);
        return (
          <div key={place}>
            <h2 className={styles.title}>Why {name} gets this</h2>
            <ul className={styles.lines}>
              {lines.map((line, number) => (
                <li
                  // biome-ignore lint/suspicious/noArrayIndexKey: lines stay where they are
                  key={number}
                  className={alone.has(line) ? styles.alone : undefined}
                >
                  {line}
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </section>
  );
}

function queryIn(text: string): { query: Query | null; problem: string | null } {
  try {
    const query = readQuery(JSON.parse(text));
    return { query, problem: query === null ? 'This is no query: { "measures": ["Orders.count"] }' : null };
  } catch (error) {
    return { query: null, problem: wordsOf(error) };
  }
}

/** A query that the model can answer, to begin with. */
function useSuggestion(context: ServerContext | undefined, caller: Caller, isWanted: boolean): string | null {
  const [text, setText] = useState<string | null>(null);
  const basePath = context?.basePath;
  useEffect(() => {
    if (!isWanted || basePath === undefined) return;
    const ending = new AbortController();
    loadMeta({ apiUrl: `${basePath}/v1`, caller, signal: ending.signal }).then(
      (cubes) => {
        const cube = cubes.find((one) => one.measures.length > 0 && one.dimensions.length > 0);
        const dimension = cube?.dimensions.find((one) => one.type === 'string') ?? cube?.dimensions[0];
        if (cube === undefined || dimension === undefined) return;
        const query = {
          measures: cube.measures.slice(0, 1).map((one) => one.name),
          dimensions: [dimension.name],
        };
        setText(JSON.stringify(query, null, 2));
      },
      () => {
        // Whoever sees nothing of the model writes the query.
      },
    );
    return () => ending.abort();
  }, [isWanted, basePath, caller]);
  return text;
}
