package media

import (
	"encoding/binary"
	"strings"

	"keepsake/album"
)

// words is what is said about a video in its udta and meta boxes. What is wrong
// with these is no fault of the video. They count their boxes for themselves.
type words struct {
	boxes
	maker, model string
	place        *album.Place
	located      bool
}

// The tags of the words that are read.
const (
	placeTag = "\xa9xyz"
	makerTag = "\xa9mak"
	modelTag = "\xa9mod"
)

// harmlessWords are boxes in udta and ilst that say nothing about a place.
var harmlessWords = map[string]bool{
	"\xa9too": true, "\xa9swr": true, "\xa9day": true, "\xa9nam": true, "\xa9enc": true, "\xa9fmt": true,
	"name": true, "hnti": true, "hinf": true, "tagc": true, "free": true, "\x00\x00\x00\x00": true,
}

// userData reads a udta box.
func (w *words) userData(b box) {
	err := w.children(b, func(b box) error {
		switch {
		case b.kind == "meta":
			w.meta(b)
		case b.kind == "loci":
			w.located = true
			if w.place == nil {
				w.place = fixedPlace(w.text(b, 6)) // 6: version, flags, language
			}
		case strings.HasPrefix(b.kind, "\xa9"):
			// QuickTime's texts: length and language, then the text.
			if text := w.text(b, 0); len(text) >= 4 {
				n := int(binary.BigEndian.Uint16([]byte(text)))
				w.say(b.kind, text[4:min(len(text), 4+n)])
			} else {
				w.say(b.kind, "")
			}
		default:
			w.say(b.kind, "")
		}
		return nil
	})
	w.located = w.located || err != nil
}

// meta reads a meta box: a list of items with numbers for names, which keys
// explains, or with tags for names.
func (w *words) meta(b box) {
	var head [8]byte
	if w.src.readFull(head[:], b.start) != nil || b.end-b.start < 8 {
		w.located = true
		return
	}
	if string(head[4:]) != "hdlr" { // in MP4 it begins with version and flags
		b.start += 4
	}
	var keys []string
	err := w.children(b, func(b box) error {
		switch b.kind {
		case "keys":
			keys = w.keys(b)
		case "ilst":
			return w.children(b, func(item box) error {
				tag := item.kind
				if i := binary.BigEndian.Uint32([]byte(tag)); i >= 1 && int64(i) <= int64(len(keys)) {
					tag = keys[i-1]
				}
				return w.children(item, func(b box) error {
					if b.kind == "data" {
						w.say(tag, w.text(b, 8)) // 8: its type and language
					}
					return nil
				})
			})
		case "hdlr", "free":
		default:
			w.located = true
		}
		return nil
	})
	w.located = w.located || err != nil
}

const (
	maxKeys  = 64
	keySpace = "com.apple.quicktime."
)

// keys reads the names of a meta box's items.
func (w *words) keys(b box) []string {
	table := make([]byte, min(maxKeys*maxText, b.end-b.start))
	r := fields{b: table}
	if w.src.readFull(table, b.start) != nil {
		w.located = true
		return nil
	}
	r.version()
	var keys []string
	for range min(maxKeys, r.number(4)) {
		size := r.number(4)
		if size < 8 || size > maxText {
			break
		}
		r.number(4) // the name space
		keys = append(keys, strings.TrimPrefix(string(r.take(int(size)-8)), keySpace))
	}
	return keys
}

// text reads a box from skip bytes behind its head on, so much of it as is used.
func (w *words) text(b box, skip int64) string {
	text := make([]byte, max(0, min(maxText, b.end-b.start-skip)))
	if w.src.readFull(text, b.start+skip) != nil {
		w.located = true
		return ""
	}
	return string(text)
}

// say takes one word about the video.
func (w *words) say(tag, text string) {
	switch tag {
	case makerTag, "make":
		w.maker = text
	case modelTag, "model":
		w.model = text
	case placeTag, "location.ISO6709":
		w.located = true
		if w.place == nil {
			w.place = pointOnEarth(text)
		}
	case "software", "creationdate", "encoder", "com.android.version", "com.android.capture.fps":
	default:
		w.located = w.located || !harmlessWords[tag]
	}
}

// fixedPlace reads 3GPP's loci box: a name, a zero, a role, then longitude and
// latitude as numbers of 16 bits before the point and 16 behind.
func fixedPlace(text string) *album.Place {
	_, rest, ok := strings.Cut(text, "\x00")
	if !ok || len(rest) < 9 {
		return nil
	}
	degrees := func(s string) float64 { return float64(int32(binary.BigEndian.Uint32([]byte(s)))) / (1 << 16) }
	return place(degrees(rest[5:9]), degrees(rest[1:5]))
}
