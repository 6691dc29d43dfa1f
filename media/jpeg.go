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
	markerTEM   = 0x01
	markerRST0  = 0xd0
	markerRST7  = 0xd7
	markerSOI   = 0xd8
	markerEOI   = 0xd9
	markerSOS   = 0xda
	markerAPP0  = 0xe0
	markerAPP1  = 0xe1
	markerAPP2  = 0xe2
	markerAPP14 = 0xee
	markerAPP15 = 0xef
	markerCOM   = 0xfe
)

// scanJPEG follows the markers to the end of the picture. Most files end with
// the end marker and are read only as far as their first scan; behind others
// stand second pictures or videos, so the end is found by reading on. Inside a
// scan the end marker cannot occur by chance.
func scanJPEG(src *source, p *picture) error {
	var last [2]byte
	if err := src.readFull(last[:], src.size-2); err != nil {
		return err
	}
	endsWell := last == [2]byte{0xff, markerEOI}

	section := src.from(0)
	r := bufio.NewReaderSize(section, 64<<10)
	scan := false
	for {
		marker, err := nextMarker(r)
		if err != nil {
			return err
		}
		switch {
		case standsAlone(marker):
			continue
		case marker == markerEOI:
			if !scan {
				return errStructure
			}
			read, err := section.Seek(0, io.SeekCurrent)
			p.located = p.located || read-int64(r.Buffered()) < src.size
			return err
		case marker == markerSOS:
			if endsWell {
				return nil
			}
			scan = true
		}
		length, err := segmentLength(r)
		if err != nil {
			return err
		}
		if marker < markerAPP1 || marker > markerAPP15 || marker == markerAPP14 {
			if _, err := r.Discard(length); err != nil {
				return err
			}
			continue
		}
		segment := make([]byte, length)
		if _, err := io.ReadFull(r, segment); err != nil {
			return err
		}
		switch {
		case marker == markerAPP1 && p.exif == nil && bytes.HasPrefix(segment, exifHeader):
			p.exif = segment
		case marker == markerAPP2 && bytes.HasPrefix(segment, iccHeader):
			p.addICC(segment)
		default: // XMP, IPTC, other pictures, and what is yet to come
			p.located = true
		}
	}
}

// standsAlone reports whether no segment follows the marker.
func standsAlone(marker byte) bool {
	return marker == markerSOI || marker == markerTEM || marker >= markerRST0 && marker <= markerRST7
}

// segmentLength reads the length of a segment without the length itself.
func segmentLength(r *bufio.Reader) (int, error) {
	var b [2]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return 0, err
	}
	length := int(binary.BigEndian.Uint16(b[:])) - 2
	if length < 0 {
		return 0, errStructure
	}
	return length, nil
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
