import type { ReactElement, ReactNode } from 'react';
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover, Text } from 'react-aria-components';
import styles from './Listing.module.css';

export interface MenuAction {
  id: string;
  label: string;
  detail?: string;
  icon?: ReactNode;
  isDisabled?: boolean;
  onAction: () => void;
}

/** Actions behind a button, which is the child. */
export function Menu({
  label,
  actions,
  children,
}: {
  label: string;
  actions: readonly MenuAction[];
  children: ReactElement;
}) {
  return (
    <MenuTrigger>
      {children}
      <Popover className={styles.popover ?? ''} offset={4}>
        <Actions label={label} actions={actions} />
      </Popover>
    </MenuTrigger>
  );
}

/** A list of actions, in whatever opens. */
export function Actions({ label, actions }: { label: string; actions: readonly MenuAction[] }) {
  return (
    <AriaMenu className={styles.list ?? ''} aria-label={label} autoFocus="first">
      {actions.map((action) => (
        <MenuItem
          key={action.id}
          id={action.id}
          className={styles.item ?? ''}
          textValue={action.label}
          onAction={action.onAction}
          isDisabled={action.isDisabled ?? false}
        >
          {action.icon}
          <span className={styles.words}>
            <Text slot="label">{action.label}</Text>
            {action.detail !== undefined && (
              <Text slot="description" className={styles.detail ?? ''}>
                {action.detail}
              </Text>
            )}
          </span>
        </MenuItem>
      ))}
    </AriaMenu>
  );
}
