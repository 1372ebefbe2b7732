import { useEffect, useRef } from 'react';
import { Popover } from 'react-aria-components';
import listing from '../../ui/Listing.module.css';
import { Actions, type MenuAction } from '../../ui/Menu';

export interface CellMenuProps {
  /** The id of the cell at which it opens. */
  cellId: string;
  actions: readonly MenuAction[];
  onClose: () => void;
}

/** What can be done with a cell of a table. */
export function CellMenu({ cellId, actions, onClose }: CellMenuProps) {
  const cell = useRef<Element>(null);
  cell.current = document.getElementById(cellId);
  const isEmpty = actions.length === 0;
  useEffect(() => {
    if (isEmpty) onClose();
  }, [isEmpty, onClose]);
  if (isEmpty) return null;
  return (
    <Popover
      className={listing.popover ?? ''}
      triggerRef={cell}
      isOpen
      onOpenChange={onClose}
      offset={2}
      placement="bottom start"
    >
      <Actions
        label="With this value"
        actions={actions.map((one) => ({
          ...one,
          onAction: () => {
            one.onAction();
            onClose();
          },
        }))}
      />
    </Popover>
  );
}
