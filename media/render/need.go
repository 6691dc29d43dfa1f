package render

import (
	"bufio"
	"encoding/binary"
	"image/color"
	"image/png"
	"io"

	"keepsake/album"
)

// checkNeed refuses a picture whose pixels alone take more than the memory that
// there is. The system's limit would end the child in any case, but package
// runtime finds many ways to fall over it.
func (s source) checkNeed() error {
	need, err := s.need()
	if err != nil {
		return corrupt(err)
	}
	if need > s.memory {
		return album.Errorf(album.CodeLimitExceeded, "this picture takes too much memory to read")
	}
	return nil
}

// need is how many bytes the decoded picture takes. That of HEIC is not known:
// its decoder has a bound of its own.
func (s source) need() (int64, error) {
	pixels := int64(s.facts.Width) * int64(s.facts.Height)
	r := io.NewSectionReader(s.file, 0, s.size)
	switch s.facts.ContentType {
	case "image/png":
		config, err := png.DecodeConfig(r)
		if err != nil {
			return 0, err
		}
		switch config.ColorModel {
		case color.Gray16Model:
			return 2 * pixels, nil
		case color.RGBAModel, color.NRGBAModel:
			return 4 * pixels, nil
		case color.RGBA64Model, color.NRGBA64Model:
			return 8 * pixels, nil
		}
	case "image/webp":
		return 4 * pixels, nil
	case "image/jpeg":
		tenths, err := jpegNeed(bufio.NewReader(r))
		return pixels * tenths / 10, err
	case "image/heic":
		return 0, nil
	}
	return pixels, nil
}

// jpegNeed is how many tenths of a byte a pixel of a JPEG takes: its colours,
// of which some may be stored for each second pixel, and all of the numbers
// behind them where they come in several scans.
func jpegNeed(r *bufio.Reader) (int64, error) {
	if _, err := r.Discard(2); err != nil {
		return 0, err
	}
	for {
		var head [4]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return 0, err
		}
		for head[1] == 0xff { // padding before a marker
			copy(head[1:], head[2:])
			b, err := r.ReadByte()
			if err != nil {
				return 0, err
			}
			head[3] = b
		}
		length := int(binary.BigEndian.Uint16(head[2:])) - 2
		if head[1] < 0xc0 || head[1] > 0xc2 {
			if _, err := r.Discard(max(0, length)); err != nil {
				return 0, err
			}
			continue
		}
		frame := make([]byte, max(0, length))
		if _, err := io.ReadFull(r, frame); err != nil {
			return 0, err
		}
		return frameNeed(frame, head[1] == 0xc2)
	}
}

// frameNeed is jpegNeed for a frame's head: 6 bytes, then 3 for each colour.
func frameNeed(frame []byte, progressive bool) (int64, error) {
	if len(frame) < 6 || len(frame) < 6+3*int(frame[5]) {
		return 0, io.ErrUnexpectedEOF
	}
	var sum, h, v int64
	for i := range int(frame[5]) {
		sampling := frame[7+3*i]
		sum += int64(sampling>>4) * int64(sampling&15)
		h, v = max(h, int64(sampling>>4)), max(v, int64(sampling&15))
	}
	if h == 0 || v == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	need := 10 * sum / (h * v)
	if progressive {
		need *= 5 // 4 bytes for each number
	}
	if frame[5] == 4 {
		need += 40 // put together once more
	}
	return need, nil
}
