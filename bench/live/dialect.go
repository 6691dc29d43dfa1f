package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"

	"keepsake/bench/live/baseline"
)

// dialect is how a subscriber speaks to one kind of server.
type dialect interface {
	// upgrade is where a socket is opened, and under which subprotocol.
	upgrade() (path, subprotocol string)
	// greet returns what is said to subscribe.
	greet() []step
	// other answers a message without an event; nil is no answer. It is an error
	// if a subscriber should not get it.
	other(message []byte) (answer []byte, err error)
}

// step is a message, and what stands in the answer to it; without that there is
// no answer.
type step struct{ say, hear string }

// transportWS is graphql-transport-ws, as Keepsake's clients speak it.
type transportWS struct{ token, albumID string }

// albumEvents is what an album's page subscribes to.
const albumEvents = `subscription($a: ID!) { albumEvents(albumId: $a) { kind cursor comment { id text author { displayName } } } }`

func (transportWS) upgrade() (path, subprotocol string) { return "/graphql", "graphql-transport-ws" }

func (d transportWS) greet() []step {
	type message struct {
		ID      string `json:"id,omitempty"`
		Type    string `json:"type"`
		Payload any    `json:"payload"`
	}
	say := func(m message) string {
		text, err := json.Marshal(m)
		if err != nil {
			panic(err) // strings alone: it cannot fail
		}
		return string(text)
	}
	return []step{
		{say(message{Type: "connection_init", Payload: map[string]string{"authorization": "Bearer " + d.token}}), `"connection_ack"`},
		// The protocol acknowledges no subscription: events show that it is there.
		{say(message{ID: uuid(), Type: "subscribe", Payload: map[string]any{
			"query": albumEvents, "variables": map[string]string{"a": d.albumID},
		}}), ""},
	}
}

func (transportWS) other(message []byte) ([]byte, error) {
	var m struct{ Type string }
	if err := json.Unmarshal(message, &m); err != nil {
		return nil, fmt.Errorf("%w: %.200s", err, message)
	}
	switch m.Type {
	case "ping":
		return []byte(`{"type":"pong"}`), nil
	case "pong":
		return nil, nil
	}
	return nil, fmt.Errorf("unexpected: %.200s", message)
}

// uuid names an operation as the npm client graphql-ws does.
func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// centrifugeJSON is centrifuge's JSON protocol.
type centrifugeJSON struct{}

func (centrifugeJSON) upgrade() (path, subprotocol string) { return baseline.SocketPath, "" }

func (centrifugeJSON) greet() []step {
	return []step{
		{`{"id":1,"connect":{}}`, `"connect":`},
		{`{"id":2,"subscribe":{"channel":"` + baseline.Channel + `"}}`, `"subscribe":`},
	}
}

func (centrifugeJSON) other(message []byte) ([]byte, error) {
	if ping := []byte("{}"); bytes.Equal(message, ping) {
		return ping, nil
	}
	return nil, fmt.Errorf("unexpected: %.200s", message)
}

// noDialect is a socket on which only events come.
type noDialect struct{}

func (noDialect) upgrade() (path, subprotocol string) { return baseline.SocketPath, "" }
func (noDialect) greet() []step                       { return nil }

func (noDialect) other(message []byte) ([]byte, error) {
	return nil, fmt.Errorf("unexpected: %.200s", message)
}
