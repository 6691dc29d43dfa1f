package auth

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"keepsake/album"
)

const (
	userID    = album.UserID("usr_01JNAAAAAAAAAAAAAAAAAAAAAA")
	sessionID = album.SessionID("ses_01JNAAAAAAAAAAAAAAAAAAAAAA")
	shareID   = album.ShareID("shr_01JNAAAAAAAAAAAAAAAAAAAAAA")
)

var (
	testKey = bytes.Repeat([]byte{3}, KeySize)
	noon    = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

func at(t time.Time) func() time.Time { return func() time.Time { return t } }

// sign makes a token of claims and header written as JSON.
func sign(key []byte, header, payload string) string {
	text := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." +
		base64.RawURLEncoding.EncodeToString([]byte(payload))
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

const hs256 = `{"alg":"HS256","typ":"JWT"}`

// changed returns good claims of a user with some of them changed; nil takes one away.
func changed(t *testing.T, change map[string]any) string {
	t.Helper()
	c := map[string]any{
		"kind": "user", "sub": string(userID), "sid": string(sessionID),
		"iss": "keepsake", "aud": "keepsake",
		"iat": noon.Unix(), "exp": noon.Add(AccessLife).Unix(),
	}
	maps.Copy(c, change)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestTokensSayWhatWasIssued(t *testing.T) {
	for name, v := range map[string]album.Identified{
		"user":    {UserID: userID, SessionID: sessionID},
		"visitor": {ShareID: shareID},
	} {
		t.Run(name, func(t *testing.T) {
			issued := noon.Add(700 * time.Millisecond)
			token, expires, err := NewTokens(testKey, at(issued)).Issue(v, AccessLife)
			if err != nil {
				t.Fatal(err)
			}
			if !expires.Equal(noon.Add(AccessLife)) {
				t.Errorf("expires %v", expires)
			}
			v.ExpiresAt = expires
			for _, when := range []time.Time{noon.Add(-issuedLeeway), issued, expires.Add(-1)} {
				got, err := NewTokens(testKey, at(when)).Parse(token)
				if err != nil || got != v {
					t.Errorf("at %v: %+v, %v", when, got, err)
				}
			}
			for when, code := range map[time.Time]album.Code{
				expires:                     album.CodeTokenExpired,
				expires.AddDate(1, 0, 0):    album.CodeTokenExpired,
				noon.Add(-issuedLeeway - 1): album.CodeTokenInvalid,
			} {
				_, err := NewTokens(testKey, at(when)).Parse(token)
				if album.CodeOf(err) != code {
					t.Errorf("at %v: %v, want %s", when, err, code)
				}
			}
		})
	}
}

func TestIssueRefuses(t *testing.T) {
	tokens := NewTokens(testKey, at(noon))
	user := album.Identified{UserID: userID, SessionID: sessionID}
	for name, c := range map[string]struct {
		v    album.Identified
		life time.Duration
	}{
		"nobody":                  {album.Identified{}, AccessLife},
		"user without session":    {album.Identified{UserID: userID}, AccessLife},
		"user and visitor":        {album.Identified{UserID: userID, SessionID: sessionID, ShareID: shareID}, AccessLife},
		"visitor with session":    {album.Identified{ShareID: shareID, SessionID: sessionID}, AccessLife},
		"malformed user":          {album.Identified{UserID: "usr_1", SessionID: sessionID}, AccessLife},
		"no life":                 {user, 0},
		"a life in the past":      {user, -time.Minute},
		"a life under a second":   {user, time.Second - 1},
		"share in a user's place": {album.Identified{UserID: album.UserID(shareID), SessionID: sessionID}, AccessLife},
	} {
		if token, _, err := tokens.Issue(c.v, c.life); err == nil {
			t.Errorf("%s: issued %s", name, token)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&rsaKey.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	good := changed(t, nil)
	withRSA := func() string {
		var c jwt.MapClaims
		if err := json.Unmarshal([]byte(good), &c); err != nil {
			t.Fatal(err)
		}
		s, err := jwt.NewWithClaims(jwt.SigningMethodRS256, c).SignedString(rsaKey)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}()
	signed := sign(testKey, hs256, good)
	parts := strings.Split(signed, ".")
	claim := func(name string, value any) string {
		return sign(testKey, hs256, changed(t, map[string]any{name: value}))
	}
	visitor := func(change map[string]any) string {
		c := map[string]any{"kind": "visitor", "sub": string(shareID), "sid": nil}
		maps.Copy(c, change)
		return sign(testKey, hs256, changed(t, c))
	}
	if _, err := NewTokens(testKey, at(noon)).Parse(signed); err != nil {
		t.Fatalf("the good token is refused: %v", err)
	}
	if _, err := NewTokens(testKey, at(noon)).Parse(visitor(nil)); err != nil {
		t.Fatalf("the good visitor is refused: %v", err)
	}

	invalid, expired := album.CodeTokenInvalid, album.CodeTokenExpired
	for name, c := range map[string]struct {
		token string
		want  album.Code
	}{
		"empty":                      {"", invalid},
		"garbage":                    {"garbage", invalid},
		"three dots":                 {"...", invalid},
		"no signature":               {parts[0] + "." + parts[1] + ".", invalid},
		"a signature cut":            {signed[:len(signed)-2], invalid},
		"a fourth part":              {signed + ".e30", invalid},
		"space around":               {" " + signed, invalid},
		"claims of another token":    {parts[0] + "." + strings.Split(claim("kind", "visitor"), ".")[1] + "." + parts[2], invalid},
		"oversize":                   {claim("extra", strings.Repeat("x", maxToken)), invalid},
		"payload null":               {sign(testKey, hs256, "null"), invalid},
		"payload a list":             {sign(testKey, hs256, "[]"), invalid},
		"wrong key":                  {sign([]byte("another key"), hs256, good), invalid},
		"empty key":                  {sign(nil, hs256, good), invalid},
		"alg none":                   {sign(testKey, `{"alg":"none"}`, good), invalid},
		"alg none, unsigned":         {base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + ".", invalid},
		"alg missing":                {sign(testKey, `{}`, good), invalid},
		"alg HS512":                  {sign(testKey, `{"alg":"HS512"}`, good), invalid},
		"RS256 by a stranger":        {withRSA, invalid},
		"RS256 named, HS256 signed":  {sign(testKey, `{"alg":"RS256"}`, good), invalid},
		"public key as HMAC key":     {sign(publicPEM, hs256, good), invalid},
		"wrong issuer":               {claim("iss", "somebody"), invalid},
		"no issuer":                  {claim("iss", nil), invalid},
		"wrong audience":             {claim("aud", "media"), invalid},
		"two audiences":              {claim("aud", []string{"keepsake", "media"}), invalid},
		"no audience":                {claim("aud", nil), invalid},
		"no expiry":                  {claim("exp", nil), invalid},
		"expiry before issue":        {claim("exp", noon.Add(-time.Hour).Unix()), invalid},
		"expiry a string":            {claim("exp", "tomorrow"), invalid},
		"no time of issue":           {claim("iat", nil), invalid},
		"from the future":            {claim("iat", noon.Add(issuedLeeway+time.Second).Unix()), invalid},
		"no kind":                    {claim("kind", nil), invalid},
		"unknown kind":               {claim("kind", "admin"), invalid},
		"no subject":                 {claim("sub", nil), invalid},
		"malformed subject":          {claim("sub", "usr_1"), invalid},
		"a share as user":            {claim("sub", string(shareID)), invalid},
		"no session":                 {claim("sid", nil), invalid},
		"malformed session":          {claim("sid", string(userID)), invalid},
		"a user as visitor":          {visitor(map[string]any{"sub": string(userID)}), invalid},
		"visitor with a session":     {visitor(map[string]any{"sid": string(sessionID)}), invalid},
		"expired":                    {sign(testKey, hs256, changed(t, map[string]any{"iat": noon.Add(-time.Hour).Unix(), "exp": noon.Unix()})), expired},
		"expired and wrong audience": {sign(testKey, hs256, changed(t, map[string]any{"iat": noon.Add(-time.Hour).Unix(), "exp": noon.Unix(), "aud": "media"})), invalid},
		"expired and wrong key":      {sign(publicPEM, hs256, changed(t, map[string]any{"iat": noon.Add(-time.Hour).Unix(), "exp": noon.Unix()})), invalid},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := NewTokens(testKey, at(noon)).Parse(c.token)
			if album.CodeOf(err) != c.want {
				t.Errorf("error %v, want %s", err, c.want)
			}
			if got != (album.Identified{}) {
				t.Errorf("a refused token names %+v", got)
			}
		})
	}
}

// FuzzParse feeds whole tokens. What is taken must have been signed with the
// key, which no input can guess, so only a seed may be.
func FuzzParse(f *testing.F) {
	tokens := NewTokens(testKey, at(noon))
	token, _, err := tokens.Issue(album.Identified{UserID: userID, SessionID: sessionID}, AccessLife)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"", "..", token, token + ".", token[1:], sign(nil, `{"alg":"none"}`, "{}")} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		_, err := tokens.Parse(s)
		switch code := album.CodeOf(err); {
		case err == nil && s != token:
			t.Errorf("%q is taken", s)
		case err != nil && code != album.CodeTokenInvalid:
			t.Errorf("%q: %v", s, err)
		}
	})
}

// FuzzClaims feeds claims that are signed well, as a bug elsewhere might.
func FuzzClaims(f *testing.F) {
	tokens := NewTokens(testKey, at(noon))
	f.Add(`{"kind":"user","sub":"usr_01JNAAAAAAAAAAAAAAAAAAAAAA","sid":"ses_01JNAAAAAAAAAAAAAAAAAAAAAA",` +
		`"iss":"keepsake","aud":["keepsake"],"iat":1772366400,"exp":1772367300}`)
	f.Add(`{"kind":"visitor","sub":"shr_01JNAAAAAAAAAAAAAAAAAAAAAA","iss":"keepsake","aud":"keepsake","iat":-1e300,"exp":1e300}`)
	f.Add(`null`)
	f.Fuzz(func(t *testing.T, payload string) {
		v, err := tokens.Parse(sign(testKey, hs256, payload))
		switch album.CodeOf(err) {
		case "":
			user := v.UserID != "" && v.SessionID != "" && v.ShareID == ""
			visitor := v.UserID == "" && v.SessionID == "" && v.ShareID != ""
			if user == visitor || !noon.Before(v.ExpiresAt) {
				t.Errorf("%s names %+v", payload, v)
			}
		case album.CodeTokenInvalid, album.CodeTokenExpired:
		default:
			t.Errorf("%s: %v", payload, err)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	tokens := NewTokens(testKey, at(noon))
	token, _, err := tokens.Issue(album.Identified{UserID: userID, SessionID: sessionID}, AccessLife)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := tokens.Parse(token); err != nil {
			b.Fatal(err)
		}
	}
}
