// Which dialog is open above an album. Each is loaded when it is first needed.

import { lazy, Suspense } from 'react';
import { useAlbum, useTell } from '../data/album';
import { DeleteAlbumDocument, LeaveAlbumDocument, TrashAlbumDocument } from '../../gql/graphql';
import { go } from '../data/route';
import { useSpeech } from '../i18n/context';
import { Confirm } from '../ui/dialog';
import { useVoice } from '../ui/notices';
import type { Panel } from './album-head';

const Members = lazy(() => import('../manage/members'));
const Shares = lazy(() => import('../manage/shares'));
const EditAlbum = lazy(() => import('../manage/edit-album'));
const Trash = lazy(() => import('../manage/trash'));
const Download = lazy(() => import('../manage/download'));

export function Panels({ panel, onPanel }: { panel: Panel | null; onPanel(panel: Panel | null): void }) {
  if (!panel) return null;
  const close = () => onPanel(null);
  return <Suspense>{show(panel, close)}</Suspense>;
}

function show(panel: Panel, close: () => void) {
  switch (panel.name) {
    case 'members':
      return <Members onClose={close} />;
    case 'shares':
      return <Shares onClose={close} />;
    case 'edit':
      return <EditAlbum onClose={close} />;
    case 'trash':
      return <Trash onClose={close} />;
    case 'download':
      return <Download only={panel.only} onClose={close} />;
    case 'leave':
      return <Leave onClose={close} />;
    case 'dispose':
      return <Dispose onClose={close} />;
    case 'delete':
      return <Delete onClose={close} />;
  }
}

function Leave({ onClose }: { onClose(): void }) {
  const { t } = useSpeech();
  const { album, api } = useAlbum();
  const leave = useGoing(() => api.ask(LeaveAlbumDocument, { input: { albumId: album.id } }), t.album.left);
  return (
    <Confirm title={t.album.leave} text={t.album.leaveSure} yes={t.album.leave} onYes={leave} onClose={onClose} />
  );
}

function Dispose({ onClose }: { onClose(): void }) {
  const { t } = useSpeech();
  const { album, api } = useAlbum();
  const dispose = useGoing(() => api.ask(TrashAlbumDocument, { input: { albumId: album.id } }), t.album.trashedAlbum);
  return (
    <Confirm
      title={t.album.trashAlbum}
      text={t.album.toTrashSure}
      yes={t.album.trashAlbum}
      onYes={dispose}
      onClose={onClose}
    />
  );
}

function Delete({ onClose }: { onClose(): void }) {
  const { t } = useSpeech();
  const { album, api } = useAlbum();
  const remove = useGoing(() => api.ask(DeleteAlbumDocument, { input: { albumId: album.id } }), t.album.deletedAlbum);
  return (
    <Confirm
      title={t.album.deleteForGood}
      text={t.album.deleteAlbumSure}
      yes={t.album.deleteForGood}
      onYes={remove}
      onClose={onClose}
    />
  );
}

/** useGoing gives what does something after which the album is not looked at any more. */
function useGoing(act: () => Promise<unknown>, done: string): () => void {
  const voice = useVoice();
  const tell = useTell();
  return () => {
    act().then(() => {
      voice.show({ text: done });
      go('/', true);
    }, tell);
  };
}
