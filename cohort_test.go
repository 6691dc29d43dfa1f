package main

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"keepsake/album"
)

// everythingShared selects all fields of an event that are not @personal.
const everythingShared = `
	kind cursor at albumId mediaId commentId
	album{...album} actor{...user} user{...user} media{...media} comment{...comment} membership{role joinedAt user{...user} album{id}}`

const fragments = `
	fragment user on User{id displayName avatarUrl createdAt}
	fragment album on Album{id title description visibility settings{comments likes downloads} owner{...user} cover{id} mediaCount memberCount
		createdAt updatedAt trashedAt viewerRole viewerActions cursor
		media(first:3){edges{cursor node{id}} pageInfo{hasNextPage endCursor}} members(first:3){edges{cursor node{role user{...user}}}}}
	fragment media on Media{id album{id title} owner{...user} kind status failure fileName contentType bytes sha256 width height durationMs takenAt
		caption tags place{name latitude longitude} createdAt addedAt editedAt trashedAt url{url expiresAt} download{url} likeCount likeVersion
		likes(first:3){edges{node{at user{...user}}}} commentCount comments(first:3){edges{node{...comment}}}}
	fragment comment on Comment{id media{id} author{...user} text parent{id} replyCount replies(first:3){edges{node{id text}}} createdAt editedAt removedAt}`

// TestOnceForAllOfAStanding: who is of one role is given the same, byte for byte,
// worked out once; and it is what each would have been given alone.
func TestOnceForAllOfAStanding(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{})
	second := s.user(t, "second viewer")
	s.member(t, w.albumID("album"), second.id, album.Viewer)
	after := w.head(t)
	document := func(more string) string {
		return `subscription($id:ID!,$after:Cursor){albumEvents(albumId:$id,after:$after){` + everythingShared + more + `}}` + fragments
	}
	shared, alone := document(""), document(` media{viewerHasLiked}`)
	var subs []*subscription
	for _, p := range []person{w.people["viewer"], second} {
		for _, d := range []string{shared, alone} {
			subs = append(subs, s.dial(t, p.token).start(t, d, "id", w.get("album"), "after", after))
		}
	}
	personal := strings.NewReplacer(`,"viewerHasLiked":false`, "", `,"viewerHasLiked":true`, "")
	owner := w.people["owner"].token
	s.want(t, w.people["viewer"].token, w.fill(`mutation{likeMedia(input:{mediaId:$photo$}){likes{count}}}`))
	s.want(t, owner, addOne, "m", w.get("photo"), "t", "the first")
	var executed int64
	for round, do := range []string{
		`mutation{addComment(input:{mediaId:$photo$,text:"one"}){comment{id}}}`,
		`mutation{addComment(input:{mediaId:$photo$,parentId:$comment$,text:"reply"}){comment{id}}}`,
		`mutation{editMedia(input:{mediaId:$photo$,caption:"a view",tags:["sea"]}){media{id}}}`,
		`mutation{updateAlbum(input:{albumId:$album$,title:"anew"}){album{id}}}`,
		`mutation{removeComment(input:{commentId:$reply$}){comment{id}}}`,
		`mutation{setMemberRole(input:{albumId:$album$,userId:$contributor$,role:EDITOR}){membership{role}}}`,
		`mutation{trashMedia(input:{albumId:$album$,mediaIds:[$video$]}){media{id}}}`,
	} {
		if round > 0 { // the first event was "the first"
			s.want(t, owner, w.fill(do))
		}
		var bodies []string
		for i, sub := range subs {
			a, ended := sub.next(t)
			if ended || len(a.Errors) > 0 {
				t.Fatalf("%s: stream %d got %s", do, i, a.body)
			}
			bodies = append(bodies, personal.Replace(a.body))
		}
		for i, body := range bodies {
			if body != bodies[0] {
				t.Errorf("%s: stream %d was given\n%s\nand stream 0\n%s", do, i, body, bodies[0])
			}
		}
		now := s.engine.Stats().Executions
		if round > 0 && now-executed != 3 { // one shared, and one of each person
			t.Errorf("%s: executed %d times", do, now-executed)
		}
		executed = now
	}
	if st := s.engine.Stats(); st.Cohorts != 3 || st.Subscribers != 4 || st.Replays != 0 {
		t.Errorf("stats %+v", st)
	}
}

// TestNobodySeesAnothersState: what depends on the viewer is each viewer's own,
// also with every way of asking for it.
func TestNobodySeesAnothersState(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{})
	second := s.user(t, "second contributor")
	s.member(t, w.albumID("album"), second.id, album.Contributor)
	people := []person{w.people["contributor"], second}
	s.want(t, people[0].token, w.fill(`mutation{likeMedia(input:{mediaId:$photo$}){likes{count}}}`))
	after := w.head(t)
	const head = `subscription($id:ID!,$after:Cursor){albumEvents(albumId:$id,after:$after)`
	documents := []string{
		head + `{kind media{viewerHasLiked} comment{viewerCanEdit author{accountName}}}}`,
		head + `{kind ...e}} fragment e on AlbumEvent{media{...m} comment{viewerCanEdit author{accountName}}} fragment m on Media{viewerHasLiked}`,
		head + `{kind ...on AlbumEvent{media{...on Node{...on Media{viewerHasLiked}}} comment{viewerCanEdit author{...on User{accountName}}}}}}`,
	}
	var subs [][]*subscription
	for _, p := range people {
		var own []*subscription
		for _, d := range documents {
			own = append(own, s.dial(t, p.token).start(t, d, "id", w.get("album"), "after", after))
		}
		subs = append(subs, own)
	}
	for i, author := range people {
		s.want(t, author.token, addOne, "m", w.get("photo"), "t", "mine")
		for j, own := range subs {
			for _, sub := range own {
				e := sub.event(t, "albumEvents")
				name := dig(e, "comment.author.accountName")
				if dig(e, "media.viewerHasLiked") != (j == 0) || dig(e, "comment.viewerCanEdit") != (i == j) || (name != nil) != (i == j) {
					t.Errorf("person %d is shown of what %d wrote: %v", j, i, e)
				}
			}
		}
	}
}

// TestRolesChangeStreams: a stream shows what its viewer may see at each place of
// the log, whatever they become.
func TestRolesChangeStreams(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{visibility: album.Public})
	owner, stranger := w.people["owner"].token, w.people["stranger"]
	const document = `subscription($id:ID!,$after:Cursor){albumEvents(albumId:$id,after:$after){kind cursor album{viewerRole} comment{text} user{id}}}`
	sub := s.dial(t, stranger.token).start(t, document, "id", w.get("album"), "after", w.head(t))
	expect := func(kind string, role any) {
		t.Helper()
		if e := sub.event(t, "albumEvents"); kindOf(e) != kind || dig(e, "album.viewerRole") != role {
			t.Errorf("got %v, want %s as %v", e, kind, role)
		}
	}
	say := func(text string) { s.want(t, owner, addOne, "m", w.get("photo"), "t", text) }
	say("to a visitor")
	expect("COMMENT_ADDED", nil) // visitors have no role
	s.want(t, stranger.token, w.fill(`mutation{joinAlbum(input:{token:$invitationToken$}){membership{role}}}`))
	expect("MEMBER_JOINED", "CONTRIBUTOR") // visitors do not hear of it
	say("to a contributor")
	expect("COMMENT_ADDED", "CONTRIBUTOR")
	s.want(t, owner, `mutation($a:ID!,$u:ID!){setMemberRole(input:{albumId:$a,userId:$u,role:EDITOR}){membership{role}}}`, "a", w.get("album"), "u", string(stranger.id))
	expect("MEMBER_ROLE_CHANGED", "EDITOR")
	s.want(t, owner, `mutation($a:ID!,$u:ID!){removeMember(input:{albumId:$a,userId:$u}){album{id}}}`, "a", w.get("album"), "u", string(stranger.id))
	say("to a visitor again")
	expect("COMMENT_ADDED", nil) // visitors have no role
	s.want(t, owner, w.fill(`mutation{updateAlbum(input:{albumId:$album$,visibility:PRIVATE}){album{id}}}`))
	expect("ACCESS_REVOKED", nil)
	if a, ended := sub.next(t); !ended || len(a.Errors) > 0 {
		t.Errorf("after the end came %s", a.body)
	}
}

// heavy is an event of some 100 KiB, so that few of them fill a queue.
func heavy() string {
	var b strings.Builder
	b.WriteString(`subscription($id:ID!,$after:Cursor){albumEvents(albumId:$id,after:$after){kind cursor`)
	for i := range 60 {
		fmt.Fprintf(&b, ` c%d:comment{text}`, i)
	}
	b.WriteString(`}}`)
	return b.String()
}

// dialSlow opens a socket whose client has next to no buffer.
func (s *server) dialSlow(t *testing.T, token string) *websocket.Conn {
	t.Helper()
	d := websocket.Dialer{Subprotocols: []string{subprotocol}, NetDialContext: (&net.Dialer{
		Control: func(_, _ string, c syscall.RawConn) (err error) {
			errControl := c.Control(func(fd uintptr) { err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096) })
			if errControl != nil {
				return errControl
			}
			return err
		},
	}).DialContext}
	conn, res, err := d.DialContext(t.Context(), "ws"+strings.TrimPrefix(s.url, "http")+"/graphql", nil)
	must(t, err)
	_ = res.Body.Close()
	t.Cleanup(func() { _ = conn.Close() })
	must(t, conn.WriteJSON(message{Type: "connection_init", Payload: initPayload(token)}))
	var m message
	must(t, conn.ReadJSON(&m))
	return conn
}

// TestSlowClients: who reads slowly is given everything, once and in order, and
// holds nobody up; who reads nothing is closed, with little kept for them.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	const events = 120
	s := startServer(t, setup{options: options{stallTimeout: 2 * time.Second}})
	w := s.newWorld(t, worldOptions{only: "$photo$"})
	viewer, after := w.people["viewer"].token, w.head(t)
	slow, stalled := s.dialSlow(t, viewer), s.dialSlow(t, viewer)
	fast := s.dial(t, viewer).start(t, heavy(), "id", w.get("album"), "after", after)
	begin := frame("subscribe", "1", heavy())
	begin = strings.Replace(begin, `"payload":{`, fmt.Sprintf(`"payload":{"variables":{"id":%q,"after":%q},`, w.get("album"), after), 1)
	for _, conn := range []*websocket.Conn{slow, stalled} {
		must(t, conn.WriteMessage(websocket.TextMessage, []byte(begin)))
	}
	text := strings.Repeat("long ", 390)
	seen := 0
	readSlow := func() {
		var m message
		must(t, slow.SetReadDeadline(time.Now().Add(patience)))
		must(t, slow.ReadJSON(&m))
		a, _ := m.answer(t)
		if got, _ := dig(a.at("albumEvents"), "c0.text").(string); !strings.HasPrefix(got, fmt.Sprint(seen, " ")) {
			t.Fatalf("event %d is %.40s", seen, a.body)
		}
		seen++
	}
	for i := range events {
		s.want(t, w.people["owner"].token, addOne, "m", w.get("photo"), "t", fmt.Sprint(i, " ", text))
		fast.event(t, "albumEvents") // is not held up by the others
		if i%4 == 3 {
			readSlow()
		}
	}
	for seen < events {
		readSlow()
	}
	eventually(t, "who reads nothing to be closed", func() bool { return s.transport.Stats().Stalled > 0 })
	st := s.engine.Stats()
	if st.Lags == 0 || s.transport.Stats().Overflows == 0 {
		t.Errorf("nobody lagged: this has tested nothing: %+v", st)
	}
	must(t, slow.Close())
	eventually(t, "one to be left", func() bool { return s.transport.Stats().Clients == 1 && s.engine.Stats().Subscribers == 1 })
}

// TestMetrics: what operators watch is there, and says what is.
func TestMetrics(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	p := s.user(t, "somebody")
	id := string(s.album(t, p.id, album.Public, album.DefaultSettings()))
	sub := s.dial(t, p.token).start(t, watchAlbum, "id", id, "after", string(album.LogCursor(album.AlbumID(id), 0)))
	sub.event(t, "albumEvents")
	eventually(t, "the cohort to be live", func() bool { return s.engine.Stats().Cohorts == 1 })
	_, text := fetch(t, http.MethodGet, s.url+"/metrics", nil)
	for _, line := range []string{
		"keepsake_connections 1", "keepsake_operations 1", "keepsake_subscriptions 1", "keepsake_cohorts 1", "keepsake_queue_overflows_total 0",
		"keepsake_repairs_total ", "keepsake_resyncs_total 0", "keepsake_publish_failures_total 0", "keepsake_clients_stalled_total 0",
		"keepsake_topics 1", "keepsake_event_deliveries_total 1", "go_goroutines ", "process_resident_memory_bytes ",
	} {
		if !strings.Contains(string(text), "\n"+line) {
			t.Errorf("no line %q in /metrics", line)
		}
	}
	open := startServer(t, setup{env: []string{"KEEPSAKE_METRICS_LISTEN=127.0.0.1:0"}})
	if status, _ := fetch(t, http.MethodGet, open.url+"/metrics", nil); status != http.StatusNotFound {
		t.Errorf("with an address of their own the metrics are here too: %d", status)
	}
}
