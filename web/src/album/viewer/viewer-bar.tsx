// The bar above a medium: like, talk, download, and what else can be done.

import { useState } from 'react';
import { mayEditMedium, type Id, type ShownMedium } from '../../client';
import { useAct, useAlbum } from '../data/album';
import { useViewer } from '../data/client';
import { openMedium } from '../data/route';
import { useSpeech } from '../i18n/context';
import { useTrash } from '../page/select-bar';
import { useSign } from '../sign/context';
import { IconButton } from '../ui/button';
import { Icon } from '../ui/icons';
import { Menu, type MenuItem } from '../ui/menu';
import { useVoice } from '../ui/notices';

interface Props {
  medium: ShownMedium;
  place: string;
  talking: boolean;
  /** next is shown when this one is moved to the trash. */
  next: Id | null;
  onTalk(): void;
  onClose(): void;
}

export function ViewerBar({ medium, place, talking, next, onTalk, onClose }: Props) {
  const { t, format } = useSpeech();
  const { album, may } = useAlbum();
  const viewer = useViewer();
  const act = useAct();
  const trash = useTrash();
  const voice = useVoice();
  const items: MenuItem[] = [
    ...(may('EDIT_ALBUM') && album.cover?.id !== medium.id
      ? [
          {
            label: t.media.cover,
            icon: 'cover' as const,
            run: () =>
              void act({ kind: 'editAlbum', coverId: medium.id }).then(
                (done) => done && voice.show({ text: t.media.coverSet }),
              ),
          },
        ]
      : []),
    ...(mayEditMedium(album, medium, viewer?.id ?? null)
      ? [
          {
            label: t.album.toTrash,
            icon: 'trash' as const,
            danger: true,
            run: () => {
              if (next) openMedium(next);
              else onClose();
              void trash([medium.id]);
            },
          },
        ]
      : []),
  ];
  return (
    <div className="viewer-bar">
      <IconButton icon="back" label={t.close} onClick={onClose} autoFocus />
      <span className="viewer-place">{place}</span>
      <LikeButton medium={medium} />
      <button
        type="button"
        className="icon-button counted"
        aria-pressed={talking}
        aria-label={`${talking ? t.media.hideTalk : t.media.talk}, ${t.commentCount(medium.commentCount)}`}
        title={talking ? t.media.hideTalk : t.media.talk}
        onClick={onTalk}
      >
        <Icon name="comment" filled={talking} />
        {medium.commentCount > 0 && <span>{format.number(medium.commentCount)}</span>}
      </button>
      {medium.download && (
        <a
          className="icon-button"
          href={medium.download.url}
          download={medium.fileName}
          aria-label={t.media.download}
          title={t.media.download}
        >
          <Icon name="download" />
        </a>
      )}
      <Menu label={t.more} items={items} />
    </div>
  );
}

/** LikeButton shows how many like a medium, and lets those who may like it. */
export function LikeButton({ medium }: { medium: ShownMedium }) {
  const { t, format } = useSpeech();
  const { may, visit } = useAlbum();
  const viewer = useViewer();
  const act = useAct();
  const sign = useSign();
  const [beat, setBeat] = useState(false);
  const liked = medium.viewerHasLiked;
  if (!may('LIKE') && (viewer || visit)) {
    return medium.likeCount > 0 ? (
      <span className="icon-button counted still-count" role="img" aria-label={t.likeCount(medium.likeCount)}>
        <Icon name="heart" />
        <span>{format.number(medium.likeCount)}</span>
      </span>
    ) : null;
  }
  function press() {
    if (!viewer) return sign.ask();
    setBeat(!liked);
    void act({ kind: 'like', mediaId: medium.id, liked: !liked });
  }
  const label = liked ? t.media.unlike : t.media.like;
  return (
    <button
      type="button"
      className="icon-button counted like"
      data-liked={liked || undefined}
      data-beat={beat || undefined}
      aria-pressed={liked}
      aria-label={`${label}, ${t.likeCount(medium.likeCount)}`}
      title={label}
      onClick={press}
    >
      <Icon name="heart" filled={liked} />
      {medium.likeCount > 0 && <span>{format.number(medium.likeCount)}</span>}
    </button>
  );
}
