package sqlitestore

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"keepsake/album"
)

// value turns an argument into one of the driver's types. An empty identifier
// is NULL, as is the zero time: see required for columns that need one.
func value(a any) (driver.Value, error) {
	switch v := a.(type) {
	case nil, string, int64, float64, []byte, bool:
		return v, nil
	case int:
		return int64(v), nil
	case time.Time:
		if v.IsZero() {
			return nil, nil
		}
		return v.UnixMilli(), nil
	case *string:
		if v == nil {
			return nil, nil
		}
		return *v, nil
	case album.UserID:
		return orNull(v), nil
	case album.SessionID:
		return orNull(v), nil
	case album.AlbumID:
		return orNull(v), nil
	case album.MediaID:
		return orNull(v), nil
	case album.CommentID:
		return orNull(v), nil
	case album.ShareID:
		return orNull(v), nil
	}
	return nil, fmt.Errorf("a %T cannot be stored", a)
}

func orNull[T ~string](id T) driver.Value {
	if id == "" {
		return nil
	}
	return string(id)
}

// required is the value of a time that may not be NULL; the zero time has one too.
func required(t time.Time) int64 { return t.UnixMilli() }

// millis cuts a time to what is stored of it.
func millis(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return time.UnixMilli(t.UnixMilli()).UTC()
}

// sorted returns each of ids once, in order.
func sorted[T ~string](ids []T) []T {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return slices.Compact(ids)
}

// array writes identifiers as the JSON array that json_each takes apart, each
// once: one argument, whatever their number.
func array[T ~string](ids []T) (string, error) {
	ids = sorted(ids)
	b := []byte{'['}
	for i, id := range ids {
		if strings.ContainsFunc(string(id), isNotPlain) {
			b, err := json.Marshal(ids)
			return string(b), err
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), id...), '"')
	}
	return string(append(b, ']')), nil
}

// isNotPlain reports whether a character has to be looked at before it may stand
// in JSON. Identifiers have none, but clients may write anything in their place.
func isNotPlain(c rune) bool {
	return c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')
}

// distinct returns ids without the repeated ones, in their order.
func distinct[T comparable](ids []T) []T {
	seen := make(map[T]bool, len(ids))
	out := make([]T, 0, len(ids))
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

// before is where a descending list goes on: the rows whose (key, id) is less.
func before(p album.Position) (key int64, id string) {
	if p.IsZero() {
		return math.MaxInt64, ""
	}
	return p.Key, p.ID
}

// after is where an ascending list goes on: the rows whose (key, id) is greater.
func after(p album.Position) (key int64, id string) {
	if p.IsZero() {
		return math.MinInt64, ""
	}
	return p.Key, p.ID
}

// limit keeps a negative limit from meaning none.
func limit(n int) int { return max(n, 0) }
