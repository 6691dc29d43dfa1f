// One album among others: its cover and how much is in it.

import type { AlbumCardFragment } from '../../gql/graphql';
import { followLink } from '../data/route';
import { useSpeech } from '../i18n/context';
import { Picture } from '../grid/picture';

export function AlbumCard({ album }: { album: AlbumCardFragment }) {
  const { t } = useSpeech();
  const { cover } = album;
  return (
    <li className="card" data-trashed={album.trashedAt ? true : undefined}>
      <a href={`/a/${album.id}`} onClick={followLink}>
        <span className="card-cover">
          {cover ? (
            <Picture
              variants={cover.variants}
              blurhash={cover.blurhash ?? null}
              color={cover.color ?? null}
              alt=""
              width={320}
            />
          ) : (
            <span className="card-empty">{t.feed.emptyAlbum}</span>
          )}
        </span>
        <strong className="card-title">{album.title}</strong>
        <small className="card-facts">
          {t.items(album.mediaCount)} · {t.memberCount(album.memberCount)}
        </small>
      </a>
    </li>
  );
}
