package main

import (
	"testing"

	"keepsake/album"
)

// proofs show that a mutation was done whose effect does not stand in a
// snapshot of the world, or need not.
var proofs = map[string]func(t *testing.T, w *world, p person, a answer){
	"Mutation.signUp":         provesSession("signUp"),
	"Mutation.signIn":         provesSession("signIn"),
	"Mutation.refreshSession": provesSession("refreshSession"),
	"Mutation.signOut": func(t *testing.T, w *world, p person, _ answer) {
		if a := w.s.ask(t, p.token, `{me{id}}`); a.code() != string(album.CodeSessionRevoked) {
			t.Errorf("signed out, and yet: %s", a.body)
		}
	},
	"Mutation.changePassword": func(t *testing.T, w *world, p person, _ answer) {
		w.s.want(t, "", `mutation($n:String!){signIn(input:{name:$n,password:"battery staple"}){session{user{id}}}}`, "n", p.name)
	},
	"Mutation.createAlbum": func(t *testing.T, w *world, p person, a answer) {
		got := w.s.want(t, p.token, `query($id:ID!){album(id:$id){viewerRole}}`, "id", a.at("createAlbum.album.id"))
		if got.at("album.viewerRole") != "OWNER" {
			t.Errorf("a new album: %s", got.body)
		}
	},
	"Mutation.createUploads": func(t *testing.T, _ *world, _ person, a answer) {
		putTicket(t, a, []byte("abc"))
	},
	"Mutation.joinAlbum": func(t *testing.T, w *world, p person, a answer) {
		got := w.s.want(t, p.token, w.fill(`{album(id:$album$){viewerRole}}`))
		if got.at("album.viewerRole") != a.at("joinAlbum.membership.role") {
			t.Errorf("joined as %s, and yet %s", a.body, got.body)
		}
	},
	"Mutation.openShare": func(t *testing.T, w *world, _ person, a answer) {
		if token := a.str("openShare.accessToken"); token != "" {
			w.s.want(t, token, w.fill(`{album(id:$album$){id}}`))
		}
	},
	"Mutation.likeMedia":   provesLike(true),
	"Mutation.unlikeMedia": provesLike(false),
}

func provesSession(field string) func(*testing.T, *world, person, answer) {
	return func(t *testing.T, w *world, _ person, a answer) {
		if me := w.s.want(t, a.str(field+".session.accessToken"), `{me{id}}`); me.at("me.id") == nil {
			t.Errorf("the new session is nobody's: %s", me.body)
		}
	}
}

func provesLike(liked bool) func(*testing.T, *world, person, answer) {
	return func(t *testing.T, w *world, p person, _ answer) {
		a := w.s.want(t, p.token, w.fill(`{media(id:$photo$){viewerHasLiked likes{edges{node{user{id}}}}}}`))
		if a.at("media.viewerHasLiked") != liked {
			t.Errorf("liked: want %v, got %s", liked, a.body)
		}
	}
}

// checkStream opens a stream as everyone. Who may watch gets an event; who gets
// none, see "0" in the table, gets none of what the others get.
func (r rule) checkStream(t *testing.T, w *world) {
	document := r.document(w)
	try := func(role, want, token string) {
		sub := w.s.dial(t, token).start(t, document)
		if want == "0" {
			w.silent(t, role, document, sub)
			return
		}
		a, ended := w.poke(t, sub)
		if ended && len(a.Errors) == 0 {
			t.Errorf("as %s: the stream ended", role)
			return
		}
		check(t, role, want, a)
	}
	for role, want := range r.wants() {
		try(role, want, w.people[role].token)
	}
	if r.wants()["stranger"] == string(album.CodeNotFound) {
		try("a visitor of another album", string(album.CodeNotFound), outsider(t, w).token)
	}
}

// poke makes things happen in the album until a stream gives something.
func (w *world) poke(t *testing.T, sub *subscription) (a answer, ended bool) {
	t.Helper()
	eventually(t, "an event", func() bool {
		w.happen(t)
		var ok bool
		a, ended, ok = sub.within(t, settled)
		return ok
	})
	return a, ended
}

// happen lets the owner do things that streams show. Where the album is not
// there, nothing happens.
func (w *world) happen(t *testing.T) {
	owner := w.people["owner"].token
	w.s.ask(t, owner, w.fill(`mutation{
		unlikeMedia(input:{mediaId:$photo$}){likes{version}} likeMedia(input:{mediaId:$photo$}){likes{version}}
		addComment(input:{mediaId:$photo$,text:"it happens"}){comment{id}}
	}`))
}

// silent sees that a stream was opened and gives nothing of what happens.
func (w *world) silent(t *testing.T, role, document string, sub *subscription) {
	t.Helper()
	w.poke(t, w.s.dial(t, w.people["owner"].token).start(t, w.fill(`subscription{albumEvents(albumId:$album$){kind}}`)))
	if a, _, ok := sub.within(t, settled); ok {
		t.Errorf("as %s: %s gave %s", role, document, a.body)
	}
	// It is open: another on the same socket is answered.
	if a, _ := sub.c.start(t, `{me{id}}`).next(t); len(a.Errors) > 0 {
		t.Errorf("as %s: %s", role, a.body)
	}
}
