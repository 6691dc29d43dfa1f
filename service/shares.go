package service

import (
	"bytes"
	"context"
	"time"

	"keepsake/album"
	"keepsake/internal/auth"
)

// NewShare is what a share is to be.
type NewShare struct {
	AlbumID         album.AlbumID
	JoinRole        album.Role // NoRole: only to look
	Password        string     // empty: none
	ExpiresAt       time.Time  // zero: never
	DownloadAllowed bool
	HideLocation    bool
	ParentToken     string // of the share to hand on, or empty
}

const minSharePassword = 4

// CreateShare makes a link and returns it with its token. Those who manage the
// album's shares make any; any other viewer hands on a share whose token they
// hold, and gets no more rights into it than that one has.
func (s *Service) CreateShare(ctx context.Context, v album.Identified, n NewShare) (*album.Share, string, error) {
	if err := signedIn(v); err != nil {
		return nil, "", err
	}
	share := &album.Share{
		ID: s.ids(ctx).Share(), AlbumID: n.AlbumID, CreatorID: v.UserID, JoinRole: n.JoinRole,
		DownloadAllowed: n.DownloadAllowed, HideLocation: n.HideLocation, CreatedAt: s.now(), ExpiresAt: n.ExpiresAt,
	}
	if !n.ExpiresAt.IsZero() && !n.ExpiresAt.After(share.CreatedAt) {
		return nil, "", album.Invalid("expiresAt", "this is past")
	}
	access, err := s.shareAccess(ctx, v, n, share)
	if err != nil {
		return nil, "", err
	}
	if share.JoinRole != album.NoRole && share.ParentID == "" && !access.Role.CanGrant(share.JoinRole) {
		return nil, "", album.Errorf(album.CodeForbidden, "you invite only to roles below your own")
	}
	if n.Password != "" {
		secret, err := album.Text("password", n.Password, minSharePassword, album.MaxPasswordLength)
		if err != nil {
			return nil, "", err
		}
		if share.PasswordHash, err = s.Passwords.Hash(ctx, secret); err != nil {
			return nil, "", err
		}
	}
	token := auth.ShareToken(s.ShareKey, share.ID)
	share.TokenHash = auth.HashSecret(token)
	if err := s.Store.CreateShare(ctx, share); err != nil {
		return nil, "", err
	}
	return share, token, nil
}

// shareAccess checks that the viewer may make the share, and narrows it to its
// parent where it has one.
func (s *Service) shareAccess(ctx context.Context, v album.Identified, n NewShare, share *album.Share) (album.Access, error) {
	if n.ParentToken == "" {
		return s.access(ctx, v, n.AlbumID, album.ManageShares)
	}
	parent, err := s.openByToken(ctx, n.ParentToken)
	if err != nil {
		return album.Access{}, err
	}
	if parent.AlbumID != n.AlbumID {
		return album.Access{}, album.ErrNotFound
	}
	share.ParentID = parent.ID
	share.PasswordHash = parent.PasswordHash
	share.JoinRole = min(share.JoinRole, parent.JoinRole)
	share.DownloadAllowed = share.DownloadAllowed && parent.DownloadAllowed
	share.HideLocation = share.HideLocation || parent.HideLocation
	if !parent.ExpiresAt.IsZero() && (share.ExpiresAt.IsZero() || share.ExpiresAt.After(parent.ExpiresAt)) {
		share.ExpiresAt = parent.ExpiresAt
	}
	if parent.PasswordHash != "" && n.Password != "" {
		return album.Access{}, album.Invalid("password", "the link that you hand on has one, which stays")
	}
	return album.Access{}, nil
}

// openByToken finds an open share of an album that is there.
func (s *Service) openByToken(ctx context.Context, token string) (*album.Share, error) {
	share, err := s.Store.ShareByToken(ctx, auth.HashSecret(token))
	if err != nil {
		return nil, err
	}
	if !share.Open(s.now()) {
		return nil, album.ErrShareClosed
	}
	a, err := s.Store.Album(ctx, share.AlbumID)
	if err != nil {
		return nil, err
	}
	if a.State != album.Active {
		return nil, album.ErrNotFound
	}
	return share, nil
}

// enter finds an open share by its token and checks its password. Unknown
// tokens are NOT_FOUND, closed shares SHARE_CLOSED, then PASSWORD_REQUIRED,
// PASSWORD_WRONG, and RATE_LIMITED after too many of those.
func (s *Service) enter(ctx context.Context, token, secret string) (*album.Share, *album.Album, error) {
	share, err := s.openByToken(ctx, token)
	if err != nil {
		return nil, nil, err
	}
	if share.PasswordHash != "" {
		switch {
		case secret == "":
			return nil, nil, album.Errorf(album.CodePasswordRequired, "this link asks for a password")
		case len(secret) > 4*album.MaxPasswordLength:
			return nil, nil, album.Errorf(album.CodePasswordWrong, "this is not the link's password")
		}
		err := s.guess(ctx, TrySharePassword, string(share.ID), album.CodePasswordWrong, func() error {
			ok, err := s.Passwords.Check(ctx, secret, share.PasswordHash)
			if err == nil && !ok {
				err = album.Errorf(album.CodePasswordWrong, "this is not the link's password")
			}
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	a, err := s.Store.Album(ctx, share.AlbumID)
	return share, a, err
}

// OpenedShare is what a visitor gets: a read-only token for one album.
type OpenedShare struct {
	Viewer               album.Identified
	AccessToken          string
	AccessTokenExpiresAt time.Time
	Album                *album.Album
	Share                *album.Share
}

// OpenShare lets a visitor in without an account. See enter for its errors.
func (s *Service) OpenShare(ctx context.Context, token, secret string) (*OpenedShare, error) {
	share, a, err := s.enter(ctx, token, secret)
	if err != nil {
		return nil, err
	}
	life := auth.AccessLife
	if left := share.ExpiresAt.Sub(s.now()); !share.ExpiresAt.IsZero() && left < life {
		life = left
	}
	out := &OpenedShare{Viewer: album.Identified{ShareID: share.ID}, Album: a, Share: share}
	out.AccessToken, out.AccessTokenExpiresAt, err = s.Tokens.Issue(out.Viewer, life)
	out.Viewer.ExpiresAt = out.AccessTokenExpiresAt
	return out, err
}

// RevokeShare closes a share and all handed on from it: by its creator, or by
// those who manage the album's shares.
func (s *Service) RevokeShare(ctx context.Context, v album.Identified, id album.ShareID) (*album.Share, error) {
	if err := signedIn(v); err != nil {
		return nil, err
	}
	if _, err := s.Share(ctx, v, id); err != nil {
		return nil, err
	}
	entry, err := s.Store.RevokeShare(ctx, id, s.change(v))
	if err != nil {
		return nil, err
	}
	s.Hub.PublishEntries(ctx, entry)
	return s.Store.Share(ctx, id)
}

// Share returns a share to its creator, to those who manage the album's
// shares, and to the visitors who came through it.
func (s *Service) Share(ctx context.Context, v album.Identified, id album.ShareID) (*album.Share, error) {
	if _, err := album.ParseShareID(string(id)); err != nil {
		return nil, err
	}
	share, err := s.Store.Share(ctx, id)
	if album.CodeOf(err) == album.CodeNotFound {
		_, err = s.access(ctx, v, nowhere, album.ManageShares)
	}
	if err != nil {
		return nil, err
	}
	if v.ShareID == share.ID || (v.SignedIn() && v.UserID == share.CreatorID) {
		return share, nil
	}
	if _, err := s.access(ctx, v, share.AlbumID, album.ManageShares); err != nil {
		return nil, hideForbidden(err)
	}
	return share, nil
}

// hideForbidden turns "you may not" into "there is no such thing", for things
// that may not even be known.
func hideForbidden(err error) error {
	switch album.CodeOf(err) {
	case album.CodeForbidden, album.CodeUnauthenticated:
		return album.ErrNotFound
	}
	return err
}

// SharesOf lists an album's shares, to those who manage them.
func (s *Service) SharesOf(ctx context.Context, access album.Access, p PageArgs) (album.Page[*album.Share], error) {
	if err := Allowed(access, album.ManageShares); err != nil {
		return album.Page[*album.Share]{}, err
	}
	r, err := p.window(album.ListShares)
	if err != nil {
		return album.Page[*album.Share]{}, err
	}
	rows, err := s.Store.SharesOf(ctx, access.Album.ID, r)
	return page(album.ListShares, r, rows, func(sh *album.Share) album.Position {
		return album.Position{Key: sh.CreatedAt.UnixMilli(), ID: string(sh.ID)}
	}), err
}

// ShareToken returns the token of a share to its creator and to those who
// manage the album's shares, "" to others, or where the service has got another
// key since. Access is the viewer's to its album.
func (s *Service) ShareToken(v album.Identified, access album.Access, share *album.Share) string {
	if !access.Can(album.ManageShares) && (!v.SignedIn() || v.UserID != share.CreatorID) {
		return ""
	}
	token := auth.ShareToken(s.ShareKey, share.ID)
	if !bytes.Equal(auth.HashSecret(token), share.TokenHash) {
		return ""
	}
	return token
}
