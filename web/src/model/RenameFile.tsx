import { useState } from 'react';
import { type ModelFile, renameFile } from '../api/model';
import { wordsOf } from '../api/request';
import { Button } from '../ui/Button';
import { Modal } from '../ui/Modal';
import { Note } from '../ui/State';
import { TextField } from '../ui/TextField';
import { faultOf } from './NewFile';
import styles from './NewFile.module.css';

/** Another name, or another folder, for a file. */
export function RenameFile({
  file,
  taken,
  onClose,
  onRenamed,
}: {
  file: ModelFile;
  taken: readonly string[];
  onClose: () => void;
  onRenamed: (file: ModelFile) => void;
}) {
  const [name, setName] = useState(file.fileName);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const fault = name === file.fileName ? null : faultOf(name, taken);
  const rename = async () => {
    setBusy(true);
    setRefusal(null);
    try {
      const renamed = (await renameFile(file.fileName, name, file.base ?? '')).files[0];
      if (renamed !== undefined) onRenamed(renamed);
    } catch (error) {
      setRefusal(wordsOf(error));
      setBusy(false);
    }
  };
  return (
    <Modal title={`Rename ${file.fileName}`} isOpen onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (fault === null && name !== file.fileName && !isBusy) void rename();
        }}
      >
        <TextField
          label="Path below the model's folder"
          hint="What is written in it stays. Templates and Python that import it by its old name have to follow"
          value={name}
          onChange={setName}
          error={fault ?? undefined}
          isCode
          autoFocus
        />
        {refusal !== null && <Note tone="bad">{refusal}</Note>}
        <div className={styles.actions}>
          <Button onPress={onClose}>Cancel</Button>
          <Button
            type="submit"
            tone="primary"
            isDisabled={fault !== null || name === file.fileName || isBusy}
          >
            Rename
          </Button>
        </div>
      </form>
    </Modal>
  );
}
