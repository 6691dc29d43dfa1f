package sqlitestore

import (
	"context"

	"keepsake/album"
	"keepsake/store"
)

const (
	insertMember = `INSERT INTO member (album_id, user_id, role, share_id, joined_at) VALUES (?, ?, ?, ?, ?)`

	memberColumns = `m.album_id, m.user_id, m.role, m.share_id, m.joined_at`
	memberByID    = `SELECT ` + memberColumns + ` FROM member m WHERE m.album_id = ? AND m.user_id = ?`
	membersIn     = `SELECT ` + memberColumns + ` FROM member m
		WHERE m.album_id IN (SELECT value FROM json_each(?1)) AND m.user_id = ?2`
	membersOf = `SELECT ` + memberColumns + ` FROM album a
		LEFT JOIN member m ON m.album_id = a.id AND (m.joined_at, m.user_id) > (?2, ?3)
		WHERE a.id = ?1 AND a.state <> 3
		ORDER BY m.joined_at, m.user_id LIMIT ?4`
	albumsOfUser = `SELECT ` + memberColumns + ` FROM member m CROSS JOIN album a ON a.id = m.album_id AND a.state = 1
		WHERE m.user_id = ?1 AND (m.joined_at, m.album_id) < (?2, ?3)
		ORDER BY m.joined_at DESC, m.album_id DESC LIMIT ?4`

	updateRole   = `UPDATE member SET role = ?3 WHERE album_id = ?1 AND user_id = ?2`
	deleteMember = `DELETE FROM member WHERE album_id = ? AND user_id = ?`
	updateOwner  = `UPDATE album SET owner_id = ?2 WHERE id = ?1`
)

func scanMember(r *row) *album.Membership {
	return &album.Membership{
		AlbumID: id[album.AlbumID](r), UserID: id[album.UserID](r), Role: album.Role(r.num()),
		ShareID: id[album.ShareID](r), JoinedAt: r.time(),
	}
}

// Membership implements store.Members.
func (s *Store) Membership(ctx context.Context, id album.AlbumID, user album.UserID) (*album.Membership, error) {
	return read(ctx, s, "membership", func(c *conn) (*album.Membership, error) {
		return one(c, scanMember, memberByID, id, user)
	})
}

// MembershipsIn implements store.Members.
func (s *Store) MembershipsIn(
	ctx context.Context, user album.UserID, ids []album.AlbumID,
) (map[album.AlbumID]*album.Membership, error) {
	members, err := readIn(ctx, s, "memberships in albums", ids, scanMember, membersIn, user)
	return keyed(members, err, func(m *album.Membership) album.AlbumID { return m.AlbumID })
}

// MembersOf implements store.Members.
func (s *Store) MembersOf(ctx context.Context, id album.AlbumID, r album.Range) ([]*album.Membership, error) {
	return read(ctx, s, "members", func(c *conn) ([]*album.Membership, error) {
		key, last := after(r.After)
		return below(c, r.Limit, scanMember, membersOf, id, key, last)
	})
}

// memberChange is a membership as a write left it, with the entry it made.
type memberChange struct {
	Member *album.Membership
	Entry  *album.Entry
}

// AddMember implements store.Members.
func (s *Store) AddMember(
	ctx context.Context, m album.Membership, ch store.Change,
) (*album.Membership, *album.Entry, error) {
	out, err := write(ctx, s, "add member", func(c *conn) (memberChange, error) {
		a, err := one(c, scanAlbum, activeAlbum, m.AlbumID)
		if err != nil {
			return memberChange{}, err
		}
		if m.Role >= album.Owner {
			return memberChange{}, album.ErrConflict // there is exactly one owner
		}
		if m.ShareID != "" {
			if err := shareIsOpen(c, m.ShareID, m.AlbumID, ch.At); err != nil {
				return memberChange{}, err
			}
		}
		present, err := list(c, scanMember, memberByID, m.AlbumID, m.UserID)
		switch {
		case err != nil:
			return memberChange{}, err
		case len(present) == 0:
			return join(c, a, m, ch)
		case present[0].Role >= m.Role:
			return memberChange{Member: present[0]}, nil
		}
		return changeRole(c, present[0], m.Role, ch)
	})
	return out.Member, out.Entry, err
}

func join(c *conn, a *album.Album, m album.Membership, ch store.Change) (memberChange, error) {
	if a.MemberCount >= album.MaxMembers {
		return memberChange{}, album.Errorf(album.CodeLimitExceeded, "an album may have at most %d members", album.MaxMembers)
	}
	m.JoinedAt = millis(m.JoinedAt)
	if _, err := c.exec(insertMember, m.AlbumID, m.UserID, int(m.Role), m.ShareID, required(m.JoinedAt)); err != nil {
		return memberChange{}, err
	}
	e := &album.Entry{Kind: album.MemberJoined, UserID: m.UserID}
	return memberChange{&m, e}, record(c, m.AlbumID, ch, counts{members: 1}, e)
}

func changeRole(c *conn, m *album.Membership, role album.Role, ch store.Change) (memberChange, error) {
	m.Role = role
	if _, err := c.exec(updateRole, m.AlbumID, m.UserID, int(role)); err != nil {
		return memberChange{}, err
	}
	e := &album.Entry{Kind: album.MemberRoleChanged, UserID: m.UserID}
	return memberChange{m, e}, record(c, m.AlbumID, ch, counts{}, e)
}

// memberWas finds a member of an ACTIVE album who must still have the role was
// and must not be the owner.
func memberWas(c *conn, id album.AlbumID, user album.UserID, was album.Role) (*album.Membership, error) {
	if _, err := one(c, scanAlbum, activeAlbum, id); err != nil {
		return nil, err
	}
	m, err := one(c, scanMember, memberByID, id, user)
	if err == nil && (m.Role != was || m.Role == album.Owner) {
		err = album.ErrConflict
	}
	return m, err
}

// SetRole implements store.Members.
func (s *Store) SetRole(
	ctx context.Context, id album.AlbumID, user album.UserID, was, role album.Role, ch store.Change,
) (*album.Membership, *album.Entry, error) {
	out, err := write(ctx, s, "set role", func(c *conn) (memberChange, error) {
		m, err := memberWas(c, id, user, was)
		switch {
		case err != nil:
			return memberChange{}, err
		case role >= album.Owner:
			return memberChange{}, album.ErrConflict
		case role == was:
			return memberChange{Member: m}, nil
		}
		return changeRole(c, m, role, ch)
	})
	return out.Member, out.Entry, err
}

// RemoveMember implements store.Members.
func (s *Store) RemoveMember(
	ctx context.Context, id album.AlbumID, user album.UserID, was album.Role, ch store.Change,
) (*album.Entry, error) {
	return write(ctx, s, "remove member", func(c *conn) (*album.Entry, error) {
		if _, err := memberWas(c, id, user, was); err != nil {
			return nil, err
		}
		if _, err := c.exec(deleteMember, id, user); err != nil {
			return nil, err
		}
		e := &album.Entry{Kind: album.MemberRemoved, UserID: user}
		return e, record(c, id, ch, counts{members: -1}, e)
	})
}

// TransferAlbum implements store.Members.
func (s *Store) TransferAlbum(
	ctx context.Context, id album.AlbumID, from, to album.UserID, ch store.Change,
) ([]*album.Entry, error) {
	return write(ctx, s, "transfer album", func(c *conn) ([]*album.Entry, error) {
		a, err := one(c, scanAlbum, activeAlbum, id)
		switch {
		case err != nil:
			return nil, err
		case a.OwnerID != from:
			return nil, album.ErrConflict
		}
		if _, err := one(c, scanMember, memberByID, id, to); err != nil || to == from {
			return nil, err
		}
		if _, err := c.exec(updateOwner, id, to); err != nil {
			return nil, err
		}
		if _, err := c.exec(updateRole, id, from, int(album.Editor)); err != nil {
			return nil, err
		}
		if _, err := c.exec(updateRole, id, to, int(album.Owner)); err != nil {
			return nil, err
		}
		entries := []*album.Entry{
			{Kind: album.MemberRoleChanged, UserID: to},
			{Kind: album.MemberRoleChanged, UserID: from},
		}
		return entries, record(c, id, ch, counts{}, entries...)
	})
}
