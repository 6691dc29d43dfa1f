// An album on the screen: its head, its grid, and what opens above them.

import { lazy, Suspense, useEffect, useState } from 'react';
import type { AlbumFollower, Api, LiveState, Observable, Visit } from '../../client';
import { ShowAlbum, useAlbum } from '../data/album';
import { useSession, useWatched } from '../data/client';
import { closeMedium, openMedium } from '../data/route';
import { useSpeech } from '../i18n/context';
import { Grid } from '../grid/grid';
import { UploadDrop } from '../upload/drop';
import { AlbumHead, type Panel } from './album-head';
import { EmptyAlbum } from './empty-album';
import { Ended } from './ended';
import { JoinBar, type Invitation } from './join-bar';
import { LiveBar } from './live-bar';
import { Loading } from './loading';
import { useOpenMedium } from './open-medium';
import { Panels } from './panels';
import { SelectBar } from './select-bar';
import { TopBar } from './top-bar';
import { useArrivals } from './arrivals';
import { useRoleNews } from './role-news';
import { useSelection } from './selection';

const Viewer = lazy(() => import('../viewer/viewer'));

interface Props {
  follower: AlbumFollower;
  api: Api;
  live: Observable<LiveState>;
  visit: Visit | null;
  join?: Invitation | undefined;
  /** Follows the album anew, after an end that may be over. */
  onAgain(): void;
}

export function AlbumScreen({ follower, api, live, visit, join, onAgain }: Props) {
  const now = useWatched(follower.view);
  // While the album is read anew, after a sign-in, what was shown stays; not what one may see no more.
  const [last, setLast] = useState(now);
  const over = now.phase === 'ended' && now.album === null;
  if ((now.phase === 'ready' || over) && now !== last) setLast(now);
  const view = now.phase === 'loading' && last.phase === 'ready' ? last : now;
  const session = useSession();
  // An ended session keeps the page as it was, below the question to sign in again.
  const kept = view.reason === 'SIGNED_OUT' && !(session.phase === 'out' && !session.expired);
  if (view.phase === 'ended' && !(kept && view.album))
    return <Ended reason={view.reason} error={view.error} onAgain={onAgain} />;
  if (view.phase === 'loading' || !view.album) return <Loading />;
  return (
    <ShowAlbum follower={follower} view={view} album={view.album} api={api} visit={visit}>
      <TopBar />
      <LiveBar live={live} />
      {visit && <JoinBar visit={visit} join={join} />}
      <Content />
    </ShowAlbum>
  );
}

function Content() {
  const { t } = useSpeech();
  const { album, view, follower, may } = useAlbum();
  const [panel, setPanel] = useState<Panel | null>(null);
  const selection = useSelection(view.media);
  const index = useOpenMedium(view, follower);
  const fresh = useArrivals();
  useRoleNews();
  useEffect(() => {
    document.title = `${album.title} · ${t.name}`;
    return () => void (document.title = t.name);
  }, [album.title, t.name]);
  return (
    <main className="page">
      <AlbumHead onPanel={setPanel} onSelect={selection.start} />
      {may('ADD_MEDIA') && !album.trashedAt && <UploadDrop albumId={album.id} />}
      {view.media.length === 0 && !view.hasMore ? (
        <EmptyAlbum />
      ) : (
        <Grid
          media={view.media}
          total={album.mediaCount}
          hasMore={view.hasMore}
          loadingMore={view.loadingMore}
          onMore={() => void follower.more()}
          selection={selection}
          fresh={fresh}
          onOpen={openMedium}
        />
      )}
      {selection.active && <SelectBar selection={selection} onPanel={setPanel} />}
      <Panels panel={panel} onPanel={setPanel} />
      {index >= 0 && (
        <Suspense>
          <Viewer index={index} onClose={closeMedium} />
        </Suspense>
      )}
    </main>
  );
}
