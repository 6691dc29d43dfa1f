package schema

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"

	"keepsake/graph/generated"
)

var update = flag.Bool("update", false, "write the golden file, unless that breaks a client unrecorded")

const (
	golden  = "../schema.golden.graphql"
	record  = "../../docs/SCHEMA.md"
	howToGo = "go test ./graph/schema -update"
)

// served is the schema that the server has.
func served() *ast.Schema {
	return generated.NewExecutableSchema(generated.Config{}).Schema()
}

// The golden file is the schema. It may be changed so that no client breaks, or
// with each break written down in docs/SCHEMA.md.
func TestGolden(t *testing.T) {
	now := &bytes.Buffer{}
	formatter.NewFormatter(now, formatter.WithIndent("  ")).FormatSchema(served())
	before, err := os.ReadFile(golden)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if bytes.Equal(before, now.Bytes()) {
		return
	}
	if len(before) > 0 {
		old, err := gqlparser.LoadSchema(&ast.Source{Name: golden, Input: string(before)})
		if err != nil {
			t.Fatal(err)
		}
		recorded, err := os.ReadFile(record)
		if err != nil {
			t.Fatal(err)
		}
		for _, change := range breaking(old, served()) {
			if !strings.Contains(string(recorded), change) {
				t.Errorf("this breaks clients: %s; leave it, or write it down in docs/SCHEMA.md in these words", change)
			}
		}
	}
	switch {
	case t.Failed():
	case !*update:
		t.Errorf("the schema is not what graph/schema.golden.graphql says: %s", howToGo)
	default:
		if err := os.WriteFile(golden, now.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
