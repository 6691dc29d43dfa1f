package service

import (
	"context"
	"strings"

	"golang.org/x/text/secure/precis"

	"keepsake/album"
	"keepsake/internal/auth"
	"keepsake/store"
)

// Credentials are what a person shows to an identity provider: name and
// password for the local one.
type Credentials struct {
	Name   string
	Secret string
}

// IdentityProvider checks credentials. It returns the identity they prove; its
// UserID is empty for somebody who was never here, who then gets an account.
// Wrong credentials are SIGN_IN_FAILED, without a word on what was wrong.
type IdentityProvider interface {
	Verify(ctx context.Context, c Credentials) (album.Identity, error)
}

// LocalProvider is the name of the accounts with a name and a password.
const LocalProvider = "local"

var errSignIn = album.Errorf(album.CodeSignInFailed, "name or password is wrong")

// local is the provider of accounts with a name and a password.
type local struct {
	store     store.Users
	passwords *auth.Passwords
}

// Verify takes as long for a name that nobody has as for one that somebody has.
func (l *local) Verify(ctx context.Context, c Credentials) (album.Identity, error) {
	subject, err := accountName(c.Name)
	if err != nil || len(c.Secret) > 4*album.MaxPasswordLength {
		return album.Identity{}, errSignIn
	}
	id, err := l.store.Identity(ctx, LocalProvider, subject)
	if album.CodeOf(err) == album.CodeNotFound {
		if err := l.passwords.CheckNothing(ctx, c.Secret); err != nil {
			return album.Identity{}, err
		}
		return album.Identity{}, errSignIn
	}
	if err != nil {
		return album.Identity{}, err
	}
	switch ok, err := l.passwords.Check(ctx, c.Secret, id.Secret); {
	case err != nil:
		return album.Identity{}, err
	case !ok:
		return album.Identity{}, errSignIn
	}
	return id, nil
}

// accountName checks a name and folds it to the form that is compared: letters,
// digits, '.', '-' and '_', in lower case, by PRECIS's UsernameCaseMapped
// (RFC 8265), so that names that look the same are the same.
func accountName(name string) (string, error) {
	name, err := album.Text("name", name, album.MinNameLength, album.MaxNameLength)
	if err != nil {
		return "", err
	}
	folded, err := precis.UsernameCaseMapped.String(name)
	if err != nil || strings.ContainsFunc(folded, notInName) {
		return "", album.Invalid("name", "use letters, digits, dots, dashes and underscores")
	}
	return folded, nil
}

func password(field, s string) (string, error) {
	// A password is taken as it is: no trimming, but the same bounds as any text.
	if _, err := album.Text(field, s, 0, album.MaxPasswordLength); err != nil {
		return "", err
	}
	if len([]rune(s)) < album.MinPasswordLength {
		return "", album.Invalid(field, "this must have at least %d characters", album.MinPasswordLength)
	}
	return s, nil
}
