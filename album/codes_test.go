package album_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"testing"
)

// TestCodesAreDocumented: docs/ERRORS.md has one row for each code there is, and
// no other.
func TestCodesAreDocumented(t *testing.T) {
	t.Parallel()
	codes := map[string]int{ // how often it is documented
		"GRAPHQL_PARSE_FAILED": 0, "GRAPHQL_VALIDATION_FAILED": 0, // of the GraphQL library
	}
	file, err := parser.ParseFile(token.NewFileSet(), "errors.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if typ, ok := spec.Type.(*ast.Ident); ok && typ.Name == "Code" {
			code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			codes[code] = 0
		}
		return false
	})
	if len(codes) < 20 {
		t.Fatalf("found only %v", codes)
	}
	doc, err := os.ReadFile("../docs/ERRORS.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `([A-Z_]+)` \\|").FindAllSubmatch(doc, -1) {
		if _, ok := codes[string(row[1])]; !ok {
			t.Errorf("docs/ERRORS.md has a row for %s, which does not exist", row[1])
		}
		codes[string(row[1])]++
	}
	for code, rows := range codes {
		if rows != 1 {
			t.Errorf("docs/ERRORS.md has %d rows for %s", rows, code)
		}
	}
}
