package service

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"

	"keepsake/album"
	"keepsake/internal/safeguard"
	"keepsake/media"
	"keepsake/media/render"
	"keepsake/store"
)

// render makes the pictures of a PROCESSING medium and publishes it.
func (s *Service) render(ctx context.Context, m *album.Media) error {
	made, err := s.make(ctx, m)
	safeguard.CrashAt("made")
	if err == nil {
		return s.publish(ctx, m, made)
	}
	if code := album.CodeOf(err); final(code) {
		return errors.Join(err, s.fail(ctx, m, code))
	}
	return err
}

// publish makes a medium READY. What was uploaded goes before: a READY medium
// has its bytes once.
func (s *Service) publish(ctx context.Context, m *album.Media, made album.MediaMade) error {
	if err := s.removeUpload(ctx, m); err != nil {
		return err
	}
	_, entry, err := s.Store.PublishMedia(ctx, m.ID, made, store.Change{Actor: m.OwnerID, At: s.now()})
	if err != nil {
		return err
	}
	safeguard.CrashAt("published")
	s.Hub.PublishEntries(ctx, entry)
	if !made.Next.DueAt.IsZero() {
		s.workers.kick(made.Next.Lane)
	}
	return nil
}

// make makes the pictures of a medium, and its original without a place.
func (s *Service) make(ctx context.Context, m *album.Media) (album.MediaMade, error) {
	made := album.MediaMade{Progress: 100}
	err := s.withOriginal(ctx, m, func(dir, path string) error {
		var picture render.Picture
		var err error
		switch {
		case m.Kind == album.Photo:
			picture, err = s.Renderer.Picture(ctx, path, m.ContentType)
		case s.Renderer.Videos():
			picture, err = s.Renderer.Poster(ctx, path)
			made.Next, made.Progress = album.Work{Lane: album.Long, DueAt: s.now()}, 50
		}
		if err != nil {
			return err
		}
		made.Blurhash, made.Color = picture.Blurhash, picture.Color
		if m.Kind == album.Photo {
			made.Width, made.Height = picture.Width, picture.Height
		}
		for _, v := range picture.Variants {
			file := album.File{Role: v.Role, ContentType: "image/jpeg", Width: v.Width, Height: v.Height}
			if err := s.keep(ctx, m, &file, bytes.NewReader(v.JPEG)); err != nil {
				return err
			}
			made.Files = append(made.Files, file)
		}
		clean, err := s.clean(ctx, m, dir, path)
		if clean != nil {
			made.Files = append(made.Files, *clean)
		}
		return err
	})
	return made, err
}

// clean returns the original without a place: the original itself if that holds
// none, nil if there is no way to tell or to make one.
func (s *Service) clean(ctx context.Context, m *album.Media, dir, path string) (*album.File, error) {
	f, err := os.Open(path) //nolint:gosec // a file that was just made
	if err != nil {
		return nil, scratchFault(err)
	}
	defer f.Close() //nolint:errcheck // only read
	found, err := media.Inspect(ctx, f, m.Bytes)
	if err != nil {
		return nil, err
	}
	file := album.File{Role: album.Clean, ContentType: m.ContentType, Width: m.Width, Height: m.Height}
	if !found.Located {
		file.Key, file.Bytes, file.CRC32 = m.Key, m.Bytes, m.CRC32
		return &file, nil
	}
	stripped, err := os.Create(filepath.Join(dir, "clean")) //nolint:gosec // in a folder of ours
	if err != nil {
		return nil, scratchFault(err)
	}
	defer stripped.Close() //nolint:errcheck // read again below
	err = media.WithoutLocation(m.ContentType, f, m.Bytes, stripped)
	if album.CodeOf(err) == album.CodeMediaUnsupported {
		return nil, nil //nolint:nilnil // none is an answer here
	}
	if err != nil {
		return nil, scratchFault(err)
	}
	return &file, s.keep(ctx, m, &file, stripped)
}

// improve makes the video to play of a READY medium, or what else it lacks: one
// that was published by a version of the program that made no pictures has none.
// What cannot be made is done without.
func (s *Service) improve(ctx context.Context, m *album.Media, p *atomic.Int64) error {
	improve := s.makeMovie
	if m.File(album.Small) == nil {
		improve = s.makeUp
	}
	made, err := improve(ctx, m, p)
	switch {
	case final(album.CodeOf(err)):
		s.Logger.InfoContext(ctx, "a medium stays without something", "media", m.ID, "kind", m.Kind, "error", err)
		return s.Store.KeepWork(ctx, m.ID, album.Work{Lane: m.Work.Lane, Token: m.Work.Token}, 100)
	case err != nil:
		return err
	}
	_, entry, err := s.Store.ImproveMedia(ctx, m.ID, made, store.Change{Actor: m.OwnerID, At: s.now()})
	if err != nil {
		return err
	}
	safeguard.CrashAt("improved")
	s.Hub.PublishEntries(ctx, entry)
	return nil
}

// makeUp makes what was not made when a medium was published.
func (s *Service) makeUp(ctx context.Context, m *album.Media, _ *atomic.Int64) (album.MediaMade, error) {
	sums, err := media.Sum(ctx, s.Bucket, m.Key)
	if album.CodeOf(err) == album.CodeNotFound {
		err = errLost
	}
	if err != nil {
		return album.MediaMade{}, err
	}
	m.CRC32 = sums.CRC32
	made, err := s.make(ctx, m)
	if final(album.CodeOf(err)) { // the checksum is something all the same
		made, err = album.MediaMade{Progress: 100}, nil
	}
	made.CRC32 = sums.CRC32
	return made, err
}

// makeMovie makes the video to play of a medium.
func (s *Service) makeMovie(ctx context.Context, m *album.Media, p *atomic.Int64) (album.MediaMade, error) {
	made := album.MediaMade{Progress: 100}
	err := s.withOriginal(ctx, m, func(dir, path string) error {
		out := filepath.Join(dir, "movie.mp4")
		file := album.File{Role: album.Movie, ContentType: "video/mp4"}
		var err error
		file.Width, file.Height, err = s.Renderer.Movie(ctx, path, out, func(percent int) { p.Store(int64(50 + percent/2)) })
		if err != nil {
			return err
		}
		f, err := os.Open(out) //nolint:gosec // a file that was just made
		if err != nil {
			return scratchFault(err)
		}
		defer f.Close() //nolint:errcheck // only read
		made.Files = []album.File{file}
		return s.keep(ctx, m, &made.Files[0], f)
	})
	return made, err
}

// keep writes a file of a medium to the bucket, under a name that its bytes give:
// work that is done twice makes the same object or another one, and never changes
// one.
func (s *Service) keep(ctx context.Context, m *album.Media, file *album.File, r io.ReadSeeker) error {
	sum := crc32.NewIEEE()
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return err
	}
	n, err := io.Copy(sum, r)
	if err != nil {
		return err
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return err
	}
	file.Bytes, file.CRC32 = n, sum.Sum32()
	file.Key = fmt.Sprintf("%s%s-%08x%s", mediaPrefix(m.ID), strings.ToLower(string(file.Role)), file.CRC32, media.Extension(file.ContentType))
	err = s.Bucket.Write(ctx, file.Key, file.ContentType, r)
	safeguard.CrashAt("kept " + string(file.Role))
	if album.CodeOf(err) == album.CodeConflict {
		return nil
	}
	return err
}

// withOriginal runs do with the original of a medium as a file, in a folder that
// is removed afterwards.
func (s *Service) withOriginal(ctx context.Context, m *album.Media, do func(dir, path string) error) (err error) {
	dir, err := os.MkdirTemp(s.opts.Scratch, "job-")
	if err != nil {
		return scratchFault(err)
	}
	defer func() { err = errors.Join(err, scratchFault(os.RemoveAll(dir))) }()
	path := filepath.Join(dir, "original")
	if err := s.fetch(ctx, m, path); err != nil {
		return err
	}
	safeguard.CrashAt("fetched")
	return do(dir, path)
}

// scratchFault is what a fault of the local disk means: no medium is to blame.
func scratchFault(err error) error {
	if _, ok := errors.AsType[*album.Error](err); ok || err == nil {
		return err
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return album.ErrStorageFull.Wrap(err)
	}
	return album.ErrUnavailable.Wrap(err)
}

// errLost is that a medium's original is not in the bucket, which no waiting
// brings back.
var errLost = errors.New("the original is not in the bucket")

// fetch copies an original to a file of the local disk.
func (s *Service) fetch(ctx context.Context, m *album.Media, path string) error {
	r, err := s.Bucket.Open(ctx, m.Key, 0, -1)
	if album.CodeOf(err) == album.CodeNotFound {
		return errLost
	}
	if err != nil {
		return err
	}
	defer r.Close()           //nolint:errcheck // only read
	f, err := os.Create(path) //nolint:gosec // in a folder of ours
	if err != nil {
		return scratchFault(err)
	}
	n, err := io.Copy(f, io.LimitReader(r, m.Bytes))
	if err = errors.Join(err, f.Close()); err != nil {
		return scratchFault(fmt.Errorf("fetch %s: %w", m.ID, err))
	}
	if n != m.Bytes {
		return fmt.Errorf("fetch %s: %d bytes of %d", m.ID, n, m.Bytes)
	}
	return nil
}
