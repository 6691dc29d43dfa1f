// Package intake reads into memory what clients send, and bounds what that costs
// before anything is known of it: how much of it there is at once, and how many
// values a text of JSON has, which take far more memory decoded than written.
package intake

import (
	"encoding/json"
	"errors"
	"io"
	"sync"
)

// Small is what everybody may send, in bytes: as much as a document may have by
// default. Few requests have more.
const Small = 64 << 10

// ErrBusy is what ReadAll gives where too many send more than Small already.
var ErrBusy = errors.New("intake: too many large requests at once")

// Limit is for how many requests there is room that have more than Small. The zero
// value has no room.
type Limit struct {
	places chan struct{}
	alone  sync.Mutex
}

// New makes a limit.
func New(places int) *Limit { return &Limit{places: make(chan struct{}, places)} }

// ReadAll is io.ReadAll. It holds a place while it reads more than Small, and does
// not wait for one.
func (l *Limit) ReadAll(r io.Reader) ([]byte, error) {
	begin, err := io.ReadAll(io.LimitReader(r, Small))
	if err != nil || len(begin) < Small {
		return begin, err
	}
	select {
	case l.places <- struct{}{}:
		defer func() { <-l.places }()
	default:
		return nil, ErrBusy
	}
	rest, err := io.ReadAll(r)
	return append(begin, rest...), err
}

// Unmarshal is json.Unmarshal, of texts of more than Small one at a time: while one
// takes a processor, others have the rest.
func (l *Limit) Unmarshal(text []byte, to any) error {
	if len(text) > Small {
		l.alone.Lock()
		defer l.alone.Unlock()
	}
	return json.Unmarshal(text, to)
}

// TooMany reports whether a text of JSON has more than most items in its lists and
// objects beyond the first in each. What is no JSON may be either.
func TooMany(text []byte, most int) bool {
	if len(text) <= most {
		return false
	}
	inString := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case c == ',' && !inString:
			if most--; most < 0 {
				return true
			}
		}
	}
	return false
}
