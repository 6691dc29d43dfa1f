package main

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"keepsake/album"
	"keepsake/internal/auth"
)

func TestTokensThatAreNoGood(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	p := s.user(t, "somebody")
	key := s.accessKey(t)
	now := time.Now()
	good := map[string]any{
		"kind": "user", "sid": string(p.session), "sub": string(p.id), "iss": "keepsake", "aud": []string{"keepsake"},
		"iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
	}
	with := func(claims ...any) jwt.MapClaims {
		m := jwt.MapClaims{}
		for k, v := range good {
			m[k] = v
		}
		for i := 0; i < len(claims); i += 2 {
			if m[claims[i].(string)] = claims[i+1]; claims[i+1] == nil {
				delete(m, claims[i].(string))
			}
		}
		return m
	}
	sign := func(method jwt.SigningMethod, key any, claims jwt.MapClaims) string {
		token, err := jwt.NewWithClaims(method, claims).SignedString(key)
		must(t, err)
		return token
	}
	hs := func(claims ...any) string { return sign(jwt.SigningMethodHS256, key, with(claims...)) }
	whole := hs()
	parts := strings.Split(whole, ".")
	otherBody := base64.RawURLEncoding.EncodeToString([]byte(`{"kind":"user"}`))

	s.want(t, whole, `{me{id}}`)
	for name, c := range map[string]struct {
		token string
		code  album.Code
	}{
		"expired":            {hs("iat", now.Add(-time.Hour).Unix(), "exp", now.Add(-time.Second).Unix()), album.CodeTokenExpired},
		"alg none":           {sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, with()), album.CodeTokenInvalid},
		"no signature":       {parts[0] + "." + parts[1] + ".", album.CodeTokenInvalid},
		"wrong key":          {sign(jwt.SigningMethodHS256, make([]byte, 32), with()), album.CodeTokenInvalid},
		"wrong method":       {sign(jwt.SigningMethodHS512, key, with()), album.CodeTokenInvalid},
		"changed claims":     {parts[0] + "." + otherBody + "." + parts[2], album.CodeTokenInvalid},
		"cut off":            {whole[:len(whole)-2], album.CodeTokenInvalid},
		"more at the end":    {whole + "A", album.CodeTokenInvalid},
		"not a token":        {"x", album.CodeTokenInvalid},
		"three times naught": {"..", album.CodeTokenInvalid},
		"huge":               {strings.Repeat("A", 8<<10), album.CodeTokenInvalid},
		"no expiry":          {hs("exp", nil), album.CodeTokenInvalid},
		"another issuer":     {hs("iss", "elsewhere"), album.CodeTokenInvalid},
		"another audience":   {hs("aud", []string{"elsewhere"}), album.CodeTokenInvalid},
		"issued tomorrow":    {hs("iat", now.Add(24*time.Hour).Unix(), "exp", now.Add(48*time.Hour).Unix()), album.CodeTokenInvalid},
		"no kind":            {hs("kind", "admin"), album.CodeTokenInvalid},
		"subject of another": {hs("sub", p.session), album.CodeTokenInvalid},
		"unknown session":    {hs("sid", string(s.service.IDs.Session())), album.CodeSessionRevoked},
		"another's session":  {hs("sub", string(s.service.IDs.User()), "sid", string(s.user(t, "other").session)), album.CodeSessionRevoked},
	} {
		a := s.ask(t, c.token, `mutation{createAlbum(input:{title:"x"}){album{id}}}`)
		if a.code() != string(c.code) || a.status != http.StatusUnauthorized || a.Data != nil {
			t.Errorf("%s: status %d, %s", name, a.status, a.body)
		}
	}
	for _, header := range []string{"Bearer", "Bearer ", "Basic " + whole, whole, "bearer  x"} {
		status, body := fetch(t, http.MethodPost, s.url+"/graphql", []byte(`{"query":"{me{id}}"}`),
			"Content-Type", "application/json", "Authorization", header)
		if status != http.StatusUnauthorized || !strings.Contains(string(body), "TOKEN_INVALID") {
			t.Errorf("authorization %q: %d %s", header, status, body)
		}
	}
	// An unknown share's visitor sees nothing, as one of a closed share.
	stray := s.tokenFor(t, album.Identified{ShareID: s.service.IDs.Share()}, auth.AccessLife)
	if a := s.ask(t, stray, `{me{id}}`); a.at("me") != nil || len(a.Errors) > 0 {
		t.Errorf("a stray visitor: %s", a.body)
	}
}

const refresh = `mutation($t:String!){refreshSession(input:{refreshToken:$t}){session{accessToken refreshToken}}}`

// TestRefreshTokensAreGoodOnce: using one twice ends the session, with its
// access tokens and its sockets, and no other.
func TestRefreshTokensAreGoodOnce(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	p := s.user(t, "somebody")
	other, err := s.service.SignIn(t.Context(), "local", credentials(p))
	must(t, err)

	first := s.want(t, "", refresh, "t", p.refresh)
	token, second := first.str("refreshSession.session.accessToken"), first.str("refreshSession.session.refreshToken")
	s.want(t, token, `{me{id}}`)
	socket := s.dial(t, token)
	feed := socket.start(t, watchFeed, "after", s.want(t, token, `{feed{cursor}}`).str("feed.cursor"))
	s.want(t, token, `mutation{createAlbum(input:{title:"x"}){album{id}}}`)
	feed.event(t, "feedEvents") // it is open

	if a := s.ask(t, "", refresh, "t", p.refresh); a.code() != string(album.CodeSessionRevoked) {
		t.Errorf("a refresh token used twice: %s", a.body)
	}
	if code := socket.closed(t); code != closeForbidden {
		t.Errorf("its socket was closed with %d", code)
	}
	for name, a := range map[string]answer{
		"the access token":       s.ask(t, token, `{me{id}}`),
		"the first access token": s.ask(t, p.token, `{me{id}}`),
		"the newest refresh":     s.ask(t, "", refresh, "t", second),
	} {
		if a.code() != string(album.CodeSessionRevoked) {
			t.Errorf("%s afterwards: %s", name, a.body)
		}
	}
	s.want(t, other.AccessToken, `{me{id}}`)
	s.want(t, "", refresh, "t", other.RefreshToken)
	for _, stray := range []string{"", "x", strings.Repeat("A", 43), strings.Repeat("x", 10_000), token} {
		if a := s.ask(t, "", refresh, "t", stray); a.code() != string(album.CodeTokenInvalid) {
			t.Errorf("refresh token %.50q: %s", stray, a.body)
		}
	}
}

// TestSigningIn does not say what was wrong.
func TestSigningIn(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	p := s.user(t, "somebody")
	const in = `mutation($n:String!,$p:String!){signIn(input:{name:$n,password:$p}){session{accessToken}}}`
	var answers []string
	for _, c := range [][2]string{
		{p.name, "wrong password"},
		{p.name, ""},
		{p.name, strings.Repeat("x", 100_000)},
		{p.name, "correct horse\x00"},
		{"nobody-of-that-name", password},
		{"", ""},
		{"bad name!", password},
		{strings.Repeat("x", 100_000), password},
	} {
		a := s.ask(t, "", in, "n", c[0], "p", c[1])
		if a.code() != string(album.CodeSignInFailed) {
			t.Errorf("%.40q: %s", c, a.body)
		}
		answers = append(answers, a.body)
	}
	for _, body := range answers {
		if body != answers[0] {
			t.Errorf("answers differ: %s and %s", body, answers[0])
		}
	}
	s.want(t, "", in, "n", strings.ToUpper(p.name), "p", password)
	if a := s.ask(t, p.token, `mutation{changePassword(input:{oldPassword:"wrong one",newPassword:"battery staple"}){user{id}}}`); a.code() != string(album.CodeSignInFailed) {
		t.Errorf("a wrong old password: %s", a.body)
	}
	for name, taken := range map[string]album.Code{p.name: album.CodeNameTaken, strings.ToUpper(p.name): album.CodeNameTaken} {
		a := s.ask(t, "", `mutation($n:String!){signUp(input:{name:$n,password:"correct horse"}){session{accessToken}}}`, "n", name)
		if a.code() != string(taken) {
			t.Errorf("signing up as %s: %s", name, a.body)
		}
	}
	closed := startServer(t, setup{env: []string{"KEEPSAKE_SIGN_UP=false"}})
	if a := closed.ask(t, "", `mutation{signUp(input:{name:"anna",password:"correct horse"}){session{accessToken}}}`); a.code() != string(album.CodeForbidden) {
		t.Errorf("signing up where it is closed: %s", a.body)
	}
}

// TestSharePasswords: with them, without them, and long ones.
func TestSharePasswords(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{only: "$photo$"})
	a := s.want(t, w.people["owner"].token, w.fill(`mutation{createShare(input:{albumId:$album$,joinRole:VIEWER,password:"open sesame"}){token share{hasPassword}}}`))
	token := a.str("createShare.token")
	for secret, code := range map[string]album.Code{
		"": album.CodePasswordRequired, "open Sesame": album.CodePasswordWrong, strings.Repeat("x", 10_000): album.CodePasswordWrong, "open sesame": "",
	} {
		open := s.ask(t, "", `mutation($t:String!,$p:String){openShare(input:{token:$t,password:$p}){accessToken}}`, "t", token, "p", secret)
		join := s.ask(t, w.people["stranger"].token, `mutation($t:String!,$p:String){joinAlbum(input:{token:$t,password:$p}){membership{role}}}`, "t", token, "p", secret)
		if open.code() != string(code) || join.code() != string(code) {
			t.Errorf("password %.20q: open %s, join %s", secret, open.body, join.body)
		}
	}
	for _, stray := range []string{"", "x", strings.Repeat("A", 22), strings.Repeat("x", 100_000)} {
		if a := s.ask(t, "", `mutation($t:String!){openShare(input:{token:$t}){accessToken}}`, "t", stray); a.code() != string(album.CodeNotFound) {
			t.Errorf("share token %.30q: %s", stray, a.body)
		}
	}
}
