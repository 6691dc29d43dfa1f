package browsertest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"keepsake/internal/config"
	"keepsake/internal/documents"
)

// TestExplorer: GraphiQL runs what it should, under its policy.
func TestExplorer(t *testing.T) { play(t, "explorer.mjs") }

// TestAlbum: two browsers side by side tell the demo's story. All that the page asks
// is known to a server that takes no other documents.
func TestAlbum(t *testing.T) { t.Log(play(t, "album.mjs", files(t), onlyKnown(t))) }

// TestAlbumUpload: an upload outlives a reload in its middle.
func TestAlbumUpload(t *testing.T) { play(t, "album-upload.mjs", files(t)) }

// TestAlbumDrop: photographs are dropped and a picture is pasted.
func TestAlbumDrop(t *testing.T) { play(t, "album-drop.mjs", files(t)) }

// TestAlbumTake: ZIP files hold what was added; the trash, and for good.
func TestAlbumTake(t *testing.T) { play(t, "album-take.mjs", files(t)) }

// TestAlbumOrder: media are put in their places by hand.
func TestAlbumOrder(t *testing.T) { play(t, "album-order.mjs", files(t)) }

// TestAlbumManage: roles, an owner who hands over and leaves, an album that is deleted.
func TestAlbumManage(t *testing.T) { play(t, "album-manage.mjs", files(t)) }

// TestAlbumTouch: the viewer by fingers on a phone, and by keys alone.
func TestAlbumTouch(t *testing.T) { play(t, "album-touch.mjs", files(t)) }

// TestAlbumSession: a token ends under the start page, then the session.
func TestAlbumSession(t *testing.T) { play(t, "album-session.mjs", files(t)) }

// TestAlbumBreaks: the server goes and comes back, a member is removed, a session ends.
func TestAlbumBreaks(t *testing.T) { play(t, "album-breaks.mjs", files(t)) }

// TestAlbumLinks: visitors by a link with a password, until it is closed. As in
// TestAlbum, no other documents are taken.
func TestAlbumLinks(t *testing.T) { play(t, "album-links.mjs", files(t), onlyKnown(t)) }

// TestAlbumLarge: an album of 2,000 photos scrolls.
func TestAlbumLarge(t *testing.T) { t.Log(play(t, "album-large.mjs", files(t), "COUNT=2000")) }

// TestAlbumLooks: on a phone and a desk, in both languages, light and dark, and as
// in the pictures that are kept.
func TestAlbumLooks(t *testing.T) {
	dir := t.TempDir()
	play(t, "album-looks.mjs", files(t), "LOOKS="+dir)
	if !t.Failed() {
		comparePictures(t, dir)
	}
}

// TestAlbumSpeed: an album of 200 photos next to a plain page with the same
// pictures. That its first screen needs no React, and stands still, is held in any
// case. The bound of the largest paint is loose: the album's page has more to do for
// the processor, so that the ratio grows with what else the machine does.
// docs/PERFORMANCE.md has what was measured.
func TestAlbumSpeed(t *testing.T) {
	figures := play(t, "album-speed.mjs", files(t), "ROUNDS=9")
	t.Log(figures)
	if first, largest := figures["first ratio"], figures["largest ratio"]; first > 2 || largest > 4 {
		t.Errorf("the first paint takes %g times that of a plain page, the largest %g times", first, largest)
	}
	if shift := figures["shift"]; shift > 0.01 {
		t.Errorf("what is drawn moves by %g", shift)
	}
}

// onlyKnown is the setting that trusts one document, beside those of the page.
func onlyKnown(t *testing.T) string {
	t.Helper()
	const document = "{__typename}"
	text, err := json.Marshal(map[string]string{documents.Hash(document): document})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "documents.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return config.Prefix + "TRUSTED_DOCUMENTS=" + file
}
