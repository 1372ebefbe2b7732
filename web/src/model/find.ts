/** Finding files by their names, and lines in them. */

import type { ModelFile } from '../api/model';

/** A line of a file, counted from 1, that has what was looked for, at a column counted from 1. */
export interface Hit {
  line: number;
  column: number;
  /** The line without the spaces before it. */
  text: string;
}

export interface FoundFile {
  fileName: string;
  hits: readonly Hit[];
}

// More lines than these of all files nobody reads: whoever looks for something writes more of it.
const MOST = 500;

/** The files whose name has the text, and those that have it in a line; case means nothing. Without a text all of them. */
export function found(files: readonly Pick<ModelFile, 'fileName' | 'content'>[], text: string): FoundFile[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return files.map(({ fileName }) => ({ fileName, hits: [] }));
  let left = MOST;
  return files.flatMap(({ fileName, content }) => {
    const hits = left > 0 && content.toLowerCase().includes(wanted) ? hitsIn(content, wanted, left) : [];
    left -= hits.length;
    return hits.length > 0 || fileName.toLowerCase().includes(wanted) ? [{ fileName, hits }] : [];
  });
}

function hitsIn(content: string, wanted: string, most: number): Hit[] {
  const hits: Hit[] = [];
  for (const [index, row] of content.split('\n').entries()) {
    const at = row.toLowerCase().indexOf(wanted);
    if (at < 0) continue;
    hits.push({ line: index + 1, column: [...row.slice(0, at)].length + 1, text: row.trim() });
    if (hits.length === most) break;
  }
  return hits;
}
