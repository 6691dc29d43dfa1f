package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/internal/auth"
	"keepsake/store"
)

// makeAlbum makes an album with a key.
const makeAlbum = `mutation($k:String,$t:String!){createAlbum(input:{idempotencyKey:$k,title:$t}){album{id title}}}`

// albums are how many albums somebody has.
func (s *server) albums(t testing.TB, p person) int {
	t.Helper()
	edges, _ := s.want(t, p.token, `{me{albums(first:100){edges{node{id}}}}}`).at("me.albums.edges").([]any)
	return len(edges)
}

// TestOnceTogether: of many that come at once, over HTTP and a socket, one is
// executed and all are answered the same.
func TestOnceTogether(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{idle: true})
	mei := s.user(t, "mei")
	socket := s.dial(t, mei.token)
	const calls = 8
	ids := make([]string, 2*calls)
	var all sync.WaitGroup
	for i := range calls {
		over := socket.start(t, makeAlbum, "k", "together", "t", "one")
		all.Go(func() {
			a, _ := over.next(t)
			ids[i] = a.str("createAlbum.album.id")
		})
		all.Go(func() {
			ids[calls+i] = s.ask(t, mei.token, makeAlbum, "k", "together", "t", "one").str("createAlbum.album.id")
		})
	}
	all.Wait()
	for i, id := range ids {
		if id == "" || id != ids[0] {
			t.Errorf("call %d got the album %q, the first %q", i, id, ids[0])
		}
	}
	if n := s.albums(t, mei); n != 1 {
		t.Errorf("%d albums", n)
	}
}

// TestOnceKeys: whose a key is, what it may be, and when it is free again.
func TestOnceKeys(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	s := startServer(t, setup{idle: true, options: options{now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }}})
	mei, bo := s.user(t, "mei"), s.user(t, "bo")
	first := s.want(t, mei.token, makeAlbum, "k", "a.key", "t", "one")

	if a := s.want(t, bo.token, makeAlbum, "k", "a.key", "t", "one"); a.body == first.body {
		t.Errorf("another's key gave %s", a.body)
	}
	if a := s.ask(t, mei.token, makeAlbum, "k", "a.key", "t", "two"); a.code() != string(album.CodeIdempotencyMismatch) || len(a.Errors[0].Path) != 1 {
		t.Errorf("other variables: %s", a.body)
	}
	for _, key := range []string{"", " ", "a key", "schlüssel", "a\nkey", strings.Repeat("k", album.MaxKeyLength+1)} {
		if a := s.ask(t, mei.token, makeAlbum, "k", key, "t", "two"); a.code() != string(album.CodeInvalidInput) || a.Errors[0].Extensions["field"] != "idempotencyKey" {
			t.Errorf("key %q: %s", key, a.body)
		}
	}
	if a := s.ask(t, "", makeAlbum, "k", "a.key", "t", "one"); a.code() != string(album.CodeUnauthenticated) {
		t.Errorf("the same by nobody: %s", a.body)
	}

	// What failed is not kept: the key is free, for another request too.
	longest := strings.Repeat("~", album.MaxKeyLength)
	if a := s.ask(t, mei.token, makeAlbum, "k", longest, "t", ""); a.code() != string(album.CodeInvalidInput) {
		t.Errorf("no title: %s", a.body)
	}
	s.want(t, mei.token, makeAlbum, "k", longest, "t", "two")
	s.want(t, mei.token, makeAlbum, "k", nil, "t", "three")
	s.want(t, mei.token, makeAlbum, "k", nil, "t", "four")
	if n := s.albums(t, mei); n != 4 {
		t.Errorf("%d albums, want 4", n)
	}

	later := func(by time.Duration) answer {
		ahead.Add(int64(by))
		token := s.tokenFor(t, album.Identified{UserID: mei.id, SessionID: mei.session}, auth.AccessLife)
		return s.want(t, token, makeAlbum, "k", "a.key", "t", "one")
	}
	if a := later(24*time.Hour - time.Minute); a.body != first.body {
		t.Errorf("nearly a day later: %s", a.body)
	}
	if a := later(2 * time.Minute); a.body == first.body {
		t.Errorf("more than a day later: %s", a.body)
	}
}

// TestOnceFields: each field of an operation has a key of its own, and an answer
// that is too large to keep is told anew.
func TestOnceFields(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{idle: true})
	mei := s.user(t, "mei")
	const two = `mutation($a:String,$b:String){
		a:createAlbum(input:{idempotencyKey:$a,title:"a"}){album{id}} b:createAlbum(input:{idempotencyKey:$b,title:"b"}){album{id}}}`
	first := s.want(t, mei.token, two, "a", "1", "b", "2")
	if again := s.want(t, mei.token, two, "a", "1", "b", "2"); again.body != first.body {
		t.Errorf("first %s\nthen  %s", first.body, again.body)
	}
	if a := s.ask(t, mei.token, two, "a", "3", "b", "3"); a.code() != string(album.CodeIdempotencyMismatch) || a.Errors[0].Path[0] != "b" {
		t.Errorf("one key for both: %s", a.body)
	}

	id := s.album(t, mei.id, album.Private, album.DefaultSettings())
	file := `{fileName:"x.jpg",contentType:"image/jpeg",bytes:3,caption:"` + strings.Repeat("x", 1000) + `"}`
	large := fmt.Sprintf(`mutation{createUploads(input:{idempotencyKey:"4",albumId:%q,files:[%s]}){tickets{media{id caption}}}}`,
		id, strings.Repeat(file, album.MaxBatch))
	tickets := s.want(t, mei.token, large)
	if len(tickets.body) < 16<<10 {
		t.Errorf("an answer of %d bytes is not large", len(tickets.body))
	}
	if again := s.want(t, mei.token, large); again.body != tickets.body {
		t.Errorf("first %.300s\nthen  %.300s", tickets.body, again.body)
	}
	const used = `{me{storage{used}}}`
	if got := s.want(t, mei.token, used).at("me.storage.used"); got != float64(3*album.MaxBatch) {
		t.Errorf("%v bytes are taken", got)
	}
}

// TestOnceWithoutAnswer: a change whose answer has an error stays the one change.
func TestOnceWithoutAnswer(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{idle: true})
	w := s.newWorld(t, worldOptions{})
	comments := func() any {
		return s.want(t, w.people["viewer"].token, w.fill(`{media(id:$photo$){commentCount}}`)).at("media.commentCount")
	}
	before := comments().(float64)
	document := w.fill(`mutation{addComment(input:{idempotencyKey:"k",mediaId:$photo$,text:"hm"}){comment{id media{owner{trashedAlbums{edges{node{id}}}}}}}}`)
	for range 3 {
		if a := s.ask(t, w.people["viewer"].token, document); a.code() != string(album.CodeForbidden) {
			t.Errorf("another's trash: %s", a.body)
		}
	}
	if n := comments(); n != before+1 {
		t.Errorf("%v comments, and there were %v", n, before)
	}
}

// kept is a store that shows the answers that it is to keep.
type kept struct {
	store.Store
	mu      sync.Mutex
	answers []byte
	purged  time.Time
}

func (k *kept) PurgeKeys(ctx context.Context, at time.Time) error {
	k.purged = at
	return k.Store.PurgeKeys(ctx, at)
}

func (k *kept) AnswerKey(ctx context.Context, id, token string, answer []byte) error {
	k.mu.Lock()
	k.answers = append(k.answers, answer...)
	k.mu.Unlock()
	return k.Store.AnswerKey(ctx, id, token, answer)
}

// TestOnceSignedOut: who is not signed in gets back what only the same request can
// get, as long as its tokens hold, and the store does not know them.
func TestOnceSignedOut(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	answers := &kept{}
	s := startServer(t, setup{idle: true, options: options{
		store: func(s store.Store) store.Store { answers.Store = s; return answers },
		now:   func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) },
	}})
	mei := s.user(t, "mei")
	const session = `{session{accessToken refreshToken user{id}}}`
	const signIn = `mutation($n:String!,$p:String!){signIn(input:{idempotencyKey:"k",name:$n,password:$p})` + session + `}`
	const refresh = `mutation($r:String!){refreshSession(input:{idempotencyKey:"k",refreshToken:$r})` + session + `}`
	const signUp = `mutation{signUp(input:{idempotencyKey:"k",name:"new.name",password:"correct horse"})` + session + `}`

	in := s.want(t, "", signIn, "n", mei.name, "p", password)
	if again := s.want(t, "", signIn, "n", mei.name, "p", password); again.body != in.body {
		t.Errorf("signed in %s\nand      %s", in.body, again.body)
	}
	if a := s.ask(t, "", signIn, "n", mei.name, "p", "a guess at it"); a.code() != string(album.CodeSignInFailed) {
		t.Errorf("with the key and another password: %s", a.body)
	}
	up := s.want(t, "", signUp)
	if again := s.want(t, "", signUp); again.body != up.body {
		t.Errorf("signed up %s\nand       %s", up.body, again.body)
	}
	pair := s.want(t, "", refresh, "r", mei.refresh)
	if again := s.want(t, "", refresh, "r", mei.refresh); again.body != pair.body {
		t.Errorf("refreshed %s\nand       %s", pair.body, again.body)
	}
	next := s.want(t, "", refresh, "r", pair.str("refreshSession.session.refreshToken"))
	if next.str("refreshSession.session.user.id") != string(mei.id) {
		t.Errorf("the new token gave %s", next.body)
	}
	answers.mu.Lock()
	for _, secret := range []string{in.str("signIn.session.accessToken"), pair.str("refreshSession.session.refreshToken")} {
		if secret == "" || bytes.Contains(answers.answers, []byte(secret)) {
			t.Errorf("the store was given %q", secret)
		}
	}
	answers.mu.Unlock()

	ahead.Store(int64(auth.AccessLife))
	must(t, s.service.Sweep(t.Context()))
	if time.Until(answers.purged) < auth.AccessLife-time.Minute {
		t.Errorf("a sweep took away what expired before %v", answers.purged)
	}
	if a := s.ask(t, "", refresh, "r", mei.refresh); a.code() != string(album.CodeSessionRevoked) {
		t.Errorf("a used token when the answer is forgotten: %s", a.body)
	}
}

// halfway is a store in which some second writes of a mutation fail.
type halfway struct {
	store.Store
	fails *atomic.Bool
}

func (h halfway) CreateSession(ctx context.Context, s album.Session) error {
	if h.fails.Load() {
		return album.ErrUnavailable
	}
	return h.Store.CreateSession(ctx, s)
}

func (h halfway) RevokeSessions(ctx context.Context, user album.UserID, except album.SessionID, at time.Time) ([]album.SessionID, error) {
	if h.fails.Load() {
		return nil, album.ErrUnavailable
	}
	return h.Store.RevokeSessions(ctx, user, except, at)
}

// TestOnceHalfDone: of a mutation that ended between two writes the rest is done.
func TestOnceHalfDone(t *testing.T) {
	t.Parallel()
	var fails atomic.Bool
	s := startServer(t, setup{idle: true, options: options{store: func(s store.Store) store.Store { return halfway{s, &fails} }}})
	mei := s.user(t, "mei")
	const signUp = `mutation{signUp(input:{idempotencyKey:"k",name:"half.done",password:"correct horse"}){session{refreshToken user{id}}}}`
	const change = `mutation{changePassword(input:{idempotencyKey:"k",oldPassword:"correct horse",newPassword:"battery staple"}){user{id}}}`
	fails.Store(true)
	for who, document := range map[string]string{"": signUp, mei.token: change} {
		if a := s.ask(t, who, document); a.code() != string(album.CodeUnavailable) {
			t.Errorf("halfway: %s", a.body)
		}
	}
	fails.Store(false)
	in := s.want(t, "", signUp)
	if again := s.want(t, "", signUp); again.body != in.body {
		t.Errorf("signed up %s\nand       %s", in.body, again.body)
	}
	s.want(t, "", `mutation($r:String!){refreshSession(input:{refreshToken:$r}){session{user{id}}}}`, "r", in.str("signUp.session.refreshToken"))
	s.want(t, mei.token, change)
	s.want(t, "", `mutation($n:String!){signIn(input:{name:$n,password:"battery staple"}){session{user{id}}}}`, "n", mei.name)
}

// slow is a store whose CreateAlbum waits for leave.
type slow struct {
	store.Store
	began, leave chan struct{}
}

func (s slow) CreateAlbum(ctx context.Context, a *album.Album, c store.Change) (*album.Entry, error) {
	select {
	case s.began <- struct{}{}:
	default:
	}
	<-s.leave
	return s.Store.CreateAlbum(ctx, a, c)
}

// startSlow starts a server that makes an album for mei, and does not get on with it.
func startSlow(t *testing.T, ahead *atomic.Int64, env ...string) (held slow, ask func() answer, first chan answer) {
	t.Helper()
	held = slow{began: make(chan struct{}, 1), leave: make(chan struct{})}
	s := startServer(t, setup{idle: true, env: env, options: options{
		store: func(s store.Store) store.Store { return slow{s, held.began, held.leave} },
		now:   func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) },
	}})
	mei := s.user(t, "mei")
	ask = func() answer { return s.ask(t, mei.token, makeAlbum, "k", "slow", "t", "one") }
	first = make(chan answer, 1)
	go func() { first <- ask() }()
	<-held.began
	return held, ask, first
}

// TestOnceWaits: who asks while it is being done waits no longer than a request may
// take.
func TestOnceWaits(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	held, ask, first := startSlow(t, &ahead, "KEEPSAKE_REQUEST_TIMEOUT=2s")
	if a := ask(); a.code() != string(album.CodeUnavailable) {
		t.Errorf("while it is being done: %d %s", a.status, a.body)
	}
	close(held.leave)
	<-first // its own time is up, too
}

// TestOnceTakenForDead: who was slower than its lease changes nothing any more,
// and whoever took over does it.
func TestOnceTakenForDead(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	held, ask, first := startSlow(t, &ahead, "KEEPSAKE_REQUEST_TIMEOUT=1m")
	ahead.Store(int64(time.Minute)) // beyond the lease
	second := make(chan answer, 1)
	go func() { second <- ask() }()
	<-held.began // now both are at it
	close(held.leave)
	if a := <-first; a.code() != string(album.CodeUnavailable) {
		t.Errorf("who was taken for dead: %s", a.body)
	}
	done := <-second
	if done.str("createAlbum.album.id") == "" {
		t.Errorf("who took over: %s", done.body)
	}
	if a := ask(); a.body != done.body {
		t.Errorf("first %s\nthen  %s", done.body, a.body)
	}
}
