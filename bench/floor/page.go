package floor

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"keepsake/album"
)

// pageSize is how many media a page has.
const pageSize = 20

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
		ID             string              `json:"id" bson:"_id"`
		Kind           string              `json:"kind" bson:"kind"`
		Width          int                 `json:"width" bson:"width"`
		Height         int                 `json:"height" bson:"height"`
		Caption        string              `json:"caption" bson:"caption"`
		TakenAt        *moment             `json:"takenAt" bson:"takenAt"`
		AddedAt        moment              `json:"addedAt" bson:"addedAt"`
		Owner          user                `json:"owner" bson:"-"`
		LikeCount      int                 `json:"likeCount" bson:"likeCount"`
		ViewerHasLiked bool                `json:"viewerHasLiked" bson:"-"`
		CommentCount   int                 `json:"commentCount" bson:"commentCount"`
		Comments       connection[comment] `json:"comments" bson:"-"`
		URL            *signedURL          `json:"url" bson:"-"`
		Download       *signedURL          `json:"download" bson:"-"`
	}
	user struct {
		ID          string `json:"id" bson:"_id"`
		DisplayName string `json:"displayName" bson:"displayName"`
		AvatarURL   string `json:"avatarUrl" bson:"avatarUrl"`
	}
	comment struct {
		ID        string `json:"id" bson:"_id"`
		Text      string `json:"text" bson:"text"`
		CreatedAt moment `json:"createdAt" bson:"createdAt"`
		Author    user   `json:"author" bson:"-"`
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

// row is a medium with what its URLs are made of.
type row struct {
	*medium
	name, contentType, key string
}

// page answers the newest media of an album.
func (f *Floor) page(r *http.Request, viewer album.UserID) (any, error) {
	ctx, id := r.Context(), r.PathValue("id")
	is, err := f.db.album(ctx, id, viewer)
	switch {
	case err != nil:
		return nil, err
	case is.hidden():
		return nil, errNotFound
	}
	rows, err := f.db.media(ctx, id, viewer, pageSize+1)
	if err != nil {
		return nil, err
	}
	media := connection[*medium]{Edges: make([]edge[*medium], 0, pageSize), PageInfo: &pageInfo{HasNextPage: len(rows) > pageSize}}
	ends := time.Now().Truncate(time.Hour).Add(2 * time.Hour)
	for _, m := range rows[:min(len(rows), pageSize)] {
		m.Comments.Edges = []edge[comment]{}
		if m.Kind == string(album.Photo) { // a video is shown by its poster
			u := f.sign(m.key, m.contentType, "", ends)
			m.URL = &u
		}
		if is.allowed() {
			u := f.sign(m.key, m.contentType, m.name, ends)
			m.Download = &u
		}
		media.Edges = append(media.Edges, edge[*medium]{m.medium})
	}
	if n := len(media.Edges); n > 0 {
		last := media.Edges[n-1].Node
		cursor := string(album.Position{Key: int64(last.AddedAt), ID: last.ID}.Cursor(album.ListAdded))
		media.PageInfo.EndCursor = &cursor
	}
	return pageAnswer{albumShown{ID: id, Title: is.title, Media: media}}, f.db.comments(ctx, media.Edges)
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
