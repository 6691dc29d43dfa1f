package mongostore

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"keepsake/album"
	"keepsake/store"
)

// memberDoc is an album.Membership. Its ID, made of user and album, makes them
// unique on a sharded cluster too.
type memberDoc struct {
	ID  string       `bson:"_id"`
	Row memberFields `bson:",inline"`
}

type memberFields struct {
	AlbumID  album.AlbumID `bson:"albumId"`
	UserID   album.UserID  `bson:"userId"`
	Role     album.Role    `bson:"role"`
	ShareID  album.ShareID `bson:"shareId,omitempty"`
	JoinedAt time.Time     `bson:"joinedAt"`
}

func memberID(user album.UserID, id album.AlbumID) string { return string(user) + "/" + string(id) }

func memberDocOf(m album.Membership) memberDoc {
	return memberDoc{memberID(m.UserID, m.AlbumID), memberFields(m)}
}

func (d memberDoc) member() *album.Membership { m := album.Membership(d.Row); return &m }

// member reads one membership.
func (s *Store) member(ctx context.Context, id album.AlbumID, user album.UserID) (*album.Membership, error) {
	d, err := findOne[memberDoc](ctx, s.members, oneMember(id, user))
	return d.member(), err
}

// oneMember names user and album beside the ID made of them: a sharded
// collection is asked by them.
func oneMember(id album.AlbumID, user album.UserID) bson.D {
	return and(eq("_id", memberID(user, id)), eq("userId", user), eq("albumId", id))
}

// Membership implements store.Members.
func (s *Store) Membership(ctx context.Context, id album.AlbumID, user album.UserID) (*album.Membership, error) {
	return run(ctx, s, "membership", func(ctx context.Context) (*album.Membership, error) {
		return s.member(ctx, id, user)
	})
}

// MembershipsIn implements store.Members.
func (s *Store) MembershipsIn(
	ctx context.Context, user album.UserID, ids []album.AlbumID,
) (map[album.AlbumID]*album.Membership, error) {
	return run(ctx, s, "memberships in albums", func(ctx context.Context) (map[album.AlbumID]*album.Membership, error) {
		keys := make([]string, len(ids))
		for i, id := range ids {
			keys[i] = memberID(user, id)
		}
		docs, err := find[memberDoc](ctx, s.members, and(eq("userId", user), bson.D{in("_id", keys)}))
		return keyed(docs, err, memberDoc.member, func(m *album.Membership) album.AlbumID { return m.AlbumID })
	})
}

// MembersOf implements store.Members.
func (s *Store) MembersOf(ctx context.Context, id album.AlbumID, r album.Range) ([]*album.Membership, error) {
	return run(ctx, s, "members", func(ctx context.Context) ([]*album.Membership, error) {
		docs, err := below[memberDoc](ctx, s, id, r.Limit, lookup(s.members, "_id", "albumId", "rows",
			match(after("joinedAt", "userId", r.After)),
			op("$sort", oldest("joinedAt", "userId")), op("$limit", max(r.Limit, 1))))
		return domain(docs, err, memberDoc.member)
	})
}

// below reads the rows that a lookup finds below one album that is not
// DELETING: NOT_FOUND if there is none.
func below[D any](ctx context.Context, s *Store, id album.AlbumID, limit int, rows bson.D) ([]D, error) {
	type parent struct {
		Rows []D `bson:"rows"`
	}
	found, err := aggregate[parent](ctx, s.albums, match(eq("_id", id), notDeleting), onlyID, rows)
	switch {
	case err != nil:
		return nil, err
	case len(found) == 0:
		return nil, album.ErrNotFound
	}
	return found[0].Rows[:min(len(found[0].Rows), max(limit, 0))], nil
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
	out, err := write(ctx, s, "add member", []string{string(m.AlbumID)}, func(ctx context.Context) (memberChange, error) {
		a, err := s.activeAlbum(ctx, m.AlbumID)
		if err != nil {
			return memberChange{}, err
		}
		if m.Role >= album.Owner {
			return memberChange{}, album.ErrConflict // there is exactly one owner
		}
		if m.ShareID != "" {
			if err := s.shareIsOpen(ctx, m.ShareID, m.AlbumID, ch.At); err != nil {
				return memberChange{}, err
			}
		}
		present, err := s.member(ctx, m.AlbumID, m.UserID)
		switch {
		case album.CodeOf(err) == album.CodeNotFound:
			return s.join(ctx, a, m, ch)
		case err != nil:
			return memberChange{}, err
		case present.Role >= m.Role:
			return memberChange{Member: present}, nil
		}
		return s.changeRole(ctx, present, m.Role, ch)
	})
	return out.Member, out.Entry, err
}

func (s *Store) join(ctx context.Context, a *album.Album, m album.Membership, ch store.Change) (memberChange, error) {
	if a.MemberCount >= album.MaxMembers {
		return memberChange{}, album.Errorf(album.CodeLimitExceeded, "an album may have at most %d members", album.MaxMembers)
	}
	if err := s.userExists(ctx, m.UserID); err != nil {
		return memberChange{}, err
	}
	m.JoinedAt = millis(m.JoinedAt)
	e := &album.Entry{Kind: album.MemberJoined, UserID: m.UserID}
	if err := s.record(ctx, m.AlbumID, ch, counts{members: 1}, e); err != nil {
		return memberChange{}, err
	}
	_, err := s.members.InsertOne(ctx, memberDocOf(m))
	return memberChange{&m, e}, err
}

func (s *Store) changeRole(ctx context.Context, m *album.Membership, role album.Role, ch store.Change) (memberChange, error) {
	m.Role = role
	e := &album.Entry{Kind: album.MemberRoleChanged, UserID: m.UserID}
	if err := s.record(ctx, m.AlbumID, ch, counts{}, e); err != nil {
		return memberChange{}, err
	}
	return memberChange{m, e}, s.setRole(ctx, m.AlbumID, m.UserID, role)
}

func (s *Store) setRole(ctx context.Context, id album.AlbumID, user album.UserID, role album.Role) error {
	return setOne(ctx, s.members, oneMember(id, user), op("$set", eq("role", role)))
}

// memberWas finds a member of an ACTIVE album who must still have the role was
// and must not be the owner.
func (s *Store) memberWas(ctx context.Context, id album.AlbumID, user album.UserID, was album.Role) (*album.Membership, error) {
	if _, err := s.activeAlbum(ctx, id); err != nil {
		return nil, err
	}
	m, err := s.member(ctx, id, user)
	if err == nil && (m.Role != was || m.Role == album.Owner) {
		err = album.ErrConflict
	}
	return m, err
}

// SetRole implements store.Members.
func (s *Store) SetRole(
	ctx context.Context, id album.AlbumID, user album.UserID, was, role album.Role, ch store.Change,
) (*album.Membership, *album.Entry, error) {
	out, err := write(ctx, s, "set role", []string{string(id)}, func(ctx context.Context) (memberChange, error) {
		m, err := s.memberWas(ctx, id, user, was)
		switch {
		case err != nil:
			return memberChange{}, err
		case role >= album.Owner:
			return memberChange{}, album.ErrConflict
		case role == was:
			return memberChange{Member: m}, nil
		}
		return s.changeRole(ctx, m, role, ch)
	})
	return out.Member, out.Entry, err
}

// RemoveMember implements store.Members.
func (s *Store) RemoveMember(
	ctx context.Context, id album.AlbumID, user album.UserID, was album.Role, ch store.Change,
) (*album.Entry, error) {
	return write(ctx, s, "remove member", []string{string(id)}, func(ctx context.Context) (*album.Entry, error) {
		if _, err := s.memberWas(ctx, id, user, was); err != nil {
			return nil, err
		}
		e := &album.Entry{Kind: album.MemberRemoved, UserID: user}
		if err := s.record(ctx, id, ch, counts{members: -1}, e); err != nil {
			return nil, err
		}
		_, err := s.members.DeleteOne(ctx, oneMember(id, user))
		return e, err
	})
}

// TransferAlbum implements store.Members.
func (s *Store) TransferAlbum(
	ctx context.Context, id album.AlbumID, from, to album.UserID, ch store.Change,
) ([]*album.Entry, error) {
	return write(ctx, s, "transfer album", []string{string(id)}, func(ctx context.Context) ([]*album.Entry, error) {
		a, err := s.activeAlbum(ctx, id)
		switch {
		case err != nil:
			return nil, err
		case a.OwnerID != from:
			return nil, album.ErrConflict
		}
		if _, err := s.member(ctx, id, to); err != nil || to == from {
			return nil, err
		}
		entries := []*album.Entry{
			{Kind: album.MemberRoleChanged, UserID: to},
			{Kind: album.MemberRoleChanged, UserID: from},
		}
		if err := s.record(ctx, id, ch, counts{}, entries...); err != nil {
			return nil, err
		}
		if err := setOne(ctx, s.albums, eq("_id", id), op("$set", eq("ownerId", to))); err != nil {
			return nil, err
		}
		if err := s.setRole(ctx, id, from, album.Editor); err != nil {
			return nil, err
		}
		return entries, s.setRole(ctx, id, to, album.Owner)
	})
}
