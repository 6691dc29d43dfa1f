package media

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// The markers of a JPEG file that matter here.
const (
	markerTEM  = 0x01
	markerRST0 = 0xd0
	markerRST7 = 0xd7
	markerSOI  = 0xd8
	markerEOI  = 0xd9
	markerSOS  = 0xda
	markerAPP1 = 0xe1
)

// scanJPEG follows the markers to the end of the picture. Most files end with
// the end marker and are read only as far as their first scan; behind others
// stand second pictures or videos, so the end is found by reading on. Inside a
// scan the end marker cannot occur by chance.
func scanJPEG(src *source) (exif []byte, err error) {
	var last [2]byte
	if err := src.readFull(last[:], src.size-2); err != nil {
		return nil, err
	}
	endsWell := last == [2]byte{0xff, markerEOI}

	r := bufio.NewReaderSize(src.from(0), 64<<10)
	scan := false
	for {
		marker, err := nextMarker(r)
		if err != nil {
			return nil, err
		}
		switch {
		case marker == markerSOI || marker == markerTEM || marker >= markerRST0 && marker <= markerRST7:
			continue
		case marker == markerEOI:
			if !scan {
				return nil, errStructure
			}
			return exif, nil
		case marker == markerSOS:
			if endsWell {
				return exif, nil
			}
			scan = true
		}
		var b [2]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return nil, err
		}
		length := int(binary.BigEndian.Uint16(b[:])) - 2
		if length < 0 {
			return nil, errStructure
		}
		if marker == markerAPP1 && exif == nil {
			segment := make([]byte, length)
			if _, err := io.ReadFull(r, segment); err != nil {
				return nil, err
			}
			if bytes.HasPrefix(segment, exifHeader) {
				exif = segment
			}
			continue
		}
		if _, err := r.Discard(length); err != nil {
			return nil, err
		}
	}
}

// nextMarker skips to the next marker and returns its code. Stuffed bytes in a
// scan and fill bytes are passed over.
func nextMarker(r *bufio.Reader) (byte, error) {
	for {
		if _, err := r.ReadSlice(0xff); err != nil {
			if errors.Is(err, bufio.ErrBufferFull) {
				continue
			}
			return 0, err
		}
		code := byte(0xff)
		for code == 0xff {
			var err error
			if code, err = r.ReadByte(); err != nil {
				return 0, err
			}
		}
		if code != 0 {
			return code, nil
		}
	}
}
