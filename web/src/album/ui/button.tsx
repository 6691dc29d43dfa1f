// Buttons: with text, or with a picture and a label for those who cannot see it.

import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Icon, type IconName } from './icons';

type Plain = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'>;

export function Button({
  icon,
  kind = 'quiet',
  children,
  className = '',
  ...rest
}: Plain & { icon?: IconName; kind?: 'quiet' | 'main' | 'danger'; children: ReactNode }) {
  return (
    <button type="button" {...rest} className={`button ${kind} ${className}`}>
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  );
}

/** IconButton shows a picture alone; `label` is its name and its hint. */
export function IconButton({
  icon,
  label,
  filled,
  className = '',
  ...rest
}: Plain & { icon: IconName; label: string; filled?: boolean }) {
  return (
    <button type="button" {...rest} className={`icon-button ${className}`} aria-label={label} title={label}>
      <Icon name={icon} {...(filled === undefined ? {} : { filled })} />
    </button>
  );
}
