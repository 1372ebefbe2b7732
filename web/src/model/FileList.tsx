import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import type { Finding, ModelFile } from '../api/model';
import { LongList, type LongRow } from '../ui/LongList';
import { SearchField } from '../ui/SearchField';
import { filePath } from './address';
import styles from './Files.module.css';
import { found } from './find';
import { counted } from './words';

// Pixels.
const FILE = 30;
const HIT = 24;

/** The files by name; with a text, those that have it in their name or in lines, and these. */
export function FileList({
  files,
  at,
  isUnsaved,
  findings,
}: {
  files: readonly ModelFile[];
  at: string | null;
  isUnsaved: (fileName: string) => boolean;
  findings: readonly Finding[];
}) {
  const [text, setText] = useState('');
  const those = useMemo(() => found(files, text), [files, text]);
  const problems = useMemo(() => {
    const counts = new Map<string, number>();
    for (const { fileName } of findings) counts.set(fileName, (counts.get(fileName) ?? 0) + 1);
    return counts;
  }, [findings]);
  const lines = those.reduce((sum, one) => sum + one.hits.length, 0);
  const rows = those.flatMap(({ fileName, hits }): LongRow[] => [
    {
      key: fileName,
      height: FILE,
      content: (
        <Link
          href={filePath(fileName)}
          className={styles.file}
          title={fileName}
          aria-current={fileName === at ? 'page' : undefined}
        >
          <span className={styles.name}>
            <bdi>{fileName}</bdi>
          </span>
          {isUnsaved(fileName) && <span className={styles.unsaved}>not saved</span>}
          {(problems.get(fileName) ?? 0) > 0 && (
            <span className={styles.count} title="Problems and warnings">
              {problems.get(fileName)}
            </span>
          )}
        </Link>
      ),
    },
    ...hits.map(({ line, column, text: row }) => ({
      key: `${fileName}:${line}`,
      height: HIT,
      content: (
        <Link href={filePath(fileName, line, column)} className={styles.hit} title={row}>
          <span className={styles.line}>{line}</span>
          <span className={styles.name}>{row}</span>
        </Link>
      ),
    })),
  ]);
  return (
    <>
      <div className={styles.find}>
        <SearchField aria-label="Find in files" placeholder="Find in files" value={text} onChange={setText} />
        {text.trim() !== '' && (
          <p className={styles.sum} role="status">
            {rows.length === 0
              ? 'No file has this'
              : `${counted(lines, 'line')} in ${counted(those.length, 'file')}`}
          </p>
        )}
      </div>
      <LongList label="Files" rows={rows} />
    </>
  );
}
