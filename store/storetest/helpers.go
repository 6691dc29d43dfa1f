package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"keepsake/album"
)

// must passes on the result of a call that has to succeed: must(s.User(ctx, id))(t).
func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatalf("unexpected error: %v", err)
		}
		return v
	}
}

// must2 is must for calls with two results.
func must2[T, U any](v T, w U, err error) func(t testing.TB) (T, U) {
	return func(t testing.TB) (T, U) {
		t.Helper()
		if err != nil {
			t.Fatalf("unexpected error: %v", err)
		}
		return v, w
	}
}

// errOf drops the result of a call whose error alone matters.
func errOf[T any](_ T, err error) error { return err }

// errOf2 is errOf for calls with two results.
func errOf2[T, U any](_ T, _ U, err error) error { return err }

// wantCode checks an error's code; "" asks for no error. Whatever the store
// answers must be an *album.Error.
func wantCode(t testing.TB, what string, err error, code album.Code) {
	t.Helper()
	if err == nil && code == "" {
		return
	}
	if err != nil && !isAlbumError(err) {
		t.Errorf("%s: %v is no *album.Error", what, err)
	}
	if got := album.CodeOf(err); got != code {
		t.Errorf("%s: code %q (%v), want %q", what, got, err, code)
	}
}

func isAlbumError(err error) bool {
	_, ok := errors.AsType[*album.Error](err)
	return ok
}

// equal compares two values; nil and empty slices are the same.
func equal(t testing.TB, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// ids returns what id says of each row.
func ids[T any, ID ~string](rows []T, id func(T) ID) []ID {
	out := make([]ID, len(rows))
	for i, row := range rows {
		out[i] = id(row)
	}
	return out
}

func mediaID(m *album.Media) album.MediaID          { return m.ID }
func albumID(a *album.Album) album.AlbumID          { return a.ID }
func shareID(s *album.Share) album.ShareID          { return s.ID }
func commentID(c *album.Comment) album.CommentID    { return c.ID }
func memberID(m *album.Membership) album.UserID     { return m.UserID }
func memberAlbum(m *album.Membership) album.AlbumID { return m.AlbumID }
func likeUser(l album.Like) album.UserID            { return l.UserID }
func entryKind(e album.Entry) album.EntryKind       { return e.Kind }
func entryMedia(e *album.Entry) album.MediaID       { return e.MediaID }
func sorted[T ~string](list []T) []T                { return slices.Sorted(slices.Values(list)) }
func position(key int64, id string) album.Position  { return album.Position{Key: key, ID: id} }
func firstRows(limit int) album.Range               { return album.Range{Limit: limit} }
func kinds(entries []*album.Entry) []album.EntryKind {
	return ids(entries, func(e *album.Entry) album.EntryKind { return e.Kind })
}

// list reads one page of a list and knows its rows' places in it.
type list[T any] struct {
	page     func(r album.Range) ([]T, error)
	position func(row T) album.Position
}

// walk reads the list to its end in pages of size rows.
func (l list[T]) walk(size int) ([]T, error) {
	var all []T
	r := album.Range{Limit: size}
	for range 100_000 {
		rows, err := l.page(r)
		if err != nil {
			return nil, err
		}
		if len(rows) > size {
			return nil, fmt.Errorf("a page of %d rows where %d were asked for", len(rows), size)
		}
		all = append(all, rows...)
		if len(rows) < size {
			return all, nil
		}
		r.After = l.position(rows[len(rows)-1])
	}
	return nil, errors.New("the list has no end")
}

// wantPages checks that the list has the rows want, by their position's ID,
// whatever the size of the pages it is read in.
func wantPages[T any, ID ~string](t testing.TB, l list[T], want []ID) {
	t.Helper()
	for size := 1; size <= len(want)+1; size++ {
		rows, err := l.walk(size)
		if err != nil {
			t.Errorf("pages of %d: %v", size, err)
			continue
		}
		got := ids(rows, func(row T) ID { return ID(l.position(row).ID) })
		equal(t, fmt.Sprintf("rows in pages of %d", size), got, want)
	}
}

// descending puts rows in the order of a list that shows the greatest key
// first, and among equal keys the greatest ID.
func descending[T any](rows []T, position func(T) album.Position) []T {
	return slices.SortedFunc(slices.Values(rows), func(a, b T) int { return comparePositions(position(b), position(a)) })
}

// ascending is the inverse of descending.
func ascending[T any](rows []T, position func(T) album.Position) []T {
	return slices.SortedFunc(slices.Values(rows), func(a, b T) int { return comparePositions(position(a), position(b)) })
}

// together runs n calls at the same moment, waits for all of them, and returns
// their errors by call.
func together(n int, call func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var calls sync.WaitGroup
	for i := range n {
		calls.Go(func() {
			<-start
			errs[i] = call(i)
		})
	}
	close(start)
	calls.Wait()
	return errs
}

// wantAll checks that each error has one of the codes; "" is none.
func wantAll(t testing.TB, what string, errs []error, codes ...album.Code) {
	t.Helper()
	for i, err := range errs {
		if !slices.Contains(codes, album.CodeOf(err)) {
			t.Errorf("%s, call %d: %v, want one of %q", what, i, err, codes)
		}
	}
}

// count returns how many of the errors have that code.
func count(errs []error, code album.Code) int {
	n := 0
	for _, err := range errs {
		if album.CodeOf(err) == code {
			n++
		}
	}
	return n
}
