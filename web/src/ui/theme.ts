/** Light or dark: what the system says, unless the reader chose. The choice is kept in this browser. */

import { useSyncExternalStore } from 'react';

export type Theme = 'light' | 'dark';
export type ThemeChoice = Theme | 'system';

const KEY = 'kubus.theme';
const dark = window.matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

function chosen(): ThemeChoice {
  const kept = localStorage.getItem(KEY);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

function current(): Theme {
  const choice = chosen();
  if (choice !== 'system') return choice;
  return dark.matches ? 'dark' : 'light';
}

/** Puts the theme on the page, now and whenever the system changes. Call it once, before anything is drawn. */
export function applyTheme(): void {
  const apply = () => {
    document.documentElement.dataset.theme = current();
    for (const listener of listeners) listener();
  };
  dark.addEventListener('change', apply);
  apply();
}

/** Keeps what the reader chose, and shows it. */
export function chooseTheme(choice: ThemeChoice): void {
  if (choice === 'system') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, choice);
  document.documentElement.dataset.theme = current();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The theme that is shown. */
export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, current);
}
