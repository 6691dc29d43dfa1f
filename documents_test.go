package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/vektah/gqlparser/v2"

	"keepsake/album"
	"keepsake/internal/config"
	"keepsake/internal/documents"
	"keepsake/web"
)

func byHash(document string) map[string]any {
	return map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": documents.Hash(document)}}
}

// postJSON sends a request in any form.
func (s *server) postJSON(t *testing.T, token string, request map[string]any) answer {
	t.Helper()
	body, err := json.Marshal(request)
	must(t, err)
	return s.post(t, token, body)
}

// TestPersistedQueries: a hash is known once its document was executed, by POST,
// by GET and in event streams; what is refused is not registered.
func TestPersistedQueries(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	p := s.user(t, "somebody")
	const document, invalid = `query Who($id:ID!){user(id:$id){id}}`, `{nothing}`
	variables := map[string]any{"id": p.id}
	only := map[string]any{"extensions": byHash(document), "variables": variables}
	const unknown = string(album.CodePersistedQueryNotFound)
	if a := s.postJSON(t, "", only); a.code() != unknown || a.Errors[0].Message != "PersistedQueryNotFound" {
		t.Errorf("before it is known: %s", a.body)
	}
	if a := s.postJSON(t, "", map[string]any{"query": document + " ", "extensions": byHash(document), "variables": variables}); a.code() != "INVALID_INPUT" {
		t.Errorf("another's hash: %s", a.body)
	}
	for range 2 {
		a := s.postJSON(t, "", map[string]any{"query": document, "extensions": byHash(document), "variables": variables})
		if a.at("user.id") != string(p.id) {
			t.Errorf("registering: %s", a.body)
		}
	}
	if a := s.postJSON(t, "", only); a.at("user.id") != string(p.id) {
		t.Errorf("by hash: %s", a.body)
	}
	values := url.Values{}
	for name, value := range only {
		text, err := json.Marshal(value)
		must(t, err)
		values.Set(name, string(text))
	}
	if _, a := send(t, http.MethodGet, s.url+"/graphql?"+values.Encode(), ""); a.at("user.id") != string(p.id) {
		t.Errorf("by hash and GET: %s", a.body)
	}
	body, err := json.Marshal(only)
	must(t, err)
	if h, a := send(t, http.MethodPost, s.url+"/graphql", string(body), "Content-Type", typeJSON, "Accept", typeEvents); a.status != http.StatusOK {
		t.Errorf("by hash in an event stream: %v %s", h, a.body)
	}
	s.postJSON(t, "", map[string]any{"query": invalid, "extensions": byHash(invalid)})
	if a := s.postJSON(t, "", map[string]any{"extensions": byHash(invalid)}); a.code() != unknown {
		t.Errorf("a document that was refused: %s", a.body)
	}
	// A mutation by hash stays one: GET does not do it.
	const write = `mutation{signOut(input:{}){ended}}`
	s.postJSON(t, p.token, map[string]any{"query": write, "extensions": byHash(write)})
	extensions, err := json.Marshal(byHash(write))
	must(t, err)
	if _, a := send(t, http.MethodGet, s.url+"/graphql?extensions="+url.QueryEscape(string(extensions)), ""); a.status != http.StatusMethodNotAllowed {
		t.Errorf("a mutation by hash and GET: %d %s", a.status, a.body)
	}
}

// TestTrustedDocuments: nothing else is executed, however it comes.
func TestTrustedDocuments(t *testing.T) {
	t.Parallel()
	const trusted, other = `query Me{me{id}}`, `query Other{me{id}}`
	manifest := filepath.Join(t.TempDir(), "documents.json")
	write := func(of map[string]string) {
		text, err := json.Marshal(of)
		must(t, err)
		must(t, os.WriteFile(manifest, text, 0o600))
	}
	write(map[string]string{documents.Hash(trusted): trusted, documents.Hash(watchAlbum): watchAlbum})
	s := startServer(t, setup{env: []string{"KEEPSAKE_TRUSTED_DOCUMENTS=" + manifest}})
	p := s.user(t, "somebody")
	id := string(s.album(t, p.id, album.Private, album.DefaultSettings()))
	const refused = string(album.CodeDocumentNotTrusted)
	for name, c := range map[string]struct {
		request map[string]any
		code    string
	}{
		"whole":                  {map[string]any{"query": trusted}, ""},
		"by hash":                {map[string]any{"extensions": byHash(trusted)}, ""},
		"both":                   {map[string]any{"query": trusted, "extensions": byHash(trusted)}, ""},
		"another":                {map[string]any{"query": other}, refused},
		"another by hash":        {map[string]any{"extensions": byHash(other)}, refused},
		"registering another":    {map[string]any{"query": other, "extensions": byHash(other)}, refused},
		"a space more":           {map[string]any{"query": trusted + " "}, refused},
		"the schema":             {map[string]any{"query": `{__schema{types{name}}}`}, refused},
		"nothing that is either": {map[string]any{"query": "{"}, refused},
	} {
		if a := s.postJSON(t, p.token, c.request); a.code() != c.code || c.code == "" && a.at("me.id") != string(p.id) {
			t.Errorf("%s: %s", name, a.body)
		}
	}
	if _, a := send(t, http.MethodGet, s.url+"/graphql?query="+url.QueryEscape(other), ""); a.code() != refused {
		t.Errorf("by GET: %s", a.body)
	}
	socket := s.dial(t, p.token)
	if a, _ := socket.start(t, trusted).next(t); a.at("me.id") != string(p.id) {
		t.Errorf("by socket: %s", a.body)
	}
	for _, document := range []string{other, `subscription{feedEvents{kind}}`} {
		if a, ended := socket.start(t, document).next(t); a.code() != refused || !ended {
			t.Errorf("%s by socket: %s", document, a.body)
		}
		if e := s.listen(t, p.token, document, nil); e.res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s by event stream: %d", document, e.res.StatusCode)
		}
	}
	if e := s.listen(t, p.token, watchAlbum, map[string]any{"id": id}); e.res.StatusCode != http.StatusOK {
		t.Errorf("watching by event stream: %d", e.res.StatusCode)
	}

	write(map[string]string{documents.Hash(other): trusted})
	cfg, err := config.Load([]string{"KEEPSAKE_DATA=" + t.TempDir(), "KEEPSAKE_TRUSTED_DOCUMENTS=" + manifest})
	must(t, err)
	if _, err := newApp(t.Context(), cfg, "http://localhost", newLogger(cfg, &logs{})); err == nil {
		t.Error("a manifest with a wrong hash is taken")
	}
}

// TestCostIsTold: who asks what an operation costs is told, whether it is executed
// or refused.
func TestCostIsTold(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{idle: true, env: []string{"KEEPSAKE_MAX_COST=1000"}})
	for document, want := range map[string]struct{ code string }{
		`{capabilities{videos}}`: {""},
		`{user(id:"usr_x"){albums(first:100){edges{node{media(first:100){edges{node{id}}}}}}}}`: {"QUERY_TOO_COMPLEX"},
	} {
		body, err := json.Marshal(map[string]any{"query": document, "extensions": map[string]any{"cost": true}})
		must(t, err)
		a := s.post(t, "", body)
		var told struct {
			Extensions struct {
				Cost struct{ Requested, Limit int }
			}
		}
		must(t, json.Unmarshal([]byte(a.body), &told))
		if a.code() != want.code || told.Extensions.Cost.Requested < 1 || told.Extensions.Cost.Limit != 1000 {
			t.Errorf("%s: %s", document, a.body)
		}
	}
}

// TestThePagesDocumentsAreTrusted: beside a manifest, the album page's documents are
// taken, and nothing else is.
func TestThePagesDocumentsAreTrusted(t *testing.T) {
	t.Parallel()
	const trusted, own, other = `query Me{me{id}}`, `query Page{me{id displayName}}`, `query Other{me{id}}`
	manifest := func(document string) []byte {
		text, err := json.Marshal(map[string]string{documents.Hash(document): document})
		must(t, err)
		return text
	}
	file := filepath.Join(t.TempDir(), "documents.json")
	must(t, os.WriteFile(file, manifest(trusted), 0o600))
	built := pagesBuilt(t)
	built["documents.json"] = &fstest.MapFile{Data: manifest(own)}
	env := []string{"KEEPSAKE_TRUSTED_DOCUMENTS=" + file}
	s := startServer(t, setup{options: options{built: built}, env: env})
	p := s.user(t, "somebody")
	for document, code := range map[string]string{trusted: "", own: "", other: string(album.CodeDocumentNotTrusted)} {
		if a := s.postJSON(t, p.token, map[string]any{"query": document}); a.code() != code {
			t.Errorf("%s: %s", document, a.body)
		}
		if a := s.postJSON(t, p.token, map[string]any{"extensions": byHash(document)}); a.code() != code {
			t.Errorf("%s by hash: %s", document, a.body)
		}
	}

	cfg, err := config.Load(append(env, "KEEPSAKE_DATA="+t.TempDir()))
	must(t, err)
	for name, text := range map[string][]byte{"none": nil, "a wrong one": []byte(`{"x":"y"}`)} {
		broken := maps.Clone(built)
		delete(broken, "documents.json")
		if text != nil {
			broken["documents.json"] = &fstest.MapFile{Data: text}
		}
		if _, err := newAppWith(t.Context(), cfg, "http://localhost", newLogger(cfg, &logs{}), options{built: broken}); err == nil {
			t.Errorf("pages with %s are taken", name)
		}
	}
}

// TestAlbumPageDocuments: what the page was built with is valid here, and has
// none of the explorer's.
func TestAlbumPageDocuments(t *testing.T) {
	t.Parallel()
	built := web.Built()
	if built == nil {
		t.Fatal("the pages are not built: run: make web")
	}
	text, err := web.Documents(built)
	must(t, err)
	all, err := documents.Parse(text, "the build")
	must(t, err)
	for _, document := range all {
		if _, err := gqlparser.LoadQueryWithRules(schemaOfAnswers(), document, nil); err != nil {
			t.Errorf("%s: %v", document, err)
		}
		if strings.Contains(document, "Explorer") {
			t.Errorf("one of the explorer's: %s", document)
		}
	}
}
