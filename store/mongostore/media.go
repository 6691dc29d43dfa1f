package mongostore

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"keepsake/album"
	"keepsake/store"
)

// standing is where a medium stands in its album: one word for what every list
// asks for.
type standing string

const (
	standingNew    standing = "NEW" // PENDING, PROCESSING or FAILED
	standingShown  standing = "SHOWN"
	standingTrash  standing = "TRASH"
	standingDoomed standing = "DOOMED" // only the sweeps see it
)

var (
	isShown   = eq("standing", standingShown)
	notDoomed = eq("standing", op("$ne", standingDoomed))
	notTaken  = eq("takenAt", nil)
)

// mediaDoc is an album.Media with what the store needs beside it.
type mediaDoc struct {
	Row      mediaFields `bson:",inline"`
	Work     *workDoc    `bson:"work,omitempty"` // nil: there is none
	Standing standing    `bson:"standing"`
	SortAt   time.Time   `bson:"sortAt,omitempty"` // TakenAt, or AddedAt where that is not known
}

type mediaFields struct {
	ID           album.MediaID     `bson:"_id"`
	AlbumID      album.AlbumID     `bson:"albumId"`
	OwnerID      album.UserID      `bson:"ownerId"`
	Kind         album.MediaKind   `bson:"kind"`
	Status       album.MediaStatus `bson:"status"`
	Failure      album.Code        `bson:"failure,omitempty"`
	FileName     string            `bson:"fileName"`
	ContentType  string            `bson:"contentType"`
	Bytes        int64             `bson:"bytes"`
	SHA256       string            `bson:"sha256,omitempty"`
	Width        int               `bson:"width"`
	Height       int               `bson:"height"`
	Duration     time.Duration     `bson:"duration,omitempty"`
	TakenAt      time.Time         `bson:"takenAt,omitempty"`
	Camera       string            `bson:"camera,omitempty"`
	CRC32        uint32            `bson:"crc32,omitempty"`
	Blurhash     string            `bson:"blurhash,omitempty"`
	Color        string            `bson:"color,omitempty"`
	Files        []album.File      `bson:"files,omitempty"`
	Caption      string            `bson:"caption"`
	Tags         []string          `bson:"tags,omitempty"`
	Place        *album.Place      `bson:"place,omitempty"`
	CreatedAt    time.Time         `bson:"createdAt"`
	AddedAt      time.Time         `bson:"addedAt,omitempty"`
	EditedAt     time.Time         `bson:"editedAt,omitempty"`
	TrashedAt    time.Time         `bson:"trashedAt,omitempty"`
	LikeCount    int               `bson:"likeCount"`
	LikeVersion  int64             `bson:"likeVersion"`
	CommentCount int               `bson:"commentCount"`
	Rank         int64             `bson:"rank"`
	Key          string            `bson:"key,omitempty"`
	Upload       album.Upload      `bson:"upload"`
	DuplicateOf  album.MediaID     `bson:"duplicateOf,omitempty"`
	Progress     int               `bson:"progress,omitempty"`
	Work         album.Work        `bson:"-"` // see mediaDoc
}

func (d mediaDoc) medium() *album.Media {
	m := album.Media(d.Row)
	if d.Work != nil {
		m.Work = album.Work(*d.Work)
	}
	if len(m.Files) == 0 {
		m.Files = nil
	}
	return &m
}

func mediaID(m *album.Media) album.MediaID { return m.ID }

// sortAt is the time by which ByTaken sorts.
func sortAt(takenAt, addedAt time.Time) time.Time {
	if takenAt.IsZero() {
		return addedAt
	}
	return takenAt
}

// CreateMedia implements store.Media.
func (s *Store) CreateMedia(ctx context.Context, media []*album.Media, quota int64) error {
	if len(media) == 0 {
		return nil
	}
	owner := media[0].OwnerID
	_, err := write(ctx, s, "create media", []string{string(owner)}, func(ctx context.Context) (struct{}, error) {
		if _, err := s.activeAlbum(ctx, media[0].AlbumID); err != nil {
			return struct{}{}, err
		}
		docs := make([]mediaDoc, len(media))
		var sum int64
		for i, m := range media {
			docs[i] = pendingDoc(m)
			sum += m.Upload.Bytes
		}
		if err := s.reserve(ctx, owner, sum, quota); err != nil {
			return struct{}{}, err
		}
		_, err := s.media.InsertMany(ctx, docs)
		return struct{}{}, err
	})
	return err
}

// pendingDoc is a medium before anything has happened to it.
func pendingDoc(m *album.Media) mediaDoc {
	d := mediaDoc{Row: mediaFields(*m), Standing: standingNew, Work: workOf(m.Work)}
	d.Row.Status, d.Row.Failure, d.Row.DuplicateOf, d.Row.Progress = album.Pending, "", "", 0
	d.Row.LikeCount, d.Row.LikeVersion, d.Row.CommentCount, d.Row.Rank = 0, 0, 0, 0
	d.Row.AddedAt, d.Row.EditedAt, d.Row.TrashedAt = time.Time{}, time.Time{}, time.Time{}
	return d
}

// Media implements store.Media.
func (s *Store) Media(ctx context.Context, id album.MediaID) (*album.Media, error) {
	return run(ctx, s, "media", func(ctx context.Context) (*album.Media, error) {
		docs, err := aggregate[mediaDoc](ctx, s.media, stages(match(eq("_id", id), notDoomed), s.liveAlbum())...)
		return only(docs, err, mediaDoc.medium)
	})
}

// MediaByID implements store.Media.
func (s *Store) MediaByID(ctx context.Context, ids []album.MediaID) (map[album.MediaID]*album.Media, error) {
	return run(ctx, s, "media by ID", func(ctx context.Context) (map[album.MediaID]*album.Media, error) {
		docs, err := aggregate[mediaDoc](ctx, s.media, stages(match(bson.D{in("_id", ids)}, notDoomed), s.liveAlbum())...)
		return keyed(docs, err, mediaDoc.medium, mediaID)
	})
}

// mediaToWrite reads a medium of an ACTIVE album.
func (s *Store) mediaToWrite(ctx context.Context, id album.MediaID) (mediaDoc, error) {
	d, err := findOne[mediaDoc](ctx, s.media, and(eq("_id", id), notDoomed))
	if err != nil {
		return d, err
	}
	_, err = s.activeAlbum(ctx, d.Row.AlbumID)
	return d, err
}

// mediaChange is a medium as a write left it, with the entry it made.
type mediaChange struct {
	Media *album.Media
	Entry *album.Entry
}

// What a write of one medium has for itself in this process (see write): the
// album, whose log it writes, or the owner, whose storage it counts.
func byAlbum(m *album.Media) []string { return []string{string(m.AlbumID)} }
func byOwner(m *album.Media) []string { return []string{string(m.OwnerID)} }
func byBoth(m *album.Media) []string  { return []string{string(m.AlbumID), string(m.OwnerID)} }

// writeMedium runs a change of one medium. do gets the medium as it is inside
// the transaction.
func (s *Store) writeMedium(
	ctx context.Context, name string, id album.MediaID, names func(*album.Media) []string,
	do func(ctx context.Context, d mediaDoc) (mediaChange, error),
) (mediaChange, error) {
	m, err := s.Media(ctx, id)
	if err != nil {
		return mediaChange{}, err
	}
	return write(ctx, s, name, names(m), func(ctx context.Context) (mediaChange, error) {
		d, err := s.mediaToWrite(ctx, id)
		if err != nil {
			return mediaChange{}, err
		}
		return do(ctx, d)
	})
}

// setMedium changes a medium and returns it as it is then. The album beside the
// ID is the rest of the shard key.
func (s *Store) setMedium(ctx context.Context, d mediaDoc, fields bson.D) (*album.Media, error) {
	now, err := changeOne[mediaDoc](ctx, s.media, and(eq("_id", d.Row.ID), eq("albumId", d.Row.AlbumID)), op("$set", fields))
	return now.medium(), err
}

// EditMedia implements store.Media.
func (s *Store) EditMedia(
	ctx context.Context, id album.MediaID, p album.MediaPatch, ch store.Change,
) (*album.Media, *album.Entry, error) {
	out, err := s.writeMedium(ctx, "edit media", id, byAlbum, func(ctx context.Context, d mediaDoc) (mediaChange, error) {
		if d.Standing != standingShown {
			return mediaChange{}, album.ErrNotFound
		}
		m := d.medium()
		if !p.Apply(m) {
			return mediaChange{Media: m}, nil
		}
		e := &album.Entry{Kind: album.MediaEdited, MediaID: id}
		if err := s.record(ctx, d.Row.AlbumID, ch, counts{}, e); err != nil {
			return mediaChange{}, err
		}
		m.EditedAt = e.At
		return mediaChange{m, e}, setOne(ctx, s.media, eq("_id", id), op("$set", bson.D{
			{Key: "caption", Value: m.Caption},
			{Key: "tags", Value: m.Tags},
			{Key: "place", Value: m.Place},
			{Key: "takenAt", Value: orNil(m.TakenAt)},
			{Key: "editedAt", Value: e.At},
			{Key: "sortAt", Value: sortAt(m.TakenAt, m.AddedAt)},
		}))
	})
	return out.Media, out.Entry, err
}
