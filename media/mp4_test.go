package media_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/media"
)

// b makes a box of its parts.
func b(kind string, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	head := binary.BigEndian.AppendUint32(nil, uint32(len(body)+8))
	return append(append(head, kind...), body...)
}

// long is b with a 64-bit size, which may say more than there is.
func long(kind string, size uint64) []byte {
	return binary.BigEndian.AppendUint64(append([]byte{0, 0, 0, 1}, kind...), size)
}

func u32(values ...uint32) []byte {
	var out []byte
	for _, v := range values {
		out = binary.BigEndian.AppendUint32(out, v)
	}
	return out
}

func u64(v uint64) []byte { return binary.BigEndian.AppendUint64(nil, v) }

var (
	ftyp    = b("ftyp", []byte("isom"), u32(512), []byte("isomavc1"))
	mdat    = b("mdat", make([]byte, 32))
	video   = b("mdia", b("hdlr", u32(0, 0), []byte("vide"), make([]byte, 13)))
	sound   = b("mdia", b("hdlr", u32(0, 0), []byte("soun"), make([]byte, 13)))
	upright = [4]uint32{0x10000, 0, 0, 0x10000}
)

// made2024 is 2024-05-06T07:08:09Z, counted from 1904.
const made2024 = 3_797_824_089

func mvhd(scale, duration uint32) []byte {
	return b("mvhd", u32(0, made2024, 0, scale, duration), make([]byte, 80))
}

func mvhdLong(made uint64, scale uint32, duration uint64) []byte {
	return b("mvhd", u32(1<<24), u64(made), u64(0), u32(scale), u64(duration), make([]byte, 80))
}

func tkhd(width, height uint32, m [4]uint32) []byte {
	return b("tkhd", u32(0, 0, 0, 1, 0, 0), make([]byte, 16), u32(m[0], m[1], 0, m[2], m[3], 0, 0, 0, 1<<30, width<<16, height<<16))
}

func tkhdLong(width, height uint32) []byte {
	return b("tkhd", u32(1<<24), make([]byte, 32), make([]byte, 16), u32(1<<16, 0, 0, 0, 1<<16, 0, 0, 0, 1<<30, width<<16, height<<16))
}

func file(boxes ...[]byte) []byte { return bytes.Join(boxes, nil) }

func TestMP4(t *testing.T) {
	track := b("trak", tkhd(640, 480, upright), video)
	moov := b("moov", mvhd(1000, 1500), track)
	minus := func(v uint32) uint32 { return -v }
	for _, test := range []struct {
		name          string
		file          []byte
		code          album.Code
		width, height int
		duration      time.Duration
	}{
		{"plain", file(ftyp, moov, mdat), "", 640, 480, 1500 * time.Millisecond},
		{"header behind", file(ftyp, b("free"), mdat, moov), "", 640, 480, 1500 * time.Millisecond},
		{"64-bit times", file(ftyp, b("moov", mvhdLong(made2024, 90_000, 45_000), b("trak", tkhdLong(320, 200), video)), mdat), "", 320, 200, 500 * time.Millisecond},
		{"to the end", file(ftyp, moov, u32(0), []byte("mdat12345")), "", 640, 480, 1500 * time.Millisecond},
		{"turned", file(ftyp, b("moov", mvhd(1, 1), b("trak", tkhd(640, 480, [4]uint32{0, 0x10000, minus(0x10000), 0}), video)), mdat), "", 480, 640, time.Second},
		{"turned back", file(ftyp, b("moov", mvhd(1, 1), b("trak", tkhd(640, 480, [4]uint32{0, minus(0x10000), 0x10000, 0}), video)), mdat), "", 480, 640, time.Second},
		{"on its head", file(ftyp, b("moov", mvhd(1, 1), b("trak", tkhd(640, 480, [4]uint32{minus(0x10000), 0, 0, minus(0x10000)}), video)), mdat), "", 640, 480, time.Second},
		{"sound first", file(ftyp, b("moov", mvhd(1, 1), b("trak", tkhd(0, 0, upright), sound), track), mdat), "", 640, 480, time.Second},
		{"sound with a size", file(ftyp, b("moov", mvhd(1, 1), b("trak", tkhd(9, 9, upright), sound), track), mdat), "", 640, 480, time.Second},
		{"an empty track first", file(ftyp, b("moov", mvhd(1, 1), b("trak", tkhd(0, 0, upright), video), track), mdat), "", 640, 480, time.Second},
		{"unknown duration", file(ftyp, b("moov", mvhd(1000, math.MaxUint32), track), mdat), "", 640, 480, 0},
		{"no movie header", file(ftyp, b("moov", track), mdat), "", 640, 480, 0},
		{"in pieces", file(ftyp, b("moov", mvhd(1000, 0), track), b("moof", make([]byte, 8)), []byte("cut off")), "", 640, 480, 0},
		{"QuickTime's zero at the end of a list", file(ftyp, b("moov", mvhd(1, 1), track, u32(0)), mdat), "", 640, 480, time.Second},
		{"a scale of zero", file(ftyp, b("moov", mvhd(0, 5), track), mdat), album.CodeMediaCorrupt, 0, 0, 0},
		{"longer than the world", file(ftyp, b("moov", mvhdLong(0, 1, math.MaxInt64), track), mdat), album.CodeMediaCorrupt, 0, 0, 0},
		{"sound alone", file(ftyp, b("moov", mvhd(1, 1), b("trak", tkhd(0, 0, upright), sound)), mdat), album.CodeMediaUnsupported, 0, 0, 0},
		{"no track", file(ftyp, b("moov", mvhd(1, 1)), mdat), album.CodeMediaUnsupported, 0, 0, 0},
		{"no header", file(ftyp, mdat), album.CodeMediaCorrupt, 0, 0, 0},
		{"no data", file(ftyp, moov), album.CodeMediaCorrupt, 0, 0, 0},
		{"data cut off", file(ftyp, moov, mdat[:20]), album.CodeMediaCorrupt, 0, 0, 0},
		{"header cut off", file(ftyp, mdat, moov[:100]), album.CodeMediaCorrupt, 0, 0, 0},
		{"too large", file(ftyp, b("moov", mvhd(1, 1), b("trak", tkhd(20_000, 10, upright), video)), mdat), album.CodeLimitExceeded, 0, 0, 0},
		{"a box in a box that is too small", file(ftyp, b("moov", u32(100), []byte("trak")), mdat), album.CodeMediaCorrupt, 0, 0, 0},
		{"a box smaller than its header", file(ftyp, b("moov", u32(7), []byte("trak")), mdat), album.CodeMediaCorrupt, 0, 0, 0},
		{"a size beyond 63 bits", file(ftyp, long("mdat", math.MaxUint64), moov), album.CodeMediaCorrupt, 0, 0, 0},
		{"a long size below its header", file(ftyp, long("mdat", 15), moov), album.CodeMediaCorrupt, 0, 0, 0},
		{"a short track header", file(ftyp, b("moov", b("trak", b("tkhd", u32(0, 0, 0)), video)), mdat), album.CodeMediaCorrupt, 0, 0, 0},
		{"a million boxes", file(ftyp, bytes.Repeat(b("free"), 1_000_000), mdat, moov), album.CodeMediaCorrupt, 0, 0, 0},
		{"a deep nest", file(ftyp, nest(1000), mdat), album.CodeMediaUnsupported, 0, 0, 0},
	} {
		facts, err := inspect(t, test.file)
		if album.CodeOf(err) != test.code || facts.Width != test.width || facts.Height != test.height || facts.Duration != test.duration {
			t.Errorf("%s: %+v, %v, want %d x %d, %s, %s", test.name, facts, err, test.width, test.height, test.duration, test.code)
		}
	}
}

func nest(depth int) []byte {
	inner := b("trak")
	for range depth {
		inner = b("trak", inner)
	}
	return b("moov", inner)
}

func TestMP4Time(t *testing.T) {
	for made, want := range map[uint64]time.Time{
		made2024:              time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC),
		0:                     {},
		1:                     {},
		1_714_979_289:         {}, // counted from 1970 by mistake: 1958
		math.MaxUint32:        time.Date(2040, 2, 6, 6, 28, 15, 0, time.UTC),
		math.MaxUint64:        {},
		math.MaxInt64:         {},
		math.MaxUint32 * 1000: {},
	} {
		facts, err := inspect(t, file(ftyp, b("moov", mvhdLong(made, 1, 1), b("trak", tkhd(64, 48, upright), video)), mdat))
		if err != nil || !facts.TakenAt.Equal(want) {
			t.Errorf("%d: %v, %v, want %v", made, facts.TakenAt, err, want)
		}
	}
}

// sparse is a huge file: parts of it at their places, zeros between them.
type sparse struct {
	parts map[int64][]byte
	reads int
}

func (s *sparse) ReadAt(p []byte, off int64) (int, error) {
	s.reads++
	clear(p)
	for at, part := range s.parts {
		for i := range part {
			if n := at + int64(i) - off; n >= 0 && n < int64(len(p)) {
				p[n] = part[i]
			}
		}
	}
	return len(p), nil
}

// TestMP4Huge: a header behind 10 GB is found in a few reads.
func TestMP4Huge(t *testing.T) {
	const data = 10 << 30
	moov := b("moov", mvhd(1000, 1500), b("trak", tkhd(1920, 1080, upright), video))
	at := int64(len(ftyp))
	s := &sparse{parts: map[int64][]byte{0: ftyp, at: long("mdat", data), at + data: moov}}
	facts, err := media.Inspect(t.Context(), s, at+data+int64(len(moov)))
	if err != nil || facts.Width != 1920 || facts.Duration != 1500*time.Millisecond {
		t.Errorf("%+v, %v", facts, err)
	}
	if s.reads > 20 {
		t.Errorf("%d reads", s.reads)
	}
	var _ io.ReaderAt = s
}

func FuzzMP4(f *testing.F) {
	for _, name := range []string{"front.mp4", "end.mp4", "plain.mov", "fragmented.mp4", "rotated-90.mp4", "audio-first.mp4", "place.mp4", "place.mov"} {
		f.Add(load(f, name)[len(ftyp):])
	}
	f.Add(file(b("moov", mvhdLong(made2024, 90_000, 45_000), b("trak", tkhdLong(320, 200), video)), mdat))
	f.Fuzz(func(t *testing.T, rest []byte) {
		movie := file(ftyp, rest)
		r := &countingReader{r: bytes.NewReader(movie)}
		facts, err := media.Inspect(t.Context(), r, int64(len(movie)))
		if r.bytes > 4096+2000*(16+112)+2000*(16+64*256) {
			t.Errorf("read %d bytes", r.bytes)
		}
		switch album.CodeOf(err) {
		case "":
			if facts.Kind != album.Video || facts.Width < 1 || facts.Height < 1 || facts.Duration < 0 {
				t.Errorf("%+v", facts)
			}
		case album.CodeMediaCorrupt, album.CodeMediaUnsupported, album.CodeLimitExceeded:
		default:
			t.Errorf("%v", err)
		}
	})
}
