package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/promql/parser"
	"sigs.k8s.io/yaml"
)

// leftOff are the metrics that the program exposes and the dashboard need not show:
// details of Go's memory and of the process, which profiles say better.
var leftOff = regexp.MustCompile(`^(go_memstats_.*|go_gc_gogc_percent|go_gc_gomemlimit_bytes|go_info|go_sched_gomaxprocs_threads|go_threads|process_virtual_memory_.*)$`)

// ofSQLite are the metrics that only SQLite has.
var ofSQLite = []string{"keepsake_writes_waiting", "keepsake_cache_hits_total", "keepsake_cache_misses_total", "keepsake_cache_bytes"}

// TestDashboardAndAlerts: what the dashboard and the alerts ask Prometheus for is
// what the program tells it, by names and labels; what the program tells stands on
// the dashboard; and each alert says what to do, and stands in docs/DEPLOY.md.
func TestDashboardAndAlerts(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{idle: true, env: []string{"KEEPSAKE_SIGN_IN_TRIES=1"}})
	s.want(t, "", `query Known{__typename}`)
	s.ask(t, "", `query Known{node(id:"nothing"){id}}`)
	must(t, s.store.Close())
	s.ask(t, "", `query Known{album(id:"alb_00000000000000000000000000"){title}}`) // which the database fails to answer
	known := s.exposed(t)
	for _, name := range ofSQLite { // which the run at scale has none of
		_, exposed := known[name]
		if s.cfg.Backends.MongoURI == "" != exposed {
			t.Errorf("%s is exposed: %v", name, exposed)
		}
		known[name] = map[string]bool{"instance": true, "job": true}
	}

	shown := map[string]bool{}
	for _, expr := range dashboardExpressions(t) {
		checkExpression(t, expr, known, shown)
	}
	if len(shown) < 40 {
		t.Errorf("the dashboard shows %d metrics: was it read?", len(shown))
	}
	for name := range known {
		if !shown[name] && !leftOff.MatchString(name) {
			t.Errorf("%s is not on the dashboard", name)
		}
	}

	docs, err := os.ReadFile("docs/DEPLOY.md")
	must(t, err)
	var documented, all []string
	for _, m := range regexp.MustCompile("(?m)^\\| `(Keepsake[A-Za-z]+)` \\| .+ \\| .+ \\|$").FindAllStringSubmatch(string(docs), -1) {
		documented = append(documented, m[1])
	}
	for _, alert := range alertRules(t) {
		all = append(all, alert.Alert)
		checkExpression(t, alert.Expr, known, map[string]bool{})
		if severity := alert.Labels["severity"]; severity != "page" && severity != "ticket" || alert.Annotations["summary"] == "" || alert.Annotations["do"] == "" {
			t.Errorf("%s says too little: %v", alert.Alert, alert)
		}
	}
	if !slices.Equal(all, documented) || len(all) == 0 {
		t.Errorf("the alerts are %q, documented are %q", all, documented)
	}
}

// exposed is the labels of each metric at /metrics, by its name: a histogram's is
// without _bucket, _sum and _count.
func (s *server) exposed(t *testing.T) map[string]map[string]bool {
	t.Helper()
	_, text := fetch(t, http.MethodGet, s.url+"/metrics", nil)
	all := map[string]map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (\S+) `).FindAllStringSubmatch(string(text), -1) {
		all[m[1]] = map[string]bool{"instance": true, "job": true} // Prometheus's own
	}
	for _, m := range regexp.MustCompile(`(?m)^([a-z_]+?)(?:_bucket|_sum|_count)?(?:\{(.*)\})? \S+$`).FindAllStringSubmatch(string(text), -1) {
		labels := all[m[1]]
		if labels == nil { // whose name ends like a part of a histogram
			continue
		}
		for _, label := range regexp.MustCompile(`(\w+)="`).FindAllStringSubmatch(m[2], -1) {
			labels[label[1]] = true
		}
	}
	for _, name := range []string{"requests_total", "request_duration_seconds", "part_duration_seconds", "part_failures_total"} {
		if len(all["keepsake_"+name]) < 4 {
			t.Fatalf("keepsake_%s has the labels %v", name, slices.Collect(maps.Keys(all["keepsake_"+name])))
		}
	}
	return all
}

// checkExpression reads an expression as Prometheus does, looks for its metrics and
// labels among the known ones, and adds the metrics to shown.
func checkExpression(t *testing.T, text string, known map[string]map[string]bool, shown map[string]bool) {
	t.Helper()
	expr, err := parser.ParseExpr(strings.ReplaceAll(text, "$__rate_interval", "5m"))
	if err != nil {
		t.Errorf("%s: %v", text, err)
		return
	}
	labels := map[string]bool{}
	var asked []string
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		switch n := node.(type) {
		case *parser.AggregateExpr:
			asked = append(asked, n.Grouping...)
		case *parser.VectorSelector:
			name := regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(n.Name, "")
			if known[name] == nil {
				name = n.Name
			}
			if known[name] == nil && name != "up" {
				t.Errorf("%s: there is no metric %s", text, name)
			}
			shown[name] = true
			maps.Copy(labels, known[name])
			for _, m := range n.LabelMatchers {
				if m.Name != "__name__" && !known[name][m.Name] && name != "up" {
					t.Errorf("%s: %s has no label %s", text, name, m.Name)
				}
			}
		}
		return nil
	})
	for _, label := range asked {
		if !labels[label] {
			t.Errorf("%s: nothing has the label %s", text, label)
		}
	}
}

// dashboardExpressions are what the panels of the dashboard ask for.
func dashboardExpressions(t *testing.T) (all []string) {
	t.Helper()
	text, err := os.ReadFile("deploy/monitoring/dashboard.json")
	must(t, err)
	var board struct {
		Panels []struct {
			ID      int
			Title   string
			Targets []struct{ Expr, LegendFormat string }
		}
	}
	must(t, json.Unmarshal(text, &board))
	ids := map[int]bool{}
	for _, panel := range board.Panels {
		if ids[panel.ID] || panel.Title == "" {
			t.Errorf("panel %d is there twice, or has no title", panel.ID)
		}
		ids[panel.ID] = true
		for _, target := range panel.Targets {
			all = append(all, target.Expr)
		}
	}
	return all
}

// alertRule is an alert in a file of rules of Prometheus.
type alertRule struct {
	Alert, Expr, For    string
	Labels, Annotations map[string]string
}

func alertRules(t *testing.T) (all []alertRule) {
	t.Helper()
	text, err := os.ReadFile("deploy/monitoring/alerts.yaml")
	must(t, err)
	var file struct {
		Groups []struct {
			Name  string
			Rules []alertRule
		}
	}
	must(t, yaml.UnmarshalStrict(text, &file))
	for _, group := range file.Groups {
		all = append(all, group.Rules...)
	}
	return all
}
