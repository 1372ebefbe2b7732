/** What of the matrix is shown. No React. */

import type { Matrix, MatrixHolder, MatrixMember } from '../api/access';

/** The holders with the members whose name or title has the words in it, and that callers see differently if asked so. */
export function shownOf(matrix: Matrix, words: string, onlyDifferent: boolean): MatrixHolder[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (member: MatrixMember) => {
    const text = `${member.path} ${member.title}`.toLowerCase();
    return wanted.every((word) => text.includes(word)) && (!onlyDifferent || isDifferent(member));
  };
  return matrix.holders
    .map((holder) => ({ ...holder, members: holder.members.filter(fits) }))
    .filter((holder) => holder.members.length > 0);
}

/** Whether callers see it differently. */
export function isDifferent(member: MatrixMember): boolean {
  return new Set(member.cells.map((cell) => cell?.sight ?? 'refused')).size > 1;
}
