// The head of an album: what it is, whose it is, and what can be done.

import { useAlbum, useTell } from '../data/album';
import { RestoreAlbumDocument } from '../../gql/graphql';
import { useSpeech } from '../i18n/context';
import { Avatar } from '../ui/avatar';
import { Button } from '../ui/button';
import { Menu, type MenuItem } from '../ui/menu';
import { PickButton } from '../upload/pick';
import { factsOf } from './facts';

/** Panel is what can be opened above an album. */
export type Panel =
  | { name: 'members' | 'shares' | 'edit' | 'trash' | 'leave' | 'dispose' | 'delete' }
  | { name: 'download'; only: readonly string[] | null };

export function AlbumHead({ onPanel, onSelect }: { onPanel(panel: Panel): void; onSelect(): void }) {
  const { t, format } = useSpeech();
  const { album, api, may, visit } = useAlbum();
  const tell = useTell();
  const filled = album.mediaCount > 0;
  const facts = factsOf(t, format, album, visit !== null);
  const items: MenuItem[] = [
    ...(filled && (may('DOWNLOAD') || may('EDIT_OWN_MEDIA'))
      ? [{ label: t.album.select, icon: 'select' as const, run: onSelect }]
      : []),
    ...(filled && may('DOWNLOAD')
      ? [
          {
            label: t.album.downloadAll,
            icon: 'download' as const,
            run: () => onPanel({ name: 'download', only: null }),
          },
        ]
      : []),
    ...(may('EDIT_ALBUM')
      ? [{ label: t.album.edit, icon: 'edit' as const, run: () => onPanel({ name: 'edit' }) }]
      : []),
    ...(may('EDIT_OWN_MEDIA')
      ? [{ label: t.album.trash, icon: 'trash' as const, run: () => onPanel({ name: 'trash' }) }]
      : []),
    ...(may('LEAVE') && album.viewerRole !== 'OWNER'
      ? [{ label: t.album.leave, icon: 'leave' as const, danger: true, run: () => onPanel({ name: 'leave' }) }]
      : []),
    ...(may('DISPOSE_ALBUM') && !album.trashedAt
      ? [{ label: t.album.trashAlbum, icon: 'close' as const, danger: true, run: () => onPanel({ name: 'dispose' }) }]
      : []),
  ];
  return (
    <section className="album-head" aria-labelledby="album-title">
      <div className="album-words">
        <h1 id="album-title">{album.title}</h1>
        {album.description && <p className="album-text">{album.description}</p>}
        <p className="facts">
          <Avatar person={album.owner} size={22} />
          <span>{album.owner.displayName || t.nobody}</span>
          {facts.map((fact) => (
            <span key={fact}>{fact}</span>
          ))}
        </p>
        {album.trashedAt && (
          <p className="hint in-trash">
            <span>{t.album.inTrash}</span>
            <Button
              icon="restore"
              onClick={() => void api.ask(RestoreAlbumDocument, { input: { albumId: album.id } }).catch(tell)}
            >
              {t.album.restoreAlbum}
            </Button>
            <Button kind="danger" icon="trash" onClick={() => onPanel({ name: 'delete' })}>
              {t.album.deleteForGood}
            </Button>
          </p>
        )}
      </div>
      <div className="album-actions">
        {may('ADD_MEDIA') && !album.trashedAt && filled && (
          <PickButton albumId={album.id} label={t.album.add} title={t.album.addTitle} />
        )}
        {may('MANAGE_SHARES') && (
          <Button icon="share" onClick={() => onPanel({ name: 'shares' })}>
            {t.album.share}
          </Button>
        )}
        {may('LIST_MEMBERS') && !visit && (
          <Button icon="members" onClick={() => onPanel({ name: 'members' })}>
            {t.album.members}
          </Button>
        )}
        <Menu label={t.more} items={items} />
      </div>
    </section>
  );
}
