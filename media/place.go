package media

import (
	"math"
	"strconv"
	"strings"
	"unicode"

	"keepsake/album"
)

// maxCamera is how many characters a camera's name has at most.
const maxCamera = 100

// place makes a place of degrees. What is not on Earth is nonsense, and so is
// 0, 0, which devices write that do not know where they are: nil.
func place(latitude, longitude float64) *album.Place {
	if !(math.Abs(latitude) <= 90 && math.Abs(longitude) <= 180) || latitude == 0 && longitude == 0 {
		return nil
	}
	return &album.Place{Latitude: latitude, Longitude: longitude}
}

// pointOnEarth reads a place as ISO 6709 writes it and phones do: signed degrees
// with a fraction, latitude first, "+31.2000+121.5000+010.000/". It returns nil
// for anything else.
func pointOnEarth(s string) *album.Place {
	end := strings.IndexAny(s[min(1, len(s)):], "+-") + 1
	if end <= 0 || len(s) > maxText {
		return nil
	}
	rest := s[end:]
	stop := len(rest)
	if i := strings.IndexAny(rest[1:], "+-/C"); i >= 0 {
		stop = i + 1
	}
	latitude, ok1 := signedDegrees(s[:end])
	longitude, ok2 := signedDegrees(rest[:stop])
	if !ok1 || !ok2 {
		return nil
	}
	return place(latitude, longitude)
}

// signedDegrees reads "+31.2": a sign, digits, and perhaps a fraction.
func signedDegrees(s string) (float64, bool) {
	if s == "" || s[0] != '+' && s[0] != '-' || strings.Trim(s[1:], "0123456789.") != "" {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil
}

// camera makes one name of the maker's and the model's, without what could not
// be shown; a model that begins with its maker stands alone.
func camera(maker, model string) string {
	maker, model = readable(maker), readable(model)
	brand, _, _ := strings.Cut(maker, " ")
	first, _, _ := strings.Cut(model, " ")
	name := maker + " " + model
	if strings.EqualFold(brand, first) {
		name = model
	}
	name = strings.TrimSpace(name)
	if runes := []rune(name); len(runes) > maxCamera {
		name = strings.TrimSpace(string(runes[:maxCamera]))
	}
	return name
}

// readable leaves out control characters, invisible ones and what is not UTF-8,
// and makes one space of many.
func readable(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == unicode.ReplacementChar, unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}
