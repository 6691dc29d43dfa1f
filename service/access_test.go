package service

import (
	"testing"

	"keepsake/album"
)

// TestStanding goes through all that a role can come from.
func TestStanding(t *testing.T) {
	t.Parallel()
	here, elsewhere := &album.Share{ID: "shr_1", AlbumID: "alb_1"}, &album.Share{ID: "shr_2", AlbumID: "alb_2"}
	user := album.Identified{UserID: "usr_1"}
	visitor := album.Identified{ShareID: "shr_1"}
	for _, c := range []struct {
		name   string
		viewer album.Identified
		member album.Role // NoRole: none
		share  *album.Share
		// the role in a PRIVATE album, and in one of the others
		private, others album.Role
	}{
		{"nobody", album.Identified{}, album.NoRole, nil, album.NoRole, album.Visitor},
		{"user", user, album.NoRole, nil, album.NoRole, album.Visitor},
		{"viewer", user, album.Viewer, nil, album.Viewer, album.Viewer},
		{"contributor", user, album.Contributor, nil, album.Contributor, album.Contributor},
		{"editor", user, album.Editor, nil, album.Editor, album.Editor},
		{"owner", user, album.Owner, nil, album.Owner, album.Owner},
		{"visitor of the share", visitor, album.NoRole, here, album.Visitor, album.Visitor},
		{"visitor of another album's", visitor, album.NoRole, elsewhere, album.NoRole, album.NoRole},
		{"visitor of a closed one", visitor, album.NoRole, nil, album.NoRole, album.NoRole},
	} {
		for _, visibility := range []album.Visibility{album.Private, album.Link, album.Public} {
			a := &album.Album{ID: "alb_1", Visibility: visibility, State: album.Active}
			var m *album.Membership
			if c.member != album.NoRole {
				m = &album.Membership{AlbumID: a.ID, UserID: c.viewer.UserID, Role: c.member}
			}
			want := c.others
			if visibility == album.Private {
				want = c.private
			}
			got := standing(c.viewer, a, m, c.share)
			if got.Role != want || got.Album != a || got.UserID != c.viewer.UserID {
				t.Errorf("%s in a %s album: %+v, want %s", c.name, visibility, got, want)
			}
			if came := got.Share != nil; came != (c.share == here) {
				t.Errorf("%s in a %s album came through %+v", c.name, visibility, got.Share)
			}
		}
	}
}

func TestAllowed(t *testing.T) {
	t.Parallel()
	a := &album.Album{State: album.Active, Settings: album.DefaultSettings()}
	for _, c := range []struct {
		name   string
		access album.Access
		action album.Action
		want   album.Code
	}{
		{"who may", album.Access{Album: a, Role: album.Viewer, UserID: "usr_1"}, album.AddComment, ""},
		{"who sees but may not", album.Access{Album: a, Role: album.Visitor, UserID: "usr_1"}, album.AddComment, album.CodeForbidden},
		{"whom signing in may help", album.Access{Album: a, Role: album.Visitor}, album.AddComment, album.CodeUnauthenticated},
		{"who does not see", album.Access{Album: a, UserID: "usr_1"}, album.AddComment, album.CodeNotFound},
		{"no album", album.Access{}, album.View, album.CodeNotFound},
	} {
		if got := album.CodeOf(Allowed(c.access, c.action)); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
