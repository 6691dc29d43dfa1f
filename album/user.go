package album

import "time"

// User is a person. DisplayName and AvatarURL may be empty: WeChat gives neither
// until the person chooses to.
type User struct {
	ID          UserID
	DisplayName string
	AvatarURL   string // https, on an allowed host
	CreatedAt   time.Time
	StorageUsed int64 // bytes of their media that neither failed nor are deleted, uploads under way included
}

// UserPatch changes the fields that are not nil.
type UserPatch struct {
	DisplayName *string
	AvatarURL   *string
}

// Identity ties a user to an account at an identity provider. Provider and
// Subject together are unique.
type Identity struct {
	Provider string // "local", later "wechat"
	Subject  string // the provider's own name of the account
	UserID   UserID
	Secret   string // what the provider checks against, for "local" an argon2id hash; may be empty
}

// Session is one sign-in: a family of refresh tokens of which only the newest is good.
type Session struct {
	ID          SessionID
	UserID      UserID
	RefreshHash []byte // SHA-256 of the newest refresh token
	CreatedAt   time.Time
	ExpiresAt   time.Time // moves on with each rotation
	RevokedAt   time.Time // zero while it is good
}
