package realtime_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"keepsake/album"
	"keepsake/realtime"
)

const (
	soon     = 50 * time.Millisecond   // a repair
	polled   = 1500 * time.Millisecond // a poll and a repair
	verified = 7 * time.Second         // a verification and a repair
)

// What messages may do, and what it may cost: entries 1 to n are committed, then
// published in some way.
func TestMessages(t *testing.T) {
	few := realtime.HubOptions{Queue: 8}
	tests := map[string]struct {
		o       *realtime.HubOptions
		commit  int
		publish []int // Seq of each message
		atOnce  int   // how many entries come without any time passing
		within  time.Duration
		repairs int64
		reads   int // of Entries, beside the one of Watch
		own     int // at most so many more by the stream itself, which the repair may outrun
	}{
		"in order":                {commit: 3, publish: []int{1, 2, 3}, atOnce: 3},
		"doubled":                 {commit: 3, publish: []int{1, 1, 2, 1, 2, 3, 3}, atOnce: 3},
		"overtaken":               {commit: 3, publish: []int{2, 3, 1}, atOnce: 3},
		"backwards":               {commit: 4, publish: []int{4, 3, 2, 1}, atOnce: 4},
		"first lost":              {commit: 3, publish: []int{2, 3}, within: soon, repairs: 1, reads: 1},
		"one lost":                {commit: 3, publish: []int{1, 3}, atOnce: 1, within: soon, repairs: 1, reads: 1},
		"several lost":            {commit: 9, publish: []int{1, 3, 5, 9}, atOnce: 1, within: soon, repairs: 1, reads: 1},
		"last lost":               {commit: 3, publish: []int{1, 2}, atOnce: 2, within: verified, repairs: 1, reads: 1},
		"all lost":                {commit: 3, within: verified, repairs: 1, reads: 1},
		"many pages lost":         {commit: 300, publish: []int{300}, within: soon, repairs: 1, reads: 3, own: 3},
		"more early than fit":     {o: &few, commit: 30, publish: ints(2, 30), within: soon, repairs: 1, reads: 4, own: 4},
		"one that is not in it":   {commit: 3, publish: []int{1, 2, 3, 7}, atOnce: 3, within: soon, repairs: 1, reads: 1},
		"some that are not in it": {o: &few, commit: 3, publish: append([]int{1, 3}, ints(100, 150)...), atOnce: 1, within: soon, repairs: 1, reads: 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inWorld(t, 2, test.o, func(t *testing.T, w *world) {
				k := read(w.watch(0))
				defer k.close()
				synctest.Wait()
				<-time.After(soon) // the first confirmation is dealt with
				w.log.reads()

				entries := w.log.commit(one, test.commit)
				for _, seq := range test.publish {
					e := album.Entry{AlbumID: one, Seq: int64(seq), Kind: album.CommentAdded}
					if seq <= len(entries) {
						e = *entries[seq-1]
					}
					w.publish(&e)
				}
				k.expect(t, seqs(1, test.atOnce)...)
				k.within(t, test.within, seqs(1, test.commit)...)
				s := w.hubs[0].Stats()
				if reads, _ := w.log.reads(); s.Repairs != test.repairs || reads < test.reads || reads > test.reads+test.own {
					t.Errorf("%d repairs, %d reads; want %d, %d", s.Repairs, reads, test.repairs, test.reads)
				}
				// And it goes on.
				w.change(1)
				k.expect(t, seqs(1, test.commit+1)...)
			})
		})
	}
}

func ints(from, to int) []int {
	var s []int
	for i := from; i <= to; i++ {
		s = append(s, i)
	}
	return s
}

// A hole costs one reading of the log, however many streams there are.
func TestOneRepairForAllStreams(t *testing.T) {
	inWorld(t, 1, nil, func(t *testing.T, w *world) {
		var sinks []*sink
		for range 100 {
			sinks = append(sinks, read(w.watch(0)))
		}
		if reads, _ := w.log.reads(); reads != 1 {
			t.Errorf("%d streams at the topic's position read the log %d times, want 1", len(sinks), reads)
		}
		w.loseAll(5)
		w.change(1)
		<-time.After(soon)
		for _, k := range sinks {
			k.expect(t, seqs(1, 6)...)
			k.close()
		}
		if reads, _ := w.log.reads(); reads != 1 {
			t.Errorf("the log was read %d times, want 1", reads)
		}
	})
}

func TestRelink(t *testing.T) {
	for name, downtime := range map[string]time.Duration{"at once": 0, "shorter than a poll": 500 * time.Millisecond, "longer": 10 * time.Second} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, 2, nil, func(t *testing.T, w *world) {
				k := read(w.watch(0))
				defer k.close()
				w.change(2)
				k.expect(t, seqs(1, 2)...)
				w.brokers[0].Cut()
				<-time.After(downtime)
				w.change(2)
				k.expect(t, seqs(1, 2)...)
				w.brokers[0].Mend()
				k.within(t, soon, seqs(1, 4)...)
				w.change(1)
				k.expect(t, seqs(1, 5)...)
				if s := w.hubs[0].Stats(); s.LinksLost != 1 {
					t.Errorf("%d links lost", s.LinksLost)
				}
			})
		})
	}
}

// While no messages come the store is asked every second, and only then.
func TestPollingWhileCut(t *testing.T) {
	inWorld(t, 2, nil, func(t *testing.T, w *world) {
		k := read(w.watch(0))
		defer k.close()
		<-time.After(soon)
		w.brokers[0].Cut()
		for i := range 5 {
			w.change(1)
			k.within(t, polled, seqs(1, i+1)...)
		}
		w.log.reads()
		<-time.After(time.Minute)
		if _, heads := w.log.reads(); heads < 40 || heads > 100 {
			t.Errorf("the store was asked %d times in a minute without link", heads)
		}
		w.brokers[0].Mend()
		<-time.After(soon)
		w.log.reads()
		<-time.After(time.Minute)
		if _, heads := w.log.reads(); heads < 9 || heads > 16 {
			t.Errorf("the store was asked %d times in a quiet minute", heads)
		}
	})
}

// A broker that is away from the beginning does not keep anyone from watching.
func TestWatchWhileCut(t *testing.T) {
	inWorld(t, 2, nil, func(t *testing.T, w *world) {
		w.brokers[0].Cut()
		k := read(w.watch(0))
		defer k.close()
		w.change(3)
		k.expect(t)
		k.within(t, polled, seqs(1, 3)...)
		w.brokers[0].Mend()
		<-time.After(soon)
		w.change(1)
		k.expect(t, seqs(1, 4)...)
	})
}

// A node that cannot publish serves its own streams at once; others find out.
func TestPublishFails(t *testing.T) {
	inWorld(t, 2, nil, func(t *testing.T, w *world) {
		far := read(w.watch(0))
		defer far.close()
		s, err := w.hubs[1].Read(t.Context(), one, 0)
		if err != nil {
			t.Fatal(err)
		}
		near := read(s)
		defer near.close()
		synctest.Wait()
		w.brokers[1].Refuse(true)
		w.change(2)
		near.expect(t, seqs(1, 2)...)
		far.expect(t)
		far.within(t, verified, seqs(1, 2)...)
		if s := w.hubs[1].Stats(); s.PublishFailures != 2 || s.Published != 0 {
			t.Errorf("stats %+v", s)
		}
		w.brokers[1].Refuse(false)
		w.change(1)
		near.expect(t, seqs(1, 3)...)
		far.expect(t, seqs(1, 3)...)
	})
}

// While the store is away streams wait, and it is asked about once a second.
func TestStoreAway(t *testing.T) {
	inWorld(t, 1, nil, func(t *testing.T, w *world) {
		k := read(w.watch(0))
		defer k.close()
		synctest.Wait()
		w.log.setAway(true)
		w.loseAll(1)
		w.change(1)
		<-time.After(soon)
		w.log.reads()
		for range 60 {
			w.change(1) // each of them could start a repair
			<-time.After(time.Second)
		}
		k.expect(t)
		if entries, heads := w.log.reads(); entries > 0 || heads > 100 {
			t.Errorf("while it was away the store was asked %d times for entries and %d times for heads", entries, heads)
		}
		if _, err := w.hubs[0].Read(t.Context(), albumID(2), 0); album.CodeOf(err) != album.CodeUnavailable {
			t.Errorf("Watch while the store is away: %v", err)
		}
		w.log.setAway(false)
		k.within(t, polled, seqs(1, 62)...)
		if s := w.hubs[0].Stats(); s.RepairFailures == 0 || s.VerifyFailures == 0 {
			t.Errorf("stats %+v", s)
		}
	})
}

// Verification asks for many albums at once.
func TestVerificationIsBatched(t *testing.T) {
	const albums = 1200
	synctest.Test(t, func(t *testing.T) {
		var ids []album.AlbumID
		for i := range albums {
			ids = append(ids, albumID(i))
		}
		w := newWorld(t, 1, nil, ids...)
		defer w.close()
		for _, id := range ids {
			s, err := w.hubs[0].Read(t.Context(), id, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
		}
		<-time.After(time.Second)
		if s := w.hubs[0].Stats(); s.Topics != albums || s.Streams != albums {
			t.Errorf("stats %+v", s)
		}
		w.log.reads()
		w.brokers[0].Cut()
		w.brokers[0].Mend()
		<-time.After(soon)
		if entries, heads := w.log.reads(); entries != 0 || heads < 3 || heads > 9 {
			t.Errorf("a relink cost %d and %d readings", entries, heads)
		}
		// Many repairs at once stay few at a time.
		w.log.set(func() { w.log.slow = time.Millisecond; w.log.widest = 0 })
		for _, id := range ids {
			w.log.commit(id, 1)
		}
		<-time.After(verified)
		if entries, _ := w.log.reads(); entries != albums || w.log.widest > 4 {
			t.Errorf("%d repairs read %d times, %d at one time", albums, entries, w.log.widest)
		}
	})
}

// When the store goes away in front of many repairs, not each of them tries it.
func TestStoreGoesAwayBeforeManyRepairs(t *testing.T) {
	const albums = 300
	synctest.Test(t, func(t *testing.T) {
		var ids []album.AlbumID
		for i := range albums {
			ids = append(ids, albumID(i))
		}
		w := newWorld(t, 1, nil, ids...)
		defer w.close()
		var sinks []*sink
		for _, id := range ids {
			s, err := w.hubs[0].Read(t.Context(), id, 0)
			if err != nil {
				t.Fatal(err)
			}
			sinks = append(sinks, read(s))
		}
		<-time.After(soon)
		w.log.setAway(true)
		w.log.reads()
		for _, id := range ids {
			w.publish(w.log.commit(id, 2)[1])
		}
		<-time.After(10 * time.Second)
		if entries, heads := w.log.reads(); entries > 20 || heads > 20 {
			t.Errorf("the store was asked %d and %d times", entries, heads)
		}
		w.log.setAway(false)
		<-time.After(polled)
		for _, k := range sinks {
			k.expect(t, "1", "2")
			k.close()
		}
	})
}

func TestClose(t *testing.T) {
	inWorld(t, 2, nil, func(t *testing.T, w *world) {
		var sinks []*sink
		for range 5 {
			sinks = append(sinks, read(w.watch(0)))
		}
		signal := w.hubs[0].AlarmFor("usr_1")
		w.change(1)
		synctest.Wait()
		if err := w.hubs[0].Close(); err != nil {
			t.Fatal(err)
		}
		for _, k := range sinks {
			<-k.done
			wantCode(t, "Next", k.error(), album.CodeUnavailable)
			if !slices.Equal(k.got(), seqs(1, 1)) {
				t.Errorf("got %v", k.got())
			}
			k.close()
		}
		signal.Close()
		_, err := w.hubs[0].Read(t.Context(), one, 0)
		wantCode(t, "Watch", err, album.CodeUnavailable)
		w.hubs[0].AlarmFor("usr_1").Close()
		w.hubs[0].PublishEntries(t.Context(), w.log.commit(one, 1)...)
		if s := w.hubs[0].Stats(); s.Topics != 0 || s.Streams != 0 || s.Signals != 0 {
			t.Errorf("stats %+v", s)
		}
		if err := w.brokers[0].Ping(context.Background()); err != nil {
			t.Errorf("the broker was closed with the hub: %v", err)
		}
	})
}

// Close does not wait for a store that does not answer.
func TestCloseWhileReading(t *testing.T) {
	inWorld(t, 1, nil, func(t *testing.T, w *world) {
		k := read(w.watch(0))
		defer k.close()
		synctest.Wait()
		w.log.set(func() { w.log.slow = time.Second })
		w.loseAll(1)
		w.change(1)
		<-time.After(soon)
		begin := time.Now()
		go func() {
			_, err := w.hubs[0].Read(context.Background(), one, -1)
			wantCode(t, "Watch during Close", err, album.CodeUnavailable)
		}()
		synctest.Wait()
		if err := w.hubs[0].Close(); err != nil {
			t.Fatal(err)
		}
		<-k.done
		synctest.Wait()
		if d := time.Since(begin); d > 0 {
			t.Errorf("Close took %v", d)
		}
	})
}

// What cannot be read is counted and hurts nothing.
func TestMalformedMessages(t *testing.T) {
	inWorld(t, 2, nil, func(t *testing.T, w *world) {
		k := read(w.watch(0))
		defer k.close()
		synctest.Wait()
		for _, payload := range []string{"", "{}", "\x00", `{"s":-1,"k":"MEDIA_ADDED"}`} {
			if err := w.brokers[1].Publish(t.Context(), realtime.AlbumTopic(one), []byte(payload)); err != nil {
				t.Fatal(err)
			}
		}
		w.change(1)
		k.expect(t, "1")
		if s := w.hubs[0].Stats(); s.Malformed != 4 || s.Received != 5 {
			t.Errorf("stats %+v", s)
		}
	})
}

// Of a log that has a hole, which must never be, nothing after it is given, and
// the store is not asked over and over.
func TestLogWithAHole(t *testing.T) {
	inWorld(t, 1, nil, func(t *testing.T, w *world) {
		k := read(w.watch(0))
		defer k.close()
		synctest.Wait()
		w.loseAll(300)
		w.log.set(func() { a := w.log.albums[one]; a.entries = append(a.entries[:9:9], a.entries[10:]...); a.trimmed = 0 })
		w.log.reads()
		<-time.After(time.Minute)
		k.expect(t, seqs(1, 9)...)
		if entries, _ := w.log.reads(); entries > 200 {
			t.Errorf("the log was read %d times in a minute", entries)
		}
	})
}
