package main

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"keepsake/album"
	"keepsake/graph/generated"
)

// connections are all lists that come in pages, by the schema's coordinates.
var connections = map[string]string{
	"User.albums":           `query($n:Int!,$c:Cursor){me{albums(first:$n,after:$c){edges{cursor}}}}`,
	"User.albums of others": `query($n:Int!,$c:Cursor){user(id:$viewer$){albums(first:$n,after:$c){edges{cursor}}}}`,
	"User.trashedAlbums":    `query($n:Int!,$c:Cursor){me{trashedAlbums(first:$n,after:$c){edges{cursor}}}}`,
	"Album.media":           `query($n:Int!,$c:Cursor){album(id:$album$){media(first:$n,after:$c){edges{cursor}}}}`,
	"Album.media as taken":  `query($n:Int!,$c:Cursor){album(id:$album$){media(first:$n,after:$c,order:TAKEN){edges{cursor}}}}`,
	"Album.media by hand":   `query($n:Int!,$c:Cursor){album(id:$album$){media(first:$n,after:$c,order:HAND){edges{cursor}}}}`,
	"Album.trash":           `query($n:Int!,$c:Cursor){album(id:$album$){trash(first:$n,after:$c){edges{cursor}}}}`,
	"Album.members":         `query($n:Int!,$c:Cursor){album(id:$album$){members(first:$n,after:$c){edges{cursor}}}}`,
	"Album.shares":          `query($n:Int!,$c:Cursor){album(id:$album$){shares(first:$n,after:$c){edges{cursor}}}}`,
	"Media.comments":        `query($n:Int!,$c:Cursor){media(id:$photo$){comments(first:$n,after:$c){edges{cursor}}}}`,
	"Media.likes":           `query($n:Int!,$c:Cursor){media(id:$photo$){likes(first:$n,after:$c){edges{cursor}}}}`,
	"Comment.replies":       `query($n:Int!,$c:Cursor){node(id:$comment$){... on Comment{replies(first:$n,after:$c){edges{cursor}}}}}`,
	"Query.feed":            `query($n:Int!,$c:Cursor){feed(first:$n,after:$c){edges{cursor}}}`,
}

// cursorsOfStreams are the fields that take the cursor of a log: TestPages and
// TestForgedFeedCursors are about them.
var cursorsOfStreams = []string{"Subscription.albumEvents", "Subscription.commentAdded", "Subscription.feedEvents"}

// TestEveryCursorHasARule: each field that takes a cursor is in one of the tables.
func TestEveryCursorHasARule(t *testing.T) {
	t.Parallel()
	for _, def := range generated.NewExecutableSchema(generated.Config{}).Schema().Types {
		for _, f := range def.Fields {
			at := def.Name + "." + f.Name
			takes := strings.HasSuffix(f.Type.Name(), "Connection") ||
				slices.ContainsFunc(f.Arguments, func(a *ast.ArgumentDefinition) bool { return a.Type.Name() == "Cursor" })
			if takes && connections[at] == "" && !slices.Contains(cursorsOfStreams, at) {
				t.Errorf("%s takes a cursor and is in no table", at)
			}
		}
	}
}

// TestCursorsTellNothing: a cursor that somebody changed, or took from a list that
// one may not see, is a place in one's own list, or as good as garbage.
func TestCursorsTellNothing(t *testing.T) {
	t.Parallel()
	var asked statements
	s := startServer(t, setup{idle: true, options: options{onStatement: asked.add}})
	mine, theirs := s.newWorld(t, worldOptions{}), s.newWorld(t, worldOptions{})
	token := mine.people["owner"].token
	for _, w := range []*world{mine, theirs} { // each list has rows
		_, err := s.store.SetAlbumState(t.Context(), s.album(t, w.id("owner"), album.Private, album.DefaultSettings()), album.Trashed, by(w.id("owner")))
		must(t, err)
		s.album(t, w.id("viewer"), album.Public, album.DefaultSettings())
	}
	for name, document := range connections {
		ask := func(w *world, cursor string) string {
			return s.ask(t, token, w.fill(document), "n", 100, "c", cursor).body
		}
		own := s.want(t, token, mine.fill(document), "n", 100)
		cursor, ok := leaf(own.Data).(string)
		foreign, okToo := leaf(s.want(t, theirs.people["owner"].token, theirs.fill(document), "n", 100).Data).(string)
		if !ok || !okToo {
			t.Fatalf("%s: an empty list proves nothing: %s", name, own.body)
		}
		garbage := ask(mine, "garbage")

		// A changed one is garbage, or a place in one's own list.
		raw, err := base64.RawURLEncoding.DecodeString(cursor)
		must(t, err)
		for i := range raw {
			for _, mask := range []byte{0x01, 0x80} {
				raw[i] ^= mask
				said := ask(mine, base64.RawURLEncoding.EncodeToString(raw))
				raw[i] ^= mask
				if said != garbage && !isPartOf(said, own.body) {
					t.Fatalf("%s: byte %d of the cursor changed gives %s", name, i, said)
				}
			}
		}

		// Somebody else's is a place like one that nothing stands at.
		raw, err = base64.RawURLEncoding.DecodeString(foreign)
		must(t, err)
		raw[len(raw)-1] ^= 0x01
		nowhere := base64.RawURLEncoding.EncodeToString(raw)
		var said, saidOfNothing string
		work := asked.fewest(func() { said = ask(mine, foreign) })
		workOfNothing := asked.fewest(func() { saidOfNothing = ask(mine, nowhere) })
		if said != saidOfNothing || !isPartOf(said, own.body) || !slices.Equal(work, workOfNothing) {
			t.Errorf("%s: somebody else's cursor gives %s, none's gives %s; %d and %d statements", name, said, saidOfNothing, len(work), len(workOfNothing))
		}

		// In somebody else's list all of them are the same.
		if document == theirs.fill(document) || strings.Contains(document, "user(") {
			continue
		}
		said = ask(theirs, "garbage")
		for _, cursor := range []string{cursor, foreign, nowhere} {
			if got := ask(theirs, cursor); got != said || !strings.Contains(got, string(album.CodeNotFound)) {
				t.Errorf("%s of somebody else: %s, and garbage gives %s", name, got, said)
			}
		}
	}
}

// isPartOf reports whether all rows of one answer are in another.
func isPartOf(said, whole string) bool {
	if strings.Contains(said, `"errors"`) {
		return false
	}
	return !slices.ContainsFunc(cursors.FindAllString(said, -1), func(row string) bool { return !strings.Contains(whole, row) })
}
