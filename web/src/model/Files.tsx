import { FilePlus, FileText, History } from 'lucide-react';
import { type Dispatch, useEffect, useRef, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { type Checked, type ModelFile, saveFile } from '../api/model';
import { wordsOf } from '../api/request';
import { isLoadedAgain } from '../api/server';
import { Button } from '../ui/Button';
import { Modal } from '../ui/Modal';
import { EmptyState, Note } from '../ui/State';
import { filePath, sectionPath } from './address';
import { type Drafts, isDirty, type Step } from './draft';
import { FileList } from './FileList';
import styles from './Files.module.css';
import { NewFile } from './NewFile';
import { OpenFile } from './OpenFile';
import { Versions } from './Versions';

export interface FilesProps {
  files: readonly ModelFile[];
  /** What is found in the files as they are saved. */
  saved: Checked | undefined;
  drafts: Drafts;
  /** Whether what is typed outlives the page. */
  isKept: boolean;
  dispatch: Dispatch<Step>;
  /** Told when a file was written. */
  onWritten: () => void;
}

/** The files of the model, one of them open. */
export function Files({ files, saved, drafts, isKept, dispatch, onWritten }: FilesProps) {
  const [, navigate] = useLocation();
  const search = useSearch();
  const unsaved = Object.values(drafts).filter((draft) => isDirty(draft));
  const listed = [
    ...files,
    ...unsaved.flatMap(({ file }) => (files.some((one) => one.fileName === file.fileName) ? [] : [file])),
  ];
  const name = new URLSearchParams(search).get('file') ?? listed[0]?.fileName ?? null;
  const [dialog, setDialog] = useState<'new' | 'list' | 'deleted' | null>(null);
  const [deleted, setDeleted] = useState<ModelFile | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  useVanished(files, drafts, dispatch);

  useEffect(() => {
    if (unsaved.length === 0) return;
    const stay = (event: BeforeUnloadEvent) => {
      if (!isLoadedAgain() || !isKept) event.preventDefault();
    };
    window.addEventListener('beforeunload', stay);
    return () => window.removeEventListener('beforeunload', stay);
  }, [unsaved.length, isKept]);

  const haveBack = async (file: ModelFile) => {
    setRefusal(null);
    try {
      const { fileName, content } = file;
      const written = (await saveFile({ fileName, content, base: null })).files[0];
      if (written !== undefined) dispatch({ do: 'see', file: written });
      setDeleted(null);
      onWritten();
      navigate(filePath(fileName));
    } catch (error) {
      setRefusal(wordsOf(error));
    }
  };
  const onDeleted = (file: ModelFile) => {
    dispatch({ do: 'gone', name: file.fileName });
    setDeleted(file);
    onWritten();
    navigate(sectionPath('files'));
  };
  const list = (
    <FileList
      files={listed}
      at={name}
      isUnsaved={(one) => drafts[one] !== undefined && isDirty(drafts[one])}
      findings={saved?.findings ?? []}
    />
  );
  const actions = (
    <div className={styles.new}>
      <Button size="s" onPress={() => setDialog('new')}>
        <FilePlus aria-hidden="true" /> New file
      </Button>
      <Button size="s" tone="quiet" onPress={() => setDialog('deleted')}>
        <History aria-hidden="true" /> Deleted
      </Button>
    </div>
  );

  return (
    <div className={styles.files}>
      <nav className={styles.side} aria-label="Model files">
        {list}
        {actions}
      </nav>
      <div className={styles.picker}>
        <Button size="s" onPress={() => setDialog('list')}>
          <FileText aria-hidden="true" /> <span className={styles.picked}>{name ?? 'Files'}</span>
        </Button>
      </div>
      <Modal title="Model files" kind="sheet" isOpen={dialog === 'list'} onClose={() => setDialog(null)}>
        {/* A file that is chosen closes it: its address is another. */}
        <ListInSheet shown={search} onChosen={() => setDialog(null)}>
          {list}
          {actions}
        </ListInSheet>
      </Modal>
      <NewFile
        isOpen={dialog === 'new'}
        taken={listed.map((one) => one.fileName)}
        onClose={() => setDialog(null)}
        onMade={(file) => {
          dispatch({ do: 'see', file });
          setDialog(null);
          navigate(filePath(file.fileName));
        }}
      />
      <Versions
        title="Files that are deleted"
        isOpen={dialog === 'deleted'}
        isWanted={({ fileName }) => !listed.some((one) => one.fileName === fileName)}
        onClose={() => setDialog(null)}
        onChosen={({ fileName }, text) => {
          const kind = fileName.endsWith('.py') ? 'python' : 'yaml';
          const file: ModelFile = { fileName, content: '', absPath: '', kind, base: null, whyNot: null };
          dispatch({ do: 'earlier', file, text });
          setDialog(null);
          navigate(filePath(fileName));
        }}
      />
      <div className={styles.main}>
        {deleted !== null && (
          <div className={styles.told}>
            <Note>
              {deleted.fileName} is deleted.{' '}
              <Button size="s" onPress={() => void haveBack(deleted)}>
                Undo
              </Button>
              <Button size="s" tone="quiet" onPress={() => setDeleted(null)}>
                Close
              </Button>
            </Note>
          </div>
        )}
        {refusal !== null && <Note tone="bad">{refusal}</Note>}
        {name === null ? (
          <EmptyState title="No files yet">
            <p>Make cubes of the tables of your database, or begin a file by hand.</p>
          </EmptyState>
        ) : (
          <OpenFile
            key={name}
            {...{ name, files, saved, drafts, dispatch, onWritten, onDeleted, search }}
            taken={listed.map((one) => one.fileName)}
          />
        )}
      </div>
    </div>
  );
}

/** What is in the sheet; it closes when another place is shown than when it opened. */
function ListInSheet({
  shown,
  onChosen,
  children,
}: {
  shown: string;
  onChosen: () => void;
  children: React.ReactNode;
}) {
  const before = useRef(shown);
  useEffect(() => {
    if (before.current !== shown) onChosen();
  }, [shown, onChosen]);
  return <div className={styles.sheet}>{children}</div>;
}

/** Tells the drafts of files that somebody else deleted: those that were there, and are not any more. */
function useVanished(files: readonly ModelFile[], drafts: Drafts, dispatch: Dispatch<Step>): void {
  const before = useRef<ReadonlySet<string>>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: drafts count at first, and files from then on
  useEffect(() => {
    const kept = Object.values(drafts).flatMap(({ file }) => (file.base === null ? [] : [file.fileName]));
    const now = new Set(files.map((file) => file.fileName));
    for (const name of before.current ?? kept) if (!now.has(name)) dispatch({ do: 'vanished', name });
    before.current = now;
  }, [files, dispatch]);
}
