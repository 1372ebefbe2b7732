import { Suspense, useEffect } from 'react';
import { RouterProvider } from 'react-aria-components';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { useServer } from '../api/server';
import { Spinner } from '../ui/State';
import { Anew } from './Anew';
import styles from './App.module.css';
import { PageBoundary } from './PageBoundary';
import { PAGES } from './pages';
import { Rail } from './Rail';
import { TopBar } from './TopBar';

/** The shell: where one is, who asks, and the page. */
export function App() {
  const [path, navigate] = useLocation();
  const { context } = useServer();
  const page = PAGES.find((one) => path.startsWith(one.path));
  const name = context?.projectName;
  useEffect(() => {
    document.title = [page?.title, name, 'kubus'].filter(Boolean).join(' · ');
  }, [page, name]);
  return (
    <RouterProvider navigate={navigate}>
      <a className={styles.skip} href="#page">
        Skip to the page
      </a>
      <div className={styles.shell}>
        <Rail path={path} />
        <TopBar />
        <Anew />
        <main id="page" className={styles.page} tabIndex={-1}>
          <PageBoundary key={path.split('/')[1]}>
            <Suspense fallback={<Spinner label="Loading the page" />}>
              <Switch>
                {PAGES.map(({ path, content: Content }) => (
                  <Route key={path} path={`${path}/*?`}>
                    <Content />
                  </Route>
                ))}
                <Route path="/">
                  <Begin />
                </Route>
                <Route>
                  <Redirect to={PAGES[0].path} replace />
                </Route>
              </Switch>
            </Suspense>
          </PageBoundary>
        </main>
      </div>
    </RouterProvider>
  );
}

/** Where one begins: at the first page; with tables to pick where there is no model to ask yet. */
function Begin() {
  const { context, refused } = useServer();
  if (context === undefined && refused === undefined) return <Spinner label="Connecting" />;
  return <Redirect to={context?.shouldStartConnectionWizardFlow ? '/model/tables' : PAGES[0].path} replace />;
}
