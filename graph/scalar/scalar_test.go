package scalar_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"keepsake/album"
	"keepsake/graph/scalar"
)

func written(m graphql.Marshaler) string {
	var b strings.Builder
	m.MarshalGQL(&b)
	return b.String()
}

func TestTime(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2026-11-22T08:15:30.123Z":       `"2026-11-22T08:15:30.123Z"`,
		"2026-11-22T08:15:30Z":           `"2026-11-22T08:15:30.000Z"`,
		"2026-11-22T08:15:30.123999999Z": `"2026-11-22T08:15:30.123Z"`,
		"2026-11-22T16:15:30.5+08:00":    `"2026-11-22T08:15:30.500Z"`,
		"0001-01-01T00:00:01Z":           `"0001-01-01T00:00:01.000Z"`,
		"9999-12-31T23:59:59.999Z":       `"9999-12-31T23:59:59.999Z"`,
	} {
		got, err := scalar.UnmarshalTime(in)
		if err != nil || written(scalar.MarshalTime(got)) != want {
			t.Errorf("%s became %s, %v", in, written(scalar.MarshalTime(got)), err)
		}
	}
	for _, in := range []any{
		"", "x", "2026-11-22", "2026-11-22 08:15:30Z", "2026-13-22T08:15:30Z", "2026-11-22T25:15:30Z", "2026-11-22T08:15:30",
		"0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00",
		json.Number("5"), 5.0, true, nil,
		[]any{"2026-11-22T08:15:30Z"},
		"10000-01-01T00:00:00Z",
	} {
		if got, err := scalar.UnmarshalTime(in); album.CodeOf(err) != album.CodeInvalidInput {
			t.Errorf("%v became %v, %v", in, got, err)
		}
	}
	if got := written(scalar.MarshalTime(time.Time{})); got != "null" {
		t.Errorf("no time is %s", got)
	}
}

func FuzzTime(f *testing.F) {
	f.Add("2026-11-22T08:15:30.123Z")
	f.Add("0001-01-01T00:00:00.0001+23:59")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := scalar.UnmarshalTime(s)
		if err != nil {
			return
		}
		text := written(scalar.MarshalTime(got))
		var back string
		if err := json.Unmarshal([]byte(text), &back); err != nil {
			t.Fatalf("%q became %s", s, text)
		}
		if again, err := scalar.UnmarshalTime(back); err != nil || !again.Equal(got) {
			t.Errorf("%q became %s, which is read as %v, %v", s, text, again, err)
		}
	})
}

func TestLong(t *testing.T) {
	t.Parallel()
	const most = 1<<53 - 1
	for _, in := range []any{int64(most), int64(-most), 0, json.Number("9007199254740991"), json.Number("-0")} {
		if got, err := scalar.UnmarshalLong(in); err != nil {
			t.Errorf("%v became %d, %v", in, got, err)
		}
	}
	for _, in := range []any{
		int64(most + 1), int64(-most - 1), int64(math.MaxInt64), json.Number("9007199254740992"), json.Number("99999999999999999999"),
		json.Number("1.5"), json.Number("1e3"), json.Number("NaN"), json.Number(""), 1.0, math.NaN(), "5", true, nil,
	} {
		if got, err := scalar.UnmarshalLong(in); album.CodeOf(err) != album.CodeInvalidInput {
			t.Errorf("%v became %d, %v", in, got, err)
		}
	}
}

func FuzzLong(f *testing.F) {
	f.Add("9007199254740991")
	f.Add("-5")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := scalar.UnmarshalLong(json.Number(s))
		if err != nil {
			return
		}
		again, err := scalar.UnmarshalLong(json.Number(written(scalar.MarshalLong(got))))
		if err != nil || again != got || got > 1<<53-1 || got < -(1<<53-1) {
			t.Errorf("%q became %d, then %d, %v", s, got, again, err)
		}
	})
}

func TestIdentifiersAndCursors(t *testing.T) {
	t.Parallel()
	if got := written(scalar.MarshalAlbumID("")); got != "null" {
		t.Errorf("no identifier is %s", got)
	}
	if got := written(scalar.MarshalCursor("")); got != "null" {
		t.Errorf("no cursor is %s", got)
	}
	if got := written(scalar.MarshalAlbumID("a\"\x00<")); !json.Valid([]byte(got)) {
		t.Errorf("%s is not JSON", got)
	}
	for _, in := range []any{json.Number("5"), 5, 1.5, true, nil, []any{}, map[string]any{}} {
		if got, err := scalar.UnmarshalMediaID(in); album.CodeOf(err) != album.CodeInvalidInput {
			t.Errorf("%v is the identifier %q, %v", in, got, err)
		}
		if got, err := scalar.UnmarshalCursor(in); album.CodeOf(err) != album.CodeInvalidInput {
			t.Errorf("%v is the cursor %q, %v", in, got, err)
		}
	}
}

func TestRole(t *testing.T) {
	t.Parallel()
	for r := album.NoRole; r <= album.Owner; r++ {
		text := written(scalar.MarshalRole(r))
		if r < album.Viewer {
			if text != "null" {
				t.Errorf("%s is written as %s", r, text)
			}
			continue
		}
		if got, err := scalar.UnmarshalRole(strings.Trim(text, `"`)); err != nil || got != r {
			t.Errorf("%s became %s, %v", text, got, err)
		}
	}
	for _, in := range []any{"VISITOR", "NONE", "owner", "", 5, nil} {
		if got, err := scalar.UnmarshalRole(in); album.CodeOf(err) != album.CodeInvalidInput {
			t.Errorf("%v is the role %s, %v", in, got, err)
		}
	}
}
