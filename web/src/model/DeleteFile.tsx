import { useState } from 'react';
import { checkWithout, deleteFile, type Finding, type ModelFile } from '../api/model';
import { wordsOf } from '../api/request';
import { useFetched } from '../api/useFetched';
import { Button } from '../ui/Button';
import { Modal } from '../ui/Modal';
import { Note, Spinner } from '../ui/State';
import styles from './NewFile.module.css';
import { counted } from './words';

// How many problems are told before a file is deleted; the others are counted.
const TOLD = 6;

/** What becomes of the model without a file; and the file deleted. */
export function DeleteFile({
  file,
  isUnsaved,
  found,
  onClose,
  onDeleted,
}: {
  file: ModelFile;
  /** Whether something is typed in it that is not saved. */
  isUnsaved: boolean;
  /** What is found in the model as it is. */
  found: readonly Finding[];
  onClose: () => void;
  onDeleted: () => void;
}) {
  const without = useFetched(file.fileName, (signal) => checkWithout(file.fileName, signal));
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const broken = broughtBy(without.data?.findings ?? [], found);
  const remove = async () => {
    setBusy(true);
    setRefusal(null);
    try {
      await deleteFile(file.fileName, file.base ?? '');
      onDeleted();
    } catch (error) {
      setRefusal(wordsOf(error));
      setBusy(false);
    }
  };
  return (
    <Modal title={`Delete ${file.fileName}?`} isOpen onClose={onClose}>
      <div className={styles.form}>
        {without.data === undefined && without.error === undefined && (
          <Spinner label="Looking who refers to it" />
        )}
        {without.error !== undefined && (
          <Note tone="warn">What it would break cannot be told: {wordsOf(without.error)}</Note>
        )}
        {without.data !== undefined && broken.length === 0 && <p>Nothing else in the model refers to it.</p>}
        {broken.length > 0 && (
          <>
            <Note tone="warn">
              Without it the model has {counted(broken.length, 'problem')} more, and the model of before
              answers on until {broken.length === 1 ? 'it is' : 'they are'} mended.
            </Note>
            <ul className={styles.broken}>
              {broken.slice(0, TOLD).map((one) => (
                <li key={`${one.fileName}:${one.line}:${one.message}`}>
                  <code>
                    {one.fileName}
                    {one.line > 0 && `:${one.line}`}
                  </code>{' '}
                  {one.message}
                </li>
              ))}
              {broken.length > TOLD && <li>and {broken.length - TOLD} more</li>}
            </ul>
          </>
        )}
        {isUnsaved && <Note tone="warn">What you typed in it and did not save is lost.</Note>}
        <p className={styles.kept}>
          What is saved in it is kept in .kubus/backups, and can be had back here.
        </p>
        {refusal !== null && <Note tone="bad">{refusal}</Note>}
        <div className={styles.actions}>
          <Button onPress={onClose} autoFocus>
            Cancel
          </Button>
          <Button
            tone="danger"
            isDisabled={isBusy || (without.data === undefined && without.error === undefined)}
            onPress={() => void remove()}
          >
            {broken.length > 0 ? 'Delete it all the same' : 'Delete'}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

/** The problems that are new. */
export function broughtBy(after: readonly Finding[], before: readonly Finding[]): Finding[] {
  const key = (one: Finding) => `${one.fileName}:${one.message}`;
  const known = new Set(before.map(key));
  return after.filter((one) => one.level === 'error' && !known.has(key(one)));
}
