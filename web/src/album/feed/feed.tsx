// The start page of who is signed in.

import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { ApiError, type FeedFollower } from '../../client';
import { MyAlbumsDocument, type AlbumCardFragment } from '../../gql/graphql';
import { useClient, useFollower, useWatched } from '../data/client';
import { errorText } from '../data/errors';
import { usePages } from '../data/pages';
import { useSpeech } from '../i18n/context';
import { LiveBar } from '../page/live-bar';
import { Loading } from '../page/loading';
import { TopBar } from '../page/top-bar';
import { Button } from '../ui/button';
import { AlbumCard } from './album-card';
import { groupRows } from './group';
import { NewsGroup } from './news-group';

const NewAlbum = lazy(() => import('./new-album'));

/** quiet is how long events are gathered before the albums are read again, in milliseconds. */
const quiet = 1_000;

export function Feed() {
  const client = useClient();
  const follower = useFollower('feed', () => client.followFeed());
  return follower ? <Content follower={follower} /> : <Loading />;
}

function Content({ follower }: { follower: FeedFollower }) {
  const { t, format } = useSpeech();
  const client = useClient();
  const view = useWatched(follower.view);
  const [making, setMaking] = useState(false);
  const [trashed, setTrashed] = useState<readonly AlbumCardFragment[]>([]);
  const albums = usePages<AlbumCardFragment>('albums', async (after) => {
    const { me } = await client.api.ask(MyAlbumsDocument, { after });
    if (!me) throw new ApiError('UNAUTHENTICATED'); // the session ended: what is shown stays
    setTrashed(me.trashedAlbums.edges.map((e) => e.node));
    return me.albums;
  });
  const { again } = albums;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = follower.onEvent(() => {
      clearTimeout(timer);
      timer = setTimeout(again, quiet);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [follower]);
  const groups = useMemo(() => groupRows(view.rows), [view.rows]);
  return (
    <>
      <TopBar />
      <LiveBar live={client.live} />
      <main className="page feed">
        <section aria-labelledby="albums-title">
          <div className="section-head">
            <h1 id="albums-title">{t.feed.albums}</h1>
            <Button kind="main" icon="add" onClick={() => setMaking(true)}>
              {t.feed.newAlbum}
            </Button>
          </div>
          {albums.error !== null && <p className="bad">{errorText(t, format, albums.error)}</p>}
          {!albums.loading && albums.error === null && albums.rows.length === 0 && (
            <p className="hint">{t.feed.noAlbums}</p>
          )}
          <ul className="cards" aria-busy={albums.loading}>
            {albums.rows.map((album) => (
              <AlbumCard key={album.id} album={album} />
            ))}
          </ul>
          {albums.hasMore && (
            <button type="button" className="button plain" disabled={albums.loading} onClick={albums.more}>
              <span>{t.loadMore}</span>
            </button>
          )}
        </section>
        <section aria-labelledby="news-title">
          <h2 id="news-title">{t.feed.news}</h2>
          {view.error && view.rows.length === 0 && <p className="bad">{errorText(t, format, view.error)}</p>}
          {view.phase === 'ready' && view.rows.length === 0 && <p className="hint">{t.feed.none}</p>}
          <ol className="news" aria-busy={view.phase === 'loading'}>
            {groups.map((group) => (
              <NewsGroup key={group.key} group={group} />
            ))}
          </ol>
          {view.hasMore && (
            <button
              type="button"
              className="button plain"
              disabled={view.loadingMore}
              onClick={() => void follower.more()}
            >
              <span>{view.loadingMore ? t.loading : t.loadMore}</span>
            </button>
          )}
        </section>
        {trashed.length > 0 && (
          <section aria-labelledby="trash-title">
            <h2 id="trash-title">{t.album.trash}</h2>
            <ul className="cards">
              {trashed.map((album) => (
                <AlbumCard key={album.id} album={album} />
              ))}
            </ul>
          </section>
        )}
      </main>
      {making && (
        <Suspense>
          <NewAlbum onClose={() => setMaking(false)} />
        </Suspense>
      )}
    </>
  );
}
