/** What the model says, in words for people. */

import type { ModelMember, Relationship } from '../api/model';

/** How a member is shown, in a word or pattern; nothing where the model does not say. */
export function formatWords(member: ModelMember): string {
  const { format, currency } = member;
  const words = typeof format === 'string' ? format : formatOf(format);
  return [words, currency].filter(Boolean).join(', ');
}

function formatOf(format: unknown): string {
  if (typeof format !== 'object' || format === null) return '';
  const { type, value, alias, label } = format as Record<string, unknown>;
  return String(
    alias ?? value ?? (type === 'link' && typeof label === 'string' ? `link: ${label}` : type) ?? '',
  );
}

export const RELATIONSHIP_WORDS: Record<Relationship, string> = {
  one_to_one: 'one to one',
  one_to_many: 'one to many',
  many_to_one: 'many to one',
};

/** `3 cubes`, `1 cube`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
