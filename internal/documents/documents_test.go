package documents

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"keepsake/album"
)

// ask runs what the executor would before and after it has parsed the document.
func ask(t *testing.T, d *Documents, query, extensions string) (document, code string) {
	t.Helper()
	params := &graphql.RawParams{Query: query}
	decoder := json.NewDecoder(strings.NewReader(extensions))
	decoder.UseNumber()
	if err := decoder.Decode(&params.Extensions); err != nil {
		t.Fatal(err)
	}
	op := &graphql.OperationContext{}
	if err := d.MutateOperationParameters(graphql.WithOperationContext(t.Context(), op), params); err != nil {
		return "", fmt.Sprint(err.Extensions["code"])
	}
	if op.RawQuery = params.Query; strings.Contains(params.Query, "invalid") {
		return "", "invalid"
	}
	if err := d.MutateOperationContext(t.Context(), op); err != nil {
		t.Fatal(err)
	}
	return params.Query, ""
}

func byHash(hash string) string {
	return fmt.Sprintf(`{"persistedQuery":{"version":1,"sha256Hash":%q}}`, hash)
}

const query = "{me{id}}"

func TestAutomatic(t *testing.T) {
	d := New(nil)
	hash := Hash(query)
	for i, c := range []struct{ query, extensions, document, code string }{
		{query, `{}`, query, ""},
		{"", byHash(hash), "", string(album.CodePersistedQueryNotFound)}, // without a hash it is not kept
		{query, byHash(Hash("{}")), "", string(album.CodeInvalidInput)},
		{"", byHash(Hash("{}")), "", string(album.CodePersistedQueryNotFound)},
		{query, byHash(hash), query, ""},
		{"", byHash(hash), query, ""},
		{"", byHash(strings.ToUpper(hash)), query, ""},
		{"invalid", byHash(Hash("invalid")), "", "invalid"},
		{"", byHash(Hash("invalid")), "", string(album.CodePersistedQueryNotFound)},
	} {
		if document, code := ask(t, d, c.query, c.extensions); document != c.document || code != c.code {
			t.Errorf("step %d: %q, %s", i, document, code)
		}
	}
	for _, extensions := range []string{
		`{"persistedQuery":1}`, `{"persistedQuery":[]}`, `{"persistedQuery":{}}`, byHash("abc"), byHash(hash + "00"), byHash(hash[1:] + "x"),
		`{"persistedQuery":{"sha256Hash":"` + hash + `"}}`, `{"persistedQuery":{"version":2,"sha256Hash":"` + hash + `"}}`,
		`{"persistedQuery":{"version":"1","sha256Hash":"` + hash + `"}}`, `{"persistedQuery":{"version":1,"sha256Hash":7}}`,
	} {
		if document, code := ask(t, d, "", extensions); code != string(album.CodeInvalidInput) {
			t.Errorf("%s: %q, %s", extensions, document, code)
		}
	}
}

// A document at the limit is kept, one above it is executed and not kept.
func TestLargeDocuments(t *testing.T) {
	d := New(nil)
	for size, want := range map[int]string{maxDocument: "", maxDocument + 1: string(album.CodePersistedQueryNotFound)} {
		large := strings.Repeat("#", size)
		if document, code := ask(t, d, large, byHash(Hash(large))); document != large || code != "" {
			t.Errorf("%d bytes sent whole: %s", size, code)
		}
		if _, code := ask(t, d, "", byHash(Hash(large))); code != want {
			t.Errorf("%d bytes by hash: %q, want %q", size, code, want)
		}
	}
}

func TestTrusted(t *testing.T) {
	d := New(map[string]string{Hash(query): query})
	const refused = string(album.CodeDocumentNotTrusted)
	for i, c := range []struct{ query, extensions, document, code string }{
		{"", byHash(Hash(query)), query, ""},
		{query, `{}`, query, ""},
		{query, byHash(Hash(query)), query, ""},
		{query + " ", `{}`, "", refused},
		{query + " ", byHash(Hash(query + " ")), "", refused},
		{query + " ", byHash(Hash(query)), "", string(album.CodeInvalidInput)},
		{"", byHash(Hash("{}")), "", refused},
		{"", `{}`, "", refused},
	} {
		if document, code := ask(t, d, c.query, c.extensions); document != c.document || code != c.code {
			t.Errorf("step %d: %q, %s", i, document, code)
		}
	}
}

// The cache never holds more bytes than it may, and forgets the least used.
func TestCache(t *testing.T) {
	const each = 1000
	c := newCache(3 * each)
	text := strings.Repeat("x", each-perEntry)
	for _, hash := range []string{"a", "b", "c"} {
		c.add(hash, text)
	}
	c.get("a")
	c.add("a", text) // once is enough
	c.add("d", text)
	c.add("too large", strings.Repeat("x", 3*each))
	for hash, want := range map[string]bool{"a": true, "b": false, "c": true, "d": true, "too large": false} {
		if _, ok := c.get(hash); ok != want {
			t.Errorf("%s is there: %t", hash, ok)
		}
	}
	c.add("as large as may be", strings.Repeat("x", 3*each-perEntry))
	if _, ok := c.get("as large as may be"); !ok || len(c.byKey) != 1 || c.order.Len() != 1 || c.bytes != c.most {
		t.Errorf("%d entries, %d bytes", len(c.byKey), c.bytes)
	}
}

func TestLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "documents.json")
	for text, want := range map[string]string{
		`{"` + Hash(query) + `":"` + query + `"}`: "",
		`{}`:                "has none",
		`null`:              "has none",
		`["` + query + `"]`: "not a JSON object",
		`{"` + Hash(query) + `":"` + query + ` "}`:                 "the SHA-256",
		`{"` + strings.ToUpper(Hash(query)) + `":"` + query + `"}`: "the SHA-256",
		`{"x":` + strings.Repeat(" ", maxManifest) + `"y"}`:        "more than",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		trusted, err := Load(path)
		if want == "" && (err != nil || trusted[Hash(query)] != query) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%.100s: %v, %v", text, trusted, err)
		}
	}
	if _, err := Load(path + ".none"); err == nil {
		t.Error("a file that is not there is read")
	}
}
