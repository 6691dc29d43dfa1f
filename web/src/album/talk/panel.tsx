// What is said about a medium: caption, facts, who likes it, comments.

import { useEffect } from 'react';
import type { ShownMedium } from '../../client';
import { useAlbum } from '../data/album';
import { useViewer } from '../data/client';
import { nameOf } from '../data/words';
import { useSpeech } from '../i18n/context';
import { useSign } from '../sign/context';
import { Avatar } from '../ui/avatar';
import { IconButton } from '../ui/button';
import { Caption } from './caption';
import { Composer } from './composer';
import { Facts } from './facts';
import { Threads } from './threads';

export function TalkPanel({ medium, onClose }: { medium: ShownMedium; onClose(): void }) {
  const { t, format } = useSpeech();
  const { follower, may, visit } = useAlbum();
  const viewer = useViewer();
  const sign = useSign();
  useEffect(() => {
    void follower.readComments(medium.id);
    return () => follower.dropComments(medium.id);
  }, [follower, medium.id]);
  return (
    <aside className="talk" aria-label={t.media.talk}>
      <header className="talk-head">
        <Avatar person={medium.owner} size={34} />
        <div className="talk-who">
          <strong>{nameOf(t, medium.owner)}</strong>
          {medium.addedAt && <time dateTime={medium.addedAt}>{format.dateTime(medium.addedAt)}</time>}
        </div>
        <IconButton icon="close" label={t.media.hideTalk} onClick={onClose} />
      </header>
      <div className="talk-body">
        <Caption medium={medium} />
        {medium.kind === 'VIDEO' && medium.progress < 100 && (
          <p className="hint">
            {t.media.processing} {format.percent(medium.progress / 100)}
          </p>
        )}
        <Facts medium={medium} />
        <Threads medium={medium} />
      </div>
      {may('COMMENT') && viewer ? (
        <Composer mediaId={medium.id} />
      ) : visit ? (
        // Signing in changes nothing about what a link shows; joining does.
        <p className="hint talk-sign">{visit.share.joinRole ? t.talk.join : t.talk.members}</p>
      ) : !viewer ? (
        <button type="button" className="button plain full talk-sign" onClick={() => sign.ask()}>
          <span>{t.talk.signIn}</span>
        </button>
      ) : (
        <p className="hint talk-sign">{t.talk.closed}</p>
      )}
    </aside>
  );
}
