// Light or dark: as the system has it, until somebody says otherwise in this browser.

import { useLayoutEffect, useState, useSyncExternalStore } from 'react';
import type { Colours } from '../charts';

export type Theme = 'light' | 'dark';
const KEPT = 'theme';
const system = matchMedia('(prefers-color-scheme: dark)');

function chosen(): Theme | undefined {
  const kept = localStorage.getItem(KEPT);
  return kept === 'light' || kept === 'dark' ? kept : undefined;
}

const subscribe = (tell: () => void) => {
  system.addEventListener('change', tell);
  return () => system.removeEventListener('change', tell);
};

export function useTheme(): [Theme, () => void] {
  const isDark = useSyncExternalStore(subscribe, () => system.matches);
  const [said, say] = useState(chosen);
  const theme = said ?? (isDark ? 'dark' : 'light');
  // Before charts read the colours.
  useLayoutEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  const turn = () => {
    const next = theme === 'dark' ? 'light' : 'dark';
    localStorage.setItem(KEPT, next);
    say(next);
  };
  return [theme, turn];
}

// The theme's colours, for what is not drawn by style sheets.
export function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  const value = (name: string) => style.getPropertyValue(name).trim();
  return {
    series: [1, 2, 3, 4, 5, 6].map((number) => value(`--series-${number}`)),
    before: value('--series-before'),
    text: value('--text'),
    faint: value('--text-faint'),
    line: value('--line'),
    surface: value('--surface'),
  };
}
