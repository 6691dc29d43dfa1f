// Package migrate moves an installation from one set of backends to another:
// the records of a store, and the objects of a bucket. It knows the contracts
// alone; which backends they are is decided by who calls it.
//
// What is moved is compared with what is there, in the order of keys, and what
// is missing or differs is written. So a migration that was broken off is done
// again and goes on where it was; and the same comparison, without the writing,
// is the proof at the end.
package migrate

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"keepsake/media"
	"keepsake/store"
)

// Migration is what is to be moved, and where. Nobody may use either side
// meanwhile.
type Migration struct {
	// From and To are the stores. Without To the store stays where it is, and
	// From only says whose the objects are.
	From, To store.Archive
	// FromFiles and ToFiles are the buckets; both nil leaves the files alone.
	FromFiles, ToFiles media.Bucket
	// Workers is how many objects are copied or read at a time; 0 is 8.
	Workers int
	// PageSize is how many records are read or written at a time; 0 is 1,000.
	PageSize int
	// Progress is told how far the work is, from several goroutines, often; nil
	// is nobody.
	Progress func(Progress)
}

// Progress is how far one step of the work is.
type Progress struct {
	Step  string // such as "copy likes"
	Done  int64
	Total int64 // about how much there is to do; 0 if that is not known
	Bytes int64 // of the objects that were copied so far
}

const (
	defaultWorkers  = 8
	defaultPageSize = 1000
)

// Run moves what is missing, then proves that both sides are the same. Where the
// report has differences, or Run fails, the target keeps its mark and is not to
// be served; Run again goes on. A target that is neither empty nor marked by
// this migration is CONFLICT.
func (m Migration) Run(ctx context.Context) (Report, error) {
	if m.To != nil {
		mark, err := m.mark(ctx)
		if err != nil {
			return Report{}, err
		}
		if err := m.To.BeginImport(ctx, mark); err != nil {
			return Report{}, fmt.Errorf("the target: %w", err)
		}
		for _, kind := range store.Kinds() {
			if err := m.copyRecords(ctx, kind); err != nil {
				return Report{}, fmt.Errorf("copy %s: %w", kind, err)
			}
		}
	}
	report, err := m.compare(ctx, true)
	if err != nil || !report.Same() || m.To == nil {
		return report, err
	}
	return report, m.To.EndImport(ctx)
}

// Check compares both sides and changes nothing.
func (m Migration) Check(ctx context.Context) (Report, error) { return m.compare(ctx, false) }

// compare reports on both sides. Objects are copied on the way, if copy is set:
// each is compared as it is copied.
func (m Migration) compare(ctx context.Context, copyFiles bool) (Report, error) {
	var report Report
	if m.FromFiles != nil {
		if err := m.files(ctx, copyFiles, &report); err != nil {
			return Report{}, err
		}
	}
	if m.To != nil {
		var lines []Line
		for _, kind := range store.Kinds() {
			l, err := m.compareRecords(ctx, kind)
			if err != nil {
				return Report{}, fmt.Errorf("compare %s: %w", kind, err)
			}
			lines = append(lines, l)
		}
		report.Lines = append(lines, report.Lines...)
	}
	return report, nil
}

// mark names the installation that is moved by its first user: users are never
// deleted, and later ones have later IDs.
func (m Migration) mark(ctx context.Context) (string, error) {
	first, err := m.From.Export(ctx, store.KindUsers, nil, 1)
	switch {
	case err != nil:
		return "", err
	case len(first) == 0:
		return "", errors.New("the source is empty: there is nothing to move")
	}
	return "the installation whose first user is " + first[0].SortKey(), nil
}

func (m Migration) pageSize() int { return cmp.Or(m.PageSize, defaultPageSize) }

func (m Migration) tell(p Progress) {
	if m.Progress != nil {
		m.Progress(p)
	}
}
