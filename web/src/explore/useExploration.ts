import { useCallback, useEffect, useMemo } from 'react';
import { useSearch } from 'wouter';
import { navigate, useHistoryState } from 'wouter/use-browser-location';
import { keptAs } from '../api/request';
import { fromSearch, toSearch } from '../query/address';
import type { Exploration } from '../query/query';
import { type Action, reduce } from '../query/reduce';
import { hasPosition, type Position, positionIn, ways } from '../query/timeline';

const PATH = '/build';
// Kept for this tab: the furthest entry of the history, and the view to come back to from other pages.
const FURTHEST = keptAs('furthest');
const LAST = keptAs('exploration');

export interface Explored {
  exploration: Exploration;
  /** What of the address could not be read. */
  problem: string | null;
  dispatch: (action: Action) => void;
  canUndo: boolean;
  canRedo: boolean;
  undo: () => void;
  redo: () => void;
}

/** The view that the address holds. An action leads to a new address, so that the browser's way back undoes it. */
export function useExploration(): Explored {
  const search = useSearch();
  const position = positionIn(useHistoryState());
  const { exploration, problem } = useMemo(() => fromSearch(search), [search]);

  useEffect(() => {
    if (hasPosition(history.state)) return;
    // Not one of our entries yet: the page was opened, or come back to from another one.
    sessionStorage.setItem(FURTHEST, '0');
    const last = sessionStorage.getItem(LAST);
    const shown = location.search === '' && last ? `?${last}` : location.search;
    navigate(`${PATH}${shown}`, { replace: true, state: { position: 0 } satisfies Position });
  }, []);

  useEffect(() => sessionStorage.setItem(LAST, search), [search]);

  const dispatch = useCallback((action: Action) => {
    // What the address says now, and not when the page was last drawn: two actions may come in one moment.
    const before = location.search.slice(1);
    const next = toSearch(reduce(fromSearch(before).exploration, action));
    if (next === toSearch(fromSearch(before).exploration)) return;
    const state: Position = { position: positionIn(history.state) + 1 };
    sessionStorage.setItem(FURTHEST, String(state.position));
    navigate(next === '' ? PATH : `${PATH}?${next}`, { state });
  }, []);

  return {
    exploration,
    problem,
    dispatch,
    ...ways(position, Number(sessionStorage.getItem(FURTHEST) ?? 0)),
    undo: () => history.back(),
    redo: () => history.forward(),
  };
}
