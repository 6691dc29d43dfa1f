package npmclients

import (
	"context"
	"testing"

	"keepsake/internal/launch"
)

// Over plain HTTP the server passes every audit of graphql-http, and Apollo Client
// finds its persisted queries.
func TestHTTP(t *testing.T) {
	if err := install(t.Context(), t.Output()); err != nil {
		t.Fatal(err)
	}
	program, err := launch.BuildForTest(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), storyTimeout)
	t.Cleanup(cancel)
	s := startServer(ctx, t, program, "KEEPSAKE_INTROSPECTION=true") // two of the audits ask for a type
	for _, script := range []string{"audits", "persisted"} {
		t.Run(script, func(t *testing.T) {
			if err := play(ctx, script+".mjs", t.Output(), s.trouble(ctx), "SERVER="+s.url); err != nil {
				t.Error(err)
			}
		})
	}
}
