// A text that was said, to be written anew.

import { useState, type FormEvent } from 'react';
import { useSpeech } from '../i18n/context';
import { Button } from '../ui/button';
import { GrowingText } from './growing-text';

interface Props {
  label: string;
  text: string;
  maxLength: number;
  /** Gets the text without space around it. */
  onSave: (text: string) => void;
  onCancel: () => void;
}

export function TextEditor({ label, text, maxLength, onSave, onCancel }: Props) {
  const { t } = useSpeech();
  const [draft, setDraft] = useState(text);
  function save(e?: FormEvent) {
    e?.preventDefault();
    onSave(draft.trim());
  }
  return (
    <form className="caption-form" onSubmit={save}>
      <GrowingText label={label} value={draft} onText={setDraft} onSend={save} maxLength={maxLength} onEscape={onCancel} autoFocus />
      <div className="row-end">
        <Button onClick={onCancel}>{t.cancel}</Button>
        <button type="submit" className="button main">
          <span>{t.save}</span>
        </button>
      </div>
    </form>
  );
}
