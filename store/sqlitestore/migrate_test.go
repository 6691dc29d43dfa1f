package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"

	"keepsake/album"
	"keepsake/store"
	"keepsake/store/storetest"
)

// first is a database of the first schema: two people with media in every
// status, one of them marked for deletion, and albums in every state.
const first = `
	INSERT INTO user VALUES ('usr_a', 'Anna', '', 1), ('usr_b', 'Ben', '', 2), ('usr_c', 'Chen', '', 3);
	INSERT INTO identity VALUES ('local', 'anna', 'usr_a', ''), ('local', 'ben', 'usr_b', ''), ('local', 'chen', 'usr_c', '');
	INSERT INTO album (id, owner_id, title, description, visibility, comments, likes, downloads, state,
			media_count, member_count, seq, created_at, updated_at)
		VALUES ('alb_1', 'usr_a', 'Active', '', 1, 2, 2, 2, 1, 2, 2, 4, 1000, 9000),
			('alb_2', 'usr_a', 'Trashed', '', 1, 2, 2, 2, 2, 0, 1, 1, 1000, 1000),
			('alb_3', 'usr_a', 'Deleting', '', 1, 2, 2, 2, 3, 0, 1, 1, 1000, 1000);
	UPDATE album SET trashed_at = 5000 WHERE id = 'alb_2';
	INSERT INTO member VALUES ('alb_1', 'usr_a', 5, NULL, 1000), ('alb_1', 'usr_b', 4, NULL, 2000),
		('alb_2', 'usr_a', 5, NULL, 1000), ('alb_3', 'usr_a', 5, NULL, 1000);
	INSERT INTO entry (album_id, seq, at, kind, actor_id, media_id, user_id) VALUES ('alb_1', 1, 1000, 1, 'usr_a', NULL, NULL),
		('alb_1', 2, 2000, 13, 'usr_b', NULL, 'usr_b'), ('alb_1', 3, 3000, 6, 'usr_a', 'med_2', NULL),
		('alb_1', 4, 9000, 6, 'usr_b', 'med_3', NULL),
		('alb_2', 1, 1000, 1, 'usr_a', NULL, NULL), ('alb_3', 1, 1000, 1, 'usr_a', NULL, NULL);
	INSERT INTO share (id, album_id, creator_id, token_hash, password_hash, join_role, download_allowed, created_at)
		VALUES ('shr_1', 'alb_1', 'usr_a', x'01', '', 0, 1, 1000);
	WITH rows (id, album_id, owner_id, status, added_at, trashed_at, doomed, tags, bytes) AS (VALUES
		('med_1', 'alb_1', 'usr_a', 1, NULL, NULL, 0, '["sea","夏","sea"]', 1),
		('med_2', 'alb_1', 'usr_a', 3, 3000, NULL, 0, '["sea"]', 20),
		('med_3', 'alb_1', 'usr_b', 3, 9000, NULL, 0, NULL, 300),
		('med_4', 'alb_1', 'usr_b', 4, NULL, NULL, 0, NULL, 4000),
		('med_5', 'alb_1', 'usr_a', 3, 2500, 6000, 0, NULL, 50000),
		('med_6', 'alb_1', 'usr_a', 3, 2600, NULL, 1, '["gone"]', 600000),
		('med_7', 'alb_1', 'usr_b', 1, NULL, NULL, 1, NULL, 7000000),
		('med_8', 'alb_2', 'usr_a', 1, NULL, NULL, 0, NULL, 80000000),
		('med_9', 'alb_3', 'usr_b', 1, NULL, NULL, 0, NULL, 900000000))
	INSERT INTO media (id, album_id, owner_id, kind, status, failure, file_name, content_type, bytes, sha256, width, height,
			duration, caption, tags, created_at, added_at, trashed_at, key, upload_key, upload_type, upload_bytes, upload_sha256,
			upload_expires_at, doomed, shown)
		SELECT id, album_id, owner_id, 1, status, iif(status = 4, 'MEDIA_CORRUPT', ''), 'a.jpg', 'image/jpeg', 7, '', 1, 1, 0, '',
			tags, 2000, added_at, trashed_at, '', '', 'image/jpeg', bytes, '', 5000, doomed,
			status = 3 AND trashed_at IS NULL AND doomed = 0
		FROM rows`

// firstSchema makes a database with the first migration alone.
func firstSchema(t *testing.T, path string) {
	t.Helper()
	connector, err := sqlite.NewConnector(dataSource(path))
	must(t, err)
	db := sql.OpenDB(connector)
	defer func() { must(t, db.Close()) }()
	files, err := fs.Sub(migrations, "migrations")
	must(t, err)
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files,
		goose.WithSlog(slog.New(slog.DiscardHandler)), goose.WithDisableGlobalRegistry(true))
	must(t, err)
	_, err = provider.UpTo(context.Background(), 1)
	must(t, err)
}

// TestMigrateFirst brings a database of the first schema up to date.
func TestMigrateFirst(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keepsake.db")
	firstSchema(t, path)
	alter(t, path, first)
	s := openAt(t, path, nil)
	ctx := t.Context()
	storetest.CheckAlbum(t, s, "alb_1")
	storetest.CheckAlbum(t, s, "alb_2")
	storetest.CheckStorage(t, s)

	for user, want := range map[album.UserID]int64{"usr_a": 80_050_021, "usr_b": 900_000_300, "usr_c": 0} {
		u, err := s.User(ctx, user)
		must(t, err)
		if u.StorageUsed != want {
			t.Errorf("%s uses %d, want %d", user, u.StorageUsed, want)
		}
	}
	a, err := s.Album(ctx, "alb_1")
	must(t, err)
	if a.Settings != album.DefaultSettings() {
		t.Errorf("the album has the settings %+v", a.Settings)
	}
	share, err := s.Share(ctx, "shr_1")
	must(t, err)
	if share.HideLocation {
		t.Error("the share hides places")
	}
	work := album.Work{Lane: album.Quick, DueAt: time.UnixMilli(2000).UTC()}
	for _, r := range storetest.Records(t, s, store.KindMedia, 10) {
		m := r.(store.MediaRecord)
		wantRank, wantWork := int64(0), album.Work{}
		if !m.AddedAt.IsZero() {
			wantRank = album.RankAt(m.AddedAt)
		}
		if m.Status != album.Failed && !m.Doomed {
			wantWork = work
		}
		if m.Rank != wantRank || m.Work != wantWork {
			t.Errorf("%s has the rank %d and the work %+v, want %d and %+v", m.ID, m.Rank, m.Work, wantRank, wantWork)
		}
		if m.Camera+m.Blurhash+m.Color+m.Upload.CRC32C != "" || m.CRC32 != 0 || m.Files != nil || m.Progress != 0 ||
			m.DuplicateOf != "" || m.Upload.CopyOf != "" {
			t.Errorf("%s has more than it had: %+v", m.ID, m)
		}
	}
	wantTags(t, s, "sea med_1", "sea med_2", "gone med_6", "夏 med_1")

	// What was on its way goes on, and what was published gets its pictures, below
	// the album that is ACTIVE alone.
	claimed, err := s.ClaimWork(ctx, album.Quick, at(0), at(60), 10)
	must(t, err)
	var ids []string
	for _, m := range claimed {
		ids = append(ids, string(m.ID))
	}
	slices.Sort(ids)
	if !slices.Equal(ids, []string{"med_1", "med_2", "med_3", "med_5"}) {
		t.Fatalf("claimed %v", ids)
	}
	_, err = s.AcceptMedia(ctx, "med_1", facts(1), album.Work{})
	must(t, err)
	_, _, err = s.PublishMedia(ctx, "med_1", made(1), store.Change{Actor: "usr_a", At: at(1)})
	must(t, err)
	_, err = s.SetAlbumState(ctx, "alb_2", album.Active, store.Change{At: at(2)})
	must(t, err)
	claimed, err = s.ClaimWork(ctx, album.Quick, at(3), at(60), 10)
	must(t, err)
	if len(claimed) != 1 || claimed[0].ID != "med_8" {
		t.Fatalf("claimed %v once the album was restored", claimed)
	}
	storetest.CheckAlbum(t, s, "alb_1")
	storetest.CheckStorage(t, s)
	broken(t, s)
}

// TestMigrateBrokenOff: a migration that was broken off is begun again.
func TestMigrateBrokenOff(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keepsake.db")
	firstSchema(t, path)
	alter(t, path, first)
	alter(t, path, `CREATE TABLE media_tag (other INTEGER)`) // in the way of the last steps
	if _, err := Open(t.Context(), path, nil); err == nil {
		t.Fatal("opened a database that could not be migrated")
	}
	alter(t, path, `DROP TABLE media_tag`)
	storetest.CheckStorage(t, openAt(t, path, nil))
}

// broken fails the test if SQLite finds a fault in the file, or a reference to nothing.
func broken(t *testing.T, s *Store) {
	t.Helper()
	must(t, update(t.Context(), s, "check", func(c *conn) error {
		said, err := list(c, (*row).text, `PRAGMA integrity_check`)
		if err == nil && (len(said) != 1 || said[0] != "ok") {
			err = errors.New(said[0])
		}
		if err != nil {
			return err
		}
		lost, err := list(c, (*row).text, `PRAGMA foreign_key_check`)
		if err == nil && len(lost) > 0 {
			t.Errorf("references to nothing in %v", lost)
		}
		return err
	}))
}
