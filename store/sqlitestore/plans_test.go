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
	"toDoom":       {"SCAN a USING COVERING INDEX album_deleting", "SCAN (subquery-"},
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
	if len(queries) < 120 {
		t.Fatalf("found only %d statements", len(queries))
	}
	for name, query := range queries {
		plan := plan(t, s, query)
		for _, step := range plan {
			if !cheap(name, step) {
				t.Errorf("%s: %q in\n\t%s", name, step, strings.Join(plan, "\n\t"))
			}
		}
	}
}

// TestPlansUseIndexes names the index that must answer a statement: with another
// one it would search too, but over all media of an album, or all work.
func TestPlansUseIndexes(t *testing.T) {
	s := openTemp(t, nil)
	queries := constants(t)
	for name, want := range map[string]string{
		"duplicates":  "media_sum (album_id=? AND owner_id=? AND sha256=?)",
		"mediaByHand": "media_hand (album_id=? AND (rank,id)<(?,?))",
		"rankedAbove": "media_hand (album_id=? AND (rank,id)>(?,?))",
		"rankedBelow": "media_hand (album_id=? AND (rank,id)<(?,?))",
		"dueWork":     "media_work (work_lane=? AND work_due_at<?)",
		"nextWork":    "media_work (work_lane=? AND work_due_at>?)",
		"holdWork":    "media_work_album (album_id=?)",
	} {
		if plan := strings.Join(plan(t, s, queries[name]), "\n\t"); !strings.Contains(plan, want) {
			t.Errorf("%s does not use %s:\n\t%s", name, want, plan)
		}
	}
	// The searches that come later have their indexes.
	for query, want := range map[string]string{
		`SELECT id FROM media WHERE album_id = ? AND shown = 1 AND latitude IS NOT NULL AND latitude > ?`: "media_place",
		`SELECT media_id FROM media_tag WHERE tag = ?`:                                                    "PRIMARY KEY (tag=?)",
	} {
		if plan := strings.Join(plan(t, s, query), "\n\t"); !strings.Contains(plan, want) {
			t.Errorf("%s does not use %s:\n\t%s", query, want, plan)
		}
	}
}

// plan is how SQLite would run a statement, step by step.
func plan(t *testing.T, s *Store, query string) []string {
	t.Helper()
	var steps []string
	args := make([]any, strings.Count(query, "?"))
	if err := s.writer.c.each("EXPLAIN QUERY PLAN "+query, args, func(r *row) {
		r.next = 3
		steps = append(steps, r.text())
	}); err != nil {
		t.Errorf("%s: %v", query, err)
	}
	return steps
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
