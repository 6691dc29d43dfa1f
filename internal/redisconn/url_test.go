package redisconn

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseURL(t *testing.T) {
	for _, test := range []struct {
		url  string
		want Target
	}{
		{"redis://h", Target{Hosts: []string{"h:6379"}}},
		{"REDISS://h:1/0", Target{TLS: true, Hosts: []string{"h:1"}}},
		{"redis://u:p%40%2f%25@[::1]:7/", Target{Hosts: []string{"[::1]:7"}, User: "u", Password: "p@/%"}},
		{"redis://:p:q@[fe80::1%25eth0]", Target{Hosts: []string{"[fe80::1%25eth0]:6379"}, Password: "p:q"}},
		{"rediss://h?ca_file=%2Fa%20b", Target{TLS: true, Hosts: []string{"h:6379"}, CAFile: "/a b"}},
		{"redis+cluster://:p@a,b:2,c", Target{Kind: Cluster, Hosts: []string{"a:6379", "b:2", "c:6379"}, Password: "p"}},
		{"redis+sentinel://a,b:2/m", Target{Kind: Sentinel, Hosts: []string{"a:26379", "b:2"}, Master: "m"}},
		{"rediss+sentinel://u:p@a/m%2Fn/0?sentinel_user=su&sentinel_password=s%26p", Target{
			Kind: Sentinel, TLS: true, Hosts: []string{"a:26379"}, Master: "m/n",
			User: "u", Password: "p", SentinelUser: "su", SentinelPassword: "s&p",
		}},
	} {
		got, err := Parse(test.url)
		if err != nil {
			t.Errorf("%s: %v", test.url, err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
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
		_, err := Parse(url)
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
		got, err := Parse(s)
		if err != nil {
			if strings.Contains(err.Error(), "QQQQ") {
				t.Errorf("%q: %v", s, err)
			}
			return
		}
		if len(got.Hosts) == 0 || len(got.Hosts) > maxHosts || (got.Kind == Sentinel) != (got.Master != "") {
			t.Errorf("%q: %+v", s, got)
		}
		for _, h := range got.Hosts {
			if again, ok := hostPort(h, "x"); !ok || again != h {
				t.Errorf("%q: host %q", s, h)
			}
		}
	})
}
