// A dialog: the browser's own, which keeps the focus inside and gives it back. What is
// marked data-first has the focus when it opens: autoFocus comes before it is shown.

import { useEffect, useId, useRef, type ReactNode } from 'react';
import { useSpeech } from '../i18n/context';
import { IconButton } from './button';
import { rise } from './top';

export function Dialog({
  title,
  onClose,
  children,
  wide = false,
}: {
  title: string;
  onClose(): void;
  children: ReactNode;
  wide?: boolean;
}) {
  const { t } = useSpeech();
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current!;
    const before = document.activeElement;
    if (!dialog.open) dialog.showModal();
    dialog.querySelector<HTMLElement>('[data-first]')?.focus();
    document.documentElement.classList.add('still');
    const sink = rise(dialog);
    return () => {
      sink();
      dialog.close();
      document.documentElement.classList.toggle('still', document.querySelector('dialog[open], .viewer') !== null);
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <dialog
      ref={ref}
      className={wide ? 'dialog wide' : 'dialog'}
      aria-labelledby={id}
      onCancel={(e) => {
        e.preventDefault();
        onClose();
      }}
      onKeyDown={(e) => e.stopPropagation()}
      onMouseDown={(e) => {
        if (e.target === ref.current) onClose();
      }}
    >
      <div className="dialog-inside">
        <header className="dialog-head">
          <h2 id={id}>{title}</h2>
          <IconButton icon="close" label={t.close} onClick={onClose} />
        </header>
        <div className="dialog-body">{children}</div>
      </div>
    </dialog>
  );
}

/** Confirm asks before what cannot be undone. */
export function Confirm({
  title,
  text,
  yes,
  onYes,
  onClose,
}: {
  title: string;
  text: string;
  yes: string;
  onYes(): void;
  onClose(): void;
}) {
  const { t } = useSpeech();
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{text}</p>
      <div className="dialog-feet">
        <button type="button" className="button quiet" onClick={onClose}>
          {t.cancel}
        </button>
        <button
          type="button"
          className="button danger"
          onClick={() => {
            onClose();
            onYes();
          }}
        >
          {yes}
        </button>
      </div>
    </Dialog>
  );
}
