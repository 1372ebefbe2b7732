import type { ReactNode, Ref } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps, Link } from 'react-aria-components';
import styles from './Button.module.css';
import { Tooltip } from './Tooltip';

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'style' | 'children'> {
  /** How loud it is: `primary` once a view, `quiet` without a frame. */
  tone?: 'plain' | 'primary' | 'quiet' | 'danger';
  size?: 'm' | 's';
  ref?: Ref<HTMLButtonElement>;
  children: ReactNode;
}

export function Button({ tone = 'plain', size = 'm', ...props }: ButtonProps) {
  return <AriaButton {...props} className={`${styles.button} ${styles[tone]} ${styles[size]}`} />;
}

export interface LinkButtonProps extends Pick<ButtonProps, 'tone' | 'size' | 'children'> {
  /** A page of ours. */
  href: string;
}

/** A link that looks like a button: where it leads is the next step. */
export function LinkButton({ tone = 'plain', size = 'm', ...props }: LinkButtonProps) {
  return <Link {...props} className={`${styles.button} ${styles.link} ${styles[tone]} ${styles[size]}`} />;
}

export interface IconButtonProps extends Omit<ButtonProps, 'children'> {
  /** What it does: the name for those who do not see the icon, and the tooltip for those who do. */
  label: string;
  icon: ReactNode;
}

export function IconButton({ label, icon, tone = 'quiet', size = 'm', ...props }: IconButtonProps) {
  return (
    <Tooltip text={label}>
      <AriaButton
        {...props}
        aria-label={label}
        className={`${styles.button} ${styles[tone]} ${styles[size]} ${styles.icon}`}
      >
        {icon}
      </AriaButton>
    </Tooltip>
  );
}
