package sqlitestore

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// bounded names what a plan may walk or sort all the same, because a LIMIT or
// an argument bounds it.
var bounded = map[string][]string{
	"ping": {"SCAN user", "SCAN (subquery-"}, // one row
	"feed": { // at most MaxFeedAlbums, then a row for each that leaves the queue
		"SCAN mine", "SCAN queue", "SCAN (subquery-", "SCAN 0-ROW VALUES CLAUSE", "USE TEMP B-TREE FOR ORDER BY",
	},
	"doomed":       {"SCAN m USING INDEX media_doomed"}, // doomed media alone
	"doomStep":     {"SCAN a USING COVERING INDEX album_deleting", "SCAN (subquery-"},
	"emptyAlbums":  {"SCAN a USING INDEX album_deleting"}, // DELETING albums alone
	"shareDepth":   {"SCAN chain"},                        // at most MaxShareDepth
	"revokeShares": {"SCAN handed"},                       // shares handed on from one
}

var (
	statement = regexp.MustCompile(`^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b`)
	harmless  = regexp.MustCompile(`^SCAN (j|json_each) VIRTUAL TABLE|^SCAN (\d+ )?CONSTANT ROW`)
)

// TestPlans asks SQLite how it would run each statement of the package, and
// refuses walks over whole tables and sorting of what has no bound.
func TestPlans(t *testing.T) {
	s := openTemp(t, nil)
	queries := constants(t)
	if len(queries) < 90 {
		t.Fatalf("found only %d statements", len(queries))
	}
	for name, query := range queries {
		c := s.writer.c
		args := make([]any, strings.Count(query, "?"))
		var plan []string
		err := c.each("EXPLAIN QUERY PLAN "+query, args, func(r *row) {
			r.next = 3
			plan = append(plan, r.text())
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, step := range plan {
			if !cheap(name, step) {
				t.Errorf("%s: %q in\n\t%s", name, step, strings.Join(plan, "\n\t"))
			}
		}
	}
}

func cheap(name, step string) bool {
	if harmless.MatchString(step) {
		return true
	}
	for _, allowed := range bounded[name] {
		if strings.HasPrefix(step, allowed) {
			return true
		}
	}
	return !strings.HasPrefix(step, "SCAN ") && !strings.Contains(step, "TEMP B-TREE") &&
		!strings.Contains(step, "AUTOMATIC")
}

// constants evaluates the package's constants and returns those that are SQL.
func constants(t *testing.T) map[string]string {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	// The imports are left out: the SQL needs none of them.
	conf := types.Config{Error: func(error) {}}
	pkg, _ := conf.Check("sqlitestore", fset, files, nil)
	out := map[string]string{}
	for _, name := range pkg.Scope().Names() {
		if k, ok := pkg.Scope().Lookup(name).(*types.Const); ok && k.Val().Kind() == constant.String {
			if q := constant.StringVal(k.Val()); statement.MatchString(q) {
				out[name] = q
			}
		}
	}
	return out
}
