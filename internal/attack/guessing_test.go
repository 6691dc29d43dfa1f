package attack

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
)

// The settings by which guesses are counted, at their defaults.
const signInTries, shareTries = 10, 20

const (
	signIn    = `mutation($n:String!,$p:String!){signIn(input:{name:$n,password:$p}){session{accessToken}}}`
	openShare = `mutation($t:String!,$p:String){openShare(input:{token:$t,password:$p}){accessToken}}`
)

// guessing are attacks by trying out.
func guessing() []attack {
	return []attack{
		{name: "guessing the password of an account", want: "200 RATE_LIMITED", send: func(ctx context.Context, a *attacker) (string, error) {
			got, err := guess(signInTries, "200 SIGN_IN_FAILED", func(i int) (answer, error) {
				return a.ask(ctx, "", signIn, map[string]any{"n": a.victim.name, "p": fmt.Sprintf("guess number %d", i)})
			})
			if err != nil {
				return "", err
			}
			// Whoever has the account still comes in, from elsewhere.
			return got, a.comesIn(ctx)
		}},
		{name: "guessing a password for many accounts", want: "200 RATE_LIMITED", send: func(ctx context.Context, a *attacker) (string, error) {
			return guess(6*signInTries, "200 SIGN_IN_FAILED", func(i int) (answer, error) {
				return a.ask(ctx, "", signIn, map[string]any{"n": fmt.Sprintf("somebody%d", i), "p": "a password of many"})
			})
		}},
		{name: "guessing the password of a link", want: "200 RATE_LIMITED", send: func(ctx context.Context, a *attacker) (string, error) {
			return guess(shareTries, "200 PASSWORD_WRONG", func(i int) (answer, error) {
				return a.ask(ctx, "", openShare, map[string]any{"t": a.link, "p": fmt.Sprintf("guess number %d", i)})
			})
		}},
		{name: "guessing links", want: "200 NOT_FOUND", send: func(ctx context.Context, a *attacker) (string, error) {
			return short(a.ask(ctx, "", openShare, map[string]any{"t": rand.Text()[:22]}))
		}},
		{name: "guessing identifiers", want: "all alike", send: func(ctx context.Context, a *attacker) (string, error) {
			return a.alike(ctx, `query($i:ID!){node(id:$i){id __typename}}`)
		}},
		{name: "guessing media", want: "all alike", send: func(ctx context.Context, a *attacker) (string, error) {
			return a.alike(ctx, `query($i:ID!){media(id:$i){id owner{id} url{url}}}`)
		}},
		{name: "guessing by liking", want: "all alike", send: func(ctx context.Context, a *attacker) (string, error) {
			return a.alike(ctx, `mutation($i:ID!){likeMedia(input:{mediaId:$i}){likes{count}}}`)
		}},
		{name: "guessing refresh tokens", want: "200 TOKEN_INVALID", send: func(ctx context.Context, a *attacker) (string, error) {
			return short(a.ask(ctx, "", `mutation($t:String!){refreshSession(input:{refreshToken:$t}){session{accessToken}}}`,
				map[string]any{"t": encode([]byte(rand.Text() + "123456")[:32])}))
		}},
	}
}

// guess tries until it is refused as too often, which it is neither before its limit
// nor later than twice that; until then all answers are the same.
func guess(limit int, wrong string, try func(i int) (answer, error)) (string, error) {
	for i := range 2*limit + 1 {
		got, err := try(i)
		switch {
		case err != nil:
			return "", err
		case strings.HasSuffix(got.String(), "RATE_LIMITED"):
			return got.String(), nil
		case got.String() != wrong:
			return "", fmt.Errorf("guess %d was answered %s", i, got)
		}
	}
	return "never refused", nil
}

// comesIn signs the victim in from their own address.
func (a *arena) comesIn(ctx context.Context) error {
	own := a.attacker("192.0.2.77")
	defer own.leave()
	got, err := own.ask(ctx, "", signIn, map[string]any{"n": a.victim.name, "p": password})
	if err == nil && got.String() != "200" {
		err = fmt.Errorf("the victim is kept out: %s", got.body)
	}
	return err
}

// alike asks for what is hidden and for what is not there, as somebody who may see
// neither: the answers are the same but for the identifier.
func (a *attacker) alike(ctx context.Context, document string) (string, error) {
	const absent = "med_01BX5ZZKBKACTAV9WEVGEMMVRZ"
	var bodies []string
	for _, id := range []string{a.hidden, absent, next(a.hidden)} {
		got, err := a.ask(ctx, a.victim.token, document, map[string]any{"i": id})
		if err != nil {
			return "", err
		}
		if got.String() != "200 NOT_FOUND" {
			return fmt.Sprintf("%s for %s", got, id), nil
		}
		bodies = append(bodies, strings.ReplaceAll(string(got.body), id, "ID"))
	}
	if bodies[0] != bodies[1] || bodies[0] != bodies[2] {
		return strings.Join(bodies, ", "), nil
	}
	return "all alike", nil
}

// next is the identifier that comes after another.
func next(id string) string {
	const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	last := strings.IndexByte(digits, id[len(id)-1])
	return id[:len(id)-1] + string(digits[(last+1)%len(digits)])
}
