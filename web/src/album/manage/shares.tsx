// The links to an album: those there are, and making one.

import { useState } from 'react';
import { RevokeShareDocument, SharesDocument, type SharesQuery } from '../../gql/graphql';
import { useAlbum, useTell } from '../data/album';
import { errorText } from '../data/errors';
import { usePages } from '../data/pages';
import { useSpeech } from '../i18n/context';
import { Confirm, Dialog } from '../ui/dialog';
import { useVoice } from '../ui/notices';
import { NewShare } from './new-share';
import { ShareRow } from './share-row';

export type Link = NonNullable<SharesQuery['album']>['shares']['edges'][number]['node'];

export default function Shares({ onClose }: { onClose(): void }) {
  const { t, format } = useSpeech();
  const { album, api } = useAlbum();
  const voice = useVoice();
  const tell = useTell();
  const list = usePages<Link>(
    album.id,
    async (after) => (await api.ask(SharesDocument, { id: album.id, after })).album?.shares ?? null,
  );
  const [closing, setClosing] = useState<Link | null>(null);
  const [made, setMade] = useState<string | null>(null);

  async function revoke(link: Link) {
    try {
      await api.ask(RevokeShareDocument, { input: { shareId: link.id } });
      list.change((rows) => rows.filter((l) => l !== link));
      voice.show({ text: t.shares.revoked });
    } catch (error) {
      tell(error);
    }
  }

  return (
    <Dialog title={t.shares.title} onClose={onClose}>
      <NewShare
        onMade={(id) => {
          setMade(id);
          voice.say(t.shares.made);
          list.again();
        }}
      />
      {list.error !== null && <p className="bad">{errorText(t, format, list.error)}</p>}
      <ul className="links" aria-busy={list.loading}>
        {list.rows.map((link) => (
          <ShareRow key={link.id} link={link} fresh={link.id === made} onRevoke={() => setClosing(link)} />
        ))}
      </ul>
      {!list.loading && list.error === null && list.rows.length === 0 && <p className="hint">{t.shares.none}</p>}
      {list.hasMore && !list.loading && (
        <button type="button" className="button plain full" onClick={list.more}>
          <span>{t.loadMore}</span>
        </button>
      )}
      {closing && (
        <Confirm
          title={t.shares.revoke}
          text={t.shares.revokeSure}
          yes={t.shares.revoke}
          onYes={() => void revoke(closing)}
          onClose={() => setClosing(null)}
        />
      )}
    </Dialog>
  );
}
