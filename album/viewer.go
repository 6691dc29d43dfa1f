package album

import "time"

// Identified is who asks: a signed-in user, a share visitor, or nobody (the
// zero value). UserID and ShareID are never both set.
type Identified struct {
	UserID    UserID
	SessionID SessionID
	ShareID   ShareID   // the only album such a viewer sees is this share's
	ExpiresAt time.Time // of the token that said so; zero for nobody
}

// SignedIn reports whether a user asks.
func (v Identified) SignedIn() bool { return v.UserID != "" }
