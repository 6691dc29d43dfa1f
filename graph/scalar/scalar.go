// Package scalar reads and writes the scalars of the GraphQL API. What Go types
// they are bound to stands in gqlgen.yml. Each is written by a function Append…,
// which is not ok where there is nothing to write but null; Marshal… is the same
// for gqlgen.
package scalar

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"keepsake/album"
	"keepsake/graph/plan"
)

// timeLayout is RFC 3339 with exactly three digits of a second, in UTC.
const timeLayout = "2006-01-02T15:04:05.000Z"

// AppendTime appends a time; there is no zero time.
func AppendTime(b []byte, t time.Time) (_ []byte, ok bool) {
	if t.IsZero() {
		return b, false
	}
	return append(t.UTC().AppendFormat(append(b, '"'), timeLayout), '"'), true
}

// MarshalTime writes a time; the zero time is null.
func MarshalTime(t time.Time) graphql.Marshaler { return plan.Marshal(AppendTime, t) }

// UnmarshalTime reads a time in RFC 3339 with any zone, cut to the millisecond.
func UnmarshalTime(v any) (time.Time, error) {
	s, ok := v.(string)
	if !ok {
		return time.Time{}, invalid("Time", "a string")
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	t = t.UTC().Truncate(time.Millisecond)
	// In UTC it must be what MarshalTime can write: four digits of a year, and not null.
	if err != nil || t.Year() < 1 || t.Year() > 9999 || t.IsZero() {
		return time.Time{}, invalid("Time", "a moment as in 2026-11-22T08:15:30.123Z")
	}
	return t, nil
}

// AppendLong appends a whole number.
func AppendLong(b []byte, n int64) (_ []byte, ok bool) { return strconv.AppendInt(b, n, 10), true }

// MarshalLong writes a whole number.
func MarshalLong(n int64) graphql.Marshaler { return plan.Marshal(AppendLong, n) }

// maxLong is the greatest whole number that JavaScript counts exactly.
const maxLong = 1<<53 - 1

// UnmarshalLong reads a whole number of at most 53 bits.
func UnmarshalLong(v any) (int64, error) {
	var n int64
	var err error
	switch v := v.(type) {
	case int64:
		n = v
	case int:
		n = int64(v)
	case json.Number:
		n, err = strconv.ParseInt(string(v), 10, 64)
	default:
		return 0, invalid("Long", "a whole number")
	}
	if err != nil || n > maxLong || n < -maxLong {
		return 0, invalid("Long", "a whole number of at most 53 bits")
	}
	return n, nil
}

// AppendURL appends an address; there is no empty one.
func AppendURL(b []byte, s string) (_ []byte, ok bool) { return AppendID(b, s) }

// MarshalURL writes an address; the empty one is null.
func MarshalURL(s string) graphql.Marshaler { return plan.Marshal(AppendURL, s) }

// UnmarshalURL reads an address. Whether it is allowed, its use will say.
func UnmarshalURL(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", invalid("Url", "a string")
	}
	return s, nil
}

// AppendCursor appends a cursor; there is no empty one.
func AppendCursor(b []byte, c album.Cursor) (_ []byte, ok bool) { return AppendID(b, string(c)) }

// MarshalCursor writes a cursor; the empty one is null.
func MarshalCursor(c album.Cursor) graphql.Marshaler { return plan.Marshal(AppendCursor, c) }

// UnmarshalCursor reads a cursor. Whether it is one, its list will say.
func UnmarshalCursor(v any) (album.Cursor, error) {
	s, ok := v.(string)
	if !ok {
		return "", invalid("Cursor", "a string")
	}
	return album.Cursor(s), nil
}

func invalid(scalar, want string) error {
	return album.Errorf(album.CodeInvalidInput, "%s wants %s", scalar, want)
}

// AppendRole appends a role of a member, if it is one.
func AppendRole(b []byte, r album.Role) (_ []byte, ok bool) {
	if r < album.Viewer {
		return b, false
	}
	return plan.AppendString(b, r.String())
}

// MarshalRole writes a role of a member; what is none is null.
func MarshalRole(r album.Role) graphql.Marshaler { return plan.Marshal(AppendRole, r) }

// UnmarshalRole reads a role of a member.
func UnmarshalRole(v any) (album.Role, error) {
	s, _ := v.(string)
	r, ok := album.ParseRole(s)
	if !ok || r < album.Viewer {
		return album.NoRole, invalid("AlbumRole", "OWNER, EDITOR, CONTRIBUTOR or VIEWER")
	}
	return r, nil
}
