package album

import "time"

// Share is a link to an album. Without a JoinRole it only shows the album; with
// one it is an invitation, and whoever opens it signed in may join in that role.
type Share struct {
	ID              ShareID
	AlbumID         AlbumID
	CreatorID       UserID
	ParentID        ShareID // the share that it hands on, or empty
	TokenHash       []byte  // SHA-256 of the link's token
	PasswordHash    string  // argon2id, or empty
	JoinRole        Role    // NoRole: may not join
	DownloadAllowed bool
	HideLocation    bool // its visitors learn no places, and get originals without them
	CreatedAt       time.Time
	ExpiresAt       time.Time // zero: never
	RevokedAt       time.Time // zero while it is open
}

// Open reports whether the share lets anyone in at that time.
func (s *Share) Open(now time.Time) bool {
	return s.RevokedAt.IsZero() && (s.ExpiresAt.IsZero() || now.Before(s.ExpiresAt))
}
