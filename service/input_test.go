package service

import (
	"math"
	"strings"
	"testing"
	"time"

	"keepsake/album"
)

func TestAccountName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"anna": "anna", "Anna": "anna", "ANNA.B-c_9": "anna.b-c_9", " anna ": "anna", "小红书": "小红书",
		"ａｎｎａ": "anna", // full width: looks the same, is the same
		"an":   "", "": "", "an na": "", "anna!": "", "an\x00na": "", "anna\u200b": "", "a/../b": "",
		strings.Repeat("a", album.MaxNameLength):   strings.Repeat("a", album.MaxNameLength),
		strings.Repeat("a", album.MaxNameLength+1): "",
	} {
		got, err := accountName(in)
		if got != want || (err == nil) != (want != "") || (err != nil && album.CodeOf(err) != album.CodeInvalidInput) {
			t.Errorf("%q became %q, %v", in, got, err)
		}
	}
}

func FuzzAccountName(f *testing.F) {
	f.Add("Anna")
	f.Add("ﬁnn\u0345")
	f.Fuzz(func(t *testing.T, s string) {
		name, err := accountName(s)
		if err != nil {
			return
		}
		if again, err := accountName(name); err != nil || again != name {
			t.Errorf("%q is %q, and that is %q, %v", s, name, again, err)
		}
	})
}

func TestPassword(t *testing.T) {
	t.Parallel()
	for in, ok := range map[string]bool{
		"12345678": true, " 123456 ": true, "1234567": false, "": false, "1234567\x00": false, "1234567\xff": false,
		strings.Repeat("x", album.MaxPasswordLength): true, strings.Repeat("x", album.MaxPasswordLength+1): false,
	} {
		if got, err := password("password", in); (err == nil) != ok || (ok && got != in) {
			t.Errorf("%q became %q, %v", in, got, err)
		}
	}
}

func TestTags(t *testing.T) {
	t.Parallel()
	many := make([]string, album.MaxTags+1)
	for i := range many {
		many[i] = strings.Repeat("x", i+1)
	}
	for name, c := range map[string]struct {
		in   []string
		want int // tags that are left, -1 for an error
	}{
		"none": {nil, 0}, "at the limit": {many[:album.MaxTags], album.MaxTags}, "one over": {many, -1},
		"repeated": {[]string{"sea", " sea ", "sea"}, 1}, "empty": {[]string{""}, -1},
		"long": {[]string{strings.Repeat("海", album.MaxTagLength)}, 1}, "too long": {[]string{strings.Repeat("海", album.MaxTagLength+1)}, -1},
	} {
		got, err := checkTags(c.in)
		if (c.want < 0) != (err != nil) || (c.want >= 0 && len(got) != c.want) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestPlaceAndTime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		lat, long float64
		ok        bool
	}{
		{90, 180, true},
		{-90, -180, true},
		{0, 0, true},
		{90.0001, 0, false},
		{-90.0001, 0, false},
		{0, 180.0001, false},
		{0, -180.0001, false},
		{math.NaN(), 0, false},
		{0, math.NaN(), false},
		{math.Inf(1), 0, false},
		{0, math.Inf(-1), false},
	} {
		place := &album.Place{Latitude: c.lat, Longitude: c.long}
		if err := checkMediaPatch(&album.MediaPatch{Place: &place}, now); (err == nil) != c.ok {
			t.Errorf("%v, %v: %v", c.lat, c.long, err)
		}
	}
	for at, ok := range map[time.Time]bool{
		{}: true, firstPhotograph: true, firstPhotograph.Add(-1): false, now.Add(24 * time.Hour): true, now.Add(24*time.Hour + 1): false,
	} {
		if err := checkTaken(at, now); (err == nil) != ok {
			t.Errorf("taken at %v: %v", at, err)
		}
	}
}
