package attack

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"keepsake/internal/auth"
)

const (
	invalid = "401 TOKEN_INVALID"
	// nobody is the answer to who is taken for nobody: the change needs somebody.
	nobody = "200 UNAUTHENTICATED"
)

// stranger is a key pair of an attacker's own.
var stranger = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // the system's source of chance
	}
	return key
})

// tokens are attacks by who one says to be. Each would make an album as the owner.
// Those that are signed are signed with the server's own key, so that it is their
// claims that are refused; package auth has more of them.
func tokens() []attack {
	now := time.Now()
	claims := func(a *attacker, change jwt.MapClaims) jwt.MapClaims {
		c := jwt.MapClaims{
			"kind": "user", "sub": a.owner.id, "sid": a.owner.session, "iss": "keepsake", "aud": "keepsake",
			"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		}
		maps.Copy(c, change)
		return c
	}
	signed := func(method jwt.SigningMethod, key func(*attacker) any, change jwt.MapClaims) func(*attacker) (string, error) {
		return func(a *attacker) (string, error) {
			return jwt.NewWithClaims(method, claims(a, change)).SignedString(key(a))
		}
	}
	own := func(label auth.Label) func(*attacker) any {
		return func(a *attacker) any { return a.key.Derive(label) }
	}
	is := func(key any) func(*attacker) any { return func(*attacker) any { return key } }
	hs := func(change jwt.MapClaims) func(*attacker) (string, error) {
		return signed(jwt.SigningMethodHS256, own(auth.LabelAccess), change)
	}
	changed := func(f func(token string) string) func(*attacker) (string, error) {
		return func(a *attacker) (string, error) { return f(a.owner.token), nil }
	}
	return []attack{
		bearing("a token with alg none", invalid, signed(jwt.SigningMethodNone, is(jwt.UnsafeAllowNoneSignatureType), nil)),
		bearing("a token with alg None, by hand", invalid, func(a *attacker) (string, error) {
			payload, err := json.Marshal(claims(a, nil))
			return encode([]byte(`{"alg":"None","typ":"JWT"}`)) + "." + encode(payload) + ".", err
		}),
		bearing("a token with alg HS512", invalid, signed(jwt.SigningMethodHS512, own(auth.LabelAccess), nil)),
		bearing("a token with alg RS256, by a stranger", invalid, func(a *attacker) (string, error) {
			return jwt.NewWithClaims(jwt.SigningMethodRS256, claims(a, nil)).SignedString(stranger())
		}),
		bearing("a token of HS256 with a public key", invalid, func(a *attacker) (string, error) {
			der, err := x509.MarshalPKIXPublicKey(&stranger().PublicKey)
			if err != nil {
				return "", err
			}
			key := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
			return jwt.NewWithClaims(jwt.SigningMethodHS256, claims(a, nil)).SignedString(key)
		}),
		bearing("a token with a key in its header", invalid, func(a *attacker) (string, error) {
			token := jwt.NewWithClaims(jwt.SigningMethodHS256, claims(a, nil))
			token.Header["jwk"] = map[string]string{"kty": "oct", "k": encode([]byte("mine"))}
			token.Header["kid"] = "../../../dev/null"
			return token.SignedString([]byte("mine"))
		}),
		bearing("a token with the wrong key", invalid, signed(jwt.SigningMethodHS256, is(make([]byte, auth.KeySize)), nil)),
		bearing("a token with the key of media", invalid, signed(jwt.SigningMethodHS256, own(auth.LabelMedia), nil)),
		bearing("a token for another audience", invalid, hs(jwt.MapClaims{"aud": "elsewhere"})),
		bearing("a token of another issuer", invalid, hs(jwt.MapClaims{"iss": "elsewhere"})),
		bearing("a token that has expired", "401 TOKEN_EXPIRED", hs(jwt.MapClaims{"iat": now.Add(-time.Hour).Unix(), "exp": now.Add(-time.Second).Unix()})),
		bearing("a token from the future", invalid, hs(jwt.MapClaims{"iat": now.Add(time.Hour).Unix(), "exp": now.Add(2 * time.Hour).Unix()})),
		bearing("a token without an end", invalid, hs(jwt.MapClaims{"exp": nil})),
		bearing("a token of a kind that is none", invalid, hs(jwt.MapClaims{"kind": "admin"})),
		bearing("a token of another's session", "401 SESSION_REVOKED", func(a *attacker) (string, error) {
			return hs(jwt.MapClaims{"sid": a.victim.session})(a)
		}),
		bearing("a token of another person, unsigned", invalid, func(a *attacker) (string, error) {
			parts := strings.Split(a.victim.token, ".")
			return parts[0] + "." + strings.Split(a.owner.token, ".")[1] + "." + parts[2], nil
		}),
		bearing("a token that is cut off", invalid, changed(func(token string) string { return token[:len(token)-1] })),
		bearing("a token with a fourth part", invalid, changed(func(token string) string { return token + ".e30" })),
		bearing("a token of 20 KB", invalid, changed(func(token string) string { return token + strings.Repeat("A", 20_000) })),
		bearing("an upload ticket as a token", invalid, func(a *attacker) (string, error) { return path(a.ticket.URL), nil }),
		bearing("a link's token as a token", invalid, func(a *attacker) (string, error) { return a.link, nil }),
		{name: "two tokens, a good one first", want: "400 INVALID_INPUT", send: func(ctx context.Context, a *attacker) (string, error) {
			return short(a.post(ctx, query(change), "Authorization", "Bearer "+a.owner.token, "Authorization", "Bearer "+a.victim.token))
		}},
		{name: "a token in the URL", want: nobody, send: func(ctx context.Context, a *attacker) (string, error) {
			return short(a.do(ctx, "POST", "/graphql?access_token="+a.owner.token+"&authorization=Bearer%20"+a.owner.token, query(change), "Content-Type", "application/json"))
		}},
		{name: "a token in a cookie", want: nobody, send: func(ctx context.Context, a *attacker) (string, error) {
			return short(a.post(ctx, query(change), "Cookie", "Authorization=Bearer "+a.owner.token+"; token="+a.owner.token))
		}},
		{name: "a token in the body", want: nobody, send: func(ctx context.Context, a *attacker) (string, error) {
			body, err := json.Marshal(map[string]any{"query": change, "authorization": "Bearer " + a.owner.token})
			if err != nil {
				return "", err
			}
			return short(a.post(ctx, body))
		}},
	}
}

// bearing asks for the change with a token.
func bearing(name, want string, token func(*attacker) (string, error)) attack {
	return attack{name: name, want: want, send: func(ctx context.Context, a *attacker) (string, error) {
		text, err := token(a)
		if err != nil {
			return "", err
		}
		return short(a.ask(ctx, text, change, nil))
	}}
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
