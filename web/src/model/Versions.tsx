import { useState } from 'react';
import { type Backup, backupText, fetchBackups } from '../api/model';
import { wordsOf } from '../api/request';
import { useFetched } from '../api/useFetched';
import { Button } from '../ui/Button';
import { Modal } from '../ui/Modal';
import { Note, Spinner } from '../ui/State';
import styles from './Versions.module.css';

export interface VersionsProps {
  title: string;
  isOpen: boolean;
  /** Which of all that is kept is shown. */
  isWanted: (backup: Backup) => boolean;
  onClose: () => void;
  /** Told the text of the one that somebody wants back. */
  onChosen: (backup: Backup, text: string) => void;
}

/** What was in files before they were written or deleted here, to be taken over into the editor. */
export function Versions({ title, isOpen, onClose, ...props }: VersionsProps) {
  return (
    <Modal title={title} isOpen={isOpen} onClose={onClose}>
      <Listed {...props} />
    </Modal>
  );
}

function Listed({ isWanted, onChosen }: Pick<VersionsProps, 'isWanted' | 'onChosen'>) {
  const { data, error } = useFetched('backups', fetchBackups);
  const [refusal, setRefusal] = useState<string | null>(null);
  if (error !== undefined) return <Note tone="bad">{wordsOf(error)}</Note>;
  if (data === undefined) return <Spinner label="Looking what is kept" />;
  const those = data.filter(isWanted);
  const choose = async (backup: Backup) => {
    setRefusal(null);
    try {
      onChosen(backup, await backupText(backup));
    } catch (failure) {
      setRefusal(wordsOf(failure));
    }
  };
  return (
    <>
      {refusal !== null && <Note tone="bad">{refusal}</Note>}
      {those.length === 0 && (
        <p className={styles.none}>
          Nothing is kept. Here stands what was in a file before somebody wrote or deleted it on this page.
        </p>
      )}
      <ul className={styles.versions}>
        {those.map((one) => (
          <li key={`${one.name} ${one.fileName}`}>
            <span>
              <code>{one.fileName}</code>
              <span className={styles.until}>as it was until {WHEN.format(new Date(one.until))}</span>
            </span>
            <Button
              size="s"
              aria-label={`Take over ${one.fileName} of ${WHEN.format(new Date(one.until))}`}
              onPress={() => void choose(one)}
            >
              Take over
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}

const WHEN = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
