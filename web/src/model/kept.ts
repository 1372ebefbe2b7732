/** What is being written outlives the page: it is loaded again after a start of the server, or left for another one. */

import type { Draft, Drafts } from './draft';
import { isDirty } from './draft';

const KEY = 'kubus-drafts';

/** Keeps the texts that are not saved, in this window. Says whether there was room. */
export function keep(drafts: Drafts, storage: Storage): boolean {
  const unsaved = Object.values(drafts).filter(isDirty);
  try {
    if (unsaved.length === 0) storage.removeItem(KEY);
    else storage.setItem(KEY, JSON.stringify(unsaved.map(({ file, typed }) => ({ file, typed }))));
    return true;
  } catch {
    return false;
  }
}

/** What was kept. The files as they are now are put beside it when they are seen. */
export function keptDrafts(storage: Storage): Drafts {
  try {
    const found = JSON.parse(storage.getItem(KEY) ?? '[]') as Pick<Draft, 'file' | 'typed'>[];
    return Object.fromEntries(
      found.map(({ file, typed }) => [file.fileName, { file, typed, given: 1, theirs: null, isKept: true }]),
    );
  } catch {
    return {};
  }
}
