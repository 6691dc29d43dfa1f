package album

import "time"

// MediaKind tells photos from videos.
type MediaKind string

// The kinds.
const (
	Photo MediaKind = "PHOTO"
	Video MediaKind = "VIDEO"
)

// MediaStatus is where a medium stands on its way in.
type MediaStatus string

// The statuses. Only the uploader sees a medium that is not READY.
const (
	Pending    MediaStatus = "PENDING"    // ticket given, bytes not verified
	Processing MediaStatus = "PROCESSING" // verified, variants being made
	Ready      MediaStatus = "READY"
	Failed     MediaStatus = "FAILED" // refused; Failure says why
)

// Media is one photo or video.
type Media struct {
	ID           MediaID
	AlbumID      AlbumID
	OwnerID      UserID // who uploaded it
	Kind         MediaKind
	Status       MediaStatus
	Failure      Code // why it is FAILED, or empty
	FileName     string
	ContentType  string // as sniffed once READY, as declared before
	Bytes        int64
	SHA256       string // lower-case hex, or empty where it was not computed
	Width        int    // pixels as shown, after orientation
	Height       int
	Duration     time.Duration // of a video
	TakenAt      time.Time     // the client's word, else EXIF, else zero
	Caption      string
	Tags         []string
	Place        *Place
	CreatedAt    time.Time // when its ticket was given
	AddedAt      time.Time // when it was published in its album; zero before
	EditedAt     time.Time // zero if never
	TrashedAt    time.Time // zero unless in the trash
	LikeCount    int
	LikeVersion  int64  // grows with each change of LikeCount
	CommentCount int    // comments and replies that are not removed
	Key          string // of the original in the bucket, empty before READY
	Upload       Upload // the ticket, kept for finalisation
}

// Upload is what a ticket promised about the bytes that will come.
type Upload struct {
	Key         string // where the client puts the bytes
	ContentType string // declared
	Bytes       int64  // declared, exact
	SHA256      string // declared in lower-case hex, or empty
	ExpiresAt   time.Time
}

// Place is where a medium was taken, as a person named or pointed at it.
type Place struct {
	Name      string
	Latitude  float64 // degrees, -90 to 90
	Longitude float64 // degrees, -180 to 180
}

// MediaFacts is what finalisation found out about a medium's bytes.
type MediaFacts struct {
	Kind        MediaKind
	ContentType string
	Bytes       int64
	SHA256      string
	Width       int
	Height      int
	Duration    time.Duration
	TakenAt     time.Time // from EXIF or the container; zero if it has none
	Key         string
}

// MediaPatch changes the fields that are not nil.
type MediaPatch struct {
	Caption *string
	Tags    *[]string
	TakenAt *time.Time
	Place   **Place // a pointer to nil takes the place away
}

// MediaOrder is how the media of an album are sorted.
type MediaOrder string

// The orders, both newest first.
const (
	ByAdded MediaOrder = "ADDED"
	ByTaken MediaOrder = "TAKEN" // by TakenAt, by AddedAt where that is not known
)

// LikeState is how often a medium is liked. Of two states of one medium the one
// with the greater Version is newer.
type LikeState struct {
	AlbumID AlbumID
	MediaID MediaID
	Count   int
	Version int64
}

// Like is one person's like of one medium.
type Like struct {
	MediaID MediaID
	UserID  UserID
	At      time.Time
}
