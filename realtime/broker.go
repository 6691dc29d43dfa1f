// Package realtime carries what happens in albums to those who watch them: the
// contract of a message broker, and the hub that turns its unreliable messages
// into gapless streams with the album log as the truth.
//
// Backends of the broker (membroker, redisbroker) live below it and prove
// themselves with the suite in brokertest. Who may watch what is decided in
// package service; how a stream reaches a client is the business of the
// GraphQL transport.
package realtime

import "context"

// Broker carries small messages between nodes, at most once: any of them may be
// lost, and a message may come late. It never repeats one, and keeps the order
// of those that one publisher sends to one topic. Everything built on it stays
// right without it, only slower.
type Broker interface {
	// Attach names who receives this node's messages. It is called once, before
	// anything else.
	Attach(r Receiver)
	// Publish sends payload, of at most MaxPayload bytes, to every node that has
	// subscribed to topic, this one included. It waits for no receiver. The
	// error is album.CodeUnavailable where the broker is away, and
	// album.CodeInvalidInput for a payload too large; both lose the message.
	// The payload is not changed by anyone afterwards.
	Publish(ctx context.Context, topic string, payload []byte) error
	// Subscribe starts the delivery of a topic's messages; Receiver.Confirmed
	// says from when on. Subscribing twice is the same as once.
	Subscribe(topic string)
	// Unsubscribe ends it; a message on its way may still come.
	Unsubscribe(topic string)
	// Ping reports whether the broker can be reached.
	Ping(ctx context.Context) error
	// Close ends delivery, waits for running calls of the receiver to return,
	// and drops all subscriptions. Afterwards Publish is UNAVAILABLE.
	Close() error
}

// MaxPayload is the largest message a broker takes, in bytes.
const MaxPayload = 64 << 10

// Receiver gets a node's messages. A broker calls it from as many goroutines as
// it likes, but for one topic from one at a time. Calls must return at once.
type Receiver interface {
	// Receive hands over one message. The payload may be kept.
	Receive(topic string, payload []byte)
	// Confirmed says that messages published to topic from now on will be
	// delivered, while the link holds. After a broken link it is called again
	// for every topic: messages in between may be lost.
	Confirmed(topic string)
	// Lost says that the link is broken and messages are being lost.
	Lost()
}
