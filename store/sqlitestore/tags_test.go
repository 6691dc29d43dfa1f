package sqlitestore

import (
	"math"
	"slices"
	"testing"

	"keepsake/album"
	"keepsake/store"
)

// wantTags compares the table media_tag, in its order.
func wantTags(t *testing.T, s *Store, want ...string) {
	t.Helper()
	got, err := read(t.Context(), s, "tags", func(c *conn) ([]string, error) {
		return list(c, func(r *row) string { return r.text() + " " + r.text() }, `SELECT tag, media_id FROM media_tag`)
	})
	must(t, err)
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the tags are %q, want %q", got, want)
	}
}

// TestTags: the table of tags follows the media.
func TestTags(t *testing.T) {
	s := openTemp(t, nil)
	seedOne(t, s)
	wantTags(t, s)
	m := pending(2, 1, 1)
	m.Tags = []string{"sea", "", "sea", "夏"}
	must(t, s.CreateMedia(t.Context(), []*album.Media{m}, math.MaxInt64))
	two := string(med(2))
	wantTags(t, s, "sea "+two, " "+two, "夏 "+two)
	edit := func(tags ...string) {
		t.Helper()
		_, _, err := s.EditMedia(t.Context(), med(1), album.MediaPatch{Tags: &tags}, store.Change{At: at(5)})
		must(t, err)
	}
	one := string(med(1))
	edit("sea", "sun")
	wantTags(t, s, "sea "+two, " "+two, "夏 "+two, "sea "+one, "sun "+one)
	edit("sun", "夏", "sun")
	wantTags(t, s, "sea "+two, " "+two, "夏 "+two, "夏 "+one, "sun "+one)
	edit()
	wantTags(t, s, "sea "+two, " "+two, "夏 "+two)

	// A record in place of another one, and one that is taken away.
	records, err := s.Export(t.Context(), store.KindMedia, nil, 10)
	must(t, err)
	r := records[1].(store.MediaRecord)
	r.Tags = []string{"new"}
	must(t, s.Import(t.Context(), []store.Record{r}))
	wantTags(t, s, "new "+two)
	_, err = s.DeleteMedia(t.Context(), alb(1), []album.MediaID{med(2)}, store.Change{At: at(6)})
	must(t, err)
	wantTags(t, s, "new "+two)
	must(t, s.RemoveMedia(t.Context(), []album.MediaID{med(2)}))
	wantTags(t, s)
}
