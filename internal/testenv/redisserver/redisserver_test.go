package redisserver_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"keepsake/internal/testenv/redisserver"
)

func closeLater(t *testing.T, c io.Closer) {
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func TestKillAndRestart(t *testing.T) {
	s, err := redisserver.Start("--maxclients", "123")
	must(t, err)
	closeLater(t, s)
	for range 2 {
		got, err := s.Do("CONFIG", "GET", "maxclients").StringSlice()
		must(t, err)
		if len(got) != 2 || got[1] != "123" {
			t.Errorf("maxclients is %q", got)
		}
		must(t, s.Pause(), s.Resume(), s.Kill())
		if s.Do("PING").Err() == nil {
			t.Error("a killed server answers")
		}
		must(t, s.Restart())
	}
	must(t, s.Close(), s.Close())
}

func TestStartSaysWhatIsWrong(t *testing.T) {
	_, err := redisserver.Start("--no-such-setting", "1")
	if err == nil || !strings.Contains(err.Error(), "no-such-setting") {
		t.Errorf("error %v", err)
	}
}

func TestCluster(t *testing.T) {
	c, err := redisserver.StartCluster(3)
	must(t, err)
	closeLater(t, c)
	must(t, c.Move(0, c.Nodes[2]))
	if err := c.Nodes[2].Do("SET", "{06S}", "x").Err(); err != nil { // a key of slot 0
		t.Error(err)
	}
	must(t, c.Nodes[1].Kill(), c.Nodes[1].Restart())
}

func TestWatched(t *testing.T) {
	w, err := redisserver.StartWatched()
	must(t, err)
	closeLater(t, w)
	addr, err := w.Current()
	must(t, err)
	if addr != w.Master.Addr {
		t.Errorf("the master is %s, want %s", addr, w.Master.Addr)
	}
}
