package browsertest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"net/url"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"keepsake/album"
	"keepsake/internal/id"
	"keepsake/store"
	"keepsake/store/sqlitestore"
)

// batch is how many media are begun, then published at once.
const batch = 100

// fillStopped has the server stopped while it fills an album.
func (h *house) fillStopped(ctx context.Context, query url.Values) error {
	count, err := strconv.Atoi(query.Get("count"))
	if err != nil {
		return err
	}
	var models []album.MediaID
	for _, m := range query["model"] {
		models = append(models, album.MediaID(m))
	}
	if err := h.stop(); err != nil {
		return err
	}
	return errors.Join(h.fill(ctx, count, models), h.start())
}

// fill writes media straight into the store of a server that is stopped, until their
// album holds so many. Their pictures are those of the media that it has.
func (h *house) fill(ctx context.Context, count int, models []album.MediaID) (err error) {
	st, err := sqlitestore.Open(ctx, filepath.Join(h.data, "keepsake.db"), nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	known, err := st.MediaByID(ctx, models)
	if err != nil {
		return err
	}
	ids := id.New(nil, nil)
	for at := len(models); at < count; at += batch {
		media := make([]*album.Media, min(batch, count-at))
		for i := range media {
			model := known[models[(at+i)%len(models)]]
			if model == nil {
				return errors.New("a model is not there")
			}
			m := *model
			m.ID, m.Status = ids.Media(), album.Pending
			m.FileName = fmt.Sprintf("IMG_%04d.JPG", at+i)
			m.Upload = album.Upload{Key: "incoming/" + string(m.ID), ContentType: m.ContentType, Bytes: m.Bytes, ExpiresAt: time.Now().Add(time.Hour)}
			media[i] = &m
		}
		if err := st.CreateMedia(ctx, media, math.MaxInt64); err != nil {
			return err
		}
		var g errgroup.Group // the store writes what comes at once in one go
		for i, m := range media {
			g.Go(func() error { return publish(ctx, st, m, known[models[(at+i)%len(models)]]) })
		}
		if err := g.Wait(); err != nil {
			return err
		}
	}
	return nil
}

// publish makes a medium READY with the pictures of another.
func publish(ctx context.Context, st store.Store, m, model *album.Media) error {
	sum := sha256.Sum256([]byte(m.ID)) // of no file: two media have not the same bytes
	facts := album.MediaFacts{
		Kind: m.Kind, ContentType: m.ContentType, Bytes: m.Bytes, Width: model.Width, Height: model.Height,
		SHA256: hex.EncodeToString(sum[:]), Key: "m/" + string(m.ID) + "/original",
	}
	if _, err := st.AcceptMedia(ctx, m.ID, facts, album.Work{}); err != nil {
		return err
	}
	made := album.MediaMade{Blurhash: model.Blurhash, Color: model.Color, Progress: 100}
	for _, f := range model.Files {
		if f.Role != album.Clean {
			made.Files = append(made.Files, f)
		}
	}
	_, _, err := st.PublishMedia(ctx, m.ID, made, store.Change{Actor: m.OwnerID, At: time.Now()})
	return err
}
