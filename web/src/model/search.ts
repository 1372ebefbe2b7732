/** Finding cubes, views and members by what is typed. */

import type { ModelHolder, ModelMember } from '../api/model';

export const KINDS = ['measures', 'dimensions', 'segments'] as const;
export type Kind = (typeof KINDS)[number];

/** A cube or view with the members that were found; all of them where its own name was. */
export interface FoundHolder {
  holder: ModelHolder;
  members: readonly { kind: Kind; member: ModelMember }[];
}

/** The cubes and views that have every word in their name, title or description, or members that have. */
export function searched(holders: readonly ModelHolder[], text: string): FoundHolder[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return holders.map((holder) => ({ holder, members: [] }));
  const has = (...texts: (string | undefined)[]) => {
    const all = texts.join('\n').toLowerCase();
    return words.every((word) => all.includes(word));
  };
  return holders.flatMap((holder) => {
    const members = KINDS.flatMap((kind) =>
      holder[kind]
        .filter((member) => has(member.name, member.title, member.description))
        .map((member) => ({ kind, member })),
    );
    const isFound = has(holder.name, holder.title, holder.description);
    return isFound || members.length > 0 ? [{ holder, members: isFound ? [] : members }] : [];
  });
}

/** The name of a member without that of its cube. */
export function ownName(path: string): string {
  return path.slice(path.indexOf('.') + 1);
}
