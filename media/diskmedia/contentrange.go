package diskmedia

import (
	"strconv"
	"strings"

	"keepsake/album"
	"keepsake/media"
)

// chunkRange is what the Content-Range of a request for a session says. One that
// asks has no bytes.
type chunkRange struct {
	first int64
	size  int64
	total int64
	asks  bool
}

// last reports whether the upload ends with this chunk.
func (c chunkRange) last() bool { return c.first+c.size == c.total }

// parseContentRange reads "bytes FIRST-LAST/TOTAL" or "bytes */TOTAL", as it is
// written here: one header, decimal numbers without signs or leading zeros, and
// 0 <= FIRST <= LAST < TOTAL.
func parseContentRange(values []string) (chunkRange, error) {
	malformed := album.Errorf(album.CodeUploadMismatch, "the Content-Range is not that of a chunk: bytes FIRST-LAST/TOTAL, or bytes */TOTAL to ask")
	if len(values) != 1 {
		return chunkRange{}, malformed
	}
	text, ok := strings.CutPrefix(values[0], "bytes ")
	part, size, slash := strings.Cut(text, "/")
	total, known := parseNumber(size)
	if !ok || !slash || !known {
		return chunkRange{}, malformed
	}
	if part == "*" {
		return chunkRange{total: total, asks: true}, nil
	}
	from, to, dash := strings.Cut(part, "-")
	first, okFirst := parseNumber(from)
	last, okLast := parseNumber(to)
	if !dash || !okFirst || !okLast || first > last || last >= total {
		return chunkRange{}, malformed
	}
	return chunkRange{first: first, size: last - first + 1, total: total}, nil
}

// parseNumber reads a decimal number in the one way to write it.
func parseNumber(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n >= 0 && strconv.FormatInt(n, 10) == text
}

// wholeUnits is how much of n bytes is kept while more is to come.
func wholeUnits(n int64) int64 { return n - n%media.ChunkUnit }
