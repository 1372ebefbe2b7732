import { useCallback, useContext, useState } from 'react';
import { put, read, write, type Dashboard as Saved } from '../dashboards';
import { NO_FILTERS } from '../filters';
import type { Login } from '../login';
import { hashOf, OVERVIEW, routeOf, useHash } from '../route';
import { Icon } from '../ui/Icon';
import { Refused } from '../ui/Refused';
import { ThemeContext } from '../ui/ThemeContext';
import { useMeta } from '../useMeta';
import { Dashboard } from './Dashboard';
import { Explore } from './Explore';

// Everything around a page. Until the model is there, which needs a token that the server takes, there is no page.
export function Shell({ login, onTurn }: { login: Login | undefined; onTurn: () => void }) {
  const theme = useContext(ThemeContext);
  const route = routeOf(useHash());
  const [model, askAgain] = useMeta();
  const [saved, keep] = useSaved(login?.person?.id ?? 'anybody');
  const person = login?.person;

  return (
    <>
      <a className="skip" href="#content" onClick={(event) => { event.preventDefault(); document.getElementById('content')?.focus(); }}>
        Skip to content
      </a>
      <header>
        <a className="brand" href="#/">{person?.shop || 'Shop analytics'}</a>
        <nav aria-label="Pages">
          <a href={hashOf({ page: 'dashboard', id: OVERVIEW, filters: NO_FILTERS })} aria-current={route.page === 'dashboard' ? 'page' : undefined}>
            Dashboards
          </a>
          <a href="#/explore" aria-current={route.page === 'explore' ? 'page' : undefined}>Explore</a>
        </nav>
        <div className="who">
          {person && (
            <p>
              <strong>{person.name}</strong>
              <span>{person.roles.join(', ')}</span>
            </p>
          )}
          <button type="button" className="quiet round" onClick={onTurn} aria-label={theme === 'dark' ? 'Light colours' : 'Dark colours'}>
            <Icon name={theme === 'dark' ? 'sun' : 'moon'} />
          </button>
          {login && <button type="button" className="quiet" onClick={() => void login.signOut()}>Sign out</button>}
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        {model.kind === 'refused' ? (
          <Refused error={model.error}>
            {!login && (
              <p>
                Without a token that the server takes there is nothing to show. <code>kubus token</code> makes one; its place
                is <code>CUBE_TOKEN</code> in <code>src/App.tsx</code>.
              </p>
            )}
            {login ? (
              <button type="button" className="primary" onClick={() => void login.signIn()}>Sign in</button>
            ) : (
              <button type="button" onClick={() => askAgain()}>Try again</button>
            )}
          </Refused>
        ) : model.kind === 'loading' ? (
          <p className="waiting" role="status">Loading…</p>
        ) : route.page === 'explore' ? (
          <Explore meta={model.meta} question={route.question} saved={saved} onKeep={keep} />
        ) : (
          <Dashboard key={route.id} meta={model.meta} id={route.id} filters={route.filters} saved={saved} onKeep={keep} />
        )}
      </main>
    </>
  );
}

export type Keep = (change: (saved: readonly Saved[]) => readonly Saved[]) => void;
export const keepOne = (keep: Keep, one: Saved) => keep((saved) => put(saved, one));

function useSaved(who: string): [readonly Saved[], Keep] {
  const [saved, setSaved] = useState<readonly Saved[]>(() => read(localStorage, who));
  const keep = useCallback<Keep>((change) => {
    setSaved((now) => {
      const next = change(now);
      write(localStorage, who, next);
      return next;
    });
  }, [who]);
  return [saved, keep];
}
