// What was put into an album's trash, to be taken back or deleted for good.

import { useEffect, useState } from 'react';
import type { Id } from '../../client';
import { DeleteMediaDocument, RestoreMediaDocument, TrashDocument, type RestoreMediaMutationVariables, type TrashQuery } from '../../gql/graphql';
import { useAlbum, useTell } from '../data/album';
import { batches } from '../data/batches';
import { errorText } from '../data/errors';
import { usePages } from '../data/pages';
import { describe } from '../data/words';
import { useSpeech } from '../i18n/context';
import { Picture } from '../grid/picture';
import { Button } from '../ui/button';
import { Confirm, Dialog } from '../ui/dialog';
import { useVoice } from '../ui/notices';

type Trashed = NonNullable<TrashQuery['album']>['trash']['edges'][number]['node'];

export default function Trash({ onClose }: { onClose(): void }) {
  const { t, format } = useSpeech();
  const { album, api, follower } = useAlbum();
  const voice = useVoice();
  const tell = useTell();
  const list = usePages<Trashed>(
    album.id,
    async (after) => (await api.ask(TrashDocument, { id: album.id, after })).album?.trash ?? null,
  );
  const [sure, setSure] = useState(false);
  const [picked, setPicked] = useState<ReadonlySet<Id>>(new Set());
  const { again } = list;
  useEffect(
    () => follower.onEvent((e) => (e.kind === 'MEDIA_REMOVED' || e.kind === 'MEDIA_RESTORED') && again()),
    [follower],
  );

  const there = list.rows.filter((m) => picked.has(m.id)).map((m) => m.id);
  /** takeOut does something with what is picked, after which it is not in the trash any more. */
  async function takeOut(how: typeof RestoreMediaDocument | typeof DeleteMediaDocument, done: string) {
    try {
      for (const mediaIds of batches(there)) {
        await api.ask<unknown, RestoreMediaMutationVariables>(how, { input: { albumId: album.id, mediaIds } });
        list.change((rows) => rows.filter((m) => !mediaIds.includes(m.id)));
      }
      setPicked(new Set());
      voice.show({ text: done });
    } catch (error) {
      tell(error);
    }
  }
  function toggle(id: Id) {
    const next = new Set(picked);
    if (!next.delete(id)) next.add(id);
    setPicked(next);
  }

  return (
    <Dialog title={t.album.trash} onClose={onClose} wide>
      <p className="hint">{t.album.trashText}</p>
      {list.error !== null && <p className="bad">{errorText(t, format, list.error)}</p>}
      {!list.loading && list.error === null && list.rows.length === 0 && <p>{t.album.trashEmpty}</p>}
      <div className="trash-grid" aria-busy={list.loading}>
        {list.rows.map((m) => (
          <button
            key={m.id}
            type="button"
            className="trash-item"
            aria-pressed={picked.has(m.id)}
            aria-label={describe(t, m)}
            onClick={() => toggle(m.id)}
          >
            <Picture variants={m.variants} blurhash={m.blurhash ?? null} color={m.color ?? null} alt="" width={120} />
          </button>
        ))}
      </div>
      {list.hasMore && !list.loading && (
        <button type="button" className="button plain full" onClick={list.more}>
          <span>{t.loadMore}</span>
        </button>
      )}
      {list.rows.length > 0 && (
        <div className="dialog-feet">
          <span role="status">{t.album.selected(there.length)}</span>
          <Button kind="danger" icon="trash" disabled={there.length === 0} onClick={() => setSure(true)}>
            {t.album.deleteForGood}
          </Button>
          <Button
            kind="main"
            icon="restore"
            disabled={there.length === 0}
            onClick={() => void takeOut(RestoreMediaDocument, t.album.restored(there.length))}
          >
            {t.album.restore}
          </Button>
        </div>
      )}
      {sure && (
        <Confirm
          title={t.album.deleteForGood}
          text={t.album.deleteSure(there.length)}
          yes={t.album.deleteForGood}
          onYes={() => void takeOut(DeleteMediaDocument, t.album.deleted(there.length))}
          onClose={() => setSure(false)}
        />
      )}
    </Dialog>
  );
}
