package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The kinds of frames, by RFC 6455.
const (
	opContinuation = 0x0
	opText         = 0x1
	opBinary       = 0x2
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xa

	finalBit = 0x80
	maskBit  = 0x80
	// longSize and longerSize say that the size stands in the next 2 or 8 bytes.
	longSize   = 126
	longerSize = 127
)

// CloseError is a server's close frame.
type CloseError struct {
	Code   int // 0 where it gave none
	Reason string
}

// Error implements error.
func (e *CloseError) Error() string {
	return fmt.Sprintf("closed by the server: %d %s", e.Code, e.Reason)
}

// message takes the next message out of the buffer and answers pings on the
// way; ok is false when more must be read first.
func (c *Conn) message() (m []byte, ok bool, err error) {
	for {
		head, payload, ok, err := c.frame()
		if err != nil || !ok {
			return nil, false, err
		}
		final := head&finalBit != 0
		switch head &^ finalBit {
		case opText, opBinary, opContinuation:
			if final && !c.inParts {
				return payload, true, nil
			}
			if !c.inParts {
				c.parts = c.parts[:0]
			}
			c.parts = append(c.parts, payload...)
			c.inParts = !final
			if len(c.parts) > maxMessage {
				return nil, false, fmt.Errorf("a message of more than %d bytes", maxMessage)
			}
			if final {
				return c.parts, true, nil
			}
		case opPing:
			if err := c.write(opPong, payload); err != nil {
				return nil, false, err
			}
		case opPong:
		case opClose:
			return nil, false, closeError(payload)
		default:
			return nil, false, fmt.Errorf("a frame that begins with %#x", head)
		}
	}
}

func closeError(payload []byte) error {
	if len(payload) < 2 {
		return &CloseError{}
	}
	return &CloseError{Code: int(binary.BigEndian.Uint16(payload)), Reason: string(payload[2:])}
}

// frame takes the next frame out of the buffer if it is whole. head is its first
// byte.
func (c *Conn) frame() (head byte, payload []byte, ok bool, err error) {
	b := c.buf[c.from:c.to]
	if len(b) < 2 {
		return 0, nil, false, nil
	}
	if b[1]&maskBit != 0 {
		return 0, nil, false, errors.New("a masked frame from a server")
	}
	begin, size := 2, uint64(b[1])
	switch {
	case size == longSize && len(b) >= 4:
		begin, size = 4, uint64(binary.BigEndian.Uint16(b[2:]))
	case size == longerSize && len(b) >= 10:
		begin, size = 10, binary.BigEndian.Uint64(b[2:])
	case size >= longSize:
		return 0, nil, false, nil
	}
	if size > maxMessage {
		return 0, nil, false, fmt.Errorf("a frame of %d bytes", size)
	}
	end := begin + int(size)
	if len(b) < end {
		return 0, nil, false, nil
	}
	c.from += end
	return b[0], b[begin:end], true, nil
}

// appendFrame appends a client's frame. Its mask is zero, which leaves the
// payload as it is: masks are against caches that mistake one protocol for
// another, and there are none.
func appendFrame(b []byte, opcode byte, payload []byte) []byte {
	b = append(b, finalBit|opcode)
	switch n := len(payload); {
	case n < longSize:
		b = append(b, maskBit|byte(n))
	case n <= 0xffff:
		b = append(b, maskBit|longSize)
		b = binary.BigEndian.AppendUint16(b, uint16(n))
	default:
		b = append(b, maskBit|longerSize)
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	return append(append(b, 0, 0, 0, 0), payload...)
}
