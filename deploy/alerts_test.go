package deploy

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/util/annotations"
)

// What the alerts are held against: series with a value a minute, in the notation
// of Prometheus's own tests, and whether the alert fires within the hour. Who sleeps
// must not be woken for nothing, so each alert has both.
var alertTests = map[string][]struct {
	series string // one a line
	fires  bool
}{
	"KeepsakeDown": {
		{`up{job="keepsake",instance="a"} 1x5 0x50`, true},
		{`up{job="keepsake",instance="a"} 1x5 0 1x50`, false}, // a restart
		{`up{job="another",instance="a"} 0x60`, false},
	},
	"KeepsakeGone": {{`up{job="another"} 1x60`, true}, {`up{job="keepsake"} 0x60`, false}},
	"KeepsakeErrors": {
		{`keepsake_requests_total{operation="A",code="OK"} 0+600x60
		keepsake_requests_total{operation="B",code="UNAVAILABLE"} 0+30x60`, true},
		{`keepsake_requests_total{operation="A",code="OK"} 0+600x60
		keepsake_requests_total{operation="A",code="NOT_FOUND"} 0+600x60`, false}, // clients' own
		{`keepsake_requests_total{operation="A",code="INTERNAL"} 0 0 1x58`, false}, // one, at night
	},
	"KeepsakeSlow": {
		{`keepsake_requests_total{code="OK"} 0+600x60
		keepsake_request_duration_seconds_bucket{le="2"} 0+580x60
		keepsake_request_duration_seconds_bucket{le="5"} 0+600x60
		keepsake_request_duration_seconds_bucket{le="+Inf"} 0+600x60`, true},
		{`keepsake_requests_total{code="OK"} 0+600x60
		keepsake_request_duration_seconds_bucket{le="2"} 0+598x60
		keepsake_request_duration_seconds_bucket{le="5"} 0+600x60
		keepsake_request_duration_seconds_bucket{le="+Inf"} 0+600x60`, false},
	},
	"KeepsakeDatabaseFails": {
		{`keepsake_part_failures_total{part="database",command="album",code="UNAVAILABLE"} 0+20x60`, true},
		{`keepsake_part_failures_total{part="database",command="album",code="UNAVAILABLE"} 0 50x59`, false}, // an election
		{`keepsake_part_failures_total{part="media",command="open",code="UNAVAILABLE"} 0+20x60`, false},
	},
	"KeepsakeMediaFails": {
		{`keepsake_part_failures_total{part="media",command="open",code="INTERNAL"} 0+20x60`, true},
		{`keepsake_part_failures_total{part="media",command="open",code="STORAGE_FULL"} 0+20x60`, false},
	},
	"KeepsakeDiskFull": {
		{`keepsake_part_failures_total{part="database",command="add comment",code="STORAGE_FULL"} 0x5 1+1x50`, true},
		{`keepsake_part_failures_total{part="database",command="add comment",code="STORAGE_FULL"} 7x60`, false}, // it was, once
	},
	"KeepsakeMessagesFail": {
		{`keepsake_publish_failures_total{instance="a"} 0+20x60`, true},
		{`keepsake_publish_failures_total{instance="a"} 0+20x5 100x50`, false}, // a restart of Redis
	},
	"KeepsakeRepairsFail": {
		{`keepsake_repair_failures_total{instance="a"} 0+1x60`, true},
		{`keepsake_repair_failures_total{instance="a"} 0x5 3x50`, false},
	},
	"KeepsakeUploadsWait": {
		{`keepsake_media_work_overdue_seconds_quick{instance="a"} 0+60x60`, true},
		{`keepsake_media_work_overdue_seconds_quick{instance="a"} 0+60x7 0x50`, false}, // much at once
	},
	"KeepsakeVideosWait": {
		{`keepsake_media_work_overdue_seconds_long{instance="a"} 7100+60x60`, true},
		{`keepsake_media_work_overdue_seconds_long{instance="a"} 0+60x60`, false},
	},
	"KeepsakeWritesWait": {
		{`keepsake_writes_waiting{instance="a"} 1000x60`, true},
		{`keepsake_writes_waiting{instance="a"} 0 1000 0x58`, false},
	},
	"KeepsakeRefusesClients": {
		{`keepsake_connections_refused_total{instance="a"} 0+100x60`, true},
		{`keepsake_connections_refused_total{instance="a"} 0 900x59`, false}, // all came back at once
	},
	"KeepsakeFilesRunOut": {
		{`process_open_fds{job="keepsake",instance="a"} 900x60
		process_max_fds{job="keepsake",instance="a"} 1000x60`, true},
		{`process_open_fds{job="keepsake",instance="a"} 900x60
		process_max_fds{job="keepsake",instance="a"} 65536x60`, false},
	},
	"KeepsakeMemoryRunsOut": {
		{`process_resident_memory_bytes{job="keepsake",instance="a"} 629145600x60
		go_gc_gomemlimit_bytes{job="keepsake",instance="a"} 629145600x60`, true},
		{`process_resident_memory_bytes{job="keepsake",instance="a"} 629145600x60
		go_gc_gomemlimit_bytes{job="keepsake",instance="a"} 9223372036854775807x60`, false}, // no limit
	},
	"KeepsakeGuessed": {
		{`keepsake_rate_limited_total{kind="sign_in"} 0+60x60`, true},
		{`keepsake_rate_limited_total{kind="sign_in"} 0+6x60`, false}, // a forgotten password
		{`keepsake_rate_limited_total{kind="user"} 0+60x60`, false},
	},
	"KeepsakeAddressesLimited": {
		{`keepsake_rate_limited_total{kind="address"} 0+6000x60`, true},
		{`keepsake_rate_limited_total{kind="address"} 0+60x60`, false},
	},
	"KeepsakeSpansLost": {
		{`keepsake_trace_spans_lost_total{instance="a"} 0+1x60`, true},
		{`keepsake_trace_spans_lost_total{instance="a"} 5x60`, false},
	},
}

// TestAlerts has Prometheus's own engine evaluate the alerts.
func TestAlerts(t *testing.T) {
	var file struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
	decode(t, "alerts.yaml", read(t, "deploy/monitoring/alerts.yaml"), &file)
	engine := promql.NewEngine(promql.EngineOpts{MaxSamples: 1_000_000, Timeout: time.Minute})
	defer engine.Close() //nolint:errcheck // it holds nothing
	left := len(alertTests)
	for _, rule := range file.Groups[0].Rules {
		t.Run(rule.Alert, func(t *testing.T) {
			tests := alertTests[rule.Alert]
			var least time.Duration
			if rule.For != "" {
				d, err := time.ParseDuration(rule.For)
				if err != nil {
					t.Fatal(err)
				}
				least = d
			}
			outcomes := map[bool]bool{}
			for _, test := range tests {
				outcomes[test.fires] = true
				if got := holds(t, engine, rule.Expr, test.series) > least; got != test.fires {
					t.Errorf("fires: %v\n%s", got, test.series)
				}
			}
			if len(outcomes) != 2 {
				t.Errorf("it was seen to fire or not: %v", outcomes)
			}
		})
		left--
	}
	if left != 0 {
		t.Errorf("%d of the tests are of no alert", left)
	}
}

// holds is for how long an expression gives something, longest, in an hour.
func holds(t *testing.T, engine *promql.Engine, expr, text string) (longest time.Duration) {
	t.Helper()
	series := parseSeries(t, text)
	query, err := engine.NewRangeQuery(t.Context(), series, nil, expr, time.Unix(0, 0), time.Unix(3600, 0), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	defer query.Close()
	matrix, err := query.Exec(t.Context()).Matrix()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range matrix {
		from := s.Floats[0].T
		for i, point := range s.Floats {
			if i > 0 && point.T-s.Floats[i-1].T > time.Minute.Milliseconds() {
				from = point.T
			}
			longest = max(longest, time.Duration(point.T-from+1)*time.Millisecond) // +1: it holds at one point, too
		}
	}
	return longest
}

// parseSeries reads series, each with a value a minute.
func parseSeries(t *testing.T, text string) storage.Queryable {
	t.Helper()
	var all []storage.Series
	for line := range strings.Lines(text) {
		name, values, err := parser.ParseSeriesDesc(strings.TrimSpace(line))
		if err != nil {
			t.Fatal(err)
		}
		var samples []chunks.Sample
		for i, v := range values {
			samples = append(samples, sample{int64(i) * time.Minute.Milliseconds(), v.Value})
		}
		all = append(all, storage.NewListSeries(name, samples))
	}
	return &storage.MockQueryable{MockQuerier: &storage.MockQuerier{
		SelectMockFunction: func(_ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
			return &found{series: slices.DeleteFunc(slices.Clone(all), func(s storage.Series) bool {
				return slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return !m.Matches(s.Labels().Get(m.Name)) })
			})}
		},
	}}
}

// found are the series that a selector has found.
type found struct {
	series []storage.Series
	next   int
}

func (f *found) Next() bool                        { f.next++; return f.next <= len(f.series) }
func (f *found) At() storage.Series                { return f.series[f.next-1] }
func (f *found) Err() error                        { return nil }
func (f *found) Warnings() annotations.Annotations { return nil }

// sample is a value at a time, in milliseconds.
type sample struct {
	t int64
	v float64
}

func (s sample) T() int64                      { return s.t }
func (s sample) F() float64                    { return s.v }
func (s sample) H() *histogram.Histogram       { return nil }
func (s sample) FH() *histogram.FloatHistogram { return nil }
func (s sample) Type() chunkenc.ValueType      { return chunkenc.ValFloat }
func (s sample) Copy() chunks.Sample           { return s }
