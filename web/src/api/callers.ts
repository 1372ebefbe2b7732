/** Who asks: callers with their claims, kept in this browser, and the tokens that were minted for them. */

import { useSyncExternalStore } from 'react';
import { type Claims, mintToken } from './playground';
import { keptAs } from './request';

export interface Caller {
  id: string;
  name: string;
  /** null asks without a token. */
  claims: Claims | null;
}

export interface Callers {
  all: readonly Caller[];
  current: Caller;
}

const KEY = keptAs('callers');
const LONGEST_SUMMARY = 80;
// A token that ends sooner is not used for another request.
const SPARE_SECONDS = 60;

const ANYONE: Caller = { id: 'anyone', name: 'No claims', claims: {} };
const ADMIN: Caller = { id: 'admin', name: 'Admin', claims: { role: 'admin' } };

let kept: Callers = read();
const listeners = new Set<() => void>();
const tokens = new Map<string, string>();
// What is being minted now: whoever needs the same meanwhile waits for it.
const minting = new Map<string, Promise<string>>();

function isCaller(value: unknown): value is Caller {
  if (typeof value !== 'object' || value === null) return false;
  const { id, name, claims } = value as Partial<Caller>;
  return typeof id === 'string' && typeof name === 'string' && typeof claims === 'object';
}

function read(): Callers {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? '{}') as { all?: unknown[]; current?: string };
    const all = (found.all ?? []).filter(isCaller);
    const current = all.find((caller) => caller.id === found.current) ?? all[0];
    if (current !== undefined) return { all, current };
  } catch {
    // Kept by something else, or cut short: begin anew.
  }
  return { all: [ANYONE, ADMIN], current: ANYONE };
}

function keep(next: Callers): void {
  kept = next;
  localStorage.setItem(KEY, JSON.stringify({ all: next.all, current: next.current.id }));
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  // Another tab may have changed them.
  const fromElsewhere = (event: StorageEvent) => {
    if (event.key !== KEY) return;
    kept = read();
    listener();
  };
  window.addEventListener('storage', fromElsewhere);
  listeners.add(listener);
  return () => {
    window.removeEventListener('storage', fromElsewhere);
    listeners.delete(listener);
  };
}

/** The saved callers, and the one for whom queries are asked. */
export function useCallers(): Callers {
  return useSyncExternalStore(subscribe, () => kept);
}

/** Asks for this caller from now on. */
export function chooseCaller(id: string): void {
  const current = kept.all.find((caller) => caller.id === id);
  if (current !== undefined) keep({ ...kept, current });
}

/** The claims of a caller in a line. */
export function summary({ claims }: Caller): string {
  if (claims === null) return 'sends no token';
  const text = JSON.stringify(claims);
  return text.length > LONGEST_SUMMARY ? `${text.slice(0, LONGEST_SUMMARY)}…` : text;
}

/** Keeps a caller: in the place of the one with its id; a new one at a place among the others, or behind them. */
export function saveCaller(caller: Caller, place = kept.all.length): void {
  const isNew = kept.all.every((one) => one.id !== caller.id);
  const all = isNew
    ? kept.all.toSpliced(place, 0, caller)
    : kept.all.map((one) => (one.id === caller.id ? caller : one));
  keep({ all, current: kept.current.id === caller.id ? caller : kept.current });
}

/** Forgets a caller. The last one stays. */
export function removeCaller(id: string): void {
  const all = kept.all.filter((caller) => caller.id !== id);
  const first = all[0];
  if (first !== undefined) keep({ all, current: kept.current.id === id ? first : kept.current });
}

/**
 * A token for this caller, minted now or not long ago; undefined for one who asks without. Several who need one in the
 * same moment share it, so `signal` ends the waiting of one of them and not the minting.
 */
export async function tokenOf(caller: Caller, signal?: AbortSignal): Promise<string | undefined> {
  if (caller.claims === null) return undefined;
  const key = JSON.stringify(caller.claims);
  const held = tokens.get(key);
  if (held !== undefined && secondsLeft(held) > SPARE_SECONDS) return held;
  const begun = minting.get(key) ?? minted(key, caller.claims);
  minting.set(key, begun);
  const token = await begun;
  signal?.throwIfAborted();
  return token;
}

async function minted(key: string, claims: Claims): Promise<string> {
  try {
    const token = await mintToken(claims);
    tokens.set(key, token);
    return token;
  } finally {
    minting.delete(key);
  }
}

/** Forgets the tokens of a caller: the server no longer takes them, as after a start with another secret. */
export function forgetTokens(caller: Caller): void {
  tokens.delete(JSON.stringify(caller.claims));
}

function secondsLeft(token: string): number {
  const payload = token.split('.')[1] ?? '';
  const { exp } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as { exp?: number };
  return exp === undefined ? Number.POSITIVE_INFINITY : exp - Date.now() / 1000;
}
