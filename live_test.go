package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/graph/generated"
	"keepsake/internal/auth"
)

// Documents of the streams.
const (
	eventFields = `{
		kind cursor at albumId album{title} actor{displayName} mediaId media{id url{url}}
		commentId comment{text author{displayName}} user{displayName} membership{role}
	}`
	watchAlbum    = `subscription($id:ID!,$after:Cursor){albumEvents(albumId:$id,after:$after)` + eventFields + `}`
	watchComments = `subscription($id:ID!,$medium:ID,$after:Cursor){commentAdded(albumId:$id,mediaId:$medium,after:$after)` + eventFields + `}`
	watchLikes    = `subscription($id:ID!,$medium:ID){likesChanged(albumId:$id,mediaId:$medium){mediaId count version}}`
	watchFeed     = `subscription($after:Cursor){feedEvents(after:$after)` + eventFields + `}`
	addOne        = `mutation($m:ID!,$t:String!){addComment(input:{mediaId:$m,text:$t}){comment{id}}}`
)

// head is the cursor of the album now.
func (w *world) head(t testing.TB) string {
	t.Helper()
	return w.s.want(t, w.people["owner"].token, w.fill(`{album(id:$album$){cursor}}`)).str("album.cursor")
}

// seqOf reads the place in the album's log out of an event.
func (w *world) seqOf(t testing.TB, event any) int64 {
	t.Helper()
	cursor, _ := dig(event, "cursor").(string)
	seq, err := album.ParseLogCursor(w.albumID("album"), album.Cursor(cursor))
	must(t, err)
	return seq
}

func kindOf(event any) string {
	kind, _ := dig(event, "kind").(string)
	return kind
}

func TestEventsShowWhatHappened(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{})
	owner := w.people["owner"].token
	sub := s.dial(t, w.people["viewer"].token).start(t, watchAlbum, "id", w.get("album"), "after", w.head(t))

	for _, c := range []struct {
		do   string
		want map[string]any // of the event
	}{
		{`mutation{addComment(input:{mediaId:$photo$,text:"look"}){comment{id}}}`, map[string]any{
			"kind": "COMMENT_ADDED", "comment.text": "look", "comment.author.displayName": "owner", "actor.displayName": "owner",
			"mediaId": w.get("photo"), "media.id": w.get("photo"), "album.title": "a title", "user": nil, "membership": nil,
		}},
		{`mutation{editComment(input:{commentId:$reply$,text:"look again"}){comment{id}}}`, map[string]any{
			"kind": "COMMENT_EDITED", "commentId": w.get("reply"), "comment.text": "look again", "comment.author.displayName": "contributor",
		}},
		{`mutation{removeComment(input:{commentId:$reply$}){comment{id}}}`, map[string]any{"kind": "COMMENT_REMOVED", "commentId": w.get("reply")}},
		{`mutation{editMedia(input:{mediaId:$photo$,caption:"a view"}){media{id}}}`, map[string]any{"kind": "MEDIA_EDITED", "media.id": w.get("photo"), "comment": nil}},
		{`mutation{trashMedia(input:{albumId:$album$,mediaIds:[$video$]}){media{id}}}`, map[string]any{
			"kind": "MEDIA_REMOVED", "mediaId": w.get("video"), "media": nil, // a viewer sees no trash
		}},
		{`mutation{restoreMedia(input:{albumId:$album$,mediaIds:[$video$]}){media{id}}}`, map[string]any{"kind": "MEDIA_RESTORED", "media.id": w.get("video")}},
		{`mutation{moveMedia(input:{albumId:$album$,mediaIds:[$video$],toAlbumId:$other$}){results{media{id}}}}`, map[string]any{
			"kind": "MEDIA_REMOVED", "mediaId": w.get("video"), "media": nil, // nor the album that it is in now
		}},
		{`mutation{moveMedia(input:{albumId:$other$,mediaIds:[$video$],toAlbumId:$album$}){results{media{id}}}}`, map[string]any{"kind": "MEDIA_ADDED", "media.id": w.get("video")}},
		{`mutation{updateAlbum(input:{albumId:$album$,title:"anew"}){album{id}}}`, map[string]any{"kind": "ALBUM_EDITED", "album.title": "anew", "media": nil}},
		{`mutation{setMemberRole(input:{albumId:$album$,userId:$contributor$,role:VIEWER}){membership{role}}}`, map[string]any{
			"kind": "MEMBER_ROLE_CHANGED", "user.displayName": "contributor", "membership.role": "VIEWER",
		}},
		{`mutation{removeMember(input:{albumId:$album$,userId:$contributor$}){user{id}}}`, map[string]any{
			"kind": "MEMBER_REMOVED", "user.displayName": "contributor", "membership": nil,
		}},
	} {
		s.want(t, owner, w.fill(c.do))
		event := sub.event(t, "albumEvents")
		for path, want := range c.want {
			if got := dig(event, path); got != want {
				t.Errorf("%s\ngave an event with %s %v, want %v", c.do, path, got, want)
			}
		}
		if dig(event, "albumId") != w.get("album") || dig(event, "at") == nil {
			t.Errorf("an event without place or time: %v", event)
		}
	}
	a := s.want(t, w.people["stranger"].token, w.fill(`mutation{joinAlbum(input:{token:$invitationToken$}){membership{role}}}`))
	event := sub.event(t, "albumEvents")
	if kindOf(event) != "MEMBER_JOINED" || dig(event, "membership.role") != a.at("joinAlbum.membership.role") {
		t.Errorf("joining gave %v", event)
	}
}

func TestCommentsOfOneMedium(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{})
	after := w.head(t)
	all := s.dial(t, w.people["visitor"].token).start(t, watchComments, "id", w.get("album"), "after", after)
	one := s.dial(t, w.people["visitor"].token).start(t, watchComments, "id", w.get("album"), "medium", w.get("ownerPhoto"), "after", after)
	owner := w.people["owner"].token
	for i, medium := range []string{"photo", "ownerPhoto", "video", "ownerPhoto"} {
		s.want(t, owner, addOne, "m", w.get(medium), "t", fmt.Sprint(i))
		s.want(t, owner, w.fill(`mutation($t:String!){updateAlbum(input:{albumId:$album$,title:$t}){album{id}}}`), "t", fmt.Sprint(i))
	}
	for sub, want := range map[*subscription][]string{all: {"0", "1", "2", "3"}, one: {"1", "3"}} {
		for _, text := range want {
			if e := sub.event(t, "commentAdded"); dig(e, "comment.text") != text {
				t.Errorf("want the comment %s, got %v", text, e)
			}
		}
	}
}

// TestResumingLosesNothing: while many write, subscribers come and go at random
// and get each entry of the log exactly once, in order.
func TestResumingLosesNothing(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{only: "$photo$"})
	const writers, each = 4, 15
	first := w.seqOf(t, map[string]any{"cursor": w.head(t)}) + 1
	last := first + writers*each - 1

	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			for n := range each {
				s.want(t, w.people[roles[i]].token, addOne, "m", w.get("photo"), "t", fmt.Sprint(n))
			}
		})
	}
	seed := uint64(time.Now().UnixNano())
	t.Log("seed", seed)
	for i, who := range []string{"owner", "visitor", "viewer"} {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(i)))
			cursor, want := string(album.LogCursor(w.albumID("album"), first-1)), first
			for want <= last {
				c := s.dial(t, w.people[who].token)
				sub := c.start(t, watchAlbum, "id", w.get("album"), "after", cursor)
				for range 1 + random.IntN(12) {
					event := sub.event(t, "albumEvents")
					if got := w.seqOf(t, event); got != want {
						t.Errorf("%s got entry %d, want %d", who, got, want)
						return
					}
					cursor = dig(event, "cursor").(string)
					if want++; want > last {
						break
					}
				}
				c.close()
			}
		})
	}
	wg.Wait()
}

// TestLikesSettle: of many changes at once the last that comes has the exact count.
func TestLikesSettle(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{settings: album.Settings{Comments: album.Anyone, Likes: album.Anyone, Downloads: album.Anyone}, visibility: album.Link})
	sub := s.dial(t, "").start(t, watchLikes, "id", w.get("album"), "medium", w.get("photo"))
	if _, ended := w.poke(t, sub); ended {
		t.Fatal("the stream ended")
	}
	const people = 12
	var wg sync.WaitGroup
	for range people {
		p := s.user(t, "liker")
		wg.Go(func() {
			for _, liked := range []string{"like", "unlike", "like", "like"} {
				s.want(t, p.token, w.fill(`mutation{`+liked+`Media(input:{mediaId:$photo$}){likes{count}}}`))
			}
		})
	}
	wg.Wait()
	a := s.want(t, "", w.fill(`{media(id:$photo$){likeCount likeVersion}}`))
	if a.at("media.likeCount") != float64(people+2) { // and the viewer and the owner
		t.Errorf("%d people like it, and yet: %s", people+2, a.body)
	}
	version := -1.0
	for {
		e := sub.event(t, "likesChanged")
		if v := dig(e, "version").(float64); v <= version {
			t.Errorf("version %v after %v", v, version)
		} else {
			version = v
		}
		if version == a.at("media.likeVersion") {
			if dig(e, "count") != a.at("media.likeCount") {
				t.Errorf("the last change says %v, the medium %s", e, a.body)
			}
			return
		}
	}
}

// TestHiddenEvents: visitors and strangers hear nothing of members, nobody
// hears of links, and the cursor passes over both.
func TestHiddenEvents(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{visibility: album.Public})
	after, owner := w.head(t), w.people["owner"].token
	s.want(t, w.people["stranger"].token, w.fill(`mutation{joinAlbum(input:{token:$invitationToken$}){membership{role}}}`))
	s.want(t, owner, w.fill(`mutation{setMemberRole(input:{albumId:$album$,userId:$stranger$,role:VIEWER}){membership{role}}}`))
	s.want(t, owner, w.fill(`mutation{revokeShare(input:{shareId:$handedOn$}){share{id}}}`))
	s.want(t, owner, w.fill(`mutation{removeMember(input:{albumId:$album$,userId:$stranger$}){user{id}}}`))
	s.want(t, owner, addOne, "m", w.get("photo"), "t", "the end")
	for who, want := range map[string][]string{
		"viewer":    {"MEMBER_JOINED", "MEMBER_ROLE_CHANGED", "MEMBER_REMOVED", "COMMENT_ADDED"},
		"visitor":   {"COMMENT_ADDED"},
		"stranger":  {"COMMENT_ADDED"},
		"anonymous": {"COMMENT_ADDED"},
	} {
		sub := s.dial(t, w.people[who].token).start(t, watchAlbum, "id", w.get("album"), "after", after)
		var got []string
		for len(got) == 0 || got[len(got)-1] != "COMMENT_ADDED" {
			e := sub.event(t, "albumEvents")
			if got = append(got, kindOf(e)); kindOf(e) == "COMMENT_ADDED" {
				if seq := w.seqOf(t, e); seq != w.seqOf(t, map[string]any{"cursor": after})+5 {
					t.Errorf("as %s: the cursor stands at %d", who, seq)
				}
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("as %s: got %v, want %v", who, got, want)
		}
	}
}

// TestLosingAccess: whoever may no longer watch is told so, and the stream ends, or
// in a feed that album's part of it; what happens then does not reach them.
func TestLosingAccess(t *testing.T) {
	t.Parallel()
	for _, f := range generated.NewExecutableSchema(generated.Config{}).Schema().Subscription.Fields {
		if !slices.Contains([]string{"albumEvents", "commentAdded", "likesChanged", "feedEvents"}, f.Name) {
			t.Errorf("who loses access and watches %s is not tested", f.Name)
		}
	}
	s := startServer(t, setup{})
	for _, c := range []struct {
		name, who, do string
		visibility    album.Visibility
	}{
		{"removed", "viewer", `mutation{removeMember(input:{albumId:$album$,userId:$viewer$}){user{id}}}`, album.Private},
		{"share revoked", "visitor", `mutation{revokeShare(input:{shareId:$share$}){share{id}}}`, album.Private},
		{"trashed, member", "editor", `mutation{trashAlbum(input:{albumId:$album$}){album{id}}}`, album.Private},
		{"trashed, visitor", "visitor", `mutation{trashAlbum(input:{albumId:$album$}){album{id}}}`, album.Private},
		{"deleted, owner", "owner", `mutation{deleteAlbum(input:{albumId:$album$}){deletedAlbumId}}`, album.Private},
		{"deleted, anonymous", "anonymous", `mutation{deleteAlbum(input:{albumId:$album$}){deletedAlbumId}}`, album.Public},
		{"made private, stranger", "stranger", `mutation{updateAlbum(input:{albumId:$album$,visibility:PRIVATE}){album{id}}}`, album.Public},
		{"made private, anonymous", "anonymous", `mutation{updateAlbum(input:{albumId:$album$,visibility:PRIVATE}){album{id}}}`, album.Link},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := s.newWorld(t, worldOptions{visibility: c.visibility, only: c.do})
			socket := s.dial(t, w.people[c.who].token)
			after := w.head(t)
			events := socket.start(t, watchAlbum, "id", w.get("album"), "after", after)
			comments := socket.start(t, watchComments, "id", w.get("album"), "after", after)
			likes := socket.start(t, watchLikes, "id", w.get("album"))
			w.poke(t, likes)
			inFeed := slices.Contains([]string{"owner", "editor", "viewer"}, c.who)
			feed := socket.start(t, watchFeed)
			if inFeed {
				w.poke(t, feed)
			}
			kept := s.dial(t, w.people["owner"].token).start(t, watchAlbum, "id", w.get("album"), "after", after)

			begin := time.Now()
			s.want(t, w.people["owner"].token, w.fill(c.do))
			w.happen(t)
			for sub, field := range map[*subscription]string{events: "albumEvents", comments: "commentAdded"} {
				var lost any
				for {
					a, ended := sub.next(t)
					if ended && len(a.Errors) == 0 {
						break
					}
					if len(a.Errors) > 0 || lost != nil {
						t.Fatalf("%s: after %v came %s", field, lost, a.body)
					}
					if e := a.at(field); kindOf(e) == "ACCESS_REVOKED" {
						lost = e
					} else if kindOf(e) != "COMMENT_ADDED" {
						t.Errorf("%s: who lost access is shown %v", field, e)
					}
				}
				if lost == nil || dig(lost, "album") != nil || dig(lost, "albumId") != w.get("album") {
					t.Errorf("%s: the stream ended with %v", field, lost)
				}
			}
			if a := likes.end(t); len(a.Errors) > 0 {
				t.Errorf("the likes ended with %s", a.body)
			}
			t.Log("it took", time.Since(begin))
			if inFeed {
				for kind := ""; kind != "ACCESS_REVOKED"; {
					if kind = kindOf(feed.event(t, "feedEvents")); kind != "ACCESS_REVOKED" && kind != "COMMENT_ADDED" {
						t.Errorf("the feed of who lost access has %s", kind)
					}
				}
				w.happen(t)
				own := s.want(t, w.people[c.who].token, `mutation{createAlbum(input:{title:"mine"}){album{id}}}`).str("createAlbum.album.id")
				expectKinds(t, feed, [2]string{"ALBUM_CREATED", own})
			}
			if c.who != "owner" && c.name != "deleted, anonymous" {
				for kind := ""; kind == "" || kind == "COMMENT_ADDED"; {
					if kind = kindOf(kept.event(t, "albumEvents")); kind == "ACCESS_REVOKED" {
						t.Error("the owner lost access too")
					}
					if c.name == "share revoked" && kind == "COMMENT_ADDED" {
						break // of the rest nobody hears
					}
				}
			}
			// Who comes back is told that there is nothing.
			again := s.dial(t, w.people[c.who].token).start(t, watchAlbum, "id", w.get("album"), "after", after)
			if a, _ := again.next(t); a.code() != string(album.CodeNotFound) {
				t.Errorf("coming back gave %s", a.body)
			}
		})
	}
}

// TestTokensEndStreams: a stream does not outlive the token, nor the session.
func TestTokensEndStreams(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{only: "$photo$"})
	viewer, album1 := w.people["viewer"], w.get("album")

	short := s.tokenFor(t, album.Identified{UserID: viewer.id, SessionID: viewer.session}, 2*time.Second)
	expiring := s.dial(t, short)
	expiring.start(t, watchAlbum, "id", album1)
	expiring.start(t, watchFeed)
	if code := expiring.closed(t); code != closeForbidden {
		t.Errorf("the socket of an expired token was closed with %d", code)
	}

	for name, c := range map[string]struct{ do, token string }{
		"here":       {`mutation{signOut(input:{}){ended}}`, viewer.token},
		"everywhere": {`mutation{signOut(input:{everywhere:true}){ended}}`, w.people["editor"].token},
		"password":   {`mutation{changePassword(input:{oldPassword:"correct horse",newPassword:"battery staple"}){user{id}}}`, ""},
	} {
		token := c.token
		if name == "password" { // it ends the other sessions
			p := w.people["contributor"]
			session, err := s.service.SignIn(t.Context(), "local", credentials(p))
			must(t, err)
			c.token, token = session.AccessToken, p.token
		}
		socket := s.dial(t, token)
		socket.start(t, watchAlbum, "id", album1)
		socket.start(t, watchFeed)
		w.poke(t, socket.start(t, watchLikes, "id", album1))
		begun := time.Now()
		s.want(t, c.token, c.do)
		if code := socket.closed(t); code != closeForbidden {
			t.Errorf("after signing out %s the socket was closed with %d", name, code)
		}
		t.Log(name, "took", time.Since(begun))
		if a := s.ask(t, token, `{me{id}}`); a.code() != string(album.CodeSessionRevoked) {
			t.Errorf("a query after signing out %s: %s", name, a.body)
		}
	}
	visitor := s.tokenFor(t, album.Identified{ShareID: album.ShareID(w.get("share"))}, auth.AccessLife)
	s.want(t, visitor, w.fill(`{album(id:$album$){id}}`)) // of whom nobody signed out
}
