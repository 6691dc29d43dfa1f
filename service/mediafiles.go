package service

import (
	"context"

	"keepsake/album"
	"keepsake/media"
)

// Address is a file and where it can be fetched.
type Address struct {
	media.SignedURL
	album.File
}

// URL returns where a picture of a medium is that the viewer may see: the largest
// that is no larger than size, or ORIGINAL, for those who may download it. nil
// where there is none.
func (s *Service) URL(ctx context.Context, access album.Access, m *album.Media, size album.FileRole) (*Address, error) {
	if size == album.Original {
		if m.Kind == album.Video {
			return nil, nil //nolint:nilnil // no address is an answer here
		}
		return s.signed(ctx, s.original(access, m), "")
	}
	var file *album.File
	for _, role := range []album.FileRole{album.Small, album.Medium, album.Large} {
		if f := m.File(role); f != nil {
			file = f
		}
		if role == size {
			break
		}
	}
	return s.signed(ctx, file, "")
}

// Variants returns all pictures of a medium, the smallest first.
func (s *Service) Variants(ctx context.Context, m *album.Media) ([]*Address, error) {
	var all []*Address
	for _, role := range []album.FileRole{album.Small, album.Medium, album.Large} {
		if f := m.File(role); f != nil {
			a, err := s.signed(ctx, f, "")
			if err != nil {
				return nil, err
			}
			all = append(all, a)
		}
	}
	return all, nil
}

// Playback returns where a video can be played, or nil: what was made to be
// played, else the original, unless that would tell a place that the viewer is
// not to know.
func (s *Service) Playback(ctx context.Context, access album.Access, m *album.Media) (*Address, error) {
	file := m.File(album.Movie)
	if file == nil && m.Kind == album.Video {
		file = s.bytesOf(access, m)
	}
	return s.signed(ctx, file, "")
}

// Download returns where the original of a medium can be fetched as a file, or
// nil where the access does not allow it.
func (s *Service) Download(ctx context.Context, access album.Access, m *album.Media) (*Address, error) {
	return s.signed(ctx, s.original(access, m), m.FileName)
}

// original is what the viewer may download, or nil.
func (s *Service) original(access album.Access, m *album.Media) *album.File {
	if !access.Can(album.Download) {
		return nil
	}
	return s.bytesOf(access, m)
}

// bytesOf is the original as the access shows it: without the place for those
// who are not to know it, nil if there is no such thing.
func (s *Service) bytesOf(access album.Access, m *album.Media) *album.File {
	switch {
	case m.Status != album.Ready:
		return nil
	case !access.SeesPlaces():
		return m.File(album.Clean)
	}
	return &album.File{
		Role: album.Original, Key: m.Key, ContentType: m.ContentType,
		Bytes: m.Bytes, Width: m.Width, Height: m.Height, CRC32: m.CRC32,
	}
}

// signed is the address of a file, or nil for none.
func (s *Service) signed(ctx context.Context, f *album.File, download string) (*Address, error) {
	if f == nil {
		return nil, nil //nolint:nilnil // no address is an answer here
	}
	u, err := s.Bucket.SignRead(ctx, media.ReadRequest{Key: f.Key, ContentType: f.ContentType, Download: download})
	return &Address{SignedURL: u, File: *f}, err
}

// Capabilities are what the service takes and can do.
type Capabilities struct {
	ContentTypes  []string
	MaxPhotoBytes int64
	MaxVideoBytes int64
	Videos        bool // whether this node makes posters and videos to play
}

// Capabilities returns what the service takes and can do.
func (s *Service) Capabilities() Capabilities {
	return Capabilities{
		ContentTypes: s.contentTypes(), MaxPhotoBytes: s.opts.MaxPhoto, MaxVideoBytes: s.opts.MaxVideo,
		Videos: s.Renderer.Videos(),
	}
}

// PlaceOf returns where a medium was taken, for those who may know, else nil.
func PlaceOf(access album.Access, m *album.Media) *album.Place {
	if !access.SeesPlaces() {
		return nil
	}
	return m.Place
}

// SumOf returns the SHA-256 of a medium's original to those who may know all that
// is in it, else "": whoever has the rest could try places against it.
func SumOf(access album.Access, m *album.Media) string {
	if clean := m.File(album.Clean); access.SeesPlaces() || clean != nil && clean.Key == m.Key {
		return m.SHA256
	}
	return ""
}
