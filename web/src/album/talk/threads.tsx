// The comments on a medium, and the replies below them.

import { useState } from 'react';
import type { ShownMedium, Thread } from '../../client';
import { useAlbum } from '../data/album';
import { useViewer } from '../data/client';
import { useNow } from '../data/now';
import { nameOf } from '../data/words';
import { useSpeech } from '../i18n/context';
import { Comment } from './comment';
import { Composer } from './composer';

export function Threads({ medium }: { medium: ShownMedium }) {
  const { t } = useSpeech();
  const { view, follower } = useAlbum();
  const now = useNow();
  const comments = view.comments[medium.id];
  if (!comments) return <p className="hint">{t.loading}</p>;
  const none = comments.threads.length === 0 && !comments.loading && !comments.hasMore;
  return (
    <section className="threads" aria-label={t.media.talk}>
      {none && <p className="hint">{t.talk.none}</p>}
      <ol className="comments">
        {comments.threads.map((thread) => (
          <ThreadItem key={thread.comment.id} medium={medium} thread={thread} now={now} />
        ))}
      </ol>
      {comments.loading && <p className="hint">{t.loading}</p>}
      {comments.hasMore && !comments.loading && (
        <button type="button" className="button plain" onClick={() => void follower.readComments(medium.id)}>
          <span>{t.talk.earlier}</span>
        </button>
      )}
    </section>
  );
}

function ThreadItem({ medium, thread, now }: { medium: ShownMedium; thread: Thread; now: number }) {
  const { t } = useSpeech();
  const { follower, may } = useAlbum();
  const viewer = useViewer();
  const [replying, setReplying] = useState(false);
  const { comment, replies } = thread;
  const mayReply = may('COMMENT') && viewer !== null && !comment.pending && !comment.removedAt;
  const left = Math.max(0, comment.replyCount - replies.length);
  return (
    <li>
      <Comment
        mediaId={medium.id}
        comment={comment}
        now={now}
        onReply={mayReply ? () => setReplying(true) : undefined}
      />
      {(replies.length > 0 || replying || thread.hasMoreReplies) && (
        <div className="replies">
          <ol className="comments">
            {replies.map((reply) => (
              <li key={reply.id}>
                <Comment mediaId={medium.id} comment={reply} now={now} />
              </li>
            ))}
          </ol>
          {thread.hasMoreReplies && (
            <button
              type="button"
              className="button plain"
              onClick={() => void follower.readReplies(medium.id, comment.id)}
            >
              <span>{left > 0 ? t.talk.moreReplies(left) : t.loadMore}</span>
            </button>
          )}
          {replying && (
            <Composer
              mediaId={medium.id}
              parent={{ id: comment.id, name: nameOf(t, comment.author) }}
              onDone={() => setReplying(false)}
            />
          )}
        </div>
      )}
    </li>
  );
}
