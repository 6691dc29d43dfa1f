package crashtest

import (
	"bytes"
	"testing"
	"time"

	"keepsake/internal/client"
	"keepsake/internal/launch"
)

// TestKilledBeforeTheAnswer: a server is killed before a change, and between its
// commit and its answer. Who sends it again with its key has it done once, and is
// told what was done.
func TestKilledBeforeTheAnswer(t *testing.T) {
	program, err := launch.BuildForTest(t.Context(), t.TempDir(), "-tags", "faults")
	if err != nil {
		t.Fatal(err)
	}
	for _, point := range []string{"key taken", "answered"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			var logs bytes.Buffer
			data := t.TempDir()
			start := func(env ...string) *launch.Server {
				server, err := launch.Start(t.Context(), program, data, &logs, env...)
				if err != nil {
					t.Fatal(err, logs.String())
				}
				t.Cleanup(func() { _ = server.Kill() })
				return server
			}
			server := start("CRASH_AT=" + point)
			mei, err := signUp(t.Context(), server.URL, 0)
			if err != nil {
				t.Fatal(err)
			}
			create := func() (id string, err error) {
				made, err := client.Ask[struct {
					CreateAlbum struct{ Album struct{ ID string } }
				}](t.Context(), mei.as(server.URL), `mutation { createAlbum(input: {title: "once", idempotencyKey: "a.key"}) { album { id } } }`, nil)
				return made.CreateAlbum.Album.ID, err
			}
			if id, err := create(); err == nil {
				t.Errorf("the server answered %q and was not killed", id)
			}
			select {
			case <-server.Done():
			case <-time.After(readyTime):
				t.Fatalf("the server never came to %q", point)
			}
			server = start()
			first, err := create()
			if err != nil {
				t.Fatal(err)
			}
			if again, err := create(); err != nil || again != first {
				t.Errorf("the album is %s, and then %s: %v", first, again, err)
			}
			mine, err := client.Ask[struct {
				Me struct {
					Albums struct {
						Edges []struct{ Node struct{ ID string } }
					}
				}
			}](t.Context(), mei.as(server.URL), `{ me { albums { edges { node { id } } } } }`, nil)
			if all := mine.Me.Albums.Edges; err != nil || len(all) != 1 || all[0].Node.ID != first {
				t.Errorf("the albums are %+v, want %s alone: %v", all, first, err)
			}
		})
	}
}
