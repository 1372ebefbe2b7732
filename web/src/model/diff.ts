/** Unified diffs, line by line. */

export interface DiffLine {
  kind: 'added' | 'removed' | 'same' | 'gap';
  text: string;
  /** The number of the line in the newer text; none of what was removed. */
  number: number | null;
}

/** The lines of a unified diff, without its head. */
export function diffLines(diff: string): DiffLine[] {
  const lines: DiffLine[] = [];
  let number = 0;
  for (const line of diff.split('\n')) {
    const hunk = /^@@ -\S+ \+(\d+)/.exec(line);
    if (hunk !== null) {
      number = Number(hunk[1]);
      if (lines.length > 0) lines.push({ kind: 'gap', text: '', number: null });
    } else if (number === 0) {
      // The head: the names of the files.
    } else if (line.startsWith('+')) {
      lines.push({ kind: 'added', text: line.slice(1), number: number++ });
    } else if (line.startsWith('-')) {
      lines.push({ kind: 'removed', text: line.slice(1), number: null });
    } else if (line.startsWith(' ')) {
      lines.push({ kind: 'same', text: line.slice(1), number: number++ });
    }
  }
  return lines;
}
