package service

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"keepsake/album"
	"keepsake/internal/auth"
	"keepsake/store"
)

// Session is what a sign-in gives: a short access token and the newest refresh token.
type Session struct {
	AccessToken           string
	AccessTokenExpiresAt  time.Time
	RefreshToken          string
	RefreshTokenExpiresAt time.Time
	UserID                album.UserID
}

// SignUp makes a local account and signs in. NAME_TAKEN, INVALID_INPUT,
// RATE_LIMITED for who has made many, or FORBIDDEN where the operator closed it.
func (s *Service) SignUp(ctx context.Context, c Credentials, displayName *string) (*Session, error) {
	if !s.opts.SignUp {
		return nil, album.Errorf(album.CodeForbidden, "new accounts are not being made here")
	}
	subject, err := accountName(c.Name)
	if err != nil {
		return nil, err
	}
	secret, err := password("password", c.Secret)
	if err != nil {
		return nil, err
	}
	if displayName == nil {
		displayName = &c.Name
	}
	shown, err := album.Text("displayName", *displayName, 0, album.MaxDisplayNameLength)
	if err != nil {
		return nil, err
	}
	if _, err := s.Limits.Take(ctx, TrySignUp, ""); err != nil { // for good, whatever comes of it
		return nil, err
	}
	hash, err := s.Passwords.Hash(ctx, secret)
	if err != nil {
		return nil, err
	}
	u := &album.User{ID: s.ids(ctx).User(), DisplayName: shown, CreatedAt: s.now()}
	ident := album.Identity{Provider: LocalProvider, Subject: subject, UserID: u.ID, Secret: hash}
	if err := s.Store.CreateUser(ctx, u, ident); err != nil {
		return nil, err
	}
	return s.newSession(ctx, u.ID)
}

// SignIn checks credentials at a provider and opens a session, with a new
// account for somebody whom the provider knows and the store does not.
// SIGN_IN_FAILED for wrong ones, RATE_LIMITED after too many of them.
func (s *Service) SignIn(ctx context.Context, provider string, c Credentials) (_ *Session, err error) {
	p, ok := s.providers[provider]
	if !ok {
		return nil, album.Invalid("provider", "there is no such identity provider")
	}
	subject := ""
	if provider == LocalProvider {
		if subject, err = accountName(c.Name); err != nil {
			subject = "" // nobody's
		}
	}
	var ident album.Identity
	err = s.guess(ctx, TrySignIn, subject, album.CodeSignInFailed, func() (err error) {
		ident, err = p.Verify(ctx, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	if ident.UserID == "" {
		ident.UserID = s.ids(ctx).User()
		if err := s.Store.CreateUser(ctx, &album.User{ID: ident.UserID, CreatedAt: s.now()}, ident); err != nil {
			return nil, err
		}
	}
	return s.newSession(ctx, ident.UserID)
}

func (s *Service) newSession(ctx context.Context, user album.UserID) (*Session, error) {
	refresh, hash := newSecret(ctx)
	now := s.now()
	row := album.Session{
		ID: s.ids(ctx).Session(), UserID: user, RefreshHash: hash, CreatedAt: now, ExpiresAt: now.Add(RefreshLife),
	}
	if err := s.Store.CreateSession(ctx, row); err != nil {
		return nil, err
	}
	return s.tokens(row, refresh)
}

func (s *Service) tokens(row album.Session, refresh string) (*Session, error) {
	access, expires, err := s.Tokens.Issue(album.Identified{UserID: row.UserID, SessionID: row.ID}, auth.AccessLife)
	if err != nil {
		return nil, err
	}
	return &Session{
		AccessToken: access, AccessTokenExpiresAt: expires,
		RefreshToken: refresh, RefreshTokenExpiresAt: row.ExpiresAt, UserID: row.UserID,
	}, nil
}

// RefreshSession trades a refresh token for a new pair. A token that was used
// before ends its session, for whoever else holds it is a thief: SESSION_REVOKED.
// One that was never given is TOKEN_INVALID.
func (s *Service) RefreshSession(ctx context.Context, token string) (*Session, error) {
	refresh, hash := newSecret(ctx)
	now := s.now()
	row, err := s.Store.RotateSession(ctx, auth.HashSecret(token), hash, now, now.Add(RefreshLife))
	if album.CodeOf(err) == album.CodeNotFound {
		return nil, album.Errorf(album.CodeTokenInvalid, "this is not a refresh token")
	}
	if album.CodeOf(err) == album.CodeSessionRevoked { // perhaps just now: end its access tokens and sockets too
		s.forget(ctx, row.UserID, row.ID)
	}
	if err != nil {
		return nil, err
	}
	return s.tokens(row, refresh)
}

// SignOut ends the viewer's session, or all of theirs, and returns how many.
func (s *Service) SignOut(ctx context.Context, v album.Identified, everywhere bool) (int, error) {
	if err := signedIn(v); err != nil {
		return 0, err
	}
	if everywhere {
		return s.endSessions(ctx, v.UserID, "")
	}
	if err := s.Store.RevokeSession(ctx, v.SessionID, s.now()); err != nil {
		return 0, err
	}
	s.forget(ctx, v.UserID, v.SessionID)
	return 1, nil
}

// forget makes sure that sessions that were ended are not taken for good any more.
func (s *Service) forget(ctx context.Context, user album.UserID, ended ...album.SessionID) {
	for _, id := range ended {
		s.alive.Remove(id)
	}
	s.Hub.NotifyUser(ctx, user)
}

func (s *Service) endSessions(ctx context.Context, user album.UserID, except album.SessionID) (int, error) {
	ended, err := s.Store.RevokeSessions(ctx, user, except, s.now())
	if err != nil {
		return 0, err
	}
	s.forget(ctx, user, ended...)
	return len(ended), nil
}

// ChangePassword replaces the password of the viewer's local account and ends
// their other sessions. A wrong old password is SIGN_IN_FAILED, and counts as
// one at SignIn does.
func (s *Service) ChangePassword(ctx context.Context, v album.Identified, old, next string) (*album.User, error) {
	if err := signedIn(v); err != nil {
		return nil, err
	}
	next, err := password("newPassword", next)
	if err != nil {
		return nil, err
	}
	ident, err := s.Store.IdentityOf(ctx, v.UserID, LocalProvider)
	if err != nil {
		return nil, err
	}
	if !store.Begun(ctx) { // else it is the old one no longer
		err = s.guess(ctx, TrySignIn, ident.Subject, album.CodeSignInFailed, func() error {
			_, err := s.providers[LocalProvider].Verify(ctx, Credentials{Name: ident.Subject, Secret: old})
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	hash, err := s.Passwords.Hash(ctx, next)
	if err != nil {
		return nil, err
	}
	if err := s.Store.SetSecret(ctx, LocalProvider, ident.Subject, hash); err != nil {
		return nil, err
	}
	if _, err := s.endSessions(ctx, v.UserID, v.SessionID); err != nil {
		return nil, err
	}
	return s.Store.User(ctx, v.UserID)
}

// Authenticate tells who holds an access token. TOKEN_EXPIRED, TOKEN_INVALID,
// or SESSION_REVOKED for a session that was ended, at most sessionTrust after
// that on another node.
func (s *Service) Authenticate(ctx context.Context, token string) (album.Identified, error) {
	v, err := s.Tokens.Parse(token)
	if err != nil {
		return album.Identified{}, err
	}
	return v, s.checkSession(ctx, v)
}

// CheckViewer makes sure that a viewer who was authenticated some time ago still
// is: TOKEN_EXPIRED or SESSION_REVOKED where not.
func (s *Service) CheckViewer(ctx context.Context, v album.Identified) error {
	if !v.ExpiresAt.IsZero() && !s.Now().Before(v.ExpiresAt) {
		return errExpired
	}
	return s.checkSession(ctx, v)
}

var errExpired = album.Errorf(album.CodeTokenExpired, "the access token has ended; refresh it")

// trusted is a session that was found good.
type trusted struct {
	user  album.UserID
	until time.Time
}

func (s *Service) checkSession(ctx context.Context, v album.Identified) error {
	if !v.SignedIn() {
		return nil
	}
	now := s.Now()
	if t, ok := s.alive.Get(v.SessionID); ok && t.user == v.UserID && now.Before(t.until) {
		return nil
	}
	switch row, err := s.Store.Session(ctx, v.SessionID); {
	case album.CodeOf(err) == album.CodeNotFound:
		return album.ErrSessionRevoked
	case err != nil:
		return err
	case !row.RevokedAt.IsZero() || row.UserID != v.UserID:
		return album.ErrSessionRevoked
	}
	s.alive.Add(v.SessionID, trusted{v.UserID, now.Add(sessionTrust)})
	return nil
}

// UpdateProfile changes what others see of the viewer.
func (s *Service) UpdateProfile(ctx context.Context, v album.Identified, p album.UserPatch) (*album.User, error) {
	if err := signedIn(v); err != nil {
		return nil, err
	}
	if p.DisplayName != nil {
		name, err := album.Text("displayName", *p.DisplayName, 0, album.MaxDisplayNameLength)
		if err != nil {
			return nil, err
		}
		p.DisplayName = &name
	}
	if p.AvatarURL != nil && *p.AvatarURL != "" {
		if err := s.checkAvatar(*p.AvatarURL); err != nil {
			return nil, err
		}
	}
	return s.Store.UpdateUser(ctx, v.UserID, p)
}

// checkAvatar lets only known hosts serve pictures of people: any other address
// would tell its owner who looks at them.
func (s *Service) checkAvatar(address string) error {
	u, err := url.Parse(address)
	if err != nil || len(address) > album.MaxURLLength || u.Scheme != "https" || u.User != nil ||
		!slices.Contains(s.opts.AvatarHosts, strings.ToLower(u.Host)) {
		return album.Invalid("avatarUrl", "use an https address on one of: %s", strings.Join(s.opts.AvatarHosts, ", "))
	}
	return nil
}

// AccountName returns the name of a user's local account to that user, and ""
// to everyone else or where there is none.
func (s *Service) AccountName(ctx context.Context, v album.Identified, of album.UserID) (string, error) {
	if of != v.UserID || !v.SignedIn() {
		return "", nil
	}
	ident, err := s.Store.IdentityOf(ctx, of, LocalProvider)
	if album.CodeOf(err) == album.CodeNotFound {
		return "", nil
	}
	return ident.Subject, err
}

// Storage returns how many bytes a user's media take and may take, 0 for no
// limit, to the user alone.
func (s *Service) Storage(v album.Identified, u *album.User) (used, quota int64, ok bool) {
	return u.StorageUsed, s.opts.Quota, v.SignedIn() && v.UserID == u.ID
}

// Users returns those of ids that exist. Anyone who has a user's ID may know
// the name and picture that the user shows.
func (s *Service) Users(ctx context.Context, ids []album.UserID) (map[album.UserID]*album.User, error) {
	return s.Store.UsersByID(ctx, ids)
}

func notInName(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(".-_", r)
}

// RecheckViewer is CheckViewer for who was found good a moment ago: that counts
// for nothing.
func (s *Service) RecheckViewer(ctx context.Context, v album.Identified) error {
	s.alive.Remove(v.SessionID)
	return s.CheckViewer(ctx, v)
}
