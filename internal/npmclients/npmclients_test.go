package npmclients

import (
	"context"
	"strconv"
	"testing"
	"time"

	"keepsake/internal/launch"
)

const (
	// storyTimeout bounds one story; its own waits are shorter.
	storyTimeout = 90 * time.Second
	// requestTimeout is the server's in the story of a stream that outlives it.
	requestTimeout = 3 * time.Second
)

// lasts is how long that stream does, in milliseconds.
var lasts = strconv.FormatInt((requestTimeout + time.Second).Milliseconds(), 10)

// clients are the scripts, each with the stories it goes through.
var clients = []struct {
	name    string
	stories []string
}{
	{"graphql-ws", []string{
		"resumes", "asks", "anonymous", "refused", "unsubscribes", "removed", "trashed",
		"cut", "killed", "drained", "revoked", "stale",
	}},
	{"apollo", []string{
		"resumes", "asks", "anonymous", "refused", "unsubscribes", "removed", "killed", "drained", "revoked",
	}},
	{"urql", []string{
		"resumes", "asks", "anonymous", "refused", "unsubscribes", "removed", "killed", "drained", "revoked",
	}},
	{"graphql-sse", []string{
		"resumes", "asks", "anonymous", "refused", "unsubscribes", "trashed",
		"killed", "drained", "revoked", "stale", "outlives",
	}},
}

// ownServer has the settings of the stories that do not share the one server.
var ownServer = map[string][]string{
	"killed":   {},
	"drained":  {"KEEPSAKE_DRAIN=2s"},
	"outlives": {"KEEPSAKE_REQUEST_TIMEOUT=" + requestTimeout.String()},
}

// The clients of npm work as they are.
func TestClients(t *testing.T) {
	if err := install(t.Context(), t.Output()); err != nil {
		t.Fatal(err)
	}
	program, err := launch.BuildForTest(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.WithoutCancel(t.Context())
	shared := startServer(ctx, t, program)
	for _, c := range clients {
		t.Run(c.name, func(t *testing.T) {
			for _, story := range c.stories {
				t.Run(story, func(t *testing.T) {
					t.Parallel()
					ctx, cancel := context.WithTimeout(ctx, storyTimeout)
					t.Cleanup(cancel)
					s := shared
					if env, ok := ownServer[story]; ok {
						s = startServer(ctx, t, program, env...)
					}
					env := []string{"STORY=" + story, "SERVER=" + s.url, "LASTS=" + lasts}
					trouble := s.trouble(ctx)
					if story == "cut" {
						between := startProxy(t, s)
						env = append(env, "WATCHED=http://"+between.Addr)
						trouble = cut(between)
					}
					if err := play(ctx, c.name+".mjs", t.Output(), trouble, env...); err != nil {
						t.Error(err)
					}
				})
			}
		})
	}
}
