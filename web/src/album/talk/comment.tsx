// One comment, and what its author and editors can do with it.

import { useState } from 'react';
import { mayEditComment, type Id, type ShownComment } from '../../client';
import { useAct, useAlbum } from '../data/album';
import { useViewer } from '../data/client';
import { nameOf } from '../data/words';
import { useSpeech } from '../i18n/context';
import { Avatar } from '../ui/avatar';
import { Confirm } from '../ui/dialog';
import { longestComment } from './composer';
import { TextEditor } from './text-editor';

interface Props {
  mediaId: Id;
  comment: ShownComment;
  now: number;
  onReply?: (() => void) | undefined;
}

export function Comment({ mediaId, comment, now, onReply }: Props) {
  const { t, format } = useSpeech();
  const { album } = useAlbum();
  const viewer = useViewer();
  const act = useAct();
  const [draft, setDraft] = useState<string | null>(null);
  const [removing, setRemoving] = useState(false);
  if (comment.removedAt) return <p className="comment removed">{t.talk.removed}</p>;
  const mayEdit = !comment.pending && mayEditComment(album, comment, viewer?.id ?? null);
  function save(text: string) {
    setDraft(null);
    if (text && text !== comment.text)
      void act({ kind: 'editComment', mediaId, commentId: comment.id, text }).then((done) => !done && setDraft(text));
  }
  return (
    <article className="comment" data-pending={comment.pending || undefined} data-id={comment.id}>
      <Avatar person={comment.author} size={28} />
      <div className="comment-words">
        <p className="comment-head">
          <strong>{nameOf(t, comment.author)}</strong>
          <time dateTime={comment.createdAt} title={format.dateTime(comment.createdAt)}>
            {comment.pending ? t.talk.sending : format.ago(comment.createdAt, now)}
          </time>
          {comment.editedAt && !comment.pending && <span className="faint">{t.talk.edited}</span>}
        </p>
        {draft === null ? (
          <p className="comment-text">{comment.text}</p>
        ) : (
          <TextEditor label={t.talk.edit} text={draft} maxLength={longestComment} onSave={save} onCancel={() => setDraft(null)} />
        )}
        {draft === null && (onReply || mayEdit) && (
          <p className="comment-feet">
            {onReply && (
              <button type="button" onClick={onReply}>
                {t.talk.reply}
              </button>
            )}
            {mayEdit && (
              <>
                <button type="button" onClick={() => setDraft(comment.text)}>
                  {t.talk.edit}
                </button>
                <button type="button" onClick={() => setRemoving(true)}>
                  {t.talk.remove}
                </button>
              </>
            )}
          </p>
        )}
        {removing && (
          <Confirm
            title={t.talk.remove}
            text={t.talk.removeSure}
            yes={t.talk.remove}
            onYes={() => void act({ kind: 'removeComment', mediaId, commentId: comment.id })}
            onClose={() => setRemoving(false)}
          />
        )}
      </div>
    </article>
  );
}
