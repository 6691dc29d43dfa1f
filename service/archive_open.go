package service

import (
	"archive/zip"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"path"
	"strconv"
	"strings"
	"time"

	"keepsake/album"
	"keepsake/internal/auth"
	"keepsake/media"
)

// archivedFile is one file of an archive.
type archivedFile struct {
	*album.File
	name  string // as it was uploaded; safe and told from the others once it is planned
	at    time.Time
	place album.Position
}

// archivePlan is what one ZIP file has in it.
type archivePlan struct {
	files []archivedFile // those that there are
	media int            // how many media it is made of, those without a file included
	bytes int64          // of the ZIP file
	last  album.Position // of the last medium
}

// filesOf are the originals as the access shows them; nil files are of media of
// which it shows none.
func (s *Service) filesOf(access album.Access, all []*album.Media) []archivedFile {
	files := make([]archivedFile, len(all))
	for i, m := range all {
		files[i] = archivedFile{File: s.original(access, m), name: m.FileName, at: m.TakenAt, place: addedPosition(m)}
		if m.TakenAt.IsZero() {
			files[i].at = m.AddedAt
		}
	}
	return files
}

// planArchive takes files into a ZIP file while that has at most most bytes, one
// at least.
func planArchive(files []archivedFile, most int64) archivePlan {
	var plan archivePlan
	var size zipSize
	names := map[string]int{}
	for _, f := range files {
		if f.File != nil {
			f.name = uniqueName(names, f.name)
			grown := size.with(f)
			if len(plan.files) > 0 && grown.total() > most {
				return plan
			}
			size = grown
			plan.files = append(plan.files, f)
		}
		plan.media, plan.last, plan.bytes = plan.media+1, f.place, size.total()
	}
	return plan
}

// uniqueName makes a name safe, and tells it from those that were taken, without
// regard to case. taken holds, for each name, the number that it was last given.
func uniqueName(taken map[string]int, name string) string {
	name = media.FileName(name)
	ending := path.Ext(name)
	base := strings.TrimSuffix(name, ending)
	for asked := strings.ToLower(name); taken[strings.ToLower(name)] > 0; {
		taken[asked]++
		name = base + " (" + strconv.Itoa(taken[asked]) + ")" + ending
	}
	taken[strings.ToLower(name)]++
	return name
}

// OpenArchive opens a part of an archive by what follows ArchivePath in its
// address, for whom the address was made, if they may still download it.
// NOT_FOUND for any other text and one that is past its time; if they may no
// longer, the error says why. RATE_LIMITED after too many, good ones or not.
func (s *Service) OpenArchive(ctx context.Context, sealed string) (*ArchiveFile, error) {
	var t archiveTicket
	text, ok := auth.Unseal(s.ArchiveKey, sealed)
	ok = ok && json.Unmarshal(text, &t) == nil
	if _, err := s.Limits.Take(ctx, TryArchive, cmp.Or(string(t.User), string(t.Share))); err != nil {
		return nil, err
	}
	if !ok || s.now().Unix() >= t.Ends {
		return nil, album.ErrNotFound
	}
	v := album.Identified{UserID: t.User, SessionID: t.Session, ShareID: t.Share}
	if err := s.RecheckViewer(ctx, v); err != nil {
		return nil, err
	}
	access, err := s.access(ctx, v, t.Album, album.Download)
	if err != nil {
		return nil, err
	}
	var all []*album.Media
	if t.Media != "" {
		all, err = s.selected(ctx, access, split(t.Media))
	} else {
		all, err = s.stretch(ctx, t.Album, t.After, t.Last)
	}
	if err != nil {
		return nil, err
	}
	plan := planArchive(s.filesOf(access, all), 1<<62)
	return &ArchiveFile{Name: archiveName(access.Album, t), Bytes: plan.bytes, bucket: s.Bucket, files: plan.files}, nil
}

// ArchiveFile is a ZIP file that is made while it is written.
type ArchiveFile struct {
	Name  string
	Bytes int64

	bucket media.Bucket
	files  []archivedFile
}

// Write writes the file to w. Photos and videos are stored as they are: they are
// compressed already. If the bucket fails on the way, what was written is no
// whole file, and shorter than Bytes.
func (a *ArchiveFile) Write(ctx context.Context, w io.Writer) error {
	out := zip.NewWriter(w)
	for _, f := range a.files {
		if err := a.add(ctx, out, f); err != nil {
			return fmt.Errorf("archive %s: %w", f.Key, err)
		}
	}
	return out.Close()
}

func (a *ArchiveFile) add(ctx context.Context, out *zip.Writer, f archivedFile) error {
	r, err := a.bucket.Open(ctx, f.Key, 0, -1)
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // only read
	header := f.header()
	w, err := out.CreateRaw(header)
	if err != nil {
		return err
	}
	if f.unsummed() {
		sum := crc32.NewIEEE()
		w = io.MultiWriter(w, sum)
		defer func() { header.CRC32 = sum.Sum32() }() // it is written behind the file
	}
	n, err := io.Copy(w, io.LimitReader(r, f.Bytes))
	if err == nil && n != f.Bytes {
		err = io.ErrUnexpectedEOF
	}
	return err
}
