package service

import (
	"context"

	"keepsake/album"
)

// Identifiers that nothing has. They are looked for in the place of what hangs on
// a thing that is not there, so that this takes as long as a thing that the viewer
// may not see.
const (
	nowhere  album.AlbumID = album.AlbumPrefix + "00000000000000000000000000"
	noMedium album.MediaID = album.MediaPrefix + "00000000000000000000000000"
)

// Access finds out what a viewer is to each of those albums. Albums that are
// not there, or that the viewer may not see, are missing from the map. It costs
// at most three statements, whatever len(ids).
func (s *Service) Access(ctx context.Context, v album.Identified, ids []album.AlbumID) (map[album.AlbumID]album.Access, error) {
	albums, err := s.Store.AlbumsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	var members map[album.AlbumID]*album.Membership
	switch {
	case v.Standing != nil && v.Standing.Role >= album.Viewer:
		members = map[album.AlbumID]*album.Membership{v.Standing.AlbumID: {Role: v.Standing.Role}}
	case v.SignedIn():
		if members, err = s.Store.MembershipsIn(ctx, v.UserID, ids); err != nil {
			return nil, err
		}
	}
	share, err := s.visitorShare(ctx, v)
	if err != nil {
		return nil, err
	}
	out := make(map[album.AlbumID]album.Access, len(albums))
	for id, a := range albums {
		if access := standing(v, a, members[id], share); access.Can(album.View) {
			out[id] = access
		}
	}
	return out, nil
}

// standing is the one place where a role comes from.
func standing(v album.Identified, a *album.Album, m *album.Membership, share *album.Share) album.Access {
	access := album.Access{Album: a, UserID: v.UserID}
	if v.Standing != nil && v.Standing.SignedIn {
		access.UserID = album.Somebody
	}
	switch {
	case m != nil:
		access.Role = m.Role
	case share != nil && share.AlbumID == a.ID:
		access.Role, access.Share = album.Visitor, share
	case v.ShareID == "" && a.Visibility != album.Private:
		access.Role = album.Visitor
	}
	return access
}

// visitorShare returns the open share that the viewer came through, or nil.
func (s *Service) visitorShare(ctx context.Context, v album.Identified) (*album.Share, error) {
	if v.ShareID == "" {
		return nil, nil //nolint:nilnil // no share is a fact here, not a missing row
	}
	share, err := s.Store.Share(ctx, v.ShareID)
	switch {
	case album.CodeOf(err) == album.CodeNotFound:
		return nil, nil //nolint:nilnil // as above
	case err != nil:
		return nil, err
	case !share.Open(s.now()):
		return nil, nil //nolint:nilnil // as above
	}
	return share, nil
}

// access is Access of one album: NOT_FOUND where the viewer may not see it,
// FORBIDDEN where they may not do the action, UNAUTHENTICATED where signing in
// could help with that.
func (s *Service) access(ctx context.Context, v album.Identified, id album.AlbumID, action album.Action) (album.Access, error) {
	if _, err := album.ParseAlbumID(string(id)); err != nil {
		return album.Access{}, err
	}
	found, err := s.Access(ctx, v, []album.AlbumID{id})
	if err != nil {
		return album.Access{}, err
	}
	access, ok := found[id]
	if !ok {
		return album.Access{}, album.ErrNotFound
	}
	return access, Allowed(access, action)
}

// StandingIn finds out what a viewer is to an album; NOT_FOUND where they may not
// see it.
func (s *Service) StandingIn(ctx context.Context, v album.Identified, id album.AlbumID) (album.Standing, error) {
	access, err := s.access(ctx, v, id, album.View)
	return album.Standing{AlbumID: id, Role: access.Role, SignedIn: v.SignedIn(), ShareID: v.ShareID}, err
}

// AccessOf is what a standing opens at present; NOT_FOUND where it no longer
// shows the album.
func (s *Service) AccessOf(ctx context.Context, st album.Standing) (album.Access, error) {
	return s.access(ctx, st.Viewer(), st.AlbumID, album.View)
}

// namedPages bounds how far MembersNamed looks ahead, in pages of namedPage.
const (
	namedPages = 8
	namedPage  = 128
)

// MembersNamed returns whose memberships the entries of an album's log after seq
// are about, each with the newest such entry. Of a log that goes on for more than
// a thousand entries it reads the first thousand, and of one that does not reach
// back nothing.
func (s *Service) MembersNamed(ctx context.Context, id album.AlbumID, seq int64) (map[album.UserID]int64, error) {
	named := map[album.UserID]int64{}
	for range namedPages {
		entries, err := s.Store.Entries(ctx, id, seq, namedPage)
		if album.CodeOf(err) == album.CodeResync {
			return named, nil
		}
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			seq = e.Seq
			if e.UserID != "" {
				named[e.UserID] = e.Seq
			}
		}
		if len(entries) < namedPage {
			break
		}
	}
	return named, nil
}

// Allowed is nil if the access allows the action, else the error that says why not.
func Allowed(access album.Access, action album.Action) error {
	switch {
	case access.Can(action):
		return nil
	case !access.Can(album.View):
		return album.ErrNotFound
	case access.UserID == "":
		return album.ErrUnauthenticated
	}
	return album.ErrForbidden
}

// signedIn is UNAUTHENTICATED unless a user asks.
func signedIn(v album.Identified) error {
	if !v.SignedIn() {
		return album.ErrUnauthenticated
	}
	return nil
}
