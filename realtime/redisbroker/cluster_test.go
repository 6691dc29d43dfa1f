package redisbroker_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"keepsake/internal/testenv/redisserver"
	"keepsake/realtime/brokertest"
)

// spread are topics on all nodes of a cluster.
func spread() []string {
	var topics []string
	for i := range 60 {
		topics = append(topics, fmt.Sprint(i))
	}
	return topics
}

// Slots move while their topics are listened to, published to, and come and go.
func TestSlotMoves(t *testing.T) {
	c := startCluster(t, 3)
	o := quick(c.URL())
	o.RefreshEvery = time.Hour // the servers' answers tell it
	b, j := listen(t, o, spread()...)
	other := open(t, o)
	move := func(topic string, to *redisserver.Server) {
		t.Helper()
		slot, err := to.Do("CLUSTER", "KEYSLOT", "keepsake/"+topic).Int()
		must(t, err)
		j.note(func() { delete(j.confirmed, topic) })
		must(t, c.Move(slot, to))
	}
	for round := range 6 { // topic 0 begins on node 0
		move("0", c.Nodes[(round+1)%3])
		j.awaitConfirmed(t, "0")
		mustPublish(t, other, "0", fmt.Sprint("after ", round))
		j.awaitMessage(t, fmt.Sprint("after ", round))
	}
	for round := range 6 {
		b.Unsubscribe("1")
		move("1", c.Nodes[round%3])
		b.Subscribe("1")
		j.awaitConfirmed(t, "1")
		mustPublish(t, other, "1", fmt.Sprint("found ", round))
		j.awaitMessage(t, fmt.Sprint("found ", round))
	}
	if j.lost > 0 {
		t.Error("links were given up for slots that moved")
	}
}

// A node of a cluster dies: all topics are confirmed anew, those of the other
// nodes too, as the receiver cannot tell them apart.
func TestNodeKilled(t *testing.T) {
	c := startCluster(t, 3)
	topics := spread()
	b, j := listen(t, quick(c.URL()), topics...)
	must(t, c.Nodes[1].Kill())
	j.awaitLost(t, 1)
	others := slices.DeleteFunc(slices.Clone(topics), func(topic string) bool {
		return publish(b, topic, "x") != nil
	})
	if len(others) == 0 || len(others) == len(topics) {
		t.Errorf("%d of %d topics are on the nodes that live", len(others), len(topics))
	}
	j.awaitConfirmed(t, others...)
	must(t, c.Nodes[1].Restart())
	j.awaitConfirmed(t, topics...)
	for _, topic := range topics {
		eventually(t, "publish", func() error { return publish(b, topic, "again "+topic) })
		j.awaitMessage(t, "again "+topic)
	}
	must(t, b.Ping(t.Context()))
}

func TestContractWithSentinels(t *testing.T) {
	brokertest.Run(t, nodesOn(startWatched(t).URL()))
}

func startWatched(t *testing.T) *redisserver.Watched {
	t.Helper()
	w, err := redisserver.StartWatched()
	must(t, err)
	closeLater(t, w)
	return w
}

// The master dies, and the sentinels make its replica the master.
func TestFailover(t *testing.T) {
	w := startWatched(t)
	b, j := listen(t, quick(w.URL()), "a")
	must(t, w.Master.Kill())
	j.awaitLost(t, 1)
	failsFast(t, b)
	eventually(t, "publish at the new master", func() error { return publish(b, "a", "moved") })
	j.awaitConfirmed(t, "a")
	mustPublish(t, b, "a", "last")
	j.awaitMessage(t, "last")
}

// The sentinels choose another master while the old one still answers, and takes
// itself for one. No connection breaks.
func TestUnseenFailover(t *testing.T) {
	w := startWatched(t)
	b, j := listen(t, quick(w.URL()), "a")
	eventually(t, "failover", func() error {
		return w.Sentinels[0].Do("SENTINEL", "FAILOVER", "keepsake").Err()
	})
	j.awaitLost(t, 1)
	role, err := w.Master.Do("ROLE").Slice()
	if err != nil || role[0] != "master" {
		t.Errorf("it was noticed only when the old master was told: %v, %v", role, err)
	}
	j.awaitConfirmed(t, "a")
	mustPublish(t, b, "a", "last")
	j.awaitMessage(t, "last")
	list, err := w.Replica.Do("CLIENT", "LIST", "TYPE", "pubsub").Text()
	if err != nil || !strings.Contains(list, "name=keepsake-subscribe") {
		t.Errorf("the new master has no subscriber: %q, %v", list, err)
	}
}
