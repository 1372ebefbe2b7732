import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Modal as AriaModal, Dialog, Heading, ModalOverlay } from 'react-aria-components';
import { IconButton } from './Button';
import styles from './Modal.module.css';

export interface ModalProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  /** `dialog` in the middle, `sheet` from the edge: the lower one on a phone, else the left one. */
  kind?: 'dialog' | 'sheet';
  children: ReactNode;
}

/** A panel in front of the page, which holds the focus until it is closed. */
export function Modal({ title, isOpen, onClose, kind = 'dialog', children }: ModalProps) {
  return (
    <ModalOverlay
      className={`${styles.veil} ${styles[`${kind}Veil`]}`}
      isOpen={isOpen}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      isDismissable
    >
      <AriaModal className={`${styles.modal} ${styles[kind]}`}>
        <Dialog className={styles.content ?? ''}>
          <header className={styles.head}>
            <Heading slot="title" className={styles.title ?? ''}>
              {title}
            </Heading>
            <IconButton label="Close" icon={<X />} onPress={onClose} />
          </header>
          <div className={styles.body}>{children}</div>
        </Dialog>
      </AriaModal>
    </ModalOverlay>
  );
}
