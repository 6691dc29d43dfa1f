// A text box that grows with its text. Enter sends, but not while an input
// method composes; Shift and Enter makes a new line.

import { useLayoutEffect, useRef, type KeyboardEvent } from 'react';

interface Props {
  label: string;
  value: string;
  maxLength: number;
  autoFocus?: boolean;
  onText(text: string): void;
  onSend(): void;
  onEscape?(): void;
}

export function GrowingText({ label, value, maxLength, autoFocus, onText, onSend, onEscape }: Props) {
  const ref = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const box = ref.current!;
    box.style.height = 'auto';
    box.style.height = `${box.scrollHeight + 2}px`;
  }, [value]);
  function keys(e: KeyboardEvent) {
    if (e.nativeEvent.isComposing) return;
    if (e.key === 'Enter' && !e.shiftKey && matchMedia('(hover: hover)').matches) {
      e.preventDefault();
      onSend();
    }
    if (e.key === 'Escape' && onEscape) {
      e.stopPropagation();
      onEscape();
    }
  }
  return (
    <textarea
      ref={ref}
      rows={1}
      aria-label={label}
      placeholder={label}
      value={value}
      maxLength={maxLength}
      autoFocus={autoFocus}
      onChange={(e) => onText(e.target.value)}
      onKeyDown={keys}
    />
  );
}
