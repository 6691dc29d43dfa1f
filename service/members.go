package service

import (
	"context"

	"keepsake/album"
	"keepsake/store"
)

// MembersOf lists an album's members, to members.
func (s *Service) MembersOf(ctx context.Context, access album.Access, p PageArgs) (album.Page[*album.Membership], error) {
	if err := Allowed(access, album.ListMembers); err != nil {
		return album.Page[*album.Membership]{}, err
	}
	r, err := p.window(album.ListMemberships)
	if err != nil {
		return album.Page[*album.Membership]{}, err
	}
	rows, err := s.Store.MembersOf(ctx, access.Album.ID, r)
	return page(album.ListMemberships, r, rows, func(m *album.Membership) album.Position {
		return album.Position{Key: m.JoinedAt.UnixMilli(), ID: string(m.UserID)}
	}), err
}

// Member returns one member of an album, to members.
func (s *Service) Member(ctx context.Context, access album.Access, user album.UserID) (*album.Membership, error) {
	if err := Allowed(access, album.ListMembers); err != nil {
		return nil, err
	}
	return s.Store.Membership(ctx, access.Album.ID, user)
}

// JoinAlbum makes the viewer a member by an invitation. FORBIDDEN for a link
// that only shows its album; else the errors of opening a share.
func (s *Service) JoinAlbum(ctx context.Context, v album.Identified, token, secret string) (*album.Membership, error) {
	if err := signedIn(v); err != nil {
		return nil, err
	}
	share, _, err := s.enter(ctx, token, secret)
	if err != nil {
		return nil, err
	}
	if share.JoinRole == album.NoRole {
		return nil, album.Errorf(album.CodeForbidden, "this link shows the album, it does not invite")
	}
	c := s.change(v)
	m, entry, err := s.Store.AddMember(ctx, album.Membership{
		AlbumID: share.AlbumID, UserID: v.UserID, Role: share.JoinRole, ShareID: share.ID, JoinedAt: c.At,
	}, c)
	if err != nil {
		return nil, err
	}
	s.tellMember(ctx, v.UserID, entry)
	return m, nil
}

// SetMemberRole changes the role of a member below the viewer's own to another below it.
func (s *Service) SetMemberRole(
	ctx context.Context, v album.Identified, id album.AlbumID, user album.UserID, role album.Role,
) (*album.Membership, error) {
	m, err := s.managed(ctx, v, id, user, role)
	if err != nil {
		return nil, err
	}
	changed, entry, err := s.Store.SetRole(ctx, id, user, m.Role, role, s.change(v))
	if err != nil {
		return nil, err
	}
	s.tellMember(ctx, user, entry)
	return changed, nil
}

// RemoveMember takes out a member below the viewer's own role.
func (s *Service) RemoveMember(ctx context.Context, v album.Identified, id album.AlbumID, user album.UserID) error {
	if store.Begun(ctx) { // it was done, and is a member no longer
		return nil
	}
	m, err := s.managed(ctx, v, id, user, album.Viewer)
	if err != nil {
		return err
	}
	return s.remove(ctx, v, m)
}

// managed finds a member whom the viewer may manage, and give that role.
func (s *Service) managed(
	ctx context.Context, v album.Identified, id album.AlbumID, user album.UserID, role album.Role,
) (*album.Membership, error) {
	access, err := s.access(ctx, v, id, album.ManageMembers)
	if err != nil {
		return nil, err
	}
	m, err := s.Store.Membership(ctx, id, user)
	if err != nil {
		return nil, err
	}
	if !access.Role.CanGrant(m.Role) || !access.Role.CanGrant(role) {
		return nil, album.Errorf(album.CodeForbidden, "you manage only roles below your own")
	}
	return m, nil
}

// LeaveAlbum takes the viewer out of an album. The owner is FORBIDDEN: they
// hand it over first.
func (s *Service) LeaveAlbum(ctx context.Context, v album.Identified, id album.AlbumID) error {
	if store.Begun(ctx) { // it was done, and the viewer sees it no longer
		return nil
	}
	access, err := s.access(ctx, v, id, album.Leave)
	if err != nil {
		return err
	}
	return s.remove(ctx, v, &album.Membership{AlbumID: id, UserID: v.UserID, Role: access.Role})
}

func (s *Service) remove(ctx context.Context, v album.Identified, m *album.Membership) error {
	entry, err := s.Store.RemoveMember(ctx, m.AlbumID, m.UserID, m.Role, s.change(v))
	if err != nil {
		return err
	}
	s.tellMember(ctx, m.UserID, entry)
	return nil
}

// tellMember publishes an entry about a member, to the album and to the
// member's own feed.
func (s *Service) tellMember(ctx context.Context, user album.UserID, entry *album.Entry) {
	if entry != nil {
		s.Hub.PublishEntries(ctx, entry)
		s.Hub.NotifyUser(ctx, user)
	}
}
