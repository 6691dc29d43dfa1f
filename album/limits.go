package album

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The limits of what people write and ask for, all in one place.
const (
	MaxNameLength        = 32 // account name, in characters
	MinNameLength        = 3
	MinPasswordLength    = 8 // in characters
	MaxPasswordLength    = 128
	MaxDisplayNameLength = 64
	MaxURLLength         = 1024
	MaxTitleLength       = 128
	MaxDescriptionLength = 4000
	MaxCaptionLength     = 2000
	MaxCommentLength     = 2000 // WeChat's text check takes 2,500
	MaxTags              = 30
	MaxTagLength         = 40
	MaxPlaceNameLength   = 200
	MaxFileNameLength    = 255
	MaxContentTypeLength = 100
	MaxKeyLength         = 128 // idempotency key, in characters

	MaxPageSize     = 100
	DefaultPageSize = 20
	MaxBatch        = 50 // items of one batch mutation
	MaxShareDepth   = 5  // shares handed on, the first counted
	MaxOpenShares   = 200
	MaxMembers      = 10_000
	MaxFeedAlbums   = 1_000 // albums that one feed follows, the latest joined first

	TrashDuration = 30 * 24 * time.Hour
)

// Text checks one piece of text that a person wrote and returns it trimmed of
// space at its ends. It must be valid UTF-8 of at least least and at most most
// characters, with no control characters but tab and newline. Anything else is
// an INVALID_INPUT error about field.
func Text(field, s string, least, most int) (string, error) {
	if !utf8.ValidString(s) {
		return "", Invalid(field, "this is not valid UTF-8")
	}
	s = strings.TrimSpace(s)
	switch n := utf8.RuneCountInString(s); {
	case n < least && n == 0:
		return "", Invalid(field, "this may not be empty")
	case n < least:
		return "", Invalid(field, "this must have at least %d characters", least)
	case n > most:
		return "", Invalid(field, "this may have at most %d characters", most)
	}
	for _, r := range s {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return "", Invalid(field, "control characters are not allowed")
		}
	}
	return s, nil
}

// PageLimit checks the first: of a connection.
func PageLimit(first int) (int, error) {
	if first < 1 || first > MaxPageSize {
		return 0, Invalid("first", "ask for 1 to %d", MaxPageSize)
	}
	return first, nil
}
