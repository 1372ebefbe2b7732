import { useState } from 'react';
import type { ModelFile } from '../api/model';
import { Button } from '../ui/Button';
import { Modal } from '../ui/Modal';
import { TextField } from '../ui/TextField';
import styles from './NewFile.module.css';

const ENDINGS = ['.yml', '.yaml', '.py', '.jinja'];

/** A new file is named here, and is there once it is saved. */
export function NewFile({
  isOpen,
  taken,
  onClose,
  onMade,
}: {
  isOpen: boolean;
  taken: readonly string[];
  onClose: () => void;
  onMade: (file: ModelFile) => void;
}) {
  const [name, setName] = useState('cubes/');
  const fault = faultOf(name, taken);
  const isBegun = name !== '' && !name.endsWith('/');
  return (
    <Modal title="New model file" isOpen={isOpen} onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (fault === null) onMade(begun(name));
        }}
      >
        <TextField
          label="Path below the model's folder"
          hint="Ends in .yml; .py for a model in Python, .jinja for templates to import"
          value={name}
          onChange={setName}
          error={isBegun && fault !== null ? fault : undefined}
          isCode
          autoFocus
        />
        <div className={styles.actions}>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" isDisabled={fault !== null}>
            Begin
          </Button>
        </div>
      </form>
    </Modal>
  );
}

/** Why there can be no new file of this name; null if there can. The server has the last word. */
export function faultOf(name: string, taken: readonly string[]): string | null {
  if (!ENDINGS.some((ending) => name.endsWith(ending))) return `Its name ends in ${ENDINGS.join(', ')}`;
  if (name.split('/').some((part) => part === '' || part.startsWith('.')))
    return 'No part of it is empty or begins with a dot';
  return taken.includes(name) ? 'There is such a file already' : null;
}

function begun(fileName: string): ModelFile {
  const stem = fileName
    .slice(fileName.lastIndexOf('/') + 1)
    .replace(/\..*$/, '')
    .replace(/\W+/g, '_');
  const isYaml = fileName.endsWith('.yml') || fileName.endsWith('.yaml');
  const content = isYaml
    ? `cubes:\n  - name: ${stem}\n    sql_table: ${stem}\n\n    measures:\n      - name: count\n        type: count\n`
    : '';
  const kind = fileName.endsWith('.py') ? 'python' : isYaml ? 'yaml' : 'template';
  return { fileName, content, absPath: '', kind, base: null, whyNot: null };
}
