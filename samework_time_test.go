package main

import (
	"slices"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/internal/auth"
)

// TestSigningInTakesAsLong: a name that nobody has and a wrong password give the
// same answer for the same work, at the cost that passwords have outside of tests.
func TestSigningInTakesAsLong(t *testing.T) {
	t.Parallel()
	const tries, apart = 7, 3
	var asked statements
	s := startServer(t, setup{
		idle: true, env: []string{"KEEPSAKE_SIGN_IN_TRIES=0"},
		options: options{onStatement: asked.add, passwords: &auth.PasswordOptions{MemoryKiB: 19 << 10, Iterations: 2}},
	})
	somebody := s.user(t, "somebody").name
	times := map[string][]time.Duration{}
	said, work := map[string]string{}, map[string][]string{}
	for range tries { // in turns, so that both meet what else the machine does
		for _, name := range []string{somebody, "nobody.at.all"} {
			asked.take()
			begun := time.Now()
			a := s.ask(t, "", signIn(name, "a wrong guess"))
			times[name] = append(times[name], time.Since(begun))
			said[name], work[name] = a.body, asked.take()
			if a.code() != string(album.CodeSignInFailed) {
				t.Fatalf("%s: %s", name, a.body)
			}
		}
	}
	if said[somebody] != said["nobody.at.all"] || !slices.Equal(work[somebody], work["nobody.at.all"]) {
		t.Errorf("somebody: %s by %q; nobody: %s by %q", said[somebody], work[somebody], said["nobody.at.all"], work["nobody.at.all"])
	}
	median := func(name string) time.Duration { slices.Sort(times[name]); return times[name][tries/2] }
	// Without the work for nobody it is a hundred times.
	if one, other := median(somebody), median("nobody.at.all"); one > apart*other || other > apart*one {
		t.Errorf("a wrong password takes %v, a name that nobody has %v", one, other)
	}
}

// BenchmarkSameWork has the times of what is not there and what is somebody
// else's, one below the other.
func BenchmarkSameWork(b *testing.B) {
	s := startServer(b, setup{idle: true})
	w, theirs, nothing := s.twoSides(b)
	for _, kind := range []string{"album", "photo", "comment", "share"} {
		for name, id := range map[string]string{"theirs": theirs[kind], "nothing": nothing[kind]} {
			b.Run(kind+"/"+name, func(b *testing.B) {
				for b.Loop() {
					s.ask(b, w.people["owner"].token, `query($id:ID!){node(id:$id){id}}`, "id", id)
				}
			})
		}
	}
}
