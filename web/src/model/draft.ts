/** What somebody is writing, apart from what is saved. A reducer, so that every step can be tested. */

import type { ModelFile } from '../api/model';

/** A file that is open. `text` is what the editor began with, `typed` what it has now. */
export interface Draft {
  file: ModelFile;
  text: string;
  typed: string;
  /** What is on the disk instead, when it changed while somebody typed. */
  theirs: string | null;
}

export type Drafts = Readonly<Record<string, Draft>>;

export type Step =
  /** What is on the disk now: taken over where nothing was typed, and else put beside it. */
  | { do: 'see'; file: ModelFile }
  | { do: 'type'; name: string; text: string }
  | { do: 'saved'; file: ModelFile }
  | { do: 'discard'; name: string };

/** Line ends as editors have them. */
export function unix(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

export function isDirty(draft: Draft): boolean {
  return draft.file.base === null || draft.typed !== unix(draft.file.content);
}

/** The text as it is to be saved: with the line ends that the file has. */
export function toSave(draft: Draft): string {
  return draft.file.content.includes('\r\n') ? draft.typed.replaceAll('\n', '\r\n') : draft.typed;
}

function opened(file: ModelFile): Draft {
  return { file, text: unix(file.content), typed: unix(file.content), theirs: null };
}

function seen(draft: Draft | undefined, file: ModelFile): Draft {
  if (draft === undefined) return opened(file);
  if (file.base === draft.file.base) return draft;
  const content = unix(file.content);
  if (!isDirty(draft) || content === draft.typed) return opened(file);
  // From here on it is saved in the place of what is seen now.
  return { file, text: draft.typed, typed: draft.typed, theirs: content };
}

export function stepped(drafts: Drafts, step: Step): Drafts {
  const name = 'file' in step ? step.file.fileName : step.name;
  const draft = drafts[name];
  switch (step.do) {
    case 'see': {
      const next = seen(draft, step.file);
      return next === draft ? drafts : { ...drafts, [name]: next };
    }
    case 'type':
      return draft === undefined ? drafts : { ...drafts, [name]: { ...draft, typed: step.text } };
    case 'saved': {
      if (draft === undefined) return { ...drafts, [name]: opened(step.file) };
      // What was typed while it was saved stays; the editor begins anew only where it showed two texts.
      const text = draft.theirs === null ? draft.text : draft.typed;
      return { ...drafts, [name]: { file: step.file, text, typed: draft.typed, theirs: null } };
    }
    case 'discard':
      return draft === undefined ? drafts : { ...drafts, [name]: opened(draft.file) };
  }
}
