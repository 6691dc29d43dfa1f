package main

import (
	"cmp"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"time"
)

// part is what the visits of one size showed, one of each round.
type part struct {
	other        string // whom Keepsake is measured against, if anybody
	ours, theirs []seen
}

func (p *part) add(name string, s seen) {
	if name == keepsakeName {
		p.ours = append(p.ours, s)
		return
	}
	p.other = name
	p.theirs = append(p.theirs, s)
}

// report is all that was measured.
type report struct {
	options          options
	crowd, few, many part
}

// line is one line of the table: a figure of each round.
type line struct {
	what         string
	n            int
	ours, theirs []float64
	other        string // who theirs are
	target       target
}

// line makes a line of one figure of a part's visits.
func (p part) line(what string, n int, t target, of func(seen) float64) line {
	l := line{what: what, n: n, other: p.other, target: t}
	for _, s := range p.ours {
		l.ours = append(l.ours, of(s))
	}
	for _, s := range p.theirs {
		l.theirs = append(l.theirs, of(s))
	}
	return l
}

// ratio is the median of our figure in a round by theirs in the same.
func (l line) ratio() float64 {
	ratios := make([]float64, min(len(l.ours), len(l.theirs)))
	for i := range ratios {
		ratios[i] = l.ours[i] / max(l.theirs[i], math.SmallestNonzeroFloat64)
	}
	return median(ratios)
}

// judged is what the target is about.
func (l line) judged() float64 {
	if l.target.ratio {
		return l.ratio()
	}
	return median(l.ours)
}

// median of the values, 0 if there are none.
func median[T cmp.Ordered](values []T) (m T) {
	if len(values) > 0 {
		m = slices.Sorted(slices.Values(values))[len(values)/2]
	}
	return m
}

// lines are those of the table.
func (r *report) lines() (lines []line) {
	o, none := r.options, target{}
	if o.rows[rowFanOut] {
		lines = append(lines,
			r.crowd.line("a train of events, deliveries/s", o.n, target{atLeast, deliveriesTarget, true},
				func(s seen) float64 { return s.train.perSecond() }),
			r.crowd.line("the same, CPU µs a delivery", o.n, target{atMost, cpuTarget, true},
				func(s seen) float64 { return s.train.cpuEach() }),
			r.crowd.line("one event alone, deliveries/s", o.n, none, func(s seen) float64 { return s.alone.perSecond() }),
			r.crowd.line("the same, CPU µs a delivery", o.n, none, func(s seen) float64 { return s.alone.cpuEach() }),
			r.crowd.line("the same, publish to last, p50 ms", o.n, none, func(s seen) float64 { return millis(s.alone.last50) }),
			r.crowd.line("the same, publish to last, p99 ms", o.n, none, func(s seen) float64 { return millis(s.alone.last99) }),
			r.crowd.line("the same, publish to each, p50 ms", o.n, none, func(s seen) float64 { return millis(s.alone.each50) }),
			r.crowd.line("the same, publish to each, p99 ms", o.n, none, func(s seen) float64 { return millis(s.alone.each99) }))
	}
	if o.rows[rowMemory] {
		lines = append(lines, r.crowd.line("memory, KiB a connection", o.n, target{atMost, memoryTarget, false},
			func(s seen) float64 { return s.memory }))
	}
	if o.rows[rowIdle] {
		// The first round alone looked at it.
		first := part{r.crowd.other, r.crowd.ours[:1], r.crowd.theirs[:1]}
		lines = append(lines, first.line("idle, % of one processor", o.n, target{below, idleTarget, false},
			func(s seen) float64 { return s.idle }))
	}
	if o.rows[rowQueries] {
		l := r.crowd.line("queries beside a fan-out, p99 ms", o.n, target{atMost, queryTarget, true},
			func(s seen) float64 { return millis(s.busy.P99) })
		l.other, l.theirs = "itself, quiet", nil
		for _, s := range r.crowd.ours {
			l.theirs = append(l.theirs, millis(s.quiet.P99))
		}
		lines = append(lines, l)
	}
	if o.rows[rowComment] {
		lines = append(lines,
			r.few.line("a comment, mutation to last, p50 ms", o.few, target{below, commentTarget, true},
				func(s seen) float64 { return millis(s.alone.last50) }),
			r.few.line("the same, p99 ms", o.few, none, func(s seen) float64 { return millis(s.alone.last99) }))
	}
	if o.rows[rowHeld] {
		lines = append(lines, r.many.line("connections that hold and get an event", o.many, target{atLeast, float64(o.many), false},
			func(s seen) float64 { return float64(s.held) }))
	}
	return lines
}

// losses are those of all of a system's visits.
func (r *report) losses(name string) (sum losses) {
	for _, p := range []part{r.crowd, r.few, r.many} {
		visits := p.ours
		if name != keepsakeName {
			visits = nil
			if p.other == name {
				visits = p.theirs
			}
		}
		for _, s := range visits {
			sum = sum.add(s.losses)
		}
	}
	return sum
}

// holds reports whether all targets were met and nothing was lost, came twice
// or came late from Keepsake.
func (r *report) holds() bool {
	return r.losses(keepsakeName) == losses{} &&
		!slices.ContainsFunc(r.lines(), func(l line) bool { return !l.target.holds(l.judged()) })
}

// String is the table, in Markdown.
func (r *report) String() string {
	var w strings.Builder
	o := r.options
	fmt.Fprintf(&w, "%s, %d processors (%s), %s; %d rounds by turns, medians; %d events a train, %d in flight.\n\n",
		time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(), runtime.GOARCH, runtime.Version(), o.rounds, o.events, o.inFlight)
	fmt.Fprintln(&w, "| | subscribers | Keepsake | against | | ratio | target |")
	fmt.Fprintln(&w, "|---|---|---|---|---|---|---|")
	for _, l := range r.lines() {
		theirs, ratio := "", ""
		if len(l.theirs) > 0 {
			theirs = figure(median(l.theirs))
		}
		if median(l.theirs) > 0 {
			ratio = fmt.Sprintf("%.2f", l.ratio())
		}
		fmt.Fprintf(&w, "| %s | %d | %s | %s | %s | %s | %s |\n",
			l.what, l.n, figure(median(l.ours)), l.other, theirs, ratio, l.target.verdict(l.judged()))
	}
	fmt.Fprintf(&w, "\nLost / duplicated / out of order: Keepsake %v, target none: %s", r.losses(keepsakeName),
		verdict(r.losses(keepsakeName) == losses{}))
	for _, p := range []part{r.crowd, r.few} {
		if p.other != "" {
			fmt.Fprintf(&w, "; %s %v", p.other, r.losses(p.other))
		}
	}
	fmt.Fprintln(&w, ".")
	return w.String()
}

// progress tells what a visit showed.
func (r *report) progress(name string, p plan, s seen) {
	var w strings.Builder
	fmt.Fprintf(&w, "%s, %d subscribers:", name, p.n)
	if p.memory {
		fmt.Fprintf(&w, " %.1f KiB a connection;", s.memory)
	}
	if p.idle > 0 {
		fmt.Fprintf(&w, " idle %.2f %%;", s.idle)
	}
	if p.alone > 0 {
		fmt.Fprintf(&w, " alone to last %.2f ms, p99 %.2f, %.0f deliveries/s, %.2f µs each;",
			millis(s.alone.last50), millis(s.alone.last99), s.alone.perSecond(), s.alone.cpuEach())
	}
	if p.train > 0 {
		fmt.Fprintf(&w, " train %.0f deliveries/s, %.2f µs each;", s.train.perSecond(), s.train.cpuEach())
	}
	if p.queries {
		fmt.Fprintf(&w, " queries p50 %.2f ms, p99 %.2f quiet, %.2f and %.2f busy;",
			millis(s.quiet.P50), millis(s.quiet.P99), millis(s.busy.P50), millis(s.busy.P99))
	}
	if p.hold {
		fmt.Fprintf(&w, " %d held;", s.held)
	}
	fmt.Fprintf(&w, " lost / duplicated / out of order %v", s.losses)
	r.options.note(w.String())
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// figure writes a number with three digits or so.
func figure(f float64) string {
	switch {
	case f == float64(int(f)), f >= 100:
		return fmt.Sprintf("%.0f", f)
	case f >= 10:
		return fmt.Sprintf("%.1f", f)
	}
	return fmt.Sprintf("%.2f", f)
}
