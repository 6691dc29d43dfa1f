package floor

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"keepsake/album"
)

const (
	// The viewer's role is NULL for who is no member. Only active albums.
	accessQuery = `SELECT a.title, a.visibility, a.downloads, m.role FROM album a
		LEFT JOIN member m ON m.album_id = a.id AND m.user_id = ?2
		WHERE a.id = ?1 AND a.state = 1`

	mediaQuery = `SELECT m.id, m.kind, m.width, m.height, m.caption, m.file_name, m.content_type, m.key,
			m.taken_at, m.added_at, m.like_count, m.comment_count,
			EXISTS (SELECT 1 FROM likes l WHERE l.media_id = m.id AND l.user_id = ?2),
			u.id, u.display_name, u.avatar_url
		FROM media m JOIN user u ON u.id = m.owner_id
		WHERE m.album_id = ?1 AND m.shown = 1
		ORDER BY m.added_at DESC, m.id DESC LIMIT ?3`

	commentsQuery = `SELECT c.media_id, c.id, c.text, c.created_at, u.id, u.display_name, u.avatar_url
		FROM json_each(?1) j
		CROSS JOIN comment c ON c.rowid IN (
			SELECT rowid FROM comment
			WHERE media_id = j.value AND thread_id IS NULL AND (removed_at IS NULL OR reply_count > 0)
			ORDER BY created_at, id LIMIT 3)
		CROSS JOIN user u ON u.id = c.author_id
		ORDER BY c.created_at, c.id`
)

// pageSize is how many media a page has.
const pageSize = 20

// The numbers that the tables have for words and roles.
const (
	private = 1
	members = 2
	anyone  = 3
	photo   = 1
)

// The answer, in the form that the server's has.
type (
	pageAnswer struct {
		Album albumShown `json:"album"`
	}
	albumShown struct {
		ID    string              `json:"id"`
		Title string              `json:"title"`
		Media connection[*medium] `json:"media"`
	}
	connection[T any] struct {
		Edges    []edge[T] `json:"edges"`
		PageInfo *pageInfo `json:"pageInfo,omitempty"`
	}
	edge[T any] struct {
		Node T `json:"node"`
	}
	pageInfo struct {
		HasNextPage bool    `json:"hasNextPage"`
		EndCursor   *string `json:"endCursor"`
	}
	medium struct {
		ID             string              `json:"id"`
		Kind           string              `json:"kind"`
		Width          int                 `json:"width"`
		Height         int                 `json:"height"`
		Caption        string              `json:"caption"`
		TakenAt        *moment             `json:"takenAt"`
		AddedAt        moment              `json:"addedAt"`
		Owner          user                `json:"owner"`
		LikeCount      int                 `json:"likeCount"`
		ViewerHasLiked bool                `json:"viewerHasLiked"`
		CommentCount   int                 `json:"commentCount"`
		Comments       connection[comment] `json:"comments"`
		URL            signedURL           `json:"url"`
		Download       *signedURL          `json:"download"`
	}
	user struct {
		ID          string `json:"id"`
		DisplayName string `json:"displayName"`
		AvatarURL   string `json:"avatarUrl"`
	}
	comment struct {
		ID        string `json:"id"`
		Text      string `json:"text"`
		CreatedAt moment `json:"createdAt"`
		Author    user   `json:"author"`
	}
	signedURL struct {
		URL       string `json:"url"`
		ExpiresAt moment `json:"expiresAt"`
	}
)

// moment is milliseconds since 1970.
type moment int64

// AppendText writes a moment as the API does.
func (m moment) AppendText(b []byte) ([]byte, error) {
	return time.UnixMilli(int64(m)).UTC().AppendFormat(b, "2006-01-02T15:04:05.000Z"), nil
}

// MarshalText is AppendText for encoding/json.
func (m moment) MarshalText() ([]byte, error) { return m.AppendText(make([]byte, 0, 24)) }

// page answers the newest media of an album.
func (f *Floor) page(r *http.Request, viewer album.UserID) (any, error) {
	ctx, id := r.Context(), r.PathValue("id")
	shown := albumShown{ID: id}
	var visibility, downloads int
	var role sql.NullInt64
	if err := f.access.QueryRowContext(ctx, id, viewer).Scan(&shown.Title, &visibility, &downloads, &role); err != nil {
		return nil, err
	}
	if !role.Valid && visibility == private {
		return nil, errNotFound
	}
	download := downloads == anyone || downloads == members && role.Valid
	if err := f.readMedia(ctx, &shown, viewer, download); err != nil {
		return nil, err
	}
	return pageAnswer{shown}, f.readComments(ctx, shown.Media.Edges)
}

func (f *Floor) readMedia(ctx context.Context, shown *albumShown, viewer album.UserID, download bool) (err error) {
	rows, err := f.media.QueryContext(ctx, shown.ID, viewer, pageSize+1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	ends := time.Now().Truncate(time.Hour).Add(2 * time.Hour)
	media := connection[*medium]{Edges: make([]edge[*medium], 0, pageSize), PageInfo: &pageInfo{}}
	for rows.Next() {
		if len(media.Edges) == pageSize {
			media.PageInfo.HasNextPage = true
			break
		}
		var m medium
		var kind int
		var name, contentType, key string
		err := rows.Scan(&m.ID, &kind, &m.Width, &m.Height, &m.Caption, &name, &contentType, &key,
			&m.TakenAt, &m.AddedAt, &m.LikeCount, &m.CommentCount, &m.ViewerHasLiked,
			&m.Owner.ID, &m.Owner.DisplayName, &m.Owner.AvatarURL)
		if err != nil {
			return err
		}
		m.Kind = "VIDEO"
		if kind == photo {
			m.Kind = "PHOTO"
		}
		m.Comments.Edges = []edge[comment]{}
		m.URL = f.sign(key, contentType, "", ends)
		if download {
			u := f.sign(key, contentType, name, ends)
			m.Download = &u
		}
		media.Edges = append(media.Edges, edge[*medium]{&m})
	}
	if n := len(media.Edges); n > 0 {
		last := media.Edges[n-1].Node
		cursor := string(album.Position{Key: int64(last.AddedAt), ID: last.ID}.Cursor(album.ListAdded))
		media.PageInfo.EndCursor = &cursor
	}
	shown.Media = media
	return rows.Err()
}

func (f *Floor) readComments(ctx context.Context, edges []edge[*medium]) (err error) {
	ids := make([]string, len(edges))
	byID := make(map[string]*medium, len(edges))
	for i, e := range edges {
		ids[i], byID[e.Node.ID] = e.Node.ID, e.Node
	}
	in, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	rows, err := f.comments.QueryContext(ctx, string(in))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var on string
		var c comment
		if err := rows.Scan(&on, &c.ID, &c.Text, &c.CreatedAt, &c.Author.ID, &c.Author.DisplayName, &c.Author.AvatarURL); err != nil {
			return err
		}
		m := byID[on]
		m.Comments.Edges = append(m.Comments.Edges, edge[comment]{c})
	}
	return rows.Err()
}

// sign makes a URL of the same parts as the server's.
func (f *Floor) sign(key, contentType, name string, ends time.Time) signedURL {
	expires := strconv.FormatInt(ends.Unix(), 10)
	mac := hmac.New(sha256.New, f.key)
	mac.Write([]byte("floor\n" + key + "\n" + expires + "\n" + contentType + "\n" + name))
	return signedURL{
		URL: f.base + "/" + key + "?e=" + expires + "&t=" + url.QueryEscape(contentType) + "&n=" + url.QueryEscape(name) +
			"&s=" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)),
		ExpiresAt: moment(ends.UnixMilli()),
	}
}
