package dataset

import (
	"path/filepath"
	"strings"
	"testing"

	"keepsake/album"
)

var tiny = Shape{Users: 20, Albums: 3, MediaEach: 10}

func TestShape(t *testing.T) {
	likes, talk := 0, 0
	for j := range 5 {
		likes += Likes(j)
		talk += comments(j)
	}
	if likes != 20 || talk != 10 {
		t.Errorf("five media have %d likes and %d comments, Counts says 20 and 10", likes, talk)
	}
	if want := (Counts{Users: 1_000, Albums: 2_000, Media: 50_000, Likes: 200_000, Comments: 100_000}); Full.Counts() != want {
		t.Errorf("the full data set has %+v", Full.Counts())
	}
	for j := range 30 {
		liked := map[int]bool{}
		for i := range Likes(j) {
			liked[Liker(j, i)] = true
		}
		for k := range 2 * MembersEach {
			if HasLiked(j, k) != liked[k] {
				t.Errorf("medium %d, member %d: HasLiked is %v", j, k, !liked[k])
			}
		}
	}
	for a := range 300 {
		seen := map[int]bool{}
		for k := range Full.Members(a) {
			seen[Full.Member(a, k)] = true
		}
		if len(seen) != Full.Members(a) {
			t.Errorf("album %d: %d different members of %d", a, len(seen), Full.Members(a))
		}
	}
	if _, err := album.ParseMediaID(string(Full.MediaID(1999, 24))); err != nil {
		t.Error(err)
	}
}

// Made data is current, for its shape alone, and found broken once a count is.
func TestMake(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	if current, err := Current(t.Context(), dir, tiny); err != nil || current {
		t.Fatalf("nothing is current: %v, %v", current, err)
	}
	if err := Make(t.Context(), dir, tiny, func() {}); err != nil {
		t.Fatal(err)
	}
	if current, err := Current(t.Context(), dir, tiny); err != nil || !current {
		t.Errorf("made, but current: %v, %v", current, err)
	}
	if current, err := Current(t.Context(), dir, Full); err != nil || current {
		t.Errorf("another shape, but current: %v, %v", current, err)
	}

	to := t.TempDir()
	if err := Copy(dir, to); err != nil {
		t.Fatal(err)
	}
	likes := tiny.Counts().Likes
	if err := Check(t.Context(), DatabaseIn(to), tiny, likes+1); err == nil {
		t.Error("a like is missing, but no error")
	}
	db, err := Open(DatabaseIn(to))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, c := range []struct{ damage, repair, want string }{
		{`UPDATE media SET like_count = like_count + 1 WHERE rowid = 2`, `UPDATE media SET like_count = like_count - 1 WHERE rowid = 2`, "likes"},
		{`UPDATE entry SET seq = seq + 1000 WHERE seq = 5`, `UPDATE entry SET seq = seq - 1000 WHERE seq > 1000`, "hole"},
		{`UPDATE media SET owner_id = 'usr_' WHERE rowid = 1`, ``, "references"},
	} {
		if _, err := db.ExecContext(t.Context(), c.damage); err != nil {
			t.Fatal(err)
		}
		if err := Check(t.Context(), DatabaseIn(to), tiny, likes); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("after %s: error %v", c.damage, err)
		}
		if _, err := db.ExecContext(t.Context(), c.repair); err != nil {
			t.Fatal(err)
		}
	}
}
