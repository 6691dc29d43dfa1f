package gcsserver

import (
	"net/http"
	"strconv"
	"strings"
)

// contentRange is what a request says of the bytes that it sends.
type contentRange struct {
	first, size int64
	total       int64 // -1 if it is not known yet
	asks        bool
}

// parseContentRange reads "bytes FIRST-LAST/TOTAL" or "bytes */TOTAL", where
// TOTAL may be "*". A request without it sends everything.
func parseContentRange(r *http.Request) (contentRange, *fault) {
	if r.ContentLength < 0 {
		return contentRange{}, &fault{http.StatusLengthRequired, "MissingContentLength", "a Content-Length is needed here"}
	}
	given := r.Header.Values("Content-Range")
	if len(given) == 0 {
		return contentRange{size: r.ContentLength, total: r.ContentLength}, nil
	}
	c, ok := readContentRange(strings.Join(given, ","))
	if !ok || c.size != r.ContentLength {
		return contentRange{}, malformed("InvalidArgument", "the Content-Range is none, or not that of the body")
	}
	return c, nil
}

func readContentRange(text string) (c contentRange, ok bool) {
	text, isBytes := strings.CutPrefix(text, "bytes ")
	part, total, slash := strings.Cut(text, "/")
	if c.total = -1; total != "*" {
		if c.total, ok = readNumber(total); !ok {
			return contentRange{}, false
		}
	}
	if part == "*" {
		c.asks = true
		return c, isBytes && slash
	}
	from, to, dash := strings.Cut(part, "-")
	first, okFirst := readNumber(from)
	last, okLast := readNumber(to)
	c.first, c.size = first, last-first+1
	return c, isBytes && slash && dash && okFirst && okLast && c.size > 0 && (c.total < 0 || last < c.total)
}

func readNumber(text string) (int64, bool) {
	n, err := strconv.ParseUint(text, 10, 62)
	return int64(n), err == nil //nolint:gosec // of 62 bits
}
