package transport

import (
	"encoding/binary"
	"encoding/json"
)

// subprotocol is the one way to speak over a socket:
// https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
const subprotocol = "graphql-transport-ws"

// The close codes of RFC 6455 and of the protocol. Clients come back after those
// that are 1001, 1006, 1012, 1013 and 4403.
const (
	closeNotUTF8       = 1007
	closeTooBig        = 1009
	closeRestart       = 1012
	closeTryLater      = 1013
	closeBadMessage    = 4400
	closeUnauthorized  = 4401 // only for who asks before it has said who it is
	closeForbidden     = 4403
	closeNoSubprotocol = 4406
	closeInitTimeout   = 4408
	closeDuplicate     = 4409
	closeTooManyInits  = 4429
	maxControlFrame    = 125 // bytes of payload, by RFC 6455
	maxCloseReason     = maxControlFrame - 2
	opText, opClose    = 1, 8
	opPing, opPong     = 9, 10
	finalFrame         = 0x80
	length16, length64 = 126, 127
	largest16          = 1 << 16
)

// kind is what a frame to a client is.
type kind uint8

const (
	kindNext kind = iota
	kindError
	kindComplete
	kindAck
	kindPongMessage // the protocol's own
	kindPing        // of the WebSocket, as are those below
	kindPong
	kindClose
)

// message is what a client sends.
type message struct {
	ID      *string         `json:"id"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload"`
}

// appendFrame writes a frame as a WebSocket's of the server: whole and unmasked.
func appendFrame(to []byte, f *frame) []byte {
	opcode := byte(opText)
	switch f.kind {
	case kindPing:
		opcode = opPing
	case kindPong:
		opcode = opPong
	case kindClose:
		opcode = opClose
	}
	if opcode != opText {
		return append(append(to, finalFrame|opcode, byte(len(f.payload))), f.payload...)
	}
	const before, after = `{"id":`, `,"type":"next","payload":`
	switch f.kind {
	case kindNext:
		to = appendHeader(to, len(before)+len(f.op.idJSON)+len(after)+len(f.payload)+1)
		to = append(to, before...)
		to = append(to, f.op.idJSON...)
		to = append(to, after...)
		return append(append(to, f.payload...), '}')
	case kindError:
		const after = `,"type":"error","payload":`
		to = appendHeader(to, len(before)+len(f.op.idJSON)+len(after)+len(f.payload)+1)
		to = append(to, before...)
		to = append(to, f.op.idJSON...)
		to = append(to, after...)
		return append(append(to, f.payload...), '}')
	case kindComplete:
		const after = `,"type":"complete"}`
		to = appendHeader(to, len(before)+len(f.op.idJSON)+len(after))
		to = append(to, before...)
		return append(append(to, f.op.idJSON...), after...)
	case kindAck:
		return appendText(to, `{"type":"connection_ack"}`)
	default:
		return appendText(to, `{"type":"pong"}`)
	}
}

func appendText(to []byte, text string) []byte { return append(appendHeader(to, len(text)), text...) }

func appendHeader(to []byte, length int) []byte {
	to = append(to, finalFrame|opText)
	switch {
	case length < length16:
		return append(to, byte(length))
	case length < largest16:
		return binary.BigEndian.AppendUint16(append(to, length16), uint16(length))
	}
	return binary.BigEndian.AppendUint64(append(to, length64), uint64(length))
}

// closePayload is what a close frame says.
func closePayload(code int, text string) []byte {
	b := binary.BigEndian.AppendUint16(nil, uint16(code)) //nolint:gosec // four digits
	return append(b, text[:min(len(text), maxCloseReason)]...)
}
