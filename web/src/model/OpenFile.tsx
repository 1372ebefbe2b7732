import { EllipsisVertical, History, PenLine, Save, Sparkles, Trash2, Undo2 } from 'lucide-react';
import { type Dispatch, lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { type Checked, check, fetchFiles, laidOut, type ModelFile, saveFile } from '../api/model';
import { isAborted, Refused, wordsOf } from '../api/request';
import { Button, IconButton } from '../ui/Button';
import { Menu } from '../ui/Menu';
import { EmptyState, Note, Spinner } from '../ui/State';
import { filePath } from './address';
import { DeleteFile } from './DeleteFile';
import { type Draft, type Drafts, isDirty, type Step, toSave } from './draft';
import styles from './Files.module.css';
import { Findings } from './Findings';
import { RenameFile } from './RenameFile';
import { Versions } from './Versions';

const Editor = lazy(() => import('./Editor'));

// Without a keystroke for so long, the text is checked.
const QUIET_MS = 300;

export interface OpenFileProps {
  name: string;
  files: readonly ModelFile[];
  /** What is found in the files as they are saved. */
  saved: Checked | undefined;
  drafts: Drafts;
  dispatch: Dispatch<Step>;
  /** The names that files have. */
  taken: readonly string[];
  onWritten: () => void;
  onDeleted: (file: ModelFile) => void;
  /** The address says where the cursor is. */
  search: string;
}

/** A file in the editor, and what can be done with it. */
export function OpenFile({
  name,
  files,
  saved,
  drafts,
  dispatch,
  taken,
  onWritten,
  onDeleted,
  search,
}: OpenFileProps) {
  const [, navigate] = useLocation();
  const onDisk = files.find((file) => file.fileName === name);
  const draft = drafts[name];
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isSaving, setSaving] = useState(false);
  const [dialog, setDialog] = useState<'rename' | 'delete' | 'versions' | null>(null);
  const typed = draft?.typed;
  const dirty = draft !== undefined && isDirty(draft);
  const checked = useChecked(name, dirty ? typed : undefined) ?? saved;

  useEffect(() => {
    if (onDisk !== undefined) dispatch({ do: 'see', file: onDisk });
  }, [onDisk, dispatch]);

  const cursor = useMemo(() => {
    const place = new URLSearchParams(search);
    const line = Number(place.get('line') ?? 0);
    return line > 0 ? { line, column: Number(place.get('column') ?? 1) } : null;
  }, [search]);

  if (draft === undefined) {
    return onDisk === undefined ? (
      <EmptyState title={`There is no file ${name}`}>
        <p>It was deleted, or has another name now.</p>
      </EmptyState>
    ) : (
      <Spinner label="Opening" />
    );
  }

  const save = async () => {
    if (isSaving || !dirty) return;
    setSaving(true);
    setRefusal(null);
    try {
      const written = await saveFile({ fileName: name, content: toSave(draft), base: draft.file.base });
      const file = written.files[0];
      if (file !== undefined) dispatch({ do: 'saved', file });
      onWritten();
    } catch (error) {
      setRefusal(wordsOf(error));
      if (error instanceof Refused && error.status === 409) {
        // Somebody else was quicker: what is there now is shown beside what was typed.
        const now = (await fetchFiles().catch(() => null))?.files.find((file) => file.fileName === name);
        if (now !== undefined) dispatch({ do: 'see', file: now });
        onWritten();
      }
    } finally {
      setSaving(false);
    }
  };
  const format = async () => {
    setRefusal(null);
    try {
      const text = await laidOut(name, draft.typed);
      dispatch({ do: 'replace', name, before: draft.typed, text });
    } catch (error) {
      setRefusal(wordsOf(error));
    }
  };
  const isLocked = draft.file.whyNot !== null;
  const isNew = draft.file.base === null;

  return (
    <section className={styles.open} aria-label={name}>
      <header className={styles.bar}>
        <h2 className={styles.title} title={name}>
          {name}
        </h2>
        <span className={styles.state} data-dirty={dirty || undefined} aria-live="polite">
          {isSaving ? 'Saving' : dirty ? 'Not saved' : isLocked ? 'Read only' : 'Saved'}
        </span>
        <span className={styles.actions}>
          <Button size="s" tone="quiet" isDisabled={!dirty} onPress={() => dispatch({ do: 'discard', name })}>
            <Undo2 aria-hidden="true" /> Discard
          </Button>
          <Button
            size="s"
            tone="primary"
            isDisabled={!dirty || isSaving || isLocked}
            onPress={() => void save()}
          >
            <Save aria-hidden="true" /> Save
          </Button>
          <Menu
            label="File"
            actions={[
              {
                id: 'format',
                label: 'Format',
                icon: <Sparkles aria-hidden="true" />,
                isDisabled: draft.file.kind !== 'yaml' || isLocked || draft.theirs !== null,
                onAction: () => void format(),
              },
              {
                id: 'versions',
                label: 'Earlier versions',
                icon: <History aria-hidden="true" />,
                isDisabled: isLocked,
                onAction: () => setDialog('versions'),
              },
              {
                id: 'rename',
                label: 'Rename or move',
                icon: <PenLine aria-hidden="true" />,
                isDisabled: isLocked || isNew,
                onAction: () => setDialog('rename'),
              },
              {
                id: 'delete',
                label: 'Delete',
                icon: <Trash2 aria-hidden="true" />,
                isDisabled: isLocked || isNew,
                onAction: () => setDialog('delete'),
              },
            ]}
          >
            <IconButton size="s" label="More" icon={<EllipsisVertical />} />
          </Menu>
        </span>
      </header>
      <div className={styles.told}>
        <Told draft={draft} refusal={refusal} />
      </div>
      <div className={styles.text}>
        <Suspense fallback={<Spinner label="Opening the editor" />}>
          <Editor
            fileName={name}
            kind={draft.file.kind}
            text={draft.typed}
            given={draft.given}
            theirs={draft.theirs}
            isReadOnly={isLocked}
            findings={checked?.findings ?? []}
            cursor={cursor}
            onChange={(text) => dispatch({ do: 'type', name, text })}
            onSave={() => void save()}
            onDefinition={(span) => navigate(filePath(span.fileName, span.line, span.column))}
          />
        </Suspense>
      </div>
      <Findings findings={checked?.findings ?? []} />
      {dialog === 'rename' && (
        <RenameFile
          file={draft.file}
          taken={taken}
          onClose={() => setDialog(null)}
          onRenamed={(file) => {
            dispatch({ do: 'renamed', name, file });
            onWritten();
            navigate(filePath(file.fileName));
          }}
        />
      )}
      {dialog === 'delete' && (
        <DeleteFile
          file={draft.file}
          isUnsaved={dirty}
          found={saved?.findings ?? []}
          onClose={() => setDialog(null)}
          onDeleted={() => onDeleted(draft.file)}
        />
      )}
      <Versions
        title={`Earlier versions of ${name}`}
        isOpen={dialog === 'versions'}
        isWanted={({ fileName }) => fileName === name}
        onClose={() => setDialog(null)}
        onChosen={(_, text) => {
          dispatch({ do: 'earlier', file: draft.file, text });
          setDialog(null);
        }}
      />
    </section>
  );
}

/** What is to be known of a file before its text. */
function Told({ draft, refusal }: { draft: Draft; refusal: string | null }) {
  const { file, theirs, isEarlier, isKept, isGone } = draft;
  return (
    <>
      {file.whyNot !== null && <Note tone="warn">{file.whyNot}, so that it cannot be changed here.</Note>}
      {theirs !== null && isEarlier !== true && (
        <Note tone="warn">
          The file changed on the disk while you were writing. Both are shown below: what is yours in green,
          what is only on the disk in red. Saving keeps yours; a backup of the other is kept.
        </Note>
      )}
      {isEarlier === true && (
        <Note>
          This is what was in the file before
          {theirs === null ? '' : ': in green what it had, in red what it has now'}. Nothing is written until
          you save.
        </Note>
      )}
      {isGone === true && (
        <Note tone="warn">
          Somebody else deleted the file, and you were writing in it. Saving writes it anew.
        </Note>
      )}
      {isKept === true && theirs === null && isGone !== true && (
        <Note>This is what you were writing before the page was loaded again. It is not saved yet.</Note>
      )}
      {refusal !== null && theirs === null && <Note tone="bad">{refusal}</Note>}
    </>
  );
}

/** What is found in the model with this text in the place of a file; nothing without a text. */
function useChecked(fileName: string, content: string | undefined): Checked | undefined {
  const [checked, setChecked] = useState<Checked>();
  useEffect(() => {
    if (content === undefined) {
      setChecked(undefined);
      return;
    }
    const ending = new AbortController();
    const timer = setTimeout(() => {
      check({ fileName, content }, ending.signal).then(setChecked, (error: unknown) => {
        if (!isAborted(error)) setChecked(undefined);
      });
    }, QUIET_MS);
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [fileName, content]);
  return checked;
}
