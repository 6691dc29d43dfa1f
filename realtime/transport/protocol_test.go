package transport

import (
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"
)

// readFrame reads one frame by RFC 6455, section 5.2.
func readFrame(t *testing.T, b []byte) (opcode byte, payload, rest []byte) {
	t.Helper()
	if b[0]&0xf0 != 0x80 || b[1]&0x80 != 0 {
		t.Fatalf("not whole, or masked: % x", b[:2])
	}
	length, at := uint64(b[1]), 2
	switch length {
	case 126:
		length, at = uint64(binary.BigEndian.Uint16(b[2:])), 4
		if length < 126 {
			t.Error("the length is not in its shortest form")
		}
	case 127:
		length, at = binary.BigEndian.Uint64(b[2:]), 10
		if length < 1<<16 {
			t.Error("the length is not in its shortest form")
		}
	}
	return b[0] & 0x0f, b[at : at+int(length)], b[at+int(length):]
}

func TestFrames(t *testing.T) {
	op := newOperation(&Client{}, `an "id" ü`)
	for _, size := range []int{2, 60, 80, 100, 125, 126, 127, 65_000, 65_470, 65_480, 65_490, 65_535, 65_536, 70_000, 1 << 20} {
		result := `"` + strings.Repeat("x", size-2) + `"`
		for kind, want := range map[kind]string{kindNext: "next", kindError: "error"} {
			opcode, text, rest := readFrame(t, appendFrame(nil, &frame{kind, op, []byte(result)}))
			var m message
			if err := json.Unmarshal(text, &m); err != nil || opcode != opText || len(rest) > 0 {
				t.Fatalf("%d bytes: opcode %d, %d bytes too many, %v", size, opcode, len(rest), err)
			}
			if m.Type != want || *m.ID != op.id || string(m.Payload) != result {
				t.Errorf("%d bytes: %s of %q with %d bytes", size, m.Type, *m.ID, len(m.Payload))
			}
		}
	}
	for kind, want := range map[kind]string{
		kindComplete: `{"id":"an \"id\" ü","type":"complete"}`, kindAck: `{"type":"connection_ack"}`, kindPongMessage: `{"type":"pong"}`,
	} {
		if opcode, text, _ := readFrame(t, appendFrame(nil, &frame{kind: kind, op: op})); opcode != opText || string(text) != want {
			t.Errorf("%d: %s, want %s", opcode, text, want)
		}
	}
	for kind, opcode := range map[kind]byte{kindPing: opPing, kindPong: opPong, kindClose: opClose} {
		payload := closePayload(4403, strings.Repeat("long ", 50))
		if got, p, _ := readFrame(t, appendFrame(nil, &frame{kind: kind, payload: payload})); got != opcode || len(p) > maxControlFrame {
			t.Errorf("control frame %d with %d bytes", got, len(p))
		}
	}
}
