package redisbroker

import (
	"fmt"
	"testing"
)

// offline is a broker with a link, but no server: the test writes the answers.
func offline(sharded bool) (*Broker, *shard) {
	s := &shard{wake: make(chan struct{}, 1)}
	return &Broker{
		sharded: sharded, topics: map[string]*topic{}, slots: []*shard{s}, look: make(chan struct{}, 1),
	}, s
}

// sent returns what goes out now, such as "+a -b".
func sent(b *Broker, s *shard) string {
	var all string
	for _, c := range b.commands(s) {
		sign := "-"
		if c.subscribe {
			sign = "+"
		}
		for _, channel := range c.channels() {
			all += sign + channel
		}
	}
	return all
}

func (s *shard) expect(t *testing.T, b *Broker, want string) {
	t.Helper()
	if got := sent(b, s); got != want {
		t.Fatalf("sent %q, want %q", got, want)
	}
}

// answers lets the server answer, "+a" or "-a", and expects what comes of it.
func (s *shard) answers(t *testing.T, b *Broker, answer string, confirmed, ok bool) {
	t.Helper()
	gotConfirmed, gotOK := b.answered(s, answer[0] == '+', answer[1:])
	if gotConfirmed != confirmed || gotOK != ok {
		t.Fatalf("%s: confirmed %v, ok %v; want %v, %v", answer, gotConfirmed, gotOK, confirmed, ok)
	}
}

// Only the answer to the last Subscribe confirms: before it there was a time
// without a subscription.
func TestOnlyLastAnswerConfirms(t *testing.T) {
	b, s := offline(false)
	b.Subscribe("a")
	s.expect(t, b, "+a")
	b.Unsubscribe("a")
	s.expect(t, b, "-a")
	b.Subscribe("a")
	s.expect(t, b, "+a")
	s.answers(t, b, "+a", false, true)
	s.answers(t, b, "-a", false, true)
	s.answers(t, b, "+a", true, true)

	b.Unsubscribe("a")
	b.Subscribe("a") // not told yet that it was unsubscribed
	s.expect(t, b, "+a")
	b.Unsubscribe("a")
	s.answers(t, b, "+a", false, true)
	s.expect(t, b, "-a")
	b.Subscribe("a")
	b.Unsubscribe("a")
	s.expect(t, b, "")
	s.answers(t, b, "-a", false, true)
	if len(b.topics) != 0 || s.flying != 0 || s.sent != nil || s.todo != nil {
		t.Errorf("left over: %v, %+v", b.topics, s)
	}
}

func TestNeverSentIsForgotten(t *testing.T) {
	b, s := offline(false)
	b.Subscribe("a")
	b.Unsubscribe("a")
	b.Unsubscribe("b")
	s.expect(t, b, "")
	if len(b.topics) != 0 {
		t.Errorf("left over: %v", b.topics)
	}
}

// A link on which something is answered that was not asked is not to be trusted.
func TestConfusedAnswers(t *testing.T) {
	for _, answer := range []string{"+b", "-a", "-b", "+"} {
		b, s := offline(false)
		b.Subscribe("a")
		s.expect(t, b, "+a")
		s.answers(t, b, answer, false, false)
	}
	b, s := offline(true)
	s.answers(t, b, "+a", false, false)
	if b.refused(s) {
		t.Error("a refusal of nothing is taken")
	}
}

// A server of a cluster gives topics away, before or after it has answered.
func TestTopicsMove(t *testing.T) {
	b, old := offline(true)
	_, to := offline(true)
	for _, topic := range []string{"a", "b", "c"} {
		b.Subscribe(topic)
	}
	old.expect(t, b, "+a+b+c")
	old.answers(t, b, "+a", true, true)
	old.answers(t, b, "-a", false, true) // the slot has gone
	b.slots = []*shard{to}
	if !b.refused(old) { // b
		t.Error("a refusal is not taken")
	}
	old.answers(t, b, "+c", true, true)
	to.expect(t, b, "")
	b.place()
	old.expect(t, b, "")
	switch got := sent(b, to); got {
	case "+a+b", "+b+a":
	default:
		t.Fatalf("sent %q", got)
	}
	b.Unsubscribe("c") // still on the old one
	old.expect(t, b, "-c")
	old.answers(t, b, "-c", false, true)
	old.answers(t, b, "-c", false, true) // once more, as the slot goes
	b.slots = []*shard{nil}
	b.release(to, true)
	to.expect(t, b, "")
	b.slots = []*shard{old}
	b.Unsubscribe("b") // nobody has to be told
	b.place()
	old.expect(t, b, "+a")
	if len(b.topics) != 1 {
		t.Errorf("topics %v", b.topics)
	}
}

// A server that does not answer is not told more and more.
func TestFewTopicsFly(t *testing.T) {
	const count = 3 * maxFlying
	b, s := offline(false)
	for i := range count {
		b.Subscribe(fmt.Sprint(i))
	}
	var names []string
	for commands := b.commands(s); len(commands) > 0; commands = b.commands(s) {
		for _, c := range commands {
			if len(c.topics) != maxTopics {
				t.Errorf("a command names %d topics", len(c.topics))
			}
			names = append(names, c.channels()...)
		}
	}
	if len(names) < maxFlying || len(names) > maxFlying+maxTopics {
		t.Errorf("%d topics fly", len(names))
	}
	<-s.wake
	s.answers(t, b, "+"+names[0], true, true)
	<-s.wake // there is room
	if len(b.commands(s)) != 1 {
		t.Error("nothing more is sent")
	}
}
