// What can be done with the selected media.

import { useEffect } from 'react';
import { mayEditMedium, type Id } from '../../client';
import { useMove } from '../grid/arrange';
import { stepped } from '../grid/places';
import { useAct, useAlbum, useTell } from '../data/album';
import { useViewer } from '../data/client';
import { RestoreMediaDocument } from '../../gql/graphql';
import { batches } from '../data/batches';
import { useSpeech } from '../i18n/context';
import { Button, IconButton } from '../ui/button';
import { useVoice } from '../ui/notices';
import type { Panel } from './album-head';
import type { Selection } from './selection';

export function SelectBar({ selection, onPanel }: { selection: Selection; onPanel(panel: Panel): void }) {
  const { t } = useSpeech();
  const { album, view, may } = useAlbum();
  const viewer = useViewer();
  const trash = useTrash();
  const move = useMove();
  const step = (later: boolean) => stepped(view.media.map((m) => m.id), selection.ids, later);
  const ids = [...selection.ids];
  const mine = view.media.filter((m) => selection.ids.has(m.id) && mayEditMedium(album, m, viewer?.id ?? null));
  useEffect(() => {
    const stop = (e: KeyboardEvent) =>
      e.key === 'Escape' && !document.querySelector('dialog[open]') && selection.stop();
    document.addEventListener('keydown', stop);
    return () => document.removeEventListener('keydown', stop);
  }, [selection]);
  return (
    <div className="select-bar" role="toolbar" aria-label={t.album.select}>
      <IconButton icon="close" label={t.album.selectNone} onClick={selection.stop} />
      <span className="select-count" role="status">
        {t.album.selected(ids.length)}
      </span>
      {move &&
        [false, true].map((later) => (
          <IconButton
            key={String(later)}
            icon={later ? 'ahead' : 'back'}
            label={later ? t.album.later : t.album.earlier}
            disabled={!step(later)}
            onClick={() => void move(step(later)!)}
          />
        ))}
      {may('DOWNLOAD') && (
        <Button icon="download" disabled={ids.length === 0} onClick={() => onPanel({ name: 'download', only: ids })}>
          {t.album.download}
        </Button>
      )}
      {may('EDIT_OWN_MEDIA') && (
        <Button
          icon="trash"
          disabled={ids.length === 0 || mine.length < ids.length}
          onClick={() => {
            selection.stop();
            void trash(ids);
          }}
        >
          {t.album.toTrash}
        </Button>
      )}
    </div>
  );
}

/** useTrash puts media into the trash, and offers to take them back. */
export function useTrash(): (ids: readonly Id[]) => Promise<void> {
  const { t } = useSpeech();
  const { album, api } = useAlbum();
  const act = useAct();
  const tell = useTell();
  const voice = useVoice();
  async function restore(ids: readonly Id[]) {
    try {
      for (const mediaIds of batches(ids))
        await api.ask(RestoreMediaDocument, { input: { albumId: album.id, mediaIds } });
      voice.show({ text: t.album.restored(ids.length) });
    } catch (error) {
      tell(error);
    }
  }
  return async (ids) => {
    for (const mediaIds of batches(ids)) if (!(await act({ kind: 'trashMedia', mediaIds }))) return;
    voice.show({ text: t.album.trashed(ids.length), action: { label: t.album.undo, run: () => void restore(ids) } });
  };
}
