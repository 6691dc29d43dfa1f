package guard_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"keepsake/graph/guard"
)

// own finds what may be a document of GraphQL in the files of this repository: a
// text in backquotes, or a block of a Markdown file.
var own = regexp.MustCompile("`([^`]*[{][^`]*)`|(?s:```(?:graphql)?\n(.*?)```)")

// TestOwnDocuments: everything that this repository itself asks is within the
// limits, with pages as large as can be asked for where a variable says so.
func TestOwnDocuments(t *testing.T) {
	exec := guarded(guard.Default(), true)
	found, dearest := 0, guard.Cost{}
	look := func(text string) {
		doc, err := parser.ParseQuery(&ast.Source{Input: text})
		if err != nil || len(doc.Operations) == 0 {
			return
		}
		for _, op := range doc.Operations {
			variables := map[string]any{}
			for _, v := range op.VariableDefinitions {
				switch v.Type.Name() {
				case "Int":
					variables[v.Variable] = json.Number("100")
				case "ID", "String", "Cursor":
					variables[v.Variable] = "x"
				}
			}
			asked, errs := try(exec, attack{document: text, variables: variables, operation: op.Name})
			switch codeOf(errs) {
			case "":
				found++
				if cost, _ := asked.Stats.GetExtension("cost").(guard.Cost); cost.Requested > dearest.Requested {
					dearest = cost
				}
			case tooComplex:
				t.Errorf("%s: %v", text, errs)
			}
		}
	}
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		name := entry.Name()
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (name == "node_modules" || name == "generated" || name == "bin" || name == "guard" || strings.HasPrefix(name, ".git")):
			return filepath.SkipDir
		case entry.IsDir() || !strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, ".md"):
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range own.FindAllStringSubmatch(string(b), -1) {
			look(m[1])
			look(m[2])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 100 || dearest.Requested == 0 {
		t.Errorf("%d documents, of which the dearest costs %+v", found, dearest)
	}
}
