// One thing that is new: photos that somebody added, or a comment.

import { useNow } from '../data/now';
import { followLink } from '../data/route';
import { describe, nameOf } from '../data/words';
import { useSpeech } from '../i18n/context';
import { Picture } from '../grid/picture';
import { Avatar, type Person } from '../ui/avatar';
import type { Group } from './group';

const mostShown = 6;

export function NewsGroup({ group }: { group: Group }) {
  const { t } = useSpeech();
  if (group.kind === 'media') {
    const first = group.rows[0]!;
    const { owner } = first.node.media;
    const shown = group.rows.slice(0, mostShown);
    const left = group.rows.length - shown.length;
    return (
      <li className="news-item">
        <Head
          person={owner}
          text={t.feed.addedMany(nameOf(t, owner), group.rows.length)}
          album={first.node.album}
          at={first.at}
        />
        <div className="news-photos" data-count={shown.length}>
          {shown.map(({ node }, i) => (
            <a key={node.id} href={`/a/${node.album.id}#${node.id}`} onClick={followLink}>
              <span className="unseen">{describe(t, node.media)}</span>
              <Picture
                variants={node.media.variants}
                blurhash={node.media.blurhash}
                color={node.media.color}
                alt=""
                width={shown.length === 1 ? 560 : 240}
              />
              {i === shown.length - 1 && left > 0 && <span className="news-left">+{left}</span>}
            </a>
          ))}
        </div>
      </li>
    );
  }
  const { node, at } = group.row;
  return (
    <li className="news-item">
      <Head
        person={node.comment.author}
        text={t.feed.said(nameOf(t, node.comment.author))}
        album={node.album}
        at={at}
      />
      <a className="news-comment" href={`/a/${node.album.id}#${node.media.id}`} onClick={followLink}>
        <span className="news-thumb">
          <Picture
            variants={node.media.variants}
            blurhash={node.media.blurhash}
            color={node.media.color}
            alt={describe(t, node.media)}
            width={64}
          />
        </span>
        <q>{node.comment.text}</q>
      </a>
    </li>
  );
}

function Head({
  person,
  text,
  album,
  at,
}: {
  person: Person;
  text: string;
  album: { id: string; title: string };
  at: string;
}) {
  const { t, format } = useSpeech();
  const now = useNow();
  return (
    <p className="news-head">
      <Avatar person={person} size={28} />
      <span>
        <strong>{text}</strong>{' '}
        <a href={`/a/${album.id}`} onClick={followLink}>
          {t.feed.inAlbum(album.title)}
        </a>
      </span>
      <time dateTime={at} title={format.dateTime(at)}>
        {format.ago(at, now)}
      </time>
    </p>
  );
}
