package browsertest

import "testing"

// TestExplorer: GraphiQL runs what it should, under its policy.
func TestExplorer(t *testing.T) { play(t, "explorer.mjs") }

// TestAlbum: two browsers side by side tell the demo's story.
func TestAlbum(t *testing.T) { t.Log(play(t, "album.mjs", files(t))) }
