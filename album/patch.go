package album

import (
	"slices"
	"time"
)

// AlbumPatch changes the fields that are not nil. An empty CoverID goes back to
// the newest medium.
type AlbumPatch struct {
	Title       *string
	Description *string
	CoverID     *MediaID
	Visibility  *Visibility
	Settings    *Settings
}

// Apply changes an album, and reports whether that made a difference.
func (p AlbumPatch) Apply(a *Album) bool {
	was := *a
	set(&a.Title, p.Title)
	set(&a.Description, p.Description)
	set(&a.CoverID, p.CoverID)
	set(&a.Visibility, p.Visibility)
	set(&a.Settings, p.Settings)
	return *a != was
}

// MediaPatch changes the fields that are not nil.
type MediaPatch struct {
	Caption *string
	Tags    *[]string
	TakenAt *time.Time
	Place   **Place // a pointer to nil takes the place away
}

// Apply changes a medium, and reports whether that made a difference. It shares
// nothing with the patch, and has its time in whole milliseconds, as stores keep it.
func (p MediaPatch) Apply(m *Media) bool {
	was := *m
	set(&m.Caption, p.Caption)
	if p.TakenAt != nil {
		m.TakenAt = time.Time{}
		if !p.TakenAt.IsZero() {
			m.TakenAt = time.UnixMilli(p.TakenAt.UnixMilli()).UTC()
		}
	}
	if p.Tags != nil {
		m.Tags = append([]string(nil), *p.Tags...)
	}
	if p.Place != nil {
		m.Place = nil
		if place := *p.Place; place != nil {
			copied := *place
			m.Place = &copied
		}
	}
	samePlace := m.Place == was.Place || m.Place != nil && was.Place != nil && *m.Place == *was.Place
	return !samePlace || m.Caption != was.Caption || !m.TakenAt.Equal(was.TakenAt) || !slices.Equal(m.Tags, was.Tags)
}

// set changes a field if the patch does.
func set[T any](field, to *T) {
	if to != nil {
		*field = *to
	}
}
