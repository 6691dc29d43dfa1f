package service

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"keepsake/album"
	"keepsake/internal/auth"
)

const (
	// ArchivePath is where the program serves archives, below its URL.
	ArchivePath = "/archives/"

	minPart      = 1_000_000 // bytes
	maxArchive   = 10_000    // media
	maxParts     = 1_000
	archivePage  = 500 // media read at once
	archiveLife  = 2 * time.Hour
	archiveRound = time.Hour // addresses change no more often than this
)

// ArchivePart is one ZIP file of an archive.
type ArchivePart struct {
	URL        string
	ExpiresAt  time.Time
	FileName   string
	MediaCount int
	Bytes      int64
}

// archiveTicket is what the address of a part says: for whom it is, and what is
// in it. Whether they may have it is looked at when it is opened.
type archiveTicket struct {
	User    album.UserID    `json:"u,omitempty"`
	Session album.SessionID `json:"n,omitempty"`
	Share   album.ShareID   `json:"s,omitempty"`
	Album   album.AlbumID   `json:"a"`
	Ends    int64           `json:"e"` // Unix seconds
	Part    int             `json:"p"` // counted from 1
	Parts   int             `json:"c"`
	// A selection by name, or a stretch of the order ADDED, after a place up to and
	// with another: what comes in meanwhile moves nothing from part to part.
	Media string         `json:"m,omitempty"` // identifiers without their prefix, joined
	After album.Position `json:"f,omitzero"`
	Last  album.Position `json:"l,omitzero"`
}

// Archive plans the ZIP files of an album, or of a selection of at most
// album.MaxBatch of its media, none larger than partBytes unless a single medium
// is. FORBIDDEN for those who may not download; LIMIT_EXCEEDED for an album of
// more than 10,000 media, or for more than 1,000 parts.
func (s *Service) Archive(
	ctx context.Context, v album.Identified, access album.Access, ids []album.MediaID, partBytes int64,
) ([]*ArchivePart, error) {
	if err := Allowed(access, album.Download); err != nil {
		return nil, err
	}
	if partBytes < minPart {
		return nil, album.Invalid("partBytes", "ask for %d at least", minPart)
	}
	media, err := s.archived(ctx, access, ids)
	if err != nil {
		return nil, err
	}
	var plans []archivePlan
	for files := s.filesOf(access, media); len(files) > 0; {
		if err := ctx.Err(); err != nil {
			return nil, album.ErrUnavailable.Wrap(err)
		}
		if len(plans) == maxParts {
			return nil, album.Errorf(album.CodeLimitExceeded, "these are more than %d parts: ask for larger ones", maxParts)
		}
		plan := planArchive(files, partBytes)
		plans = append(plans, plan)
		files = files[plan.media:]
	}
	ticket := archiveTicket{
		User: v.UserID, Session: v.SessionID, Share: v.ShareID, Album: access.Album.ID, Parts: len(plans),
		Ends: s.now().Truncate(archiveRound).Add(archiveLife).Unix(),
	}
	parts := make([]*ArchivePart, len(plans))
	for i, plan := range plans {
		ticket.Part = i + 1
		if ids != nil {
			ticket.Media = joined(ids[:plan.media])
			ids = ids[plan.media:]
		} else {
			ticket.Last = plan.last
		}
		if parts[i], err = s.archivePart(ticket, access.Album, plan); err != nil {
			return nil, err
		}
		ticket.After = plan.last
	}
	return parts, nil
}

func (s *Service) archivePart(t archiveTicket, a *album.Album, plan archivePlan) (*ArchivePart, error) {
	text, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	return &ArchivePart{
		URL:       s.opts.BaseURL + ArchivePath + auth.Seal(s.ArchiveKey, text),
		ExpiresAt: time.Unix(t.Ends, 0).UTC(), FileName: archiveName(a, t),
		MediaCount: len(plan.files), Bytes: plan.bytes,
	}, nil
}

// archiveName names a part after its album.
func archiveName(a *album.Album, t archiveTicket) string {
	name := a.Title
	if t.Parts > 1 {
		name += " " + strconv.Itoa(t.Part) + " of " + strconv.Itoa(t.Parts)
	}
	return name + ".zip"
}

// archived are the media to be archived, in their order: those named, each of
// which must be published in the album, or all, newest first.
func (s *Service) archived(ctx context.Context, access album.Access, ids []album.MediaID) ([]*album.Media, error) {
	if ids == nil {
		return s.stretch(ctx, access.Album.ID, album.Position{}, album.Position{})
	}
	if err := checkBatch(ids); err != nil {
		return nil, err
	}
	media, err := s.selected(ctx, access, ids)
	if err == nil && len(media) < len(ids) {
		err = album.ErrNotFound
	}
	return media, err
}

// selected are those of a selection that are published in the album.
func (s *Service) selected(ctx context.Context, access album.Access, ids []album.MediaID) ([]*album.Media, error) {
	found, err := s.Store.MediaByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	var all []*album.Media
	for _, id := range ids {
		if m := found[id]; m != nil && m.AlbumID == access.Album.ID && isPublished(m) {
			all = append(all, m)
		}
	}
	return all, nil
}

// stretch reads the media of an album after a place, up to and with last, or to
// the end if that is zero. LIMIT_EXCEEDED if there are more than maxArchive.
func (s *Service) stretch(ctx context.Context, id album.AlbumID, after, last album.Position) ([]*album.Media, error) {
	var all []*album.Media
	for len(all) <= maxArchive {
		rows, err := s.Store.MediaOf(ctx, []album.AlbumID{id}, album.ByAdded, album.Range{After: after, Limit: archivePage})
		if err != nil {
			return nil, err
		}
		for _, m := range rows[id] {
			after = addedPosition(m)
			if !last.IsZero() && (after.Key < last.Key || after.Key == last.Key && after.ID < last.ID) {
				return all, nil
			}
			all = append(all, m)
		}
		if len(rows[id]) < archivePage {
			return all, nil
		}
	}
	return nil, album.Errorf(album.CodeLimitExceeded, "an archive holds at most %d media: make selections", maxArchive)
}

const archiveIDs = "," // parts identifiers

func joined(ids []album.MediaID) string {
	var b strings.Builder
	for i, id := range ids {
		if i > 0 {
			b.WriteString(archiveIDs)
		}
		b.WriteString(strings.TrimPrefix(string(id), album.MediaPrefix))
	}
	return b.String()
}

func split(text string) []album.MediaID {
	var ids []album.MediaID
	for id := range strings.SplitSeq(text, archiveIDs) {
		ids = append(ids, album.MediaID(album.MediaPrefix+id))
	}
	return ids
}
