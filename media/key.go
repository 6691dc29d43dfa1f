package media

import (
	"strings"

	"keepsake/album"
)

// MaxKeyLength is how many bytes a key has at most.
const MaxKeyLength = 200

// CheckKey returns an INVALID_INPUT error unless key is one of Bucket's keys.
func CheckKey(key string) error {
	if len(key) > MaxKeyLength {
		return album.Invalid("key", "a key has at most %d bytes", MaxKeyLength)
	}
	for segment := range strings.SplitSeq(key, "/") {
		if segment == "" || segment == "." || segment == ".." {
			return album.Invalid("key", "a key has no empty, . or .. segments")
		}
	}
	for i := range len(key) {
		switch c := key[i]; {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z',
			c == '-', c == '_', c == '.', c == '/':
		default:
			return album.Invalid("key", "a key has letters, digits, '-', '_', '.' and '/' alone")
		}
	}
	return nil
}
