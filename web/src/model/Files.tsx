import { FilePlus, Save, Undo2 } from 'lucide-react';
import { type Dispatch, lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { type Checked, check, fetchFiles, type ModelFile, saveFile } from '../api/model';
import { isAborted, Refused, wordsOf } from '../api/request';
import { Button } from '../ui/Button';
import { Select } from '../ui/Select';
import { EmptyState, Note, Spinner } from '../ui/State';
import { filePath } from './address';
import { type Drafts, isDirty, type Step, toSave } from './draft';
import styles from './Files.module.css';
import { Findings } from './Findings';
import { NewFile } from './NewFile';

const Editor = lazy(() => import('./Editor'));

// Without a keystroke for so long, the text is checked.
const QUIET_MS = 300;

export interface FilesProps {
  files: readonly ModelFile[];
  /** What is found in the files as they are saved. */
  saved: Checked | undefined;
  drafts: Drafts;
  dispatch: Dispatch<Step>;
  /** Told when a file was written. */
  onWritten: () => void;
}

/** The files of the model, one of them open. */
export function Files({ files, saved, drafts, dispatch, onWritten }: FilesProps) {
  const [, navigate] = useLocation();
  const search = useSearch();
  const asked = new URLSearchParams(search);
  const unsaved = Object.values(drafts).filter((draft) => isDirty(draft));
  const names = [
    ...new Set([...files.map((file) => file.fileName), ...unsaved.map((draft) => draft.file.fileName)]),
  ];
  const name = asked.get('file') ?? names[0] ?? null;
  const [isMaking, setMaking] = useState(false);
  const isUnsaved = (one: string) => drafts[one] !== undefined && isDirty(drafts[one]);
  const problems = (one: string) => saved?.findings.filter((finding) => finding.fileName === one).length ?? 0;

  return (
    <div className={styles.files}>
      <nav className={styles.side} aria-label="Model files">
        <div className={styles.picker}>
          <Select
            aria-label="File"
            options={names.map((one) => ({ id: one, label: isUnsaved(one) ? `${one} (not saved)` : one }))}
            value={name}
            onChange={(one) => navigate(filePath(one))}
          />
        </div>
        <ul className={styles.list}>
          {names.map((one) => (
            <li key={one}>
              <Link
                href={filePath(one)}
                className={styles.file}
                aria-current={one === name ? 'page' : undefined}
              >
                <span className={styles.name}>{one}</span>
                {isUnsaved(one) && <span className={styles.unsaved}>not saved</span>}
                {problems(one) > 0 && <span className={styles.count}>{problems(one)}</span>}
              </Link>
            </li>
          ))}
        </ul>
        <div className={styles.new}>
          <Button size="s" onPress={() => setMaking(true)}>
            <FilePlus aria-hidden="true" /> New file
          </Button>
        </div>
      </nav>
      <NewFile
        isOpen={isMaking}
        taken={names}
        onClose={() => setMaking(false)}
        onMade={(file) => {
          dispatch({ do: 'see', file });
          setMaking(false);
          navigate(filePath(file.fileName));
        }}
      />
      {name === null ? (
        <EmptyState title="No files yet">
          <p>Make cubes of the tables of your database, or begin a file by hand.</p>
        </EmptyState>
      ) : (
        <OpenFile key={name} {...{ name, files, saved, drafts, dispatch, onWritten, search }} />
      )}
    </div>
  );
}

function OpenFile({
  name,
  files,
  saved,
  drafts,
  dispatch,
  onWritten,
  search,
}: FilesProps & { name: string; search: string }) {
  const [, navigate] = useLocation();
  const onDisk = files.find((file) => file.fileName === name);
  const draft = drafts[name];
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isSaving, setSaving] = useState(false);
  const typed = draft?.typed;
  const dirty = draft !== undefined && isDirty(draft);
  const checked = useChecked(name, dirty ? typed : undefined) ?? saved;

  useEffect(() => {
    if (onDisk !== undefined) dispatch({ do: 'see', file: onDisk });
  }, [onDisk, dispatch]);

  useEffect(() => {
    if (!dirty) return;
    const stay = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', stay);
    return () => window.removeEventListener('beforeunload', stay);
  }, [dirty]);

  const cursor = useMemo(() => {
    const place = new URLSearchParams(search);
    const line = Number(place.get('line') ?? 0);
    return line > 0 ? { line, column: Number(place.get('column') ?? 1) } : null;
  }, [search]);

  if (draft === undefined) {
    return onDisk === undefined ? (
      <EmptyState title={`There is no file ${name}`} />
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
        const now = (await fetchFiles()).files.find((file) => file.fileName === name);
        if (now !== undefined) dispatch({ do: 'see', file: now });
      }
    } finally {
      setSaving(false);
    }
  };

  return (
    <section className={styles.open} aria-label={name}>
      <header className={styles.bar}>
        <h2 className={styles.title}>{name}</h2>
        <span className={styles.state} aria-live="polite">
          {dirty ? 'Not saved' : 'Saved'}
        </span>
        <span className={styles.actions}>
          <Button size="s" tone="quiet" isDisabled={!dirty} onPress={() => dispatch({ do: 'discard', name })}>
            <Undo2 aria-hidden="true" /> Discard
          </Button>
          <Button size="s" tone="primary" isDisabled={!dirty || isSaving} onPress={() => void save()}>
            <Save aria-hidden="true" /> Save
          </Button>
        </span>
      </header>
      {draft.file.whyNot !== null && (
        <Note tone="warn">{draft.file.whyNot}, so that it cannot be changed here.</Note>
      )}
      {draft.theirs !== null && (
        <Note tone="warn">
          The file changed on the disk while you were writing. Both are shown below: what is yours in green,
          what is only on the disk in red. Saving keeps yours; a backup of the other is kept.
        </Note>
      )}
      {refusal !== null && draft.theirs === null && <Note tone="bad">{refusal}</Note>}
      <div className={styles.text}>
        <Suspense fallback={<Spinner label="Opening the editor" />}>
          <Editor
            fileName={name}
            kind={draft.file.kind}
            text={draft.text}
            theirs={draft.theirs}
            isReadOnly={draft.file.whyNot !== null}
            findings={checked?.findings ?? []}
            cursor={cursor}
            onChange={(text) => dispatch({ do: 'type', name, text })}
            onSave={() => void save()}
            onDefinition={(span) => navigate(filePath(span.fileName, span.line, span.column))}
          />
        </Suspense>
      </div>
      <Findings findings={checked?.findings ?? []} />
    </section>
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
