package intake_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"keepsake/internal/intake"
)

// What is small is always read; of what is large, as much at once as there are places,
// which are given back.
func TestReadAll(t *testing.T) {
	const places = 3
	l := intake.New(places)
	var open []*io.PipeWriter
	results := make(chan error, places)
	for range places {
		r, w := io.Pipe()
		open = append(open, w)
		go func() {
			b, err := l.ReadAll(r)
			if err == nil && len(b) != intake.Small+2 {
				err = errors.New("not all of it")
			}
			results <- err
		}()
		// The second byte beyond is taken only by who has a place.
		for _, part := range [][]byte{make([]byte, intake.Small), {1}} {
			if _, err := w.Write(part); err != nil {
				t.Fatal(err)
			}
		}
	}
	for size, want := range map[int]error{0: nil, 1: nil, intake.Small - 1: nil, intake.Small: intake.ErrBusy, 1 << 20: intake.ErrBusy} {
		b, err := l.ReadAll(bytes.NewReader(make([]byte, size)))
		if !errors.Is(err, want) || err == nil && len(b) != size {
			t.Errorf("%d bytes: %d, %v", size, len(b), err)
		}
	}
	for _, w := range open {
		if _, err := w.Write([]byte{2}); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	if b, err := l.ReadAll(bytes.NewReader(make([]byte, 1<<20))); err != nil || len(b) != 1<<20 {
		t.Errorf("afterwards: %d, %v", len(b), err)
	}
}

func TestTooMany(t *testing.T) {
	for text, items := range map[string]int{
		`{"query":"{a,b,c,d,e,f,g,h}"}`:                 0,
		`{"query":"\",,,,,,\\","variables":{"a":[1]}}`:  1,
		`[1,2,3,4,5,6,7,8,9]`:                           8,
		`{"a":1,"b":[1,2,{"c":"x,y","d":[]}],"e":"\\"}`: 5,
	} {
		if !json.Valid([]byte(text)) {
			t.Fatal(text)
		}
		if intake.TooMany([]byte(text), items) || items > 0 && !intake.TooMany([]byte(text), items-1) {
			t.Errorf("%s does not have %d", text, items)
		}
	}
	long := []byte(`"` + strings.Repeat(",", 1<<20) + `"`)
	if intake.TooMany(long, 5) {
		t.Error("a text has items")
	}
}

// FuzzTooMany: what has fewer commas than most is never refused, and decoded JSON has
// no more items than were counted and lists and objects.
func FuzzTooMany(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2,"\"",{}]}`, `"\\",`, `[[[[]]]]`, `{"a":{"b":{"c":1}},"d":",,"}`} {
		f.Add([]byte(seed), 3)
	}
	f.Fuzz(func(t *testing.T, text []byte, most int) {
		most = max(0, most%100)
		refused := intake.TooMany(text, most)
		if refused && bytes.Count(text, []byte{','}) <= most {
			t.Errorf("%q has no %d items", text, most)
		}
		var v any
		if refused || len(text) > 4096 || json.Unmarshal(text, &v) != nil {
			return
		}
		if n := beyondFirst(v); n > most {
			t.Errorf("%q has %d items, more than %d", text, n, most)
		}
	})
}

// beyondFirst counts items beyond the first of each list and object. Names that are
// there twice count once.
func beyondFirst(v any) (n int) {
	switch v := v.(type) {
	case []any:
		n = max(0, len(v)-1)
		for _, item := range v {
			n += beyondFirst(item)
		}
	case map[string]any:
		n = max(0, len(v)-1)
		for _, item := range v {
			n += beyondFirst(item)
		}
	}
	return n
}
