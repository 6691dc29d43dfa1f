package redisbroker

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"keepsake/internal/testenv/redisserver"
)

func TestParseURL(t *testing.T) {
	for _, test := range []struct {
		url  string
		want target
	}{
		{"redis://h", target{hosts: []string{"h:6379"}}},
		{"REDISS://h:1/0", target{tls: true, hosts: []string{"h:1"}}},
		{"redis://u:p%40%2f%25@[::1]:7/", target{hosts: []string{"[::1]:7"}, user: "u", password: "p@/%"}},
		{"redis://:p:q@[fe80::1%25eth0]", target{hosts: []string{"[fe80::1%25eth0]:6379"}, password: "p:q"}},
		{"rediss://h?ca_file=%2Fa%20b", target{tls: true, hosts: []string{"h:6379"}, caFile: "/a b"}},
		{"redis+cluster://:p@a,b:2,c", target{kind: cluster, hosts: []string{"a:6379", "b:2", "c:6379"}, password: "p"}},
		{"redis+sentinel://a,b:2/m", target{kind: sentinel, hosts: []string{"a:26379", "b:2"}, master: "m"}},
		{"rediss+sentinel://u:p@a/m%2Fn/0?sentinel_user=su&sentinel_password=s%26p", target{
			kind: sentinel, tls: true, hosts: []string{"a:26379"}, master: "m/n",
			user: "u", password: "p", sentinelUser: "su", sentinelPassword: "s&p",
		}},
	} {
		got, err := parseURL(test.url)
		if err != nil {
			t.Errorf("%s: %v", test.url, err)
		}
		if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(target{})); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", test.url, diff)
		}
	}
}

func TestURLFaults(t *testing.T) {
	const secret = "s3cret"
	for url, want := range map[string][]string{
		"":                              {"begin with a scheme"},
		"host:6379":                     {"begin with a scheme"},
		"s3cret@h":                      {"begin with a scheme"},
		"http://h":                      {"the scheme is none of"},
		"redis+x://h":                   {"the scheme is none of"},
		"redis://":                      {"host 1"},
		"redis://h:0":                   {"host 1"},
		"redis://h:65536":               {"host 1"},
		"redis://h:+1":                  {"host 1"},
		"redis://::1":                   {"host 1"},
		"redis://[::1":                  {"host 1"},
		"redis://[h]":                   {"host 1"},
		"redis://a,b":                   {"several hosts"},
		"redis+cluster://a,,b:x":        {"host 2", "host 3"},
		"redis+cluster://" + many:       {"more than 64 hosts"},
		"redis://u@h":                   {"user without a password"},
		"redis://u:s3cret%@h":           {"%25"},
		"redis://u:s3cret/x@h":          {"%2F", "host 1", "database 0"},
		"redis://u:s3cret?x@h":          {"%3F", "host 1"},
		"redis://u:s3cret#x@h":          {"%23", "host 1"},
		"redis://h/1":                   {"database 0"},
		"redis://h/s3cret":              {"database 0"},
		"redis://h#f":                   {"a # in it"},
		"redis://h?s3cret=1":            {"parameter"},
		"redis://h?ca_file=x":           {"parameter"},
		"rediss://h?ca_file=":           {"parameter"},
		"rediss://h?ca_file=a;b":        {"list of name=value"},
		"redis+sentinel://h":            {"name of the master"},
		"redis+sentinel://h/m/3":        {"database 0"},
		"redis+sentinel://h:x?a=b":      {"host 1", "name of the master", "parameter"},
		"redis+sentinel://h/m?a=s3cret": {"parameter"},
		"redis+sentinel://h/m?sentinel_user=s3cret": {"without sentinel_password"},
	} {
		err := CheckURL(url)
		if err == nil {
			t.Errorf("%s is taken", url)
			continue
		}
		for _, w := range want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: no %q in %q", url, w, err)
			}
		}
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %q gives the password away", url, err)
		}
	}
}

var many = strings.Repeat("h,", maxHosts) + "h"

// What is found wrong never quotes, and what is right leads somewhere.
func FuzzParseURL(f *testing.F) {
	for _, s := range []string{
		"redis://u:QQQQ@h:1/0", "rediss+sentinel://:QQQQ@a,b:2/m?sentinel_password=QQQQ", "redis+cluster://QQQQ@[::1]:1",
		"redis://u:QQQQ/QQQQ@h", "QQQQ", "redis://QQQQ:QQQQ#", "redis+QQQQ://h?QQQQ", "redis://h:QQQQ/QQQQ?%QQQQ",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := parseURL(s)
		if err != nil {
			if strings.Contains(err.Error(), "QQQQ") {
				t.Errorf("%q: %v", s, err)
			}
			return
		}
		if len(got.hosts) == 0 || len(got.hosts) > maxHosts || (got.kind == sentinel) != (got.master != "") {
			t.Errorf("%q: %+v", s, got)
		}
		for _, h := range got.hosts {
			if again, ok := hostPort(h, "x"); !ok || again != h {
				t.Errorf("%q: host %q", s, h)
			}
		}
	})
}

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
