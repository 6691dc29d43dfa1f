package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"keepsake/internal/launch"
)

// TestMain lets the tests start this binary as the servers and the queries, as
// the program starts itself.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && slices.Contains([]string{centrifugeCommand, bareCommand, queriesCommand}, os.Args[1]) {
		main()
		return
	}
	os.Exit(m.Run())
}

// The whole run with few subscribers, and without looking at the figures: every
// event reaches each once and in order, from all three servers.
func TestMeasure(t *testing.T) {
	program, err := launch.Build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	o, err := parse([]string{
		"-server", program, "-rounds", "2", "-n", "50", "-few", "50", "-many", "50", "-events", "40", "-inflight", "4", "-alone", "5",
		"-comments", "5", "-settle", "300ms", "-idle", "200ms", "-hold", "200ms", "-pace", "50ms", "-time", "500ms", "-rate", "100",
	})
	if err != nil {
		t.Fatal(err)
	}
	o.note = func(text string) { t.Log(text) }
	rep, err := measure(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{keepsakeName, centrifugeName, bareName} {
		if l := rep.losses(name); l != (losses{}) {
			t.Errorf("%s: lost, duplicated, out of order %v", name, l)
		}
	}
	if rep.crowd.other != centrifugeName || rep.few.other != bareName {
		t.Errorf("measured against %q and %q", rep.crowd.other, rep.few.other)
	}
	for what, n := range map[string]int{
		"Keepsake's visits": len(rep.crowd.ours), "centrifuge's": len(rep.crowd.theirs),
		"of few": len(rep.few.ours), "the bare one's": len(rep.few.theirs), "of many": 1 + len(rep.many.ours),
	} {
		if n != o.rounds {
			t.Errorf("%s: %d, want %d", what, n, o.rounds)
		}
	}
	for _, s := range slices.Concat(rep.crowd.ours, rep.crowd.theirs) {
		if s.train.deliveries != o.n*o.events || s.train.elapsed <= 0 {
			t.Errorf("a train: %+v", s.train)
		}
		if s.alone.deliveries != o.n*o.alone || s.alone.last50 <= 0 || s.alone.last99 < s.alone.last50 || s.alone.each50 <= 0 {
			t.Errorf("alone: %+v", s.alone)
		}
	}
	for _, s := range rep.crowd.ours {
		if s.quiet.Count != 50 || s.busy.Count != 50 || s.busy.P99 <= 0 {
			t.Errorf("queries: %+v and %+v, want 50 each", s.quiet, s.busy)
		}
	}
	if held := rep.many.ours[0].held; held != o.many {
		t.Errorf("%d held", held)
	}
	t.Log(rep)
}

func TestMeasureWithoutServer(t *testing.T) {
	o, err := parse([]string{"-server", filepath.Join(t.TempDir(), "none")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := measure(t.Context(), o); err == nil {
		t.Error("no error")
	}
}

func TestParse(t *testing.T) {
	o, err := parse([]string{"-rows", "comment,held"})
	if err != nil || len(o.rows) != 2 || o.most() != manySize {
		t.Errorf("%+v, %v", o, err)
	}
	for _, args := range [][]string{{"-rows", "comment,hold"}, {"-n", "0"}, {"-few", "x"}} {
		if _, err := parse(args); err == nil {
			t.Errorf("%q: no error", args)
		}
	}
}

func TestAllowFiles(t *testing.T) {
	if err := allowFiles(1); err != nil {
		t.Error(err)
	}
	if err := allowFiles(1 << 40); err == nil || !strings.Contains(err.Error(), "ulimit") {
		t.Errorf("error %v", err)
	}
}

func TestReport(t *testing.T) {
	visits := func(perSecond ...int) (out []seen) {
		for _, n := range perSecond {
			out = append(out, seen{
				train:  flow{deliveries: n, elapsed: time.Second, cpu: time.Second},
				memory: 9, quiet: answers{P99: 10 * time.Millisecond}, busy: answers{P99: 25 * time.Millisecond},
				alone: lone{last50: 10 * time.Millisecond, flow: flow{deliveries: 1, elapsed: time.Second}},
			})
		}
		return out
	}
	base := func() *report {
		r := &report{options: options{n: 10, few: 5, many: 20, rounds: 3, rows: map[string]bool{
			rowFanOut: true, rowMemory: true, rowIdle: true, rowQueries: true, rowComment: true, rowHeld: true,
		}}}
		r.crowd = part{centrifugeName, visits(150, 140, 900), visits(100, 100, 100)}
		r.few = part{bareName, visits(1), visits(1)}
		r.many.ours = []seen{{held: 20}}
		return r
	}
	for name, c := range map[string]struct {
		change func(*report)
		holds  bool
		says   string
	}{
		"holds":           {func(*report) {}, true, "| 150 | centrifuge | 100 | 1.50 | ratio ≥ 1.30: holds |"},
		"slow":            {func(r *report) { r.crowd.ours = visits(120, 900, 110) }, false, "ratio ≥ 1.30: MISSED"},
		"much memory":     {func(r *report) { r.crowd.ours[0].memory, r.crowd.ours[1].memory = 11, 11 }, false, "≤ 10: MISSED"},
		"never idle":      {func(r *report) { r.crowd.ours[0].idle = 1 }, false, "< 1: MISSED"},
		"slow queries":    {func(r *report) { r.crowd.ours[0].busy.P99, r.crowd.ours[1].busy.P99 = 1e9, 1e9 }, false, "ratio ≤ 3: MISSED"},
		"quiet queries":   {func(*report) {}, true, "| 25 | itself, quiet | 10 | 2.50 | ratio ≤ 3: holds |"},
		"slow comments":   {func(r *report) { r.few.ours[0].alone.last50 *= 2 }, false, "ratio < 2: MISSED"},
		"one is gone":     {func(r *report) { r.many.ours[0].held-- }, false, "≥ 20: MISSED"},
		"one is lost":     {func(r *report) { r.few.ours[0].losses.lost = 1 }, false, "Keepsake 1 / 0 / 0, target none: MISSED"},
		"others lose one": {func(r *report) { r.few.theirs[0].losses.duplicated = 1 }, true, "bare fan-out 0 / 1 / 0."},
	} {
		t.Run(name, func(t *testing.T) {
			r := base()
			c.change(r)
			if r.holds() != c.holds || !strings.Contains(r.String(), c.says) {
				t.Errorf("holds: %v, want %v and %q in\n%s", r.holds(), c.holds, c.says, r)
			}
		})
	}
}
