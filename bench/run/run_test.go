package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"keepsake/bench/dataset"
	"keepsake/bench/load"
)

// TestMain lets the tests start this binary as the floor, as the program starts
// itself.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == floorCommand {
		main()
		return
	}
	os.Exit(m.Run())
}

var small = dataset.Shape{Users: 40, Albums: 8, MediaEach: 25}

// The whole run, on little data and without looking at the times: both give the
// same pages, all answers are as they should be, and the data is whole afterwards.
func TestMeasure(t *testing.T) {
	dir := t.TempDir()
	binary := filepath.Join(dir, "keepsake")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "keepsake")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the server: %v\n%s", err, out)
	}
	data := filepath.Join(dir, "data")
	if err := dataset.Make(t.Context(), data, small, func() {}); err != nil {
		t.Fatal(err)
	}
	o := options{
		shape: small, data: data, binary: binary, rounds: 2, during: 150 * time.Millisecond, warm: 10 * time.Millisecond,
		clients: []int{1, pageClients}, crowd: 16, starts: 1, note: func(text string) { t.Log(text) },
	}
	rep, err := measure(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if len(rep.rows) != 4 || len(rep.starts) != o.starts {
		t.Fatalf("%d rows and %d starts", len(rep.rows), len(rep.starts))
	}
	requests := 0
	for _, r := range rep.rows {
		if len(r.floor) != o.rounds || len(r.server) != o.rounds {
			t.Errorf("%s, %d clients: %d and %d rounds", r.name, r.clients, len(r.floor), len(r.server))
		}
		for _, result := range slices.Concat(r.floor, r.server) {
			requests += result.Requests
		}
	}
	if requests == 0 {
		t.Error("nothing was asked")
	}
	left, err := filepath.Glob(data + ".*")
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
}

func TestMeasureWantsTheDataSet(t *testing.T) {
	_, err := measure(t.Context(), options{shape: small, data: filepath.Join(t.TempDir(), "none")})
	if err == nil || !strings.Contains(err.Error(), "make bench-seed") {
		t.Errorf("error %v", err)
	}
}

func TestStartTellsOfAnEarlyEnd(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if _, err := start(ctx, "go", []string{"version"}, nil); err == nil {
		t.Error("no error")
	}
}

func TestSameContent(t *testing.T) {
	signed := func(s, rest string) []byte {
		return fmt.Appendf(nil, `{"url":"http://h/k?e=1&t=a%%2Fb&s=%s"%s}`, strings.Repeat(s, 43), rest)
	}
	for name, c := range map[string]struct {
		want, got []byte
		same      bool
	}{
		"only the signature":     {signed("a", `,"n":1`), signed("b", `,"n":1`), true},
		"another order":          {signed("a", `,"n":1,"m":2`), signed("a", `,"m":2,"n":1`), true},
		"an escaped ampersand":   {signed("a", ""), bytes.ReplaceAll(signed("a", ""), []byte("&"), []byte(`\u0026`)), true},
		"another number":         {signed("a", `,"n":1`), signed("a", `,"n":2`), false},
		"a field that is missed": {signed("a", `,"n":1`), signed("a", ""), false},
		"another URL":            {signed("a", ""), bytes.ReplaceAll(signed("a", ""), []byte("e=1"), []byte("e=2")), false},
		"no signature":           {signed("a", ""), []byte(`{"url":""}`), false},
		"no JSON":                {signed("a", ""), []byte(`?`), false},
	} {
		t.Run(name, func(t *testing.T) {
			if err := sameContent(c.want, c.got); (err == nil) != c.same {
				t.Errorf("error %v, want the same: %v", err, c.same)
			}
		})
	}
}

func TestReport(t *testing.T) {
	results := func(requests ...int) (out []load.Result) {
		for _, n := range requests {
			out = append(out, load.Result{
				Requests: n, Elapsed: time.Second, P50: 5 * time.Millisecond, P99: 50 * time.Millisecond, CPU: 2 * time.Second,
			})
		}
		return out
	}
	late := results(900, 900, 900)
	for i := range late {
		late[i].P99 = 80 * time.Millisecond
	}
	for name, c := range map[string]struct {
		server []load.Result
		start  time.Duration
		holds  bool
		says   string
	}{
		"late":        {late, 20 * time.Millisecond, false, "| 0.90, p99 1.60 | ≥ 0.80, p99 ≤ 1.50: MISSED |"},
		"holds":       {results(900, 1500, 100), 20 * time.Millisecond, true, "| 0.90, p99 1.00 | ≥ 0.80, p99 ≤ 1.50: holds |"},
		"slow":        {results(700, 900, 200), 20 * time.Millisecond, false, "| 0.70, p99 1.00 | ≥ 0.80, p99 ≤ 1.50: MISSED |"},
		"slow starts": {results(900, 1500, 100), 200 * time.Millisecond, false, "target under 150 ms: MISSED"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReport(options{shape: small, note: func(text string) { t.Log(text) }})
			r.add(row{name: pagesName, clients: 16, target: pageTarget, late: pageLate, floor: results(1000, 1000, 1000), server: c.server})
			r.starts = []time.Duration{c.start}
			if r.holds() != c.holds || !strings.Contains(r.String(), c.says) {
				t.Errorf("holds: %v, want %v and %q in\n%s", r.holds(), c.holds, c.says, r)
			}
		})
	}
}
