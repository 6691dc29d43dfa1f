package album_test

import (
	"strings"
	"testing"
	"time"

	"keepsake/album"
)

// standings are all the ways to stand to an album, in the order of the columns
// of permissions.
var standings = []struct {
	name   string
	access album.Access
}{
	{"nobody", album.Access{}},
	{"anonymous visitor", album.Access{Role: album.Visitor}},
	{"signed-in visitor", album.Access{Role: album.Visitor, UserID: "usr_1"}},
	{"share visitor", album.Access{Role: album.Visitor, Share: &album.Share{}}},
	{"share visitor who may download", album.Access{Role: album.Visitor, Share: &album.Share{DownloadAllowed: true}}},
	{"viewer", album.Access{Role: album.Viewer, UserID: "usr_1"}},
	{"contributor", album.Access{Role: album.Contributor, UserID: "usr_1"}},
	{"editor", album.Access{Role: album.Editor, UserID: "usr_1"}},
	{"owner", album.Access{Role: album.Owner, UserID: "usr_1"}},
}

// permissions says of each action who may do it in an active album, column by
// column of standings: y and n whatever the settings say, else the audiences
// of its setting with which it is allowed (N nobody, M members, A anyone).
var permissions = map[album.Action]string{
	album.View:           "n y y y  y  y  y  y  y",
	album.Download:       "n A A n  MA MA MA MA MA",
	album.LikeMedia:      "n n A n  n  MA MA MA MA",
	album.AddComment:     "n n A n  n  MA MA MA MA",
	album.ListMembers:    "n n n n  n  y  y  y  y",
	album.Leave:          "n n n n  n  y  y  y  n",
	album.AddMedia:       "n n n n  n  n  y  y  y",
	album.EditOwnMedia:   "n n n n  n  n  y  y  y",
	album.EditAnyMedia:   "n n n n  n  n  n  y  y",
	album.EditAnyComment: "n n n n  n  n  n  y  y",
	album.EditAlbum:      "n n n n  n  n  n  y  y",
	album.ManageShares:   "n n n n  n  n  n  y  y",
	album.ManageMembers:  "n n n n  n  n  n  y  y",
	album.DisposeAlbum:   "n n n n  n  n  n  n  y",
}

var (
	audiences    = []album.Audience{album.Nobody, album.Members, album.Anyone}
	visibilities = []album.Visibility{album.Private, album.Link, album.Public}
	states       = []album.State{album.Active, album.Trashed, album.Deleting}
)

// TestCan goes through every action, standing, state, visibility and setting of
// each kind.
func TestCan(t *testing.T) {
	t.Parallel()
	if len(permissions) != len(album.Actions()) {
		t.Fatalf("the table has %d actions, the package %d", len(permissions), len(album.Actions()))
	}
	for _, action := range album.Actions() {
		cells := strings.Fields(permissions[action])
		if len(cells) != len(standings) {
			t.Fatalf("%s: the table has %d columns of %d", action, len(cells), len(standings))
		}
		for i, who := range standings {
			everySetting(func(a album.Album) {
				access := who.access
				access.Album = &a
				want := expect(cells[i], audienceOf(action, a.Settings))
				switch a.State {
				case album.Trashed:
					want = access.Role == album.Owner && (action == album.View || action == album.DisposeAlbum)
				case album.Deleting:
					want = false
				}
				if got := access.Can(action); got != want {
					t.Errorf("%s by %s in %+v: got %v, want %v", action, who.name, a, got, want)
				}
			})
		}
	}
}

func everySetting(do func(album.Album)) {
	for _, state := range states {
		for _, visibility := range visibilities {
			for _, comments := range audiences {
				for _, likes := range audiences {
					for _, downloads := range audiences {
						do(album.Album{State: state, Visibility: visibility, Settings: album.Settings{
							Comments: comments, Likes: likes, Downloads: downloads,
						}})
					}
				}
			}
		}
	}
}

func audienceOf(action album.Action, s album.Settings) album.Audience {
	return map[album.Action]album.Audience{
		album.Download: s.Downloads, album.LikeMedia: s.Likes, album.AddComment: s.Comments,
	}[action]
}

func expect(cell string, audience album.Audience) bool {
	switch cell {
	case "y":
		return true
	case "n":
		return false
	}
	return strings.Contains(cell, string(audience)[:1])
}

func TestUnknownActionsAndNoAlbum(t *testing.T) {
	t.Parallel()
	owner := album.Access{Role: album.Owner, UserID: "usr_1", Album: &album.Album{State: album.Active}}
	if owner.Can("FLY") {
		t.Error("an action that is not in the table is allowed")
	}
	owner.Album = nil
	for _, action := range album.Actions() {
		if owner.Can(action) {
			t.Errorf("%s is allowed without an album", action)
		}
	}
}

func TestCanGrant(t *testing.T) {
	t.Parallel()
	grants := map[album.Role]string{
		album.Contributor: "VIEWER", album.Editor: "VIEWER CONTRIBUTOR", album.Owner: "VIEWER CONTRIBUTOR EDITOR",
	}
	for r := album.NoRole; r <= album.Owner; r++ {
		for other := album.NoRole; other <= album.Owner; other++ {
			want := other.String() != "" && strings.Contains(" "+grants[r]+" ", " "+other.String()+" ")
			if got := r.CanGrant(other); got != want {
				t.Errorf("%s grants %s: got %v", r, other, got)
			}
		}
	}
}

func TestRoleNames(t *testing.T) {
	t.Parallel()
	for r := album.NoRole; r <= album.Owner; r++ {
		if back, ok := album.ParseRole(r.String()); !ok || back != r {
			t.Errorf("%s became %s, %v", r, back, ok)
		}
	}
	for _, r := range []album.Role{-1, album.Owner + 1} {
		if r.String() != "INVALID" {
			t.Errorf("%d is called %s", int(r), r)
		}
	}
	for _, s := range []string{"", "owner", "INVALID", "OWNER "} {
		if r, ok := album.ParseRole(s); ok {
			t.Errorf("%q is %s", s, r)
		}
	}
}

// TestMedia: own and another's, published, on the way in and in the trash.
func TestMedia(t *testing.T) {
	t.Parallel()
	const ( // columns as in standings
		seen      = "n y y y y y y y y"
		mine      = "n n y n n y y y y"
		editable  = "n n n n n n y y y"
		anothers  = "n n n n n n n y y"
		noneMayIt = "n n n n n n n n n"
	)
	trashed := time.Now()
	for _, c := range []struct {
		name      string
		m         album.Media
		see, edit string
	}{
		{"own", album.Media{OwnerID: "usr_1", Status: album.Ready}, seen, editable},
		{"another's", album.Media{OwnerID: "usr_2", Status: album.Ready}, seen, anothers},
		{"nobody's", album.Media{Status: album.Ready}, seen, anothers},
		{"own, pending", album.Media{OwnerID: "usr_1", Status: album.Pending}, mine, editable},
		{"own, failed", album.Media{OwnerID: "usr_1", Status: album.Failed}, mine, editable},
		{"another's, pending", album.Media{OwnerID: "usr_2", Status: album.Pending}, noneMayIt, anothers},
		{"another's, processing", album.Media{OwnerID: "usr_2", Status: album.Processing}, noneMayIt, anothers},
		{"nobody's, pending", album.Media{Status: album.Pending}, noneMayIt, anothers},
		{"own, trashed", album.Media{OwnerID: "usr_1", Status: album.Ready, TrashedAt: trashed}, editable, editable},
		{"another's, trashed", album.Media{OwnerID: "usr_2", Status: album.Ready, TrashedAt: trashed}, anothers, anothers},
	} {
		see, edit := strings.Fields(c.see), strings.Fields(c.edit)
		for i, who := range standings {
			access := who.access
			access.Album = &album.Album{State: album.Active, Visibility: album.Public}
			if got := access.CanSeeMedia(&c.m); got != expect(see[i], "") {
				t.Errorf("%s sees one that is %s: %v", who.name, c.name, got)
			}
			if got := access.CanEditMedia(&c.m); got != expect(edit[i], "") {
				t.Errorf("%s edits one that is %s: %v", who.name, c.name, got)
			}
			access.Album = &album.Album{State: album.Trashed}
			if access.CanEditMedia(&c.m) {
				t.Errorf("%s edits one that is %s in a trashed album", who.name, c.name)
			}
		}
	}
}

func TestComments(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		author   album.UserID
		comments album.Audience
		edit     string
	}{
		{"usr_1", album.Anyone, "n n y n n y y y y"},
		{"usr_1", album.Members, "n n n n n y y y y"},
		{"usr_1", album.Nobody, "n n n n n n n y y"},
		{"usr_2", album.Anyone, "n n n n n n n y y"},
		{"", album.Anyone, "n n n n n n n y y"},
	} {
		for i, who := range standings {
			access := who.access
			access.Album = &album.Album{State: album.Active, Settings: album.Settings{Comments: c.comments}}
			want := expect(strings.Fields(c.edit)[i], "")
			if got := access.CanEditComment(&album.Comment{AuthorID: c.author}); got != want {
				t.Errorf("%s edits one of %q while %s comment: %v", who.name, c.author, c.comments, got)
			}
		}
	}
}

// entryKinds is every kind that a log has, and who is shown it: A all who see
// the album, M members, - nobody; and + where it may take access away.
var entryKinds = map[album.EntryKind]string{
	album.AlbumCreated: "A", album.AlbumEdited: "A+", album.AlbumTrashed: "A+", album.AlbumRestored: "A", album.AlbumDeleted: "A+",
	album.MediaAdded: "A", album.MediaEdited: "A", album.MediaRemoved: "A", album.MediaRestored: "A",
	album.CommentAdded: "A", album.CommentEdited: "A", album.CommentRemoved: "A",
	album.MemberJoined: "M", album.MemberRoleChanged: "M+", album.MemberRemoved: "M+", album.AccessChanged: "-+",
}

func TestEntries(t *testing.T) {
	t.Parallel()
	for kind, rule := range entryKinds {
		e := &album.Entry{Kind: kind}
		if got := e.ChangesAccess(); got != strings.HasSuffix(rule, "+") {
			t.Errorf("%s changes access: %v", kind, got)
		}
		for _, who := range standings {
			access := who.access
			access.Album = &album.Album{State: album.Active}
			want := rule[0] == 'A' && access.Role >= album.Visitor || rule[0] == 'M' && access.Role >= album.Viewer
			if got := access.CanSeeEntry(e); got != want {
				t.Errorf("%s is shown %s: %v", who.name, kind, got)
			}
		}
	}
}

func TestShareOpen(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, c := range map[string]struct {
		share album.Share
		open  bool
	}{
		"for ever":       {album.Share{}, true},
		"for a while":    {album.Share{ExpiresAt: now.Add(time.Millisecond)}, true},
		"until now":      {album.Share{ExpiresAt: now}, false},
		"past":           {album.Share{ExpiresAt: now.Add(-time.Hour)}, false},
		"revoked":        {album.Share{RevokedAt: now}, false},
		"revoked, timed": {album.Share{RevokedAt: now, ExpiresAt: now.Add(time.Hour)}, false},
	} {
		if got := c.share.Open(now); got != c.open {
			t.Errorf("%s: open %v", name, got)
		}
	}
}
