// Package scalar reads and writes the scalars of the GraphQL API. What Go types
// they are bound to stands in gqlgen.yml.
package scalar

import (
	"encoding/json"
	"io"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"keepsake/album"
)

// timeLayout is RFC 3339 with exactly three digits of a second, in UTC.
const timeLayout = "2006-01-02T15:04:05.000Z"

// MarshalTime writes a time; the zero time is null.
func MarshalTime(t time.Time) graphql.Marshaler {
	if t.IsZero() {
		return graphql.Null
	}
	return graphql.WriterFunc(func(w io.Writer) {
		b := make([]byte, 0, len(timeLayout)+2)
		b = append(b, '"')
		b = t.UTC().AppendFormat(b, timeLayout)
		_, _ = w.Write(append(b, '"')) // the writer is a buffer
	})
}

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

// MarshalLong writes a whole number.
func MarshalLong(n int64) graphql.Marshaler { return graphql.MarshalInt64(n) }

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

// MarshalURL writes an address; the empty one is null.
func MarshalURL(s string) graphql.Marshaler { return MarshalID(s) }

// UnmarshalURL reads an address. Whether it is allowed, its use will say.
func UnmarshalURL(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", invalid("Url", "a string")
	}
	return s, nil
}

// MarshalCursor writes a cursor; the empty one is null.
func MarshalCursor(c album.Cursor) graphql.Marshaler {
	if c == "" {
		return graphql.Null
	}
	return graphql.MarshalString(string(c))
}

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

// MarshalRole writes a role of a member; what is none is null.
func MarshalRole(r album.Role) graphql.Marshaler {
	if r < album.Viewer {
		return graphql.Null
	}
	return graphql.MarshalString(r.String())
}

// UnmarshalRole reads a role of a member.
func UnmarshalRole(v any) (album.Role, error) {
	s, _ := v.(string)
	r, ok := album.ParseRole(s)
	if !ok || r < album.Viewer {
		return album.NoRole, invalid("AlbumRole", "OWNER, EDITOR, CONTRIBUTOR or VIEWER")
	}
	return r, nil
}
