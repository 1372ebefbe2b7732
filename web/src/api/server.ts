/** The server as it is now: asked every two seconds, so that the pages follow the model files. */

import { useSyncExternalStore } from 'react';
import { fetchContext, type ServerContext } from './playground';
import { Refused } from './request';

export interface Server {
  /** What it said last; undefined before its first answer. */
  context: ServerContext | undefined;
  /** Why it did not answer the last time. */
  refused: Refused | undefined;
  /** Whether it was started anew since the page was loaded, whose nonce it no longer takes. */
  isAnew: boolean;
}

const EVERY_MS = 2000;

let known: Server = { context: undefined, refused: undefined, isAnew: false };
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;

async function ask(): Promise<void> {
  let next: Server;
  try {
    const context = await fetchContext();
    const isAnew = known.isAnew || (known.context !== undefined && known.context.start !== context.start);
    next = { context, refused: undefined, isAnew };
  } catch (error) {
    next = { ...known, refused: error instanceof Refused ? error : new Refused(String(error), 0) };
  }
  if (JSON.stringify(next) !== JSON.stringify(known) || next.refused?.message !== known.refused?.message) {
    known = next;
    for (const listener of listeners) listener();
  }
  if (listeners.size > 0) timer = setTimeout(askWhenSeen, EVERY_MS);
}

/** A page that nobody sees asks nothing. */
function askWhenSeen(): void {
  if (!document.hidden) {
    void ask();
    return;
  }
  document.addEventListener('visibilitychange', askWhenSeen, { once: true });
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) void ask();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearTimeout(timer);
  };
}

let isAgain = false;

/** Loads the page again. What is being written is kept by whoever holds it. */
export function loadAgain(): void {
  isAgain = true;
  location.reload();
}

/** Whether the page is about to be loaded again, because somebody chose to. */
export function isLoadedAgain(): boolean {
  return isAgain;
}

/** What is known of the server. */
export function useServer(): Server {
  return useSyncExternalStore(subscribe, () => known);
}
