package main

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"keepsake/bench/load"
)

// row is one comparison: a result of each round for each of the two.
type row struct {
	name          string
	clients       int
	target        float64 // the least ratio; noTarget where none was set
	late          float64 // the greatest ratio of p99; noTarget where none was set
	floor, server []load.Result
}

// ratio is the median of what the server did in a round for each that the floor did.
func (r row) ratio() float64 { return r.ratioOf(load.Result.PerSecond) }

// lateness is the median of the server's p99 in a round for that of the floor.
func (r row) lateness() float64 {
	return r.ratioOf(func(r load.Result) float64 { return float64(r.P99) })
}

func (r row) ratioOf(of func(load.Result) float64) float64 {
	ratios := make([]float64, len(r.server))
	for i := range ratios {
		ratios[i] = of(r.server[i]) / of(r.floor[i])
	}
	return median(ratios)
}

func (r row) holds() bool {
	return r.ratio() >= r.target && (r.late == noTarget || r.lateness() <= r.late)
}

// median of what is not empty.
func median[T cmp.Ordered](values []T) T { return slices.Sorted(slices.Values(values))[len(values)/2] }

// medianOf is the median of something of each result.
func medianOf[T cmp.Ordered](results []load.Result, of func(load.Result) T) T {
	values := make([]T, len(results))
	for i, r := range results {
		values[i] = of(r)
	}
	return median(values)
}

// report is all that was measured.
type report struct {
	options  options
	rows     []row
	starts   []time.Duration // none on MongoDB
	fileSize int64
	engine   string // the MongoDB, if it is one
}

func newReport(o options) *report { return &report{options: o} }

func (r *report) progress(format string, args ...any) {
	r.options.note(fmt.Sprintf(format, args...))
}

func (r *report) add(row row) {
	r.rows = append(r.rows, row)
	r.progress("%s, %d clients: %.2f of the floor's requests a second", row.name, row.clients, row.ratio())
}

// holds reports whether all targets were met.
func (r *report) holds() bool {
	return (len(r.starts) == 0 || median(r.starts) < startTarget) && !slices.ContainsFunc(r.rows, func(row row) bool { return !row.holds() })
}

// String is the tables, in Markdown.
func (r *report) String() string {
	var w strings.Builder
	o, n := r.options, r.options.shape.Counts()
	fmt.Fprintf(&w, "%s, %d processors (%s), %s; %d rounds of %v, medians; %d media, %s.\n\n",
		time.Now().UTC().Format("2006-01-02"), runtime.NumCPU(), runtime.GOARCH, runtime.Version(),
		o.rounds, o.during, n.Media, cmp.Or(r.engine, fmt.Sprintf("a file of %d MiB", r.fileSize>>20)))
	fmt.Fprintln(&w, "| | clients | | req/s | p50 ms | p99 ms | CPU ms/req | ratio | target |")
	fmt.Fprintln(&w, "|---|---|---|---|---|---|---|---|---|")
	for _, row := range r.rows {
		line := func(name, who, clients, ratio, target string, results []load.Result) {
			fmt.Fprintf(&w, "| %s | %s | %s | %.0f | %s | %s | %s | %s | %s |\n", name, clients, who,
				medianOf(results, load.Result.PerSecond),
				millis(medianOf(results, func(r load.Result) time.Duration { return r.P50 })),
				millis(medianOf(results, func(r load.Result) time.Duration { return r.P99 })),
				millis(medianOf(results, load.Result.CPUEach)), ratio, target)
		}
		target := ""
		if row.target != noTarget {
			target = fmt.Sprintf("≥ %.2f: %s", row.target, verdict(row.holds()))
		}
		if row.late != noTarget {
			target = fmt.Sprintf("≥ %.2f, p99 ≤ %.2f: %s", row.target, row.late, verdict(row.holds()))
		}
		line(row.name, "floor", fmt.Sprint(row.clients), "", "", row.floor)
		line("", "Keepsake", "", fmt.Sprintf("%.2f, p99 %.2f", row.ratio(), row.lateness()), target, row.server)
	}
	if len(r.starts) == 0 {
		return w.String()
	}
	fmt.Fprintf(&w, "\n%s: %s ms, the median of %d (least %s, most %s); target under %s ms: %s.\n",
		startsName, millis(median(r.starts)), len(r.starts), millis(slices.Min(r.starts)), millis(slices.Max(r.starts)),
		millis(startTarget), verdict(median(r.starts) < startTarget))
	return w.String()
}

func verdict(holds bool) string {
	if holds {
		return "holds"
	}
	return "MISSED"
}

// millis writes a duration in milliseconds with three digits or so.
func millis(d time.Duration) string {
	ms := float64(d) / float64(time.Millisecond)
	switch {
	case ms < 10:
		return fmt.Sprintf("%.2f", ms)
	case ms < 100:
		return fmt.Sprintf("%.1f", ms)
	}
	return fmt.Sprintf("%.0f", ms)
}
