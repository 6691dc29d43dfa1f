package auth

import (
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"keepsake/album"
)

// AccessLife is how long an access token holds.
const AccessLife = 15 * time.Minute

const (
	// maxToken bounds an access token, in bytes; ours are under 400.
	maxToken = 4 << 10
	// issuedLeeway is how far ahead the clock of an issuing node may be.
	issuedLeeway = 30 * time.Second

	tokenIssuer   = "keepsake"
	tokenAudience = "keepsake"
	kindUser      = "user"
	kindVisitor   = "visitor"
)

var (
	errTokenExpired = album.Errorf(album.CodeTokenExpired, "the access token is past its time, refresh it")
	errTokenInvalid = album.Errorf(album.CodeTokenInvalid, "the access token is not valid, sign in again")
)

// Tokens issues and checks access tokens: JWTs signed with HS256.
type Tokens struct {
	key    []byte
	now    func() time.Time
	parser *jwt.Parser
}

// NewTokens returns Tokens that sign with key, the sub-key of LabelAccess, by
// the clock now.
func NewTokens(key []byte, now func() time.Time) *Tokens {
	return &Tokens{
		key: key,
		now: now,
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
			jwt.WithStrictDecoding(),
			// claims.identify checks them all, and tells expired from invalid.
			jwt.WithoutClaimsValidation(),
		),
	}
}

// claims are what an access token says.
type claims struct {
	Kind    string `json:"kind"`
	Session string `json:"sid,omitempty"` // of a user; a visitor has none
	jwt.RegisteredClaims
}

// Issue makes a token that says v until life from now, cut to whole seconds;
// v.ExpiresAt is not looked at. It fails for anything but a user with a session
// or a share visitor, and for a life under a second.
func (t *Tokens) Issue(v album.Identified, life time.Duration) (token string, expires time.Time, err error) {
	now := t.now().UTC().Truncate(time.Second)
	expires = now.Add(life).Truncate(time.Second)
	c := claims{RegisteredClaims: jwt.RegisteredClaims{
		Issuer:    tokenIssuer,
		Audience:  jwt.ClaimStrings{tokenAudience},
		IssuedAt:  jwt.NewNumericDate(now),
		ExpiresAt: jwt.NewNumericDate(expires),
	}}
	if v.SignedIn() {
		c.Kind, c.Subject, c.Session = kindUser, string(v.UserID), string(v.SessionID)
	} else {
		c.Kind, c.Subject, c.Session = kindVisitor, string(v.ShareID), string(v.SessionID)
	}
	// What Parse would refuse is never issued.
	if said, err := c.identify(now); err != nil || said.ShareID != v.ShareID {
		return "", time.Time{}, errors.New("issue access token: not a user with a session nor a visitor, or no life")
	}
	token, err = jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString(t.key)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("issue access token: %w", err)
	}
	return token, expires, nil
}

// Parse checks a token in full and returns who it names. The error is
// TOKEN_EXPIRED for a token of ours whose time has passed and TOKEN_INVALID for
// everything else.
func (t *Tokens) Parse(token string) (album.Identified, error) {
	if len(token) > maxToken {
		return album.Identified{}, errTokenInvalid
	}
	var c claims
	_, err := t.parser.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return t.key, nil })
	if err != nil {
		return album.Identified{}, errTokenInvalid.Wrap(err)
	}
	return c.identify(t.now())
}

// identify checks every claim and returns who they name.
func (c *claims) identify(now time.Time) (album.Identified, error) {
	switch {
	case c.Issuer != tokenIssuer,
		len(c.Audience) != 1 || c.Audience[0] != tokenAudience,
		c.IssuedAt == nil || c.IssuedAt.After(now.Add(issuedLeeway)),
		c.ExpiresAt == nil || !c.ExpiresAt.After(c.IssuedAt.Time):
		return album.Identified{}, errTokenInvalid
	}
	v := album.Identified{ExpiresAt: c.ExpiresAt.UTC()}
	var errSubject, errSession error
	switch {
	case c.Kind == kindUser:
		v.UserID, errSubject = album.ParseUserID(c.Subject)
		v.SessionID, errSession = album.ParseID[album.SessionID](album.SessionPrefix, c.Session)
	case c.Kind == kindVisitor && c.Session == "":
		v.ShareID, errSubject = album.ParseShareID(c.Subject)
	default:
		return album.Identified{}, errTokenInvalid
	}
	if errSubject != nil || errSession != nil {
		return album.Identified{}, errTokenInvalid
	}
	if !now.Before(v.ExpiresAt) {
		return album.Identified{}, errTokenExpired
	}
	return v, nil
}
