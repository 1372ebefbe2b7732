/** What somebody is writing, apart from what is saved. A reducer, so that every step can be tested. */

import type { ModelFile } from '../api/model';

/** A file that is open. `typed` is what the editor has now. */
export interface Draft {
  file: ModelFile;
  typed: string;
  /** Grows when the text is given to the editor, and not typed in it. */
  given: number;
  /** What is on the disk instead, to be shown beside it: it changed meanwhile, or an older text was taken over. */
  theirs: string | null;
  /** Whether `theirs` is there because `typed` is what the file was before. */
  isEarlier?: boolean;
  /** Whether it was written before the page was loaded. */
  isKept?: boolean;
  /** Whether somebody deleted the file meanwhile. */
  isGone?: boolean;
}

export type Drafts = Readonly<Record<string, Draft>>;

export type Step =
  /** What is on the disk now: taken over where nothing was typed, and else put beside it. */
  | { do: 'see'; file: ModelFile }
  | { do: 'type'; name: string; text: string }
  /** The whole text becomes another, unless something was typed since it was `before`. */
  | { do: 'replace'; name: string; before: string; text: string }
  | { do: 'saved'; file: ModelFile }
  | { do: 'discard'; name: string }
  /** The file is called otherwise now. What was typed goes with it. */
  | { do: 'renamed'; name: string; file: ModelFile }
  | { do: 'gone'; name: string }
  /** Somebody else deleted the file: what was typed stays, to be written anew. */
  | { do: 'vanished'; name: string }
  /** An earlier text of the file, to be looked at and saved; of one that is gone, too. */
  | { do: 'earlier'; file: ModelFile; text: string };

/** Line ends as editors have them. */
export function unix(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

export function isDirty(draft: Draft): boolean {
  // What cannot be read here is not new, though no version of it is known.
  if (draft.file.whyNot !== null) return false;
  return draft.file.base === null || draft.typed !== unix(draft.file.content);
}

/** The text as it is to be saved: with the line ends that the file has. */
export function toSave(draft: Draft): string {
  return draft.file.content.includes('\r\n') ? draft.typed.replaceAll('\n', '\r\n') : draft.typed;
}

function opened(file: ModelFile, before?: Draft): Draft {
  return { file, typed: unix(file.content), given: (before?.given ?? 0) + 1, theirs: null };
}

function seen(draft: Draft | undefined, file: ModelFile): Draft {
  if (draft === undefined) return opened(file);
  if (file.base === draft.file.base) return draft;
  const content = unix(file.content);
  if (!isDirty(draft) || content === draft.typed) return opened(file, draft);
  // From here on it is saved in the place of what is seen now.
  return { file, typed: draft.typed, given: draft.given, theirs: content };
}

function without(drafts: Drafts, name: string): Drafts {
  const { [name]: _, ...others } = drafts;
  return others;
}

export function stepped(drafts: Drafts, step: Step): Drafts {
  const name = 'name' in step ? step.name : step.file.fileName;
  const draft = drafts[name];
  switch (step.do) {
    case 'see': {
      const next = seen(draft, step.file);
      return next === draft ? drafts : { ...drafts, [name]: next };
    }
    case 'type':
      return draft === undefined || draft.typed === step.text
        ? drafts
        : { ...drafts, [name]: { ...draft, typed: step.text } };
    case 'replace':
      return draft === undefined || draft.typed !== step.before
        ? drafts
        : { ...drafts, [name]: { ...draft, typed: step.text, given: draft.given + 1 } };
    case 'saved':
      if (draft === undefined) return { ...drafts, [name]: opened(step.file) };
      // What was typed while it was saved stays.
      return { ...drafts, [name]: { file: step.file, typed: draft.typed, given: draft.given, theirs: null } };
    case 'discard':
      if (draft === undefined) return drafts;
      return draft.file.base === null
        ? without(drafts, name)
        : { ...drafts, [name]: opened(draft.file, draft) };
    case 'renamed': {
      const next = opened(step.file);
      const typed = draft !== undefined && isDirty(draft) ? draft.typed : next.typed;
      return { ...without(drafts, name), [step.file.fileName]: { ...next, typed } };
    }
    case 'gone':
      return without(drafts, name);
    case 'vanished': {
      if (draft === undefined || draft.file.base === null) return drafts;
      if (!isDirty(draft)) return without(drafts, name);
      const file = { ...draft.file, base: null };
      return {
        ...drafts,
        [name]: { file, typed: draft.typed, given: draft.given, theirs: null, isGone: true },
      };
    }
    case 'earlier': {
      const next = opened(step.file, draft);
      const typed = unix(step.text);
      const theirs = step.file.base === null || typed === next.typed ? null : next.typed;
      return { ...drafts, [name]: { ...next, typed, theirs, isEarlier: true } };
    }
  }
}
