import { useState } from 'react';
import type { Claims } from '../api/playground';
import { Button } from '../ui/Button';
import { Modal } from '../ui/Modal';
import { TextField } from '../ui/TextField';
import { decoded, ownClaims } from './claims';
import styles from './FromToken.module.css';

/** Takes over the claims of somebody's token. It is read here, and sent nowhere. */
export function FromToken({
  isOpen,
  onClose,
  onClaims,
}: {
  isOpen: boolean;
  onClose: () => void;
  onClaims: (claims: Claims) => void;
}) {
  const [text, setText] = useState('');
  const token = decoded(text);
  const isWrong = text.trim() !== '' && token === null;
  const close = () => {
    setText('');
    onClose();
  };
  return (
    <Modal title="A caller from a token" isOpen={isOpen} onClose={close}>
      <div className={styles.body}>
        <p>
          The claims of the token become a caller. It is read in this browser and sent nowhere; its signature
          is not checked.
        </p>
        <TextField
          label="Token"
          isCode
          rows={5}
          value={text}
          onChange={setText}
          error={isWrong ? 'This is no token: it has three parts with points between them' : undefined}
        />
        <Button
          tone="primary"
          isDisabled={token === null}
          onPress={() => {
            if (token === null) return;
            setText('');
            onClaims(ownClaims(token.payload));
          }}
        >
          Take over the claims
        </Button>
      </div>
    </Modal>
  );
}
