package album

import "time"

// Identified is who asks: a signed-in user, a share visitor, or nobody (the
// zero value). UserID and ShareID are never both set.
type Identified struct {
	UserID    UserID
	SessionID SessionID
	ShareID   ShareID   // the only album such a viewer sees is this share's
	ExpiresAt time.Time // of the token that said so; zero for nobody
	// Standing is set where something is done once for everybody of that
	// standing. Then nobody asks by name: UserID is empty, and ShareID is the
	// standing's.
	Standing *Standing
}

// Standing is what a viewer is to one album, whoever they are. Viewers of equal
// standing may see the same of it, but for what is personal.
type Standing struct {
	AlbumID  AlbumID
	Role     Role
	SignedIn bool
	ShareID  ShareID // the share they came through, or empty
}

// Viewer is everybody of that standing.
func (s Standing) Viewer() Identified { return Identified{ShareID: s.ShareID, Standing: &s} }

// Somebody stands for the user where a whole standing asks: it is nobody's ID.
const Somebody UserID = UserPrefix + "somebody"

// SignedIn reports whether a user asks.
func (v Identified) SignedIn() bool { return v.UserID != "" }
