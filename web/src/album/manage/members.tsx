// Who is in an album: roles, removing, handing over.

import { useEffect, useState } from 'react';
import type { AlbumRole, Id } from '../../client';
import {
  MembersDocument,
  RemoveMemberDocument,
  SetMemberRoleDocument,
  TransferAlbumDocument,
  type MembersQuery,
} from '../../gql/graphql';
import { useAlbum, useTell } from '../data/album';
import { useViewer } from '../data/client';
import { errorText } from '../data/errors';
import { usePages } from '../data/pages';
import { nameOf } from '../data/words';
import { useSpeech } from '../i18n/context';
import { Avatar } from '../ui/avatar';
import { Confirm, Dialog } from '../ui/dialog';
import { Menu, type MenuItem } from '../ui/menu';
import { useVoice } from '../ui/notices';

type Member = NonNullable<MembersQuery['album']>['members']['edges'][number]['node'];

const ranks: readonly AlbumRole[] = ['OWNER', 'EDITOR', 'CONTRIBUTOR', 'VIEWER'];

/** rolesBelow gives the roles that somebody of this role may give, and take. */
export function rolesBelow(role: AlbumRole | null): readonly AlbumRole[] {
  return role === null ? [] : ranks.slice(ranks.indexOf(role) + 1);
}

export default function Members({ onClose }: { onClose(): void }) {
  const { t, format } = useSpeech();
  const { album, api, follower, may } = useAlbum();
  const viewer = useViewer();
  const voice = useVoice();
  const tell = useTell();
  const list = usePages<Member>(
    album.id,
    async (after) => (await api.ask(MembersDocument, { id: album.id, after })).album?.members ?? null,
  );
  const [asked, setAsked] = useState<{ what: 'remove' | 'handOver'; member: Member } | null>(null);
  const below = may('MANAGE_MEMBERS') ? rolesBelow(album.viewerRole) : [];

  const { again } = list;
  useEffect(() => follower.onEvent((e) => e.kind.startsWith('MEMBER_') && again()), [follower]);

  function setRole(userId: Id, role: AlbumRole) {
    const before = list.rows;
    list.change((rows) => rows.map((m) => (m.user.id === userId ? { ...m, role } : m)));
    api.ask(SetMemberRoleDocument, { input: { albumId: album.id, userId, role } }).catch((error: unknown) => {
      list.change(() => before);
      tell(error);
    });
  }
  async function remove(member: Member) {
    try {
      await api.ask(RemoveMemberDocument, { input: { albumId: album.id, userId: member.user.id } });
      list.change((rows) => rows.filter((m) => m !== member));
      voice.show({ text: t.members.removed(nameOf(t, member.user)) });
    } catch (error) {
      tell(error);
    }
  }
  async function handOver(member: Member) {
    try {
      await api.ask(TransferAlbumDocument, { input: { albumId: album.id, userId: member.user.id } });
      list.again();
    } catch (error) {
      tell(error);
    }
  }

  return (
    <Dialog title={t.members.title} onClose={onClose}>
      {list.error !== null && <p className="bad">{errorText(t, format, list.error)}</p>}
      <ul className="people" aria-busy={list.loading}>
        {list.rows.map((member) => {
          const name = nameOf(t, member.user);
          const mine = member.user.id === viewer?.id;
          const managed = !mine && below.includes(member.role);
          const items: MenuItem[] = [
            ...(album.viewerRole === 'OWNER' && !mine
              ? [{ label: t.members.handOver, run: () => setAsked({ what: 'handOver' as const, member }) }]
              : []),
            ...(managed
              ? [{ label: t.members.remove, danger: true, run: () => setAsked({ what: 'remove' as const, member }) }]
              : []),
          ];
          return (
            <li key={member.user.id} className="person">
              <Avatar person={member.user} size={40} />
              <div className="person-words">
                <strong>{mine ? `${name} (${t.you})` : name}</strong>
                <small>{t.members.joined(format.date(member.joinedAt))}</small>
              </div>
              {managed ? (
                <select
                  className="role"
                  aria-label={t.members.role(name)}
                  value={member.role}
                  onChange={(e) => setRole(member.user.id, e.target.value as AlbumRole)}
                >
                  {below.map((role) => (
                    <option key={role} value={role}>
                      {t.role[role]}
                    </option>
                  ))}
                </select>
              ) : (
                <span className="role">{t.role[member.role]}</span>
              )}
              <Menu label={`${t.more}: ${name}`} items={items} />
            </li>
          );
        })}
      </ul>
      {list.loading && <p className="hint">{t.loading}</p>}
      {list.hasMore && !list.loading && (
        <button type="button" className="button plain full" onClick={list.more}>
          <span>{t.loadMore}</span>
        </button>
      )}
      {asked?.what === 'remove' && (
        <Confirm
          title={t.members.remove}
          text={t.members.removeSure(nameOf(t, asked.member.user))}
          yes={t.members.remove}
          onYes={() => void remove(asked.member)}
          onClose={() => setAsked(null)}
        />
      )}
      {asked?.what === 'handOver' && (
        <Confirm
          title={t.members.handOver}
          text={t.members.handOverSure(nameOf(t, asked.member.user))}
          yes={t.members.handOver}
          onYes={() => void handOver(asked.member)}
          onClose={() => setAsked(null)}
        />
      )}
    </Dialog>
  );
}
