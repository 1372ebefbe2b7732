// Which page is open: it stands behind the # of the address, so that any server of files can serve the application.

import { useSyncExternalStore } from 'react';
import { fromParameters, toParameters, type Filters } from './filters';

export type Route =
  | { page: 'dashboard'; id: string; filters: Filters }
  | { page: 'explore'; question: string };

export const OVERVIEW = 'overview';

export function routeOf(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const parameters = new URLSearchParams(search);
  if (path === 'explore') return { page: 'explore', question: parameters.get('q') ?? '' };
  return { page: 'dashboard', id: nameOf(path) || OVERVIEW, filters: fromParameters(parameters) };
}

function nameOf(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}

export function hashOf(route: Route): string {
  if (route.page === 'explore') return route.question ? `#/explore?${new URLSearchParams({ q: route.question })}` : '#/explore';
  const path = route.id === OVERVIEW ? '' : encodeURIComponent(route.id);
  const search = toParameters(route.filters).toString();
  return `#/${path}${search && `?${search}`}`;
}

const told = new Set<() => void>();

// The page is drawn for the new address at once: the browser tells of it only later, and until then a field would jump
// back to the value that it had.
export function go(route: Route): void {
  const hash = hashOf(route);
  if (hash === location.hash) return;
  location.hash = hash;
  for (const tell of told) tell();
}

const subscribe = (tell: () => void) => {
  told.add(tell);
  addEventListener('hashchange', tell);
  return () => {
    told.delete(tell);
    removeEventListener('hashchange', tell);
  };
};

export const useHash = () => useSyncExternalStore(subscribe, () => location.hash);
