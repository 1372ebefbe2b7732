import type { ReactElement, ReactNode } from 'react';
import { Dialog, DialogTrigger, Popover } from 'react-aria-components';
import styles from './Popup.module.css';

/** A small panel at the control that opens it, which is the child. Escape and a click elsewhere close it. */
export function Popup({
  label,
  panel,
  children,
}: {
  label: string;
  panel: ReactNode;
  children: ReactElement;
}) {
  return (
    <DialogTrigger>
      {children}
      <Popover className={styles.popup ?? ''} offset={6} placement="bottom start">
        <Dialog className={styles.panel ?? ''} aria-label={label}>
          {panel}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
