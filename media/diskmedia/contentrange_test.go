package diskmedia

import (
	"fmt"
	"testing"
)

func TestContentRange(t *testing.T) {
	for text, want := range map[string]chunkRange{
		"bytes 0-0/1":   {first: 0, size: 1, total: 1},
		"bytes 5-9/20":  {first: 5, size: 5, total: 20},
		"bytes */20":    {total: 20, asks: true},
		"bytes */0":     {total: 0, asks: true},
		"bytes 0-0/1 ":  {},
		"bytes  0-0/1":  {},
		"Bytes 0-0/1":   {},
		"bytes 0-1/1":   {},
		"bytes 1-0/2":   {},
		"bytes -0/1":    {},
		"bytes 0-/1":    {},
		"bytes 00-0/1":  {},
		"bytes +0-0/1":  {},
		"bytes 0-0/*":   {},
		"bytes */*":     {},
		"bytes */":      {},
		"bytes 0-0":     {},
		"bytes 0-0/1/1": {},
		"bytes=0-0/1":   {},
		"":              {},
		"bytes 0-9223372036854775807/9223372036854775807": {},
	} {
		got, err := parseContentRange([]string{text})
		if got != want || (err == nil) != (want != chunkRange{}) {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for _, values := range [][]string{nil, {"bytes 0-0/1", "bytes 0-0/1"}} {
		if c, err := parseContentRange(values); err == nil {
			t.Errorf("%q: %+v", values, c)
		}
	}
}

// FuzzContentRange: what is read is inside its total, and is written in one way.
func FuzzContentRange(f *testing.F) {
	for _, seed := range []string{"bytes 0-0/1", "bytes */7", "bytes 262144-524287/9223372036854775807", "bytes -1-0/1", "items 0-0/1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseContentRange([]string{text})
		if err != nil {
			if c != (chunkRange{}) {
				t.Errorf("%q: %+v with %v", text, c, err)
			}
			return
		}
		again := fmt.Sprintf("bytes %d-%d/%d", c.first, c.first+c.size-1, c.total)
		if c.asks {
			again = fmt.Sprintf("bytes */%d", c.total)
		}
		if again != text || c.first < 0 || c.size < 0 || c.total < 0 || c.first+c.size > c.total || c.asks != (c.size == 0) {
			t.Errorf("%q: %+v", text, c)
		}
	})
}
