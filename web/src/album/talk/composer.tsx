// Writes a comment, or a reply to one.

import { useState, type FormEvent } from 'react';
import type { Id } from '../../client';
import { useAct } from '../data/album';
import { useSpeech } from '../i18n/context';
import { IconButton } from '../ui/button';
import { GrowingText } from './growing-text';
import { Icon } from '../ui/icons';

export const longestComment = 2_000;

export function Composer({
  mediaId,
  parent,
  onDone,
}: {
  mediaId: Id;
  parent?: { id: Id; name: string };
  onDone?: () => void;
}) {
  const { t } = useSpeech();
  const act = useAct();
  const [text, setText] = useState('');
  function send(e?: FormEvent) {
    e?.preventDefault();
    const said = text.trim();
    if (!said) return;
    setText('');
    void act({ kind: 'comment', mediaId, text: said, ...(parent && { parentId: parent.id }) }).then((done) => {
      // What was refused is not lost: it is in the box again, unless something else is.
      if (!done) setText((now) => now || said);
      else onDone?.();
    });
  }
  return (
    <form className="composer" onSubmit={send}>
      <GrowingText
        label={parent ? t.talk.replyTo(parent.name) : t.talk.write}
        value={text}
        onText={setText}
        onSend={send}
        maxLength={longestComment}
        autoFocus={parent !== undefined}
        {...(onDone && { onEscape: onDone })}
      />
      {onDone && <IconButton icon="close" label={t.cancel} onClick={onDone} />}
      <button
        type="submit"
        className="icon-button send"
        disabled={!text.trim()}
        aria-label={t.talk.send}
        title={t.talk.send}
      >
        <Icon name="up" />
      </button>
    </form>
  );
}
