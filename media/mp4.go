package media

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
	"time"
)

// quickTimeEpoch is where times in MP4 and MOV files count from, in seconds.
var quickTimeEpoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)

var errNoType = errors.New("the first box is not ftyp")

// movie is what the walk gathers.
type movie struct {
	boxes
	duration time.Duration
	madeAt   time.Time
	width    int // of the first video track that has a size, as shown
	height   int
	words    words
}

// inspectVideo reads a video's header, wherever in the file it stands, and
// checks that header and media data are there to their end.
func inspectVideo(src *source, facts *Facts) error {
	m := movie{boxes: boxes{src: src}, words: words{boxes: boxes{src: src}}}
	if err := m.file(); errors.Is(err, errNoType) {
		return unsupported("this old form of QuickTime is not accepted")
	} else if err != nil {
		return corrupt("video", err)
	}
	if m.width == 0 {
		return unsupported("this file holds no video")
	}
	if err := checkSize(m.width, m.height); err != nil {
		return err
	}
	facts.Width, facts.Height = m.width, m.height
	facts.Duration, facts.TakenAt = m.duration, m.madeAt
	facts.Camera, facts.Place, facts.Located = camera(m.words.maker, m.words.model), m.words.place, m.words.located
	return nil
}

// file walks the outermost boxes: ftyp first, then moov and mdat in any order.
// Once both were seen whole, or the fragments of a streamed file begin, what
// follows may be anything.
func (m *movie) file() error {
	first, moov, mdat := true, false, false
	off := int64(0)
	for off < m.src.size && (!moov || !mdat) {
		b, err := m.next(off, m.src.size)
		if err != nil {
			return err
		}
		switch {
		case first && b.kind != "ftyp":
			return errNoType
		case b.kind == "moof" && moov:
			m.words.located = true // not followed to its end
			return nil
		case b.kind == "mdat":
			mdat = true
		case b.kind == "moov" && !moov:
			moov = true
			if err := m.children(b, m.inMovie); err != nil {
				return err
			}
		case b.kind != "ftyp" && b.kind != "free" && b.kind != "skip" && b.kind != "wide":
			m.words.located = true
		}
		first, off = false, b.end
	}
	if off < m.src.size {
		m.words.located = true
	}
	if !moov || !mdat {
		return io.ErrUnexpectedEOF
	}
	return nil
}

func (m *movie) inMovie(b box) error {
	switch b.kind {
	case "mvhd":
		return m.movieHeader(b)
	case "trak":
		return m.track(b)
	case "udta":
		m.words.userData(b)
	case "meta":
		m.words.meta(b)
	case "iods":
	default:
		m.words.located = true
	}
	return nil
}

// movieHeader reads duration and creation time.
func (m *movie) movieHeader(b box) error {
	f, long, err := m.fields(b, 20, 32)
	if err != nil {
		return err
	}
	var made, scale, duration, unknown uint64
	if long {
		made, scale, duration = binary.BigEndian.Uint64(f[4:]), uint64(binary.BigEndian.Uint32(f[20:])), binary.BigEndian.Uint64(f[24:])
		unknown = math.MaxUint64
	} else {
		made, scale, duration = uint64(binary.BigEndian.Uint32(f[4:])), uint64(binary.BigEndian.Uint32(f[12:])), uint64(binary.BigEndian.Uint32(f[16:]))
		unknown = math.MaxUint32
	}
	if duration != 0 && duration != unknown {
		seconds := float64(duration) / float64(scale)
		if scale == 0 || seconds > math.MaxInt64/float64(time.Second)/2 {
			return errStructure
		}
		m.duration = time.Duration(math.Round(seconds*1e6)) * time.Microsecond
	}
	m.madeAt = movieTime(made)
	return nil
}

// movieTime is zero for times before there were phones that film, which clocks
// that were never set give, and after 2099.
func movieTime(seconds uint64) time.Time {
	if seconds > math.MaxUint32*2 {
		return time.Time{}
	}
	t := time.Unix(quickTimeEpoch.Unix()+int64(seconds), 0).UTC()
	if t.Year() < 1990 || t.Year() >= 2100 {
		return time.Time{}
	}
	return t
}

// track takes the size of a track if it is the first video that has one.
func (m *movie) track(b box) error {
	var width, height int
	video, known := false, false
	err := m.children(b, func(b box) (err error) {
		switch b.kind {
		case "tkhd":
			width, height, err = m.trackSize(b)
		case "mdia":
			err = m.children(b, func(b box) error {
				if b.kind != "hdlr" {
					return nil
				}
				f, _, err := m.fields(b, 12, 12)
				if err == nil {
					video = string(f[8:12]) == "vide"
					known = video || string(f[8:12]) == "soun"
				}
				return err
			})
		case "udta":
			m.words.userData(b)
		case "meta":
			m.words.meta(b)
		}
		return err
	})
	m.words.located = m.words.located || !known // it may tell place by place
	if err == nil && video && m.width == 0 && width > 0 && height > 0 {
		m.width, m.height = width, height
	}
	return err
}

// trackSize reads how large a track is shown: its size, turned by its matrix.
func (m *movie) trackSize(b box) (width, height int, err error) {
	f, long, err := m.fields(b, 84, 96)
	if err != nil {
		return 0, 0, err
	}
	at := 40
	if long {
		at = 52
	}
	matrix, size := f[at:], f[at+36:]
	width = int(binary.BigEndian.Uint16(size)) // 16.16: the fraction is dropped
	height = int(binary.BigEndian.Uint16(size[4:]))
	// The matrix holds signed numbers.
	a := int64(int32(binary.BigEndian.Uint32(matrix)))
	turn := int64(int32(binary.BigEndian.Uint32(matrix[4:])))
	if max(turn, -turn) > max(a, -a) {
		width, height = height, width
	}
	return width, height, nil
}
