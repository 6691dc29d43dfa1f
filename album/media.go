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
	Camera       string        // make and model, as EXIF names them; may be empty
	CRC32        uint32        // IEEE, of the original, for archives
	Blurhash     string        // of the picture, or empty
	Color        string        // the picture's dominant colour, "#rrggbb", or empty
	Files        []File        // what was made of the original, in the order of FileRole
	Caption      string
	Tags         []string
	Place        *Place
	CreatedAt    time.Time // when its ticket was given
	AddedAt      time.Time // when it was published in its album; zero before
	EditedAt     time.Time // zero if never
	TrashedAt    time.Time // zero unless in the trash
	LikeCount    int
	LikeVersion  int64   // grows with each change of LikeCount
	CommentCount int     // comments and replies that are not removed
	Rank         int64   // its place by hand, greater first
	Key          string  // of the original in the bucket, empty before PROCESSING
	Upload       Upload  // the ticket, kept for finalisation
	DuplicateOf  MediaID // of one that FAILED as UPLOAD_DUPLICATE: the medium with its bytes
	Progress     int     // of the work on its bytes, in percent
	Work         Work
}

// FileRole says what a file shows of its medium.
type FileRole string

// The roles, in the order in which files are kept: pictures that fit into a
// square of 256, 720 and 1440 pixels, a video to play, and the original without
// the place where it was taken, which is the original itself if that says none.
// No picture is larger than its original, so a small one has fewer.
const (
	Small  FileRole = "SMALL"
	Medium FileRole = "MEDIUM"
	Large  FileRole = "LARGE"
	Movie  FileRole = "MOVIE"
	Clean  FileRole = "CLEAN"
	// Original is what was uploaded. It is not among a medium's files.
	Original FileRole = "ORIGINAL"
)

// File is an object in the bucket that was made of a medium's original.
type File struct {
	Role        FileRole
	Key         string
	ContentType string
	Bytes       int64
	Width       int
	Height      int
	CRC32       uint32 // IEEE
}

// File returns the file of that role, or nil.
func (m *Media) File(role FileRole) *File {
	for i := range m.Files {
		if m.Files[i].Role == role {
			return &m.Files[i]
		}
	}
	return nil
}

// Lane is a queue of work. Those who wait for a picture do not stand behind a
// video that takes minutes.
type Lane string

// The lanes.
const (
	Quick Lane = "QUICK" // pictures, posters
	Long  Lane = "LONG"  // videos
	Look  Lane = "LOOK"  // whether uploads have come, and receiving them
)

// Work is what is still to be done with a medium's bytes, by any node. What is
// to be done follows from the status: a PENDING medium is to be received, a
// PROCESSING one to be made ready, a READY one to be improved.
type Work struct {
	Lane     Lane
	DueAt    time.Time // when it may be claimed; zero if there is nothing to do
	Attempts int       // how often it was claimed in this status
	Token    string    // of who claimed it last
}

// Upload is what a ticket promised about the bytes that will come.
type Upload struct {
	Key         string // where the client puts the bytes
	ContentType string // declared
	Bytes       int64  // declared, exact
	SHA256      string // declared in lower-case hex, or empty
	CRC32C      string // declared in lower-case hex (Castagnoli, big-endian), or empty
	ExpiresAt   time.Time
	CopyOf      MediaID // the medium whose bytes these are, of a copy; then Key is its key
}

// Place is where a medium was taken, as a person named or pointed at it.
type Place struct {
	Name      string
	Latitude  float64 // degrees, -90 to 90
	Longitude float64 // degrees, -180 to 180
}

// MediaFacts is what receiving an upload found out about its bytes.
type MediaFacts struct {
	Kind        MediaKind
	ContentType string
	Bytes       int64
	SHA256      string
	CRC32       uint32
	Width       int
	Height      int
	Duration    time.Duration
	TakenAt     time.Time // from EXIF or the container; zero if it has none
	Camera      string
	Place       *Place // from EXIF or the container, or nil
	Key         string
}

// MediaMade is what work made of a medium.
type MediaMade struct {
	Width    int // pixels as shown; 0 leaves them as they are
	Height   int
	CRC32    uint32 // of the original; 0 leaves it as it is
	Blurhash string // empty leaves it as it is, as with Color
	Color    string
	Files    []File // take the places of those of the same role
	Next     Work   // what is to be done next; zero if nothing is
	Progress int
}

// Add puts what was made into m.
func (m *Media) Add(made MediaMade) {
	if made.Width > 0 {
		m.Width, m.Height = made.Width, made.Height
	}
	if made.CRC32 != 0 {
		m.CRC32 = made.CRC32
	}
	if made.Blurhash != "" {
		m.Blurhash = made.Blurhash
	}
	if made.Color != "" {
		m.Color = made.Color
	}
	files := make([]File, 0, len(m.Files)+len(made.Files))
	both := Media{Files: append(append([]File(nil), made.Files...), m.Files...)}
	for _, role := range []FileRole{Small, Medium, Large, Movie, Clean} {
		if f := both.File(role); f != nil {
			files = append(files, *f)
		}
	}
	m.Files, m.Work, m.Progress = files, made.Next, made.Progress
}

// MediaOrder is how the media of an album are sorted.
type MediaOrder string

// The orders, newest first, and by hand.
const (
	ByAdded MediaOrder = "ADDED"
	ByTaken MediaOrder = "TAKEN" // by TakenAt, by AddedAt where that is not known
	ByHand  MediaOrder = "HAND"  // by Rank, greater first
)

// RankAt is the rank of a medium that was added at that time: until somebody
// arranges an album by hand, it is in the order of adding.
func RankAt(added time.Time) int64 { return added.UnixMilli() << 20 }

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
