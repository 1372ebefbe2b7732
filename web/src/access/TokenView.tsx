import { useEffect, useState } from 'react';
import { fetchMatrix, type Seen } from '../api/access';
import { type Claims, mintToken } from '../api/playground';
import { isAborted, wordsOf } from '../api/request';
import { useServer } from '../api/server';
import { Code } from '../ui/Code';
import { Note, Spinner } from '../ui/State';
import { claimWords, decoded } from './claims';
import styles from './TokenView.module.css';

// Whoever writes is waited for.
const PAUSE_MS = 350;

type State =
  | { kind: 'waiting' }
  | { kind: 'minted'; token: string | null; seen: Seen }
  | { kind: 'refused'; words: string };

/** The token that these claims make, what it says, and whom the server takes its bearer for. */
export function TokenView({
  claims,
  hasToken,
  isRight,
}: {
  claims: Claims | null;
  hasToken: boolean;
  isRight: boolean;
}) {
  const { context } = useServer();
  const [state, setState] = useState<State>({ kind: 'waiting' });
  const key = JSON.stringify([claims, hasToken, isRight, context?.modelVersion, context?.devAuth]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for all of it
  useEffect(() => {
    if (!isRight) return;
    const ending = new AbortController();
    const ask = async () => {
      try {
        const token = hasToken && claims !== null ? await mintToken(claims, ending.signal) : null;
        // One caller sees nothing differently: no member comes along.
        const { callers } = await fetchMatrix([{ name: '', claims }], { different: true }, ending.signal);
        const [seen] = callers;
        if (seen !== undefined) setState({ kind: 'minted', token, seen });
      } catch (error) {
        if (!isAborted(error)) setState({ kind: 'refused', words: wordsOf(error) });
      }
    };
    const timer = setTimeout(ask, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [key]);

  return (
    <section className={styles.view} aria-label="Token">
      {!isRight && <Note>Until the claims can be read there is no token.</Note>}
      {isRight && state.kind === 'waiting' && <Spinner label="Making the token" />}
      {isRight && state.kind === 'refused' && <Note tone="bad">{state.words}</Note>}
      {isRight && state.kind === 'minted' && (
        <>
          <WhoItIs seen={state.seen} />
          {state.token === null ? (
            <Note>No token is sent. {context?.devAuth ? 'The server asks for one.' : ''}</Note>
          ) : (
            <TokenWords token={state.token} />
          )}
        </>
      )}
    </section>
  );
}

function TokenWords({ token }: { token: string }) {
  const read = decoded(token);
  const now = Date.now();
  return (
    <>
      <div>
        <h2 className={styles.title}>Its token, for development alone</h2>
        <Code label="Token" text={token} />
      </div>
      {read !== null && (
        <div>
          <h2 className={styles.title}>What the token says</h2>
          <dl className={styles.claims}>
            {Object.entries(read.header).map(([name, value]) => (
              <Claim key={`header ${name}`} name={name} words={claimWords(name, value, now)} isHeader />
            ))}
            {Object.entries(read.payload).map(([name, value]) => (
              <Claim key={name} name={name} words={claimWords(name, value, now)} />
            ))}
          </dl>
        </div>
      )}
    </>
  );
}

function Claim({ name, words, isHeader = false }: { name: string; words: string; isHeader?: boolean }) {
  return (
    <div className={styles.claim}>
      <dt>
        {name}
        {isHeader && <span className={styles.soft}> header</span>}
      </dt>
      <dd>{words}</dd>
    </div>
  );
}

function WhoItIs({ seen }: { seen: Seen }) {
  if (seen.refused !== null) return <Note tone="bad">Not let in: {seen.refused}</Note>;
  const groups = seen.groups ?? [];
  return (
    <div>
      <h2 className={styles.title}>Whom the server sees</h2>
      <dl className={styles.claims}>
        <Claim name="groups" words={groups.length === 0 ? 'none' : groups.join(', ')} />
        {seen.tenant ? <Claim name="tenant" words={seen.tenant.replace(/^Tenant: /, '')} /> : null}
        <Claim name="app id" words={seen.appId ?? ''} />
      </dl>
    </div>
  );
}
