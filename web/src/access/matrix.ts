/** The lines of the matrix. No React. */

import type { Matrix, MatrixHolder, MatrixMember } from '../api/access';

/** A cube or view, or below it one of its members. */
export type MatrixLine = { holder: MatrixHolder; member: MatrixMember | null };

/** One below the other, so that only those in sight need to be on the page. */
export function linesOf({ holders }: Pick<Matrix, 'holders'>): MatrixLine[] {
  return holders.flatMap((holder) => [
    { holder, member: null },
    ...holder.members.map((member) => ({ holder, member })),
  ]);
}

/** How many members were found, in words, and that not all of them are shown. */
export function countWords({ holders, members, fitting }: Omit<Matrix, 'callers' | 'apart'>): string {
  const shown = holders.reduce((sum, holder) => sum + holder.members.length, 0);
  const count = (number: number) => number.toLocaleString('en-US');
  const of = fitting === members ? '' : ` of ${count(members)}`;
  const found = `${count(fitting)}${of} ${members === 1 ? 'member' : 'members'}`;
  return shown < fitting ? `${found}, the first ${count(shown)} are shown: search for others` : found;
}
