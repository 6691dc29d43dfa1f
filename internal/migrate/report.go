package migrate

import (
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// Report is what a comparison found.
type Report struct {
	Lines []Line
	// Notes are what is wrong with the source itself; it was moved as it is.
	Notes []string
}

// Line is about the records of one kind, or the objects.
type Line struct {
	What  string
	Count int64 // in the source
	Bytes int64 // of objects
	// Sum is a SHA-256 over all of them in the source, in the order of their
	// keys, in hex. It is the same wherever they are stored.
	Sum         string
	Differences int64
	First       string // the first difference: its key, and what it is
}

// Same reports whether both sides are the same.
func (r Report) Same() bool {
	return !slices.ContainsFunc(r.Lines, func(l Line) bool { return l.Differences > 0 })
}

// Err is an error that names the first difference, or nil.
func (r Report) Err() error {
	for _, l := range r.Lines {
		if l.Differences > 0 {
			return fmt.Errorf("source and target are not the same: %s: %s", l.What, l.First)
		}
	}
	return nil
}

// sumShown is how many digits of a checksum are printed.
const sumShown = 16

// Print writes the report as a table.
func (r Report) Print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "\tcount\tbytes\tchecksum\t") // errors come with Flush
	for _, l := range r.Lines {
		size, verdict := "", "same"
		if l.Bytes > 0 {
			size = fmt.Sprint(l.Bytes)
		}
		if l.Differences > 0 {
			verdict = fmt.Sprintf("%d differ, first %s", l.Differences, l.First)
		}
		_, _ = fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\n", l.What, l.Count, size, l.Sum[:sumShown], verdict)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, note := range r.Notes {
		if _, err := fmt.Fprintln(w, "Note:", note); err != nil {
			return err
		}
	}
	return nil
}

// tally makes a Line.
type tally struct {
	Line
	from, to side
}

func newLine(what string) *tally { return &tally{Line: Line{What: what}} }

func (t *tally) differs(key, how string) {
	if t.Differences++; t.Differences == 1 {
		t.First = key + " " + how
	}
}

// counted holds what the stores say of themselves against what was read.
func (t *tally) counted(from, to int64) {
	if from != t.from.count || to != t.to.count {
		t.differs("the number", fmt.Sprintf("counted is %d and %d, read were %d and %d", from, to, t.from.count, t.to.count))
	}
}

// line ends the tally. Sums that differ without any difference would be a fault
// of this package.
func (t *tally) line() Line {
	t.Count, t.Sum = t.from.count, hex.EncodeToString(t.from.sum[:])
	if t.Differences == 0 && t.from != t.to {
		t.differs("the checksum", "differs")
	}
	return t.Line
}
