package resolvers

import (
	"context"
	"time"

	"keepsake/album"
	"keepsake/graph/model"
	"keepsake/media"
	"keepsake/service"
)

// Small conversions between inputs, the domain and payloads.

func nonEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func orEmpty[T ~string](s *T) T {
	if s == nil {
		return ""
	}
	return *s
}

// optionalID reads an identifier that may be left out. The empty one is not left
// out: nothing has it.
func optionalID[T ~string](id *string) (T, error) {
	if id != nil && *id == "" {
		return "", album.ErrNotFound
	}
	return T(orEmpty(id)), nil
}

func mediaIDs(ids []string) []album.MediaID {
	out := make([]album.MediaID, len(ids))
	for i, id := range ids {
		out[i] = album.MediaID(id)
	}
	return out
}

// settingsOf reads settings; what was left out is empty.
func settingsOf(in *model.AlbumSettingsInput) album.Settings {
	if in == nil {
		return album.Settings{}
	}
	return album.Settings{Comments: orEmpty(in.Comments), Likes: orEmpty(in.Likes), Downloads: orEmpty(in.Downloads), Order: orEmpty(in.Order)}
}

func newShareOf(in model.CreateShareInput) service.NewShare {
	n := service.NewShare{
		AlbumID: album.AlbumID(in.AlbumID), Password: orEmpty(in.Password),
		DownloadAllowed: in.DownloadAllowed, HideLocation: in.HideLocation, ParentToken: orEmpty(in.ParentToken),
	}
	if in.JoinRole != nil {
		n.JoinRole = *in.JoinRole
	}
	if in.ExpiresAt != nil {
		n.ExpiresAt = *in.ExpiresAt
	}
	return n
}

func mediaPatchOf(in model.EditMediaInput) album.MediaPatch {
	p := album.MediaPatch{Caption: in.Caption}
	if in.Tags != nil {
		p.Tags = &in.Tags
	}
	if t, ok := in.TakenAt.ValueOK(); ok {
		p.TakenAt = t
		if t == nil {
			p.TakenAt = new(time.Time)
		}
	}
	if place, ok := in.Place.ValueOK(); ok {
		p.Place = new(*album.Place)
		if place != nil {
			*p.Place = &album.Place{Name: place.Name, Latitude: place.Latitude, Longitude: place.Longitude}
		}
	}
	return p
}

func uploadsOf(files []*model.UploadInput) []service.NewUpload {
	out := make([]service.NewUpload, len(files))
	for i, f := range files {
		out[i] = service.NewUpload{
			FileName: f.FileName, ContentType: f.ContentType, Bytes: f.Bytes, SHA256: orEmpty(f.Sha256), CRC32C: orEmpty(f.Crc32c),
			Caption: f.Caption, Method: f.Method,
		}
		if f.TakenAt != nil {
			out[i].TakenAt = *f.TakenAt
		}
	}
	return out
}

func uploadsPayload(ctx context.Context, tickets []service.Ticketed, err error) (*model.CreateUploadsPayload, error) {
	if err != nil {
		return nil, err
	}
	l := loadersOf(ctx)
	out := make([]*model.UploadTicket, len(tickets))
	for i, t := range tickets {
		l.sawMedia(t.Media)
		out[i] = ticketOf(t)
	}
	return &model.CreateUploadsPayload{Tickets: out}, nil
}

func pointers(fields []media.Field) []*media.Field {
	out := make([]*media.Field, len(fields))
	for i := range fields {
		out[i] = &fields[i]
	}
	return out
}

// seen tells the loaders of media that a payload lists.
func seen(ctx context.Context, list []*album.Media) []*album.Media {
	l := loadersOf(ctx)
	for _, m := range list {
		l.sawMedia(m)
	}
	return list
}

// signedIn makes who has signed in the viewer of what the payload shows.
func signedIn(ctx context.Context, s *service.Session) (*model.Session, error) {
	become(ctx, album.Identified{UserID: s.UserID})
	u, err := loadersOf(ctx).user(ctx, s.UserID)
	return &model.Session{
		AccessToken: s.AccessToken, AccessTokenExpiresAt: s.AccessTokenExpiresAt,
		RefreshToken: s.RefreshToken, RefreshTokenExpiresAt: s.RefreshTokenExpiresAt, User: u,
	}, err
}

func (r *Resolver) setLike(ctx context.Context, id album.MediaID, liked bool) (*album.LikeState, *album.Media, error) {
	state, err := r.Service.SetLike(ctx, Viewer(ctx), id, liked)
	if err != nil {
		return nil, nil, err
	}
	m, err := r.Query().Media(ctx, string(id))
	return &state, m, err
}

func ticketOf(t service.Ticketed) *model.UploadTicket {
	out := &model.UploadTicket{
		Media: t.Media, Duplicate: t.Duplicate, Method: t.Ticket.Method, URL: nonEmpty(t.Ticket.URL),
		Headers: pointers(t.Ticket.Headers), FormFields: pointers(t.Ticket.FormFields), FileField: nonEmpty(t.Ticket.FileField),
	}
	if !t.Duplicate {
		out.ExpiresAt = &t.Ticket.ExpiresAt
	}
	if t.Ticket.Method == media.CHUNKS && !t.Duplicate {
		out.ChunkUnit = new(int)
		*out.ChunkUnit = media.ChunkUnit
	}
	return out
}

// positive is null for what is without limit.
func positive(n int64) *int64 {
	if n <= 0 {
		return nil
	}
	return &n
}

func signedURL(a *service.Address, err error) (*model.SignedURL, error) {
	if a == nil || err != nil {
		return nil, err
	}
	return &model.SignedURL{
		URL: a.URL, ExpiresAt: a.ExpiresAt, ContentType: a.ContentType, Width: a.Width, Height: a.Height, Bytes: a.Bytes,
	}, nil
}

func signedURLs(all []*service.Address) []*model.SignedURL {
	out := make([]*model.SignedURL, len(all))
	for i, a := range all {
		out[i], _ = signedURL(a, nil)
	}
	return out
}

func resultsOf(ctx context.Context, results []service.Result) []*model.MediaResult {
	l := loadersOf(ctx)
	out := make([]*model.MediaResult, len(results))
	for i, r := range results {
		out[i] = &model.MediaResult{MediaID: string(r.ID), Media: r.Media}
		if r.Err != nil {
			out[i].Code, out[i].Message = nonEmpty(string(r.Err.Code)), &r.Err.Message
		} else {
			l.sawMedia(r.Media)
		}
	}
	return out
}

func archiveOf(parts []*service.ArchivePart) *model.Archive {
	out := &model.Archive{Parts: make([]*model.ArchivePart, len(parts))}
	for i, p := range parts {
		out.Parts[i] = &model.ArchivePart{
			URL: p.URL, ExpiresAt: p.ExpiresAt, FileName: p.FileName, MediaCount: p.MediaCount, Bytes: p.Bytes,
		}
	}
	return out
}
