package main

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/jpeg"
	"io"
	"time"

	"keepsake/internal/client"
)

// fetchPictures fetches the pictures of a medium, decodes them, and prints them.
func (s *story) fetchPictures(ctx context.Context, m medium) error {
	if len(m.Variants) == 0 || m.Blurhash == "" {
		return fmt.Errorf("%s has no pictures, or no blurhash", m.FileName)
	}
	line := ""
	for _, p := range m.Variants {
		f, err := s.jun.api.Get(ctx, p.URL, p.Bytes)
		if err != nil {
			return fmt.Errorf("%s: %w", m.FileName, err)
		}
		config, err := jpeg.DecodeConfig(bytes.NewReader(f.Content))
		if err != nil {
			return fmt.Errorf("%s: %w", m.FileName, err)
		}
		err = errors.Join(
			same(m.FileName+": width", config.Width, p.Width), same(m.FileName+": height", config.Height, p.Height),
			same(m.FileName+": type", f.ContentType, p.ContentType), same(m.FileName+": bytes", int64(len(f.Content)), p.Bytes),
		)
		if bytes.Contains(f.Content, []byte("Exif")) {
			err = errors.Join(err, fmt.Errorf("%s: a picture says where it was taken", m.FileName))
		}
		if err != nil {
			return err
		}
		line += fmt.Sprintf("  %d × %d, %s", p.Width, p.Height, size(p.Bytes))
	}
	s.tell.line("  →%s", line)
	return nil
}

// videoTime is how long the video to play may take to be made.
const videoTime = time.Minute

// playVideo waits for the video to play, and fetches it.
func playVideo(ctx context.Context, s *story) error {
	able, err := client.Ask[struct {
		Capabilities struct{ Videos bool }
	}](ctx, s.jun.api, `{ capabilities { videos } }`, nil)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, videoTime)
	defer cancel()
	for tick := time.NewTicker(100 * time.Millisecond); ; {
		p, err := s.jun.readPage(ctx, s.album)
		if err != nil {
			return err
		}
		for _, edge := range p.Media.Edges {
			m := edge.Node
			if m.Kind != "VIDEO" || m.Progress < 100 || m.Playback == nil {
				continue
			}
			f, err := s.jun.api.Get(ctx, m.Playback.URL, m.Playback.Bytes)
			if err != nil {
				return err
			}
			s.tell.line("%d × %d, %s, %s", m.Playback.Width, m.Playback.Height, f.ContentType, size(m.Playback.Bytes))
			if able.Capabilities.Videos {
				err = same("the type", f.ContentType, "video/mp4")
			} else {
				s.tell.line("this server has no ffmpeg, and gives the original")
			}
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return errors.New("there is no video to play")
		}
	}
}

// maxAlbum bounds the ZIP file, in bytes.
const maxAlbum = 1 << 30

// downloadAlbum fetches everything in one ZIP file and holds it against what was
// uploaded.
func downloadAlbum(ctx context.Context, s *story) error {
	data, err := client.Ask[struct {
		Album struct {
			Archive struct {
				Parts []struct {
					URL, FileName string
					MediaCount    int
					Bytes         int64
				}
			}
		}
	}](ctx, s.jun.api, `query($a: ID!, $most: Long!) { album(id: $a) { archive(partBytes: $most) {
		parts { url fileName mediaCount bytes } } } }`, client.Vars{"a": s.album, "most": int64(maxAlbum)})
	if err != nil {
		return err
	}
	if len(data.Album.Archive.Parts) != 1 {
		return fmt.Errorf("the album comes in %d parts", len(data.Album.Archive.Parts))
	}
	part := data.Album.Archive.Parts[0]
	f, err := s.jun.api.Get(ctx, part.URL, part.Bytes)
	if err != nil {
		return err
	}
	s.tell.line("%s: %d files, %s", part.FileName, part.MediaCount, size(part.Bytes))
	z, err := zip.NewReader(bytes.NewReader(f.Content), int64(len(f.Content)))
	if err != nil {
		return err
	}
	files := append(append([]file{s.video}, s.photos...), s.extra)
	err = errors.Join(same("its size", int64(len(f.Content)), part.Bytes), same("the number of files", len(z.File), len(files)))
	for _, entry := range z.File {
		want, bad := byName(files, entry.Name)
		if bad != nil {
			return bad
		}
		r, bad := entry.Open()
		if bad != nil {
			return bad
		}
		got, bad := io.ReadAll(io.LimitReader(r, maxAlbum))
		if !bytes.Equal(got, want.content) {
			bad = errors.Join(bad, fmt.Errorf("%s is not what was uploaded", entry.Name))
		}
		err = errors.Join(err, bad, r.Close())
	}
	return err
}
