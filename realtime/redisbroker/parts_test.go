package redisbroker

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"keepsake/internal/testenv/redisserver"
)

// Values of the specification, and of CLUSTER KEYSLOT.
func TestSlot(t *testing.T) {
	for channel, want := range map[string]int{
		"123456789": 0x31C3, "": 0, "foo": 12182, "a{foo}b": 12182, "{foo}{bar}": 12182,
		"foo{}": 5542, "06S": 0,
	} {
		if got := slot(channel); got != want {
			t.Errorf("slot %q is %d, want %d", channel, got, want)
		}
	}
}

func openSession(t *testing.T, d *dialer, addr string) *session {
	t.Helper()
	s, err := d.open(t.Context(), addr, account{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}

// A connection that broke stays broken: go-redis does not make a new one, behind
// which messages would be lost, nor send a command again.
func TestSessionIsForOneConnection(t *testing.T) {
	server := startServer(t)
	d := &dialer{timeout: 5 * time.Second}
	listening, sending := openSession(t, d, server.Addr), openSession(t, d, server.Addr)
	ps := listening.client.Subscribe(t.Context(), "a")
	if _, err := ps.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := sending.client.Ping(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"pubsub", "normal"} {
		if err := server.Do("CLIENT", "KILL", "TYPE", kind).Err(); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		if got, err := ps.ReceiveTimeout(t.Context(), time.Second); err == nil {
			t.Errorf("received %v on a connection that was killed", got)
		}
		if err := sending.client.Ping(t.Context()).Err(); err == nil {
			t.Error("a connection that was killed answers")
		}
	}
}

// A server that was the master, and is a replica when it is connected to.
func TestReplicaIsRefused(t *testing.T) {
	server := startServer(t)
	d := &dialer{timeout: 5 * time.Second, mustBeMaster: true}
	for _, want := range []error{nil, errNotMaster} {
		s := openSession(t, d, server.Addr)
		if err := s.client.Ping(t.Context()).Err(); !errors.Is(err, want) {
			t.Errorf("got error %v, want %v", err, want)
		}
		if err := server.Do("REPLICAOF", "127.0.0.1", "1").Err(); err != nil {
			t.Fatal(err)
		}
	}
}

func startServer(t *testing.T) *redisserver.Server {
	t.Helper()
	s, err := redisserver.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

func TestBackoff(t *testing.T) {
	var b backoff
	for range 2 {
		least := minPause / 2
		for range 100 {
			d := b.next()
			if d < least || d > 2*least {
				t.Fatalf("waits %v, not between %v and %v", d, least, 2*least)
			}
			least = min(2*least, maxPause/2)
		}
		b.reset()
	}
}

func TestComplaintsAreFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l limiter
		total, lines := 0, 0
		for range 1000 {
			if n := l.due(time.Now()); n > 0 {
				total += n
				lines++
			}
			<-time.After(100 * time.Millisecond)
		}
		if lines != 10 || total < 900 {
			t.Errorf("%d lines about %d", lines, total)
		}
	})
}
