import { useContext, useEffect, useRef, useState } from 'react';
import { NO_FILTERS } from '../filters';
import type { Login } from '../login';
import { hashOf, OVERVIEW, routeOf, useHash } from '../route';
import { focusAfter, focusHeading } from '../ui/focus';
import { Icon } from '../ui/Icon';
import { Notice, type Told } from '../ui/Notice';
import { Refused } from '../ui/Refused';
import { ThemeContext } from '../ui/ThemeContext';
import { useMeta } from '../useMeta';
import { useSaved } from '../useSaved';
import { Dashboard } from './Dashboard';
import { Explore } from './Explore';

// Everything around a page. Until the model is there, which needs a token that the server takes, there is no page.
export function Shell({ login, onTurn }: { login: Login | undefined; onTurn: () => void }) {
  const theme = useContext(ThemeContext);
  const route = routeOf(useHash());
  const [model, askAgain] = useMeta();
  const [saved, keep] = useSaved(login?.person?.id ?? 'anybody');
  const person = login?.person;
  const [told, tell] = useState<Told>();

  // Whoever goes to another page begins at its heading.
  const page = route.page === 'explore' ? 'explore' : `dashboard ${route.id}`;
  const before = useRef(page);
  useEffect(() => {
    if (before.current !== page) focusHeading();
    before.current = page;
  }, [page]);

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
          <button type="button" className="quiet round turn" onClick={onTurn} aria-label={theme === 'dark' ? 'Light colours' : 'Dark colours'}>
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
            <div className="actions">
              <button type="button" className={login ? 'primary' : ''} onClick={() => focusAfter(askAgain)}>Try again</button>
              {login && <button type="button" onClick={() => void login.signIn()}>Sign in again</button>}
            </div>
          </Refused>
        ) : model.kind === 'loading' ? (
          <p className="waiting" role="status">Loading…</p>
        ) : route.page === 'explore' ? (
          <Explore meta={model.meta} question={route.question} saved={saved} onKeep={keep} />
        ) : (
          <Dashboard key={route.id} meta={model.meta} id={route.id} filters={route.filters} saved={saved} onKeep={keep} onTell={tell} />
        )}
      </main>
      <Notice told={told && page === `dashboard ${told.at}` ? told : undefined} onClose={() => tell(undefined)} />
    </>
  );
}
