package album

import "time"

// Visibility says who reaches an album without being a member.
type Visibility string

// The visibilities.
const (
	// Private albums are reached by members and through share links.
	Private Visibility = "PRIVATE"
	// Link albums are also reached by anyone who knows the album's ID.
	Link Visibility = "LINK"
	// Public albums are also listed on their owner's page.
	Public Visibility = "PUBLIC"
)

// Audience says who, of those who see an album, may do a thing.
type Audience string

// The audiences, from narrow to wide.
const (
	Nobody  Audience = "NOBODY"
	Members Audience = "MEMBERS"
	Anyone  Audience = "ANYONE"
)

// Settings are the owner's choices for one album.
type Settings struct {
	Comments  Audience   // who may comment; ANYONE still means anyone who is signed in
	Likes     Audience   // who may like; ANYONE still means anyone who is signed in
	Downloads Audience   // who may download originals as files
	Order     MediaOrder // how the media are shown unless somebody asks otherwise
}

// DefaultSettings are those of a new album.
func DefaultSettings() Settings {
	return Settings{Comments: Members, Likes: Members, Downloads: Members, Order: ByAdded}
}

// State is where an album stands in its life.
type State string

// The states. A deleting album is gone for everyone; a sweep removes what is below it.
const (
	Active   State = "ACTIVE"
	Trashed  State = "TRASHED"
	Deleting State = "DELETING"
)

// Album is a collection of media with members and a log.
type Album struct {
	ID          AlbumID
	OwnerID     UserID
	Title       string
	Description string
	CoverID     MediaID // chosen by an editor; empty: the newest medium
	Visibility  Visibility
	Settings    Settings
	State       State
	MediaCount  int
	MemberCount int
	Seq         int64 // of the newest entry in its log
	CreatedAt   time.Time
	UpdatedAt   time.Time // of the newest entry in its log
	TrashedAt   time.Time // zero unless trashed
}

// Membership is one person's place in one album. There is exactly one OWNER.
type Membership struct {
	AlbumID  AlbumID
	UserID   UserID
	Role     Role
	ShareID  ShareID // the invitation it came by, or empty
	JoinedAt time.Time
}
