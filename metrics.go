package main

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"keepsake/album"
)

// metrics is the page /metrics: what the parts count, as Prometheus reads it.
func (a *app) metrics() http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	gauge := func(name, help string, value func() int) {
		r.MustRegister(prometheus.NewGaugeFunc(
			prometheus.GaugeOpts{Namespace: "keepsake", Name: name, Help: help}, func() float64 { return float64(value()) }))
	}
	counter := func(name, help string, value func() int64) {
		r.MustRegister(prometheus.NewCounterFunc(
			prometheus.CounterOpts{Namespace: "keepsake", Name: name, Help: help}, func() float64 { return float64(value()) }))
	}
	wire, live, hub := a.transport.Stats, a.engine.Stats, a.hub.Stats

	gauge("connections", "Sockets and event streams that are open.", func() int { return wire().Clients })
	gauge("operations", "Operations that run on them.", func() int { return wire().Operations })
	counter("connections_opened_total", "Sockets and event streams that were let in.", func() int64 { return wire().Opened })
	counter("connections_refused_total", "Those that were told to come back later.", func() int64 { return wire().Refused })
	counter("frames_sent_total", "Messages written to clients.", func() int64 { return wire().Frames })
	counter("queue_overflows_total", "Messages that found no room in a client's queue.", func() int64 { return wire().Overflows })
	counter("clients_stalled_total", "Clients that were closed for taking nothing.", func() int64 { return wire().Stalled })
	gauge("frames_waiting", "Messages in clients' queues.", a.transport.Waiting)

	gauge("subscriptions", "Subscribers of albums and feeds.", func() int { return live().Subscribers })
	gauge("cohorts", "Groups of subscribers that are given the same.", func() int { return live().Cohorts })
	gauge("replays", "Groups that are being brought up to the present.", func() int { return live().Replays })
	counter("event_executions_total", "Events executed, each for a cohort or a feed.", func() int64 { return live().Executions })
	counter("event_deliveries_total", "Results given, each to a subscriber.", func() int64 { return live().Deliveries })
	counter("subscriber_lags_total", "Times that a subscriber took too little and went on from the log.", func() int64 { return live().Lags })
	counter("access_revoked_total", "Subscribers that lost access.", func() int64 { return live().Revoked })

	gauge("topics", "Albums that are watched on this node.", func() int { return hub().Topics })
	gauge("streams", "Streams of them.", func() int { return hub().Streams })
	counter("messages_published_total", "Messages that the broker took.", func() int64 { return hub().Published })
	counter("publish_failures_total", "Messages that it did not take.", func() int64 { return hub().PublishFailures })
	counter("messages_received_total", "Messages that arrived.", func() int64 { return hub().Received })
	gauge("messages_waiting", "Messages that wait for the broker to be back.", func() int { return hub().Unsent })
	counter("broker_links_lost_total", "Times that the broker's link broke.", func() int64 { return hub().LinksLost })
	counter("repairs_total", "Albums whose log was read for what was missing.", func() int64 { return hub().Repairs })
	counter("repair_failures_total", "Repairs that the store did not answer.", func() int64 { return hub().RepairFailures })
	counter("verifications_total", "Comparisons of positions with the store.", func() int64 { return hub().Verifications })
	counter("resyncs_total", "Streams whose log no longer reached back.", func() int64 { return hub().Resyncs })
	counter("log_reads_total", "Live streams that fell behind and read the log.", func() int64 { return hub().Overflows })
	if cached, ok := cacheOf(a.store); ok {
		counter("cache_hits_total", "Reads of the database that its cache answered.", func() int64 { return cached().Hits })
		counter("cache_misses_total", "Those that it was asked for and could not answer.", func() int64 { return cached().Misses })
		gauge("cache_bytes", "What the cache of the database holds.", func() int { return int(cached().Bytes) })
	}
	if queue, ok := a.store.(interface{ Waiting() int }); ok { // SQLite's
		gauge("writes_waiting", "Changes that wait for their turn to be written.", queue.Waiting)
	}
	counter("trace_spans_sent_total", "Spans that the collector took.", a.tracer.Sent)
	counter("trace_spans_lost_total", "Spans that it did not take.", a.tracer.Lost)
	a.operations.register(r)
	a.limits.register(r)
	a.watch.register(r)
	for _, lane := range []album.Lane{album.Quick, album.Long, album.Look} {
		gauge("media_work_running_"+strings.ToLower(string(lane)), "Media of this lane that this node works on.",
			func() int { return a.service.Working(lane) })
		gauge("media_work_overdue_seconds_"+strings.ToLower(string(lane)), "How long the oldest work of this lane on media has been due.",
			func() int { return a.overdue(lane) })
	}
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{})
}

// overdue is for how many seconds work of a lane has been due; 0 if the store does
// not say.
func (a *app) overdue(lane album.Lane) int {
	ctx, cancel := context.WithTimeout(a.work, 2*time.Second)
	defer cancel()
	due, err := a.store.NextWork(ctx, lane)
	if err != nil || due.IsZero() {
		return 0
	}
	return int(max(time.Since(due), 0).Seconds())
}
