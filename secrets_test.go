package main

import (
	"net/http"
	"strings"
	"testing"
)

// TestSecretsAreNotLogged: passwords, tokens and signed addresses are used, well
// and badly, with everything that can be logged; none of them stands in the log.
func TestSecretsAreNotLogged(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{env: []string{"KEEPSAKE_LOG_LEVEL=debug", "KEEPSAKE_TRUSTED_PROXIES=127.0.0.1"}})
	w := s.newWorld(t, worldOptions{download: true})
	secrets := map[string]string{"password": "a-password-of-theirs", "new password": "another-of-theirs", "wrong password": "never-a-password", "link's password": "link-password"}
	keep := func(name, secret string) string {
		t.Helper()
		if len(secret) < 8 {
			t.Fatalf("there is no %s: %q", name, secret)
		}
		secrets[name] = secret
		return secret
	}

	a := s.want(t, "", `mutation($n:String!,$p:String!){signUp(input:{name:$n,password:$p}){session{accessToken refreshToken}}}`,
		"n", "somebody-new", "p", secrets["password"])
	token := keep("access token", a.str("signUp.session.accessToken"))
	keep("refresh token", a.str("signUp.session.refreshToken"))
	const signIn = `mutation($n:String!,$p:String!){signIn(input:{name:$n,password:$p}){session{accessToken}}}`
	for _, p := range []string{"password", "wrong password"} {
		s.ask(t, "", signIn, "n", "somebody-new", "p", secrets[p])
	}
	s.ask(t, "", strings.Replace(strings.Replace(signIn, "$p)", `"never-a-password")`, 1), "password:$p", `password:"never-a-password"`, 1))
	s.want(t, token, `mutation($o:String!,$n:String!){changePassword(input:{oldPassword:$o,newPassword:$n}){user{id}}}`,
		"o", secrets["password"], "n", secrets["new password"])
	for range 2 { // the second time ends the session
		s.ask(t, "", refresh, "t", secrets["refresh token"])
	}
	if a := s.ask(t, token, `{me{id}}`); a.code() != "SESSION_REVOKED" {
		t.Errorf("a session that has ended: %s", a.body)
	}
	s.ask(t, keep("changed token", token+"x"), `{me{id}}`)

	editor := w.people["editor"].token
	link := keep("link", s.want(t, editor, `mutation($a:ID!,$p:String!){createShare(input:{albumId:$a,password:$p}){token}}`,
		"a", w.get("album"), "p", secrets["link's password"]).str("createShare.token"))
	const open = `mutation($t:String!,$p:String){openShare(input:{token:$t,password:$p}){accessToken}}`
	for _, p := range []any{nil, secrets["wrong password"], secrets["link's password"]} {
		a = s.ask(t, "", open, "t", link, "p", p)
	}
	visitor := keep("visitor's token", a.str("openShare.accessToken"))
	s.closing(t, subprotocol, `{"type":"connection_init","payload":{"authorization":"Bearer `+secrets["changed token"]+`"}}`)
	s.dial(t, visitor).start(t, watchAlbum, "id", w.get("album"), "after", w.get("start")).event(t, "albumEvents")

	// Addresses, as they are and forged; what is secret of them is at their end.
	body := photo(t, 30, 20)
	ticket := w.ticket(t, "image/jpeg", len(body), nil)
	upload := keep("upload's address", ticket.str("createUploads.tickets.0.url"))
	id := putTicket(t, ticket, body)
	s.ask(t, w.people["contributor"].token, finalize, "id", id)
	medium := w.awaitMedium(t, id, "done", isDone)
	urls := []string{
		upload, keep("picture's address", medium.str("media.url.url")), keep("file's address", medium.str("media.download.url")),
		keep("archive's address", s.want(t, editor, archiveQuery, "a", w.get("album"), "ids", []string{id}, "bytes", 1_000_000).str("album.archive.parts.0.url")),
	}
	for _, url := range urls {
		for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
			for _, end := range []string{"", "x"} {
				fetch(t, method, url+end, nil, headerRequestID, "a-request", "X-Forwarded-For", "198.51.100.9")
			}
		}
	}
	must(t, s.store.Close()) // and now everything fails
	s.ask(t, w.people["owner"].token, w.fill(`{album(id:$album$){title}}`))
	s.ask(t, "", signIn, "n", "somebody-new", "p", secrets["new password"])
	s.ask(t, "", open, "t", link, "p", secrets["link's password"])
	s.ask(t, "", refresh, "t", secrets["refresh token"])
	fetch(t, http.MethodGet, urls[3], nil)
	keep("owner's token", w.people["owner"].token)

	log := s.logs.String()
	if !strings.Contains(log, "request_id=") {
		t.Errorf("nothing was logged: %q", log)
	}
	for name, secret := range secrets {
		for _, part := range strings.FieldsFunc(secret, func(r rune) bool { return strings.ContainsRune("?&/", r) }) {
			// The last part of a token or an address is its signature.
			if len(part) > 40 && strings.Contains(log, part[len(part)-24:]) || strings.Contains(log, secret) {
				t.Errorf("the log has the %s", name)
			}
		}
	}
}
