package sqlitestore

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"keepsake/album"
	"keepsake/store"
	"keepsake/store/storetest"
)

func TestOpenAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keepsake.db")
	s, err := Open(t.Context(), path, nil)
	must(t, err)
	seedOne(t, s)
	_, err = OpenAlone(t.Context(), path, nil)
	wantCode(t, "open alone while another store is open", err, album.CodeConflict)
	_, _, err = s.SetLike(t.Context(), album.Like{MediaID: med(1), UserID: usr(1), At: at(9)}, true)
	must(t, err) // the refused one left it alone
	must(t, s.Close())

	alone, err := OpenAlone(t.Context(), path, nil)
	must(t, err)
	users, err := alone.Export(t.Context(), store.KindUsers, nil, 10)
	must(t, err)
	if len(users) != 1 {
		t.Errorf("%d users, want 1", len(users))
	}
	must(t, alone.Import(t.Context(), users))
	_, err = alone.Media(t.Context(), med(1))
	wantCode(t, "another method of a store that is open alone", err, album.CodeUnavailable)
	_, err = OpenAlone(t.Context(), path, nil)
	wantCode(t, "open alone again", err, album.CodeConflict)
	c, err := connect(path, []string{"busy_timeout = 0"}, nil)
	must(t, err)
	_, err = one(c, (*row).num, `SELECT count(*) FROM user`)
	wantCode(t, "a read beside it", edge("read", err), album.CodeUnavailable)
	must(t, c.close())
	must(t, alone.Close())

	s = openAt(t, path, nil)
	_, err = OpenAlone(t.Context(), path, nil)
	wantCode(t, "open alone beside a store that does nothing", err, album.CodeConflict)
	storetest.CheckAlbum(t, s, alb(1))
}

// TestOpenAloneBesideServer: the one who has the file open is another process.
func TestOpenAloneBesideServer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keepsake.db")
	s, err := Open(t.Context(), path, nil)
	must(t, err)
	seedAlbumOfVictim(t, s)
	must(t, s.Close())

	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), victimPath+"="+path)
	stdout, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	lines := bufio.NewScanner(stdout)
	if !lines.Scan() { // it has written something, so it is open
		t.Error("the other process did not write")
	}
	_, err = OpenAlone(t.Context(), path, nil)
	wantCode(t, "open alone beside another process", err, album.CodeConflict)
	must(t, cmd.Process.Kill())
	for lines.Scan() { // to the end, as Wait asks for
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the other process ended by itself")
	}

	alone, err := OpenAlone(t.Context(), path, nil) // with the log that it left behind
	must(t, err)
	must(t, alone.Close())
	storetest.CheckAlbum(t, openAt(t, path, nil), alb(1))
}

// seedAlbumOfVictim adds what the process that is killed writes to.
func seedAlbumOfVictim(t *testing.T, s *Store) {
	t.Helper()
	for n := range victimUsers {
		seedUser(t, s, n)
	}
	seedAlbum(t, s, 1, 1)
	for n := range victimMedia {
		seedMedia(t, s, n, 1, 1)
	}
}
