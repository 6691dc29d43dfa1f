package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"

	"keepsake/bench/dataset"
	"keepsake/bench/load"
)

// likers are clients that like media and take it back, each on media that are
// its own alone. They go on where they stopped when they are used again.
func (c *contest) likers(of *contender, n int) []*liker {
	out := make([]*liker, n)
	for i := range out {
		out[i] = &liker{contest: c, of: of}
	}
	// Album 0 is the crowd's. The others fall to the two by turns, their media to
	// the clients.
	next := 0
	for a := 1; a < c.shape.Albums; a++ {
		if a%2 != of.number {
			continue
		}
		for j := range c.shape.MediaEach {
			l := out[next%n]
			next++
			l.toggles = append(l.toggles, toggle{
				medium: string(c.shape.MediaID(a, j)), user: c.shape.Member(a, stranger(j)), count: dataset.Likes(j),
			})
		}
	}
	return out
}

// stranger is a member who does not like the j-th medium of the data set.
func stranger(j int) int {
	k := 0
	for dataset.HasLiked(j, k) {
		k++
	}
	return k
}

// toggle is a medium and a user who changes their mind.
type toggle struct {
	medium string
	user   int
	liked  bool
	count  int // of likes, by our own reckoning
}

// liker likes its media in turn.
type liker struct {
	contest *contest
	of      *contender
	toggles []toggle
	next    int
	last    *toggle
}

// Next implements load.Source.
func (l *liker) Next(b []byte) []byte {
	l.last = &l.toggles[l.next%len(l.toggles)]
	l.next++
	return l.of.system.like(b, l.last.medium, l.contest.tokens[l.last.user], !l.last.liked)
}

// Check implements load.Source. The count must be exact.
func (l *liker) Check(status int, body []byte) error {
	t := l.last
	by := 1
	if t.liked {
		by = -1
	}
	t.liked = !t.liked
	t.count += by
	l.contest.liked.Add(int64(by))
	return checkCount(status, body, t.count)
}

// checkCount wants an answer to a like to say that count; any, if it is negative.
func checkCount(status int, body []byte, count int) error {
	want := []byte(`"count":`)
	if count >= 0 {
		want = append(strconv.AppendInt(want, int64(count), 10), ',')
	}
	if status != http.StatusOK || !bytes.Contains(body, want) {
		return fmt.Errorf("status %d, want 200 and %s: %.300s", status, want, body)
	}
	return nil
}

// crowd are clients who like one photo of album 0 and take it back, all the
// same photo, but not the same on both.
func (c *contest) crowd(of *contender, n int) ([]*fan, error) {
	if most := c.shape.Members(0) - dataset.MembersEach; n > most {
		return nil, fmt.Errorf("album 0 has members for %d clients, not for %d", most, n)
	}
	out := make([]*fan, n)
	for i := range out {
		out[i] = &fan{
			contest: c, of: of, medium: string(c.shape.MediaID(0, of.number)), user: c.shape.Member(0, dataset.MembersEach+i),
		}
	}
	return out, nil
}

// fan is one of a crowd.
type fan struct {
	contest *contest
	of      *contender
	medium  string
	user    int
	liked   bool
}

// Next implements load.Source.
func (f *fan) Next(b []byte) []byte {
	return f.of.system.like(b, f.medium, f.contest.tokens[f.user], !f.liked)
}

// Check implements load.Source. What the count is meanwhile nobody can say.
func (f *fan) Check(status int, body []byte) error {
	by := 1
	if f.liked {
		by = -1
	}
	f.liked = !f.liked
	f.contest.liked.Add(int64(by))
	return checkCount(status, body, -1)
}

// settle makes all fans like the photo, and wants the last answer to say
// exactly how many they are.
func settle(ctx context.Context, fans []*fan) error {
	of := fans[0].of
	conn, err := load.Dial(ctx, of.target.Addr)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // nothing waits in it
	count := dataset.Likes(of.number)
	for _, f := range fans {
		if f.liked {
			count++
		}
	}
	for _, f := range fans {
		wasLiked := f.liked
		f.liked = false // so that it likes now, once more or not
		status, body, err := conn.Do(f.Next(nil))
		if err != nil {
			return err
		}
		f.liked = true
		if !wasLiked {
			count++
			f.contest.liked.Add(1)
		}
		if err := checkCount(status, body, count); err != nil {
			return fmt.Errorf("likes of one photo on the %s: %w", of.name, err)
		}
	}
	return nil
}
