// The pages, and what stands around all of them.

import { lazy, Suspense, useEffect } from 'react';
import type { Client } from '../client';
import { endStill } from './first/still';
import { ClientContext } from './data/client';
import { parseRoute } from './data/path';
import { usePath } from './data/route';
import { Boundary } from './ui/boundary';
import { Speaks } from './i18n/context';
import { AlbumPage } from './page/album-page';
import { Gone } from './page/gone';
import { Loading } from './page/loading';
import { SharePage } from './page/share-page';
import { Signs } from './sign/context';
import { Notices } from './ui/notices';
import { UploadPanel } from './upload/panel';

const FeedPage = lazy(() => import('./feed/feed-page'));

export function App({ client }: { client: Client }) {
  useEffect(() => void endStill(), []);
  return (
    <Speaks>
      <ClientContext value={client}>
        <Notices>
          <Signs>
            <div className="app">
              <Boundary>
                <Page />
              </Boundary>
              <UploadPanel />
            </div>
          </Signs>
        </Notices>
      </ClientContext>
    </Speaks>
  );
}

function Page() {
  const route = parseRoute(usePath());
  switch (route.page) {
    case 'feed':
      return (
        <Suspense fallback={<Loading />}>
          <FeedPage />
        </Suspense>
      );
    case 'album':
      return <AlbumPage key={route.id} id={route.id} />;
    case 'share':
      return <SharePage key={route.token} token={route.token} />;
    case 'nowhere':
      return <Gone what="notFound" />;
  }
}
