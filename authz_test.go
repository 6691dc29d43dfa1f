package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"keepsake/album"
	"keepsake/graph/generated"
	"keepsake/internal/auth"
)

// TestEveryFieldHasARule holds the table against the schema.
func TestEveryFieldHasARule(t *testing.T) {
	t.Parallel()
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	ruled := map[string]bool{}
	for _, r := range rules() {
		ruled[r.field] = true
		typ, field, _ := strings.Cut(r.field, ".")
		if def := schema.Types[typ]; def == nil || def.Fields.ForName(field) == nil {
			t.Errorf("the table has a row for %s, which is not in the schema", r.field)
		}
	}
	for _, def := range schema.Types {
		if def.Kind != ast.Object || strings.HasPrefix(def.Name, "__") || carries(def.Name) {
			continue
		}
		for _, f := range def.Fields {
			if at := def.Name + "." + f.Name; !strings.HasPrefix(f.Name, "__") && !ruled[at] {
				t.Errorf("%s has no row in the authorisation table", at)
			}
		}
	}
}

// carries reports whether a type only carries what other rules are about: who
// got one may see all of it. What an AlbumEvent shows is tested with the streams.
func carries(name string) bool {
	for _, ending := range []string{"Connection", "Edge", "Payload"} {
		if strings.HasSuffix(name, ending) {
			return true
		}
	}
	return slices.Contains([]string{
		"AlbumEvent", "AlbumSettings", "Archive", "ArchivePart", "Capabilities", "LikesChanged", "MediaResult", "PageInfo", "Place", "Session", "SignedUrl", "Storage", "UploadField", "UploadTicket",
	}, name)
}

// TestAuthorisation asks for everything as everyone.
func TestAuthorisation(t *testing.T) {
	s := startServer(t, setup{})
	var shared sharedWorlds
	for _, r := range rules() {
		name := r.field
		if r.when != "" {
			name += " " + r.when
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kind, ok := worldKinds[r.world]
			if want := strings.Fields(r.want); !ok || len(want) != len(roles) {
				t.Fatalf("the row is not well made: world %q, want %q", r.world, r.want)
			}
			switch op, _, _ := strings.Cut(r.field, "."); op {
			case "Mutation":
				kind.only = r.ask
				r.checkMutation(t, func() *world { return s.newWorld(t, kind) })
			case "Subscription":
				r.checkStream(t, shared.get(t, s, r.world))
			default:
				r.checkRead(t, shared.get(t, s, r.world))
			}
		})
	}
}

// sharedWorlds keeps one world of a kind for all who only read.
type sharedWorlds struct {
	mu     sync.Mutex
	worlds map[string]*world
}

func (sw *sharedWorlds) get(t *testing.T, s *server, kind string) *world {
	sw.mu.Lock()
	defer sw.mu.Unlock()
	if sw.worlds == nil {
		sw.worlds = map[string]*world{}
	}
	if sw.worlds[kind] == nil {
		sw.worlds[kind] = s.newWorld(t, worldKinds[kind])
	}
	return sw.worlds[kind]
}

// wants is what each role gets, codes unabbreviated.
func (r rule) wants() map[string]string {
	out := map[string]string{}
	for i, want := range strings.Fields(r.want) {
		if code, ok := letters[want]; ok {
			want = code
		}
		out[roles[i]] = want
	}
	return out
}

// allowed reports whether an outcome gives something.
func allowed(outcome string) bool { return outcome == "+" || strings.HasPrefix(outcome, "=") }

func (r rule) document(w *world) string {
	if typ, _, _ := strings.Cut(r.field, "."); objects[typ] != "" && !strings.HasPrefix(r.ask, "{") {
		return w.fill(fmt.Sprintf(objects[typ], r.ask))
	}
	return w.fill(r.ask)
}

// check holds one answer against what the row says.
func check(t *testing.T, role, want string, a answer) {
	t.Helper()
	got := outcome(a)
	if strings.HasPrefix(want, "=") && got == "+" {
		got = "=" + fmt.Sprint(leaf(a.Data))
	}
	if got != want {
		t.Errorf("as %s: got %s, want %s: %s", role, got, want, a.body)
	}
	if !allowed(want) && strings.Contains(a.body, "/media/") {
		t.Errorf("as %s: an address was given away: %s", role, a.body)
	}
}

// outcome is an answer in the words of the table.
func outcome(a answer) string {
	switch {
	case len(a.Errors) > 0:
		return a.code()
	case leaf(a.Data) == nil:
		return "0"
	}
	return "+"
}

// leaf walks down to what was asked for: nil where the way ends before.
func leaf(v any) any {
	switch at := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(at)) {
			return leaf(at[name])
		}
	case []any:
		if len(at) > 0 {
			return leaf(at[0])
		}
	default:
		return v
	}
	return nil
}

// outsider is a visitor who came through the share of quite another album. They
// get no more than anonymous people do of a private one.
func outsider(t *testing.T, w *world) person {
	t.Helper()
	share := &album.Share{
		ID: w.s.service.IDs.Share(), AlbumID: w.s.album(t, w.id("stranger"), album.Private, album.DefaultSettings()), CreatorID: w.id("stranger"),
		TokenHash: auth.HashSecret(t.Name()), DownloadAllowed: true, CreatedAt: time.Now(),
	}
	must(t, w.s.store.CreateShare(t.Context(), share))
	return person{token: w.s.tokenFor(t, album.Identified{ShareID: share.ID}, auth.AccessLife)}
}

func (r rule) checkRead(t *testing.T, w *world) {
	document := r.document(w)
	for role, want := range r.wants() {
		check(t, role, want, w.s.ask(t, w.people[role].token, document))
	}
	a := w.s.ask(t, outsider(t, w).token, document)
	if public := r.world == "" && allowed(r.wants()["anonymous"]); !public && outcome(a) == "+" {
		t.Errorf("a visitor of another album got %s", a.body)
	}
}

// checkMutation lets those try first to whom it is denied, and sees that nothing
// changed; then those who may, each in a world of their own, and sees that
// something did.
func (r rule) checkMutation(t *testing.T, fresh func() *world) {
	w := fresh()
	document, wants := r.document(w), r.wants()
	before := w.snapshot(t)
	for role, want := range wants {
		if !allowed(want) {
			check(t, role, want, w.s.ask(t, w.people[role].token, document))
		}
	}
	if !allowed(wants["anonymous"]) {
		if a := w.s.ask(t, outsider(t, w).token, document); outcome(a) == "+" {
			t.Errorf("a visitor of another album got %s", a.body)
		}
	}
	if after := w.snapshot(t); after != before {
		t.Fatalf("it was denied to all who asked, and yet\n%s\nbecame\n%s", before, after)
	}
	used := false
	for role, want := range wants {
		if !allowed(want) {
			continue
		}
		prove := proofs[r.field]
		if used {
			if w = fresh(); prove == nil {
				before = w.snapshot(t)
			}
		}
		used = true
		a := w.s.ask(t, w.people[role].token, r.document(w))
		check(t, role, want, a)
		if prove != nil {
			prove(t, w, w.people[role], a)
		} else if w.snapshot(t) == before {
			t.Errorf("as %s: it was done, and nothing changed: %s", role, a.body)
		}
	}
}

// snapshot is all that the owner sees of the albums and of the people.
func (w *world) snapshot(t *testing.T) string {
	t.Helper()
	const thread = `{edges{node{id text removedAt replies{edges{node{id text removedAt}}}}}}`
	const plain = `{
		title description visibility settings{comments likes downloads} mediaCount memberCount trashedAt cursor owner{id} cover{id}
		media{edges{node{id caption likeCount commentCount comments` + thread + `}}}
	}`
	document := w.fill(`{
		album(id:$album$)` + plain + ` other:album(id:$other$)` + plain + ` binned:album(id:$binned$)` + plain + `
		trash:album(id:$album$){trash{edges{node{id}}}}
		members:album(id:$album$){members{edges{node{role user{id}}}}} shares:album(id:$album$){shares{edges{node{id}}}}
		people:nodes(ids:[$owner$,$editor$,$contributor$,$viewer$,$stranger$]){...on User{displayName}}
		me{albums{edges{node{id}}} trashedAlbums{edges{node{id}}}}
	}`)
	seen, err := json.Marshal(w.s.ask(t, w.people["owner"].token, document).Data)
	must(t, err)
	return string(seen)
}
