package main

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"keepsake/album"
	"keepsake/graph/generated"
)

// addressClasses are the ways to be given an address of a file, by the schema's
// coordinates, in classes whose members are given to the same people.
var addressClasses = map[string]map[string]string{
	"pictures": {
		"Media.url":           `{media(id:$photo$){url{url}}}`,
		"Media.url SMALL":     `{media(id:$photo$){url(size:SMALL){url}}}`,
		"Media.url MEDIUM":    `{node(id:$photo$){...on Media{url(size:MEDIUM){url}}}}`,
		"Media.url of a list": `{album(id:$album$){media{edges{node{url{url}}}}}}`,
		"Media.variants":      `{media(id:$video$){variants{url}}}`,
		"Media.playback":      `{media(id:$video$){playback{url}}}`,
		"Album.cover":         `{album(id:$album$){cover{url{url}}}}`,
	},
	"originals": {
		"Media.url ORIGINAL": `{media(id:$photo$){url(size:ORIGINAL){url}}}`,
		"Media.download":     `{nodes(ids:[$photo$]){...on Media{download{url}}}}`,
	},
	"a video's original": {
		"Media.download": `{media(id:$video$){download{url}}}`,
	},
	"archives": {
		"Album.archive":      `{album(id:$album$){archive{parts{url}}}}`,
		"Album.archive only": `{album(id:$album$){archive(only:[$photo$]){parts{url}}}}`,
	},
	"in the trash": {
		"Media.url": `{media(id:$binnedPhoto$){url{url}}}`,
	},
}

// addressElsewhere are the other fields with an address: what proves who gets it.
var addressElsewhere = map[string]string{
	"UploadTicket.url": "the rows of createUploads, and TestAddressesOutlive",
	"User.avatarUrl":   "the row of User.avatarUrl; it is an address of another site",
	"ArchivePart.url":  "the row of Album.archive",
	"SignedUrl.url":    "the rows of the fields that give a SignedUrl",
}

// addressRules say who is given an address of each class in each kind of world,
// in the words and the order of the authorisation table.
var addressRules = map[string]map[string]string{
	"": {
		"pictures": shown, "originals": "+ + + + 0 N N", "a video's original": "+ + + + 0 N N", "archives": "+ + + + U N N", "in the trash": ownMediaSeen,
	},
	"link": {
		"pictures": toAll, "originals": "+ + + + 0 0 0", "a video's original": "+ + + + 0 0 0", "archives": "+ + + + U F U", "in the trash": ownMediaSeen,
	},
	"public": {
		"pictures": toAll, "originals": "+ + + + 0 0 0", "a video's original": "+ + + + 0 0 0", "archives": "+ + + + U F U", "in the trash": ownMediaSeen,
	},
	"open": { // who is no member is not told places, and no video is made without
		"pictures": toAll, "originals": "+ + + + 0 + +", "a video's original": "+ + + + 0 0 0", "archives": "+ + + + U + +", "in the trash": ownMediaSeen,
	},
	"shut": {
		"pictures": shown, "originals": "0 0 0 0 0 N N", "a video's original": "0 0 0 0 0 N N", "archives": "F F F F U N N", "in the trash": ownMediaSeen,
	},
	"takeaway": {
		"pictures": shown, "originals": shown, "a video's original": shown, "archives": shown, "in the trash": ownMediaSeen,
	},
	"hidden": {
		"pictures": shown, "originals": shown, "a video's original": "+ + + + 0 N N", "archives": shown, "in the trash": ownMediaSeen,
	},
	"trashed": {
		"pictures": "+ N N N N N N", "originals": "0 N N N N N N", "a video's original": "0 N N N N N N", "archives": "F N N N N N N", "in the trash": nobody,
	},
	"deleted": {
		"pictures": nobody, "originals": nobody, "a video's original": nobody, "archives": nobody, "in the trash": nobody,
	},
	"revoked": {
		"pictures": members, "originals": members, "a video's original": members, "archives": members, "in the trash": ownMediaSeen,
	},
	"expired": {
		"pictures": members, "originals": members, "a video's original": members, "archives": members, "in the trash": ownMediaSeen,
	},
}

const (
	members = "+ + + + N N N" // to members of a private album
	nobody  = "N N N N N N N"
)

// TestEveryAddressHasARule holds the tables of addresses against the schema.
func TestEveryAddressHasARule(t *testing.T) {
	t.Parallel()
	ruled := map[string]bool{}
	for _, class := range addressClasses {
		for at := range class {
			at, _, _ = strings.Cut(at, " ")
			ruled[at] = true
		}
	}
	for at := range addressElsewhere {
		ruled[at] = true
	}
	for _, def := range generated.NewExecutableSchema(generated.Config{}).Schema().Types {
		for _, f := range def.Fields {
			gives := slices.Contains([]string{"Url", "SignedUrl", "Archive"}, f.Type.Name()) || strings.HasSuffix(strings.ToLower(f.Name), "url")
			if at := def.Name + "." + f.Name; def.Kind == ast.Object && !def.BuiltIn && gives && !ruled[at] {
				t.Errorf("%s gives an address, and no table says to whom", at)
			}
		}
	}
}

// fillBucket puts under each key of the world's media the key itself.
func (w *world) fillBucket(t *testing.T) {
	t.Helper()
	for medium, names := range map[string][]string{
		"photo": {"original", "small.jpg", "medium.jpg", "clean.jpg"}, "ownerPhoto": {"original", "small.jpg", "medium.jpg", "clean.jpg"},
		"video": {"original", "small.jpg", "medium.jpg", "movie.mp4"}, "binnedPhoto": {"original", "small.jpg", "medium.jpg", "clean.jpg"},
	} {
		for _, name := range names {
			key := "m/" + w.get(medium) + "/" + name
			must(t, w.s.bucket.Write(t.Context(), key, "image/jpeg", strings.NewReader(key)))
		}
	}
}

// TestAddressesGiven: who is given an address of a file, and that it opens that
// file alone, for whoever has it.
func TestAddressesGiven(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{idle: true})
	for kind, classes := range addressRules {
		w := s.newWorld(t, worldKinds[kind])
		w.fillBucket(t)
		for class, ways := range addressClasses {
			if len(strings.Fields(classes[class])) != len(roles) {
				t.Fatalf("%s in the world %q: %q", class, kind, classes[class])
			}
			for i, want := range strings.Fields(classes[class]) {
				for name, ask := range ways {
					a := s.ask(t, w.people[roles[i]].token, w.fill(ask))
					if code, ok := letters[want]; ok {
						check(t, roles[i]+", "+name+", "+kind, code, a)
						continue
					}
					check(t, roles[i]+", "+name+", "+kind, want, a)
					if url, ok := leaf(a.Data).(string); ok {
						w.opens(t, kind, roles[i], class, url)
					}
				}
			}
		}
	}
}

// opens fetches an address without a token, and sees what is there.
func (w *world) opens(t *testing.T, kind, role, class, url string) {
	t.Helper()
	if class == "archives" {
		if status, _ := fetch(t, http.MethodHead, url, nil); status != http.StatusOK { // what is in it is in TestHiddenPlaces
			t.Errorf("%s of %s in the world %q: %d", class, role, kind, status)
		}
		return
	}
	member := slices.Index(roles, role) < slices.Index(roles, "visitor")
	names := []string{"small.jpg", "medium.jpg", "movie.mp4"}
	switch {
	case class == "a video's original", class == "originals" && (member || role == "visitor" && kind != "hidden"):
		names = []string{"original"}
	case class == "originals": // as a picture without its place
		names = []string{"clean.jpg"}
	}
	status, text := fetch(t, http.MethodGet, url, nil)
	_, name, _ := strings.Cut(strings.TrimPrefix(string(text), "m/"), "/")
	if status != http.StatusOK || !slices.Contains(names, name) {
		t.Errorf("%s of %s in the world %q: %d %.100s", class, role, kind, status, text)
	}
	// It says nothing of how any other is made, nor whether there is one.
	said := ""
	for i, other := range []string{"m/" + w.get("photo") + "/original", "m/" + w.get("ownerPhoto") + "/small.jpg", "m/" + w.get("album") + "/none"} {
		if other == string(text) {
			continue
		}
		status, got := fetch(t, http.MethodGet, strings.Replace(url, string(text), other, 1), nil)
		answer := strings.ReplaceAll(string(got), other, "")
		if status/100 != 4 || said != "" && answer != said {
			t.Errorf("forgery %d of %s: %d %.200s, not %.200s", i, url, status, answer, said)
		}
		said = answer
	}
}

// TestAddressesOutlive: which addresses go on after their holder lost what they
// were given for, and who is given new ones. Those of media and of uploads go on
// until they end by themselves; a ZIP file is looked at anew.
func TestAddressesOutlive(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	s := startServer(t, setup{idle: true, options: options{now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }}})
	byOwner := func(do string) func(*world) {
		return func(w *world) { s.want(t, w.people["owner"].token, w.fill(do)) }
	}
	for _, c := range []struct {
		name string
		do   func(*world)
		// Of the viewer's picture, the visitor's original, the contributor's upload,
		// and the ZIP files of the viewer, the visitor and the owner: + goes on.
		old string
		// What the viewer, the visitor and the owner get who ask for a picture then.
		again string
	}{
		{"nothing", func(*world) {}, "+ + + + + +", "+ + +"},
		{"the viewer removed", byOwner(`mutation{removeMember(input:{albumId:$album$,userId:$viewer$}){user{id}}}`), "+ + + - + +", "N + +"},
		{"the contributor removed", byOwner(`mutation{removeMember(input:{albumId:$album$,userId:$contributor$}){user{id}}}`), "+ + + + + +", "+ + +"},
		{"the link revoked", byOwner(`mutation{revokeShare(input:{shareId:$share$}){share{id}}}`), "+ + + + - +", "+ N +"},
		{"downloads shut", byOwner(`mutation{updateAlbum(input:{albumId:$album$,settings:{downloads:NOBODY}}){album{id}}}`), "+ + + - - -", "+ + +"},
		{"the medium in the trash", byOwner(`mutation{trashMedia(input:{albumId:$album$,mediaIds:[$photo$]}){media{id}}}`), "+ + + + + +", "N N +"},
		{"the medium deleted, and its bytes", func(w *world) {
			byOwner(`mutation{deleteMedia(input:{albumId:$album$,mediaIds:[$photo$]}){deletedMediaIds}}`)(w)
			must(t, s.service.Sweep(t.Context()))
		}, "- - + + + +", "N N N"},
		{"the album in the trash", byOwner(`mutation{trashAlbum(input:{albumId:$album$}){album{id}}}`), "+ + + - - -", "N N +"},
		{"the album deleted", byOwner(`mutation{deleteAlbum(input:{albumId:$album$}){deletedAlbumId}}`), "+ + + - - -", "N N N"},
		{"the viewer signed out", func(w *world) { s.want(t, w.people["viewer"].token, `mutation{signOut(input:{}){ended}}`) }, "+ + + - + +", "SESSION_REVOKED + +"},
		{"two hours later", func(*world) { ahead.Store(int64(2 * time.Hour)) }, "- - - - - -", ""},
	} {
		w := s.newWorld(t, worldOptions{download: true})
		w.fillBucket(t)
		url := func(who, class, name string) string {
			t.Helper()
			return leaf(s.want(t, w.people[who].token, w.fill(addressClasses[class][name])).Data).(string)
		}
		old := []string{url("viewer", "pictures", "Media.url"), url("visitor", "originals", "Media.download")}
		zips := []string{url("viewer", "archives", "Album.archive"), url("visitor", "archives", "Album.archive"), url("owner", "archives", "Album.archive")}
		ticket := w.ticket(t, "image/jpeg", len(testPhoto), nil)
		c.do(w)
		goesOn := func(ok bool) string { return map[bool]string{true: "+", false: "-"}[ok] }
		var got []string
		for _, url := range old {
			status, text := fetch(t, http.MethodGet, url, nil)
			got = append(got, goesOn(status == http.StatusOK && strings.HasPrefix(string(text), "m/"+w.get("photo"))))
		}
		got = append(got, goesOn(sendTicket(t, ticket, testPhoto)))
		for _, url := range zips {
			status, _ := fetch(t, http.MethodHead, url, nil)
			got = append(got, goesOn(status == http.StatusOK))
		}
		if strings.Join(got, " ") != c.old {
			t.Errorf("%s: %s, want %s", c.name, got, c.old)
		}
		for i, want := range strings.Fields(c.again) {
			who := []string{"viewer", "visitor", "owner"}[i]
			if code, ok := letters[want]; ok {
				want = code
			}
			check(t, c.name+", "+who, want, s.ask(t, w.people[who].token, w.fill(addressClasses["pictures"]["Media.url"])))
		}
		if strings.HasPrefix(c.name, "the contributor") {
			a := s.ask(t, w.people["contributor"].token, finalize, "id", ticket.at("createUploads.tickets.0.media.id"))
			check(t, c.name+", who sent bytes", string(album.CodeNotFound), a)
		}
	}
}
