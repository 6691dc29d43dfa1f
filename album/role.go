package album

// Role is a person's standing in an album; greater is more.
type Role int8

// The roles. Visitor is who reaches an album without being a member, through
// its visibility or a share.
const (
	NoRole Role = iota
	Visitor
	Viewer
	Contributor
	Editor
	Owner
)

var roleNames = [...]string{"NONE", "VISITOR", "VIEWER", "CONTRIBUTOR", "EDITOR", "OWNER"}

// String returns the role's name as the API and the stores write it.
func (r Role) String() string {
	if r < 0 || int(r) >= len(roleNames) {
		return "INVALID"
	}
	return roleNames[r]
}

// ParseRole is the inverse of String.
func ParseRole(s string) (Role, bool) {
	for i, name := range roleNames {
		if name == s {
			return Role(i), true
		}
	}
	return NoRole, false
}

// CanGrant reports whether somebody in role r may give, change or take away the
// role other: only what stands below one's own, and VIEWER at least.
func (r Role) CanGrant(other Role) bool { return other >= Viewer && other < r }

// Action is a thing to be done in an album.
type Action string

// The actions.
const (
	View           Action = "VIEW"
	Download       Action = "DOWNLOAD" // fetch originals as files
	LikeMedia      Action = "LIKE"
	AddComment     Action = "COMMENT" // and edit and remove one's own
	ListMembers    Action = "LIST_MEMBERS"
	Leave          Action = "LEAVE"
	AddMedia       Action = "ADD_MEDIA"
	EditOwnMedia   Action = "EDIT_OWN_MEDIA" // edit, move, trash, restore, delete
	EditAnyMedia   Action = "EDIT_ANY_MEDIA"
	EditAnyComment Action = "EDIT_ANY_COMMENT"
	EditAlbum      Action = "EDIT_ALBUM"
	ManageShares   Action = "MANAGE_SHARES"
	ManageMembers  Action = "MANAGE_MEMBERS"
	DisposeAlbum   Action = "DISPOSE_ALBUM" // trash, restore, delete, hand over
)

// Actions lists every action, in the order of the table.
func Actions() []Action {
	all := make([]Action, len(rules))
	for i, r := range rules {
		all[i] = r.action
	}
	return all
}

// rule says who may do an action: members of at least that role, and, where
// audience names a setting, as far as the setting allows.
type rule struct {
	action   Action
	least    Role
	signedIn bool // a user, not a bare share token
	audience func(Settings) Audience
}

// rules is the one table of who may do what. Visitors appear in it only with
// View and with what an audience of ANYONE opens to them.
var rules = [...]rule{
	{View, Visitor, false, nil},
	{Download, Visitor, false, func(s Settings) Audience { return s.Downloads }},
	{LikeMedia, Visitor, true, func(s Settings) Audience { return s.Likes }},
	{AddComment, Visitor, true, func(s Settings) Audience { return s.Comments }},
	{ListMembers, Viewer, true, nil},
	{Leave, Viewer, true, nil},
	{AddMedia, Contributor, true, nil},
	{EditOwnMedia, Contributor, true, nil},
	{EditAnyMedia, Editor, true, nil},
	{EditAnyComment, Editor, true, nil},
	{EditAlbum, Editor, true, nil},
	{ManageShares, Editor, true, nil},
	{ManageMembers, Editor, true, nil},
	{DisposeAlbum, Owner, true, nil},
}

// Access is what one viewer is to one album, as found at one moment.
type Access struct {
	Album  *Album
	Role   Role
	UserID UserID // empty for an anonymous viewer
	Share  *Share // the share the viewer came through, or nil
}

// Can reports whether the access allows an action.
//
// A trashed album can only be seen and disposed of, by its owner; a deleting
// one is gone. A share visitor downloads if the share says so, unless the
// album's setting says nobody does.
func (a Access) Can(action Action) bool {
	if a.Album == nil || a.Album.State == Deleting {
		return false
	}
	if a.Album.State == Trashed && (a.Role != Owner || (action != View && action != DisposeAlbum)) {
		return false
	}
	for _, r := range rules {
		if r.action == action {
			return a.allows(r)
		}
	}
	return false
}

func (a Access) allows(r rule) bool {
	if a.Role < r.least || (r.signedIn && a.UserID == "") {
		return false
	}
	if r.action == Leave {
		return a.Role != Owner
	}
	if r.audience == nil {
		return true
	}
	audience := r.audience(a.Album.Settings)
	switch {
	case audience == Nobody:
		return false
	case a.Role >= Viewer:
		return true
	case a.Share != nil:
		return r.action == Download && a.Share.DownloadAllowed
	default:
		return audience == Anyone
	}
}

// CanEditMedia reports whether the access allows editing, moving, trashing and
// deleting that medium.
func (a Access) CanEditMedia(m *Media) bool {
	return a.Can(EditAnyMedia) || (a.UserID != "" && a.UserID == m.OwnerID && a.Can(EditOwnMedia))
}

// CanSeeMedia reports whether the access shows that medium: one that is
// published, or one's own on its way in, or one in the trash that one may restore.
func (a Access) CanSeeMedia(m *Media) bool {
	switch {
	case !a.Can(View):
		return false
	case !m.TrashedAt.IsZero():
		return a.CanEditMedia(m)
	case m.Status != Ready:
		return a.UserID != "" && a.UserID == m.OwnerID
	}
	return true
}

// CanEditComment reports whether the access allows editing and removing that comment.
func (a Access) CanEditComment(c *Comment) bool {
	return a.Can(EditAnyComment) || (a.UserID != "" && a.UserID == c.AuthorID && a.Can(AddComment))
}

// CanSeeEntry reports whether the access shows that entry of its album's log to
// a subscriber. Entries about members are for those who may list them.
func (a Access) CanSeeEntry(e *Entry) bool {
	switch e.Kind {
	case AccessChanged:
		return false
	case MemberJoined, MemberRoleChanged, MemberRemoved:
		return a.Can(ListMembers)
	case MediaFailed:
		return a.Can(AddMedia)
	}
	return a.Can(View)
}

// SeesPlaces reports whether the access shows where media were taken: to
// members, and to visitors through a share that does not hide it.
func (a Access) SeesPlaces() bool {
	return a.Can(View) && (a.Role >= Viewer || a.Share != nil && !a.Share.HideLocation)
}
