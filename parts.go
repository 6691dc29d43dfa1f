package main

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"keepsake/album"
	"keepsake/internal/tracing"
	"keepsake/media"
	"keepsake/realtime"
)

// The parts that the program stands on, as /readyz and the log name them, and the
// processes beside it.
const (
	partDatabase  = "database"
	partMedia     = "media"
	partMessages  = "messages"
	partProcesses = "processes"
)

// observer is told of a command of a part that has ended: one of a fixed number, when
// it began, and how it ended.
type observer = func(ctx context.Context, command string, began time.Time, err error)

// watch times what is asked of the parts, counts what they failed to do, and records
// it in the trace that it is done for.
type watch struct {
	tracer   *tracing.Tracer
	duration *prometheus.HistogramVec // in seconds, by part, command
	failures *prometheus.CounterVec   // by part, command, code
}

func newWatch(tracer *tracing.Tracer) *watch {
	return &watch{
		tracer: tracer,
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "keepsake", Name: "part_duration_seconds", Help: "How long a part took for a command, what waited for its turn included.",
			Buckets: []float64{.0005, .002, .01, .05, .2, 1, 5, 30},
		}, []string{"part", "command"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: "keepsake", Name: "part_failures_total", Help: "Commands that a part did not answer, or answered by a fault.",
		}, []string{"part", "command", "code"}),
	}
}

// register adds what is counted to the metrics.
func (w *watch) register(r prometheus.Registerer) { r.MustRegister(w.duration, w.failures) }

// of is what is told of each command of a part.
func (w *watch) of(part string) observer {
	return func(ctx context.Context, command string, began time.Time, err error) {
		w.duration.WithLabelValues(part, command).Observe(time.Since(began).Seconds())
		code := fault(ctx, err)
		if code != "" {
			w.failures.WithLabelValues(part, command, string(code)).Inc()
		}
		w.tracer.Done(ctx, part, command, began, string(code))
	}
}

// fault is the code of an error that a part is to blame for, or "": what is not
// there, or not as somebody thought, is an answer, and whoever gives up waiting
// learns nothing of the part.
func fault(ctx context.Context, err error) album.Code {
	if err == nil || errors.Is(ctx.Err(), context.Canceled) {
		return ""
	}
	switch code := album.CodeOf(err); code {
	case album.CodeUnavailable, album.CodeStorageFull, album.CodeInternal:
		return code
	}
	return ""
}

// watchedBroker is a broker whose publications are watched.
type watchedBroker struct {
	realtime.Broker
	told observer
}

// broker watches a broker.
func (w *watch) broker(b realtime.Broker) realtime.Broker {
	return watchedBroker{b, w.of(partMessages)}
}

// Publish implements realtime.Broker.
func (b watchedBroker) Publish(ctx context.Context, topic string, payload []byte) (err error) {
	defer func(began time.Time) { b.told(ctx, "publish", began, err) }(time.Now())
	return b.Broker.Publish(ctx, topic, payload)
}

// watchedBucket is a bucket that is watched, but for what it signs for readers:
// that is done sixty times a page and takes microseconds.
type watchedBucket struct {
	media.Bucket
	told observer
}

// bucket watches a bucket.
func (w *watch) bucket(b media.Bucket) media.Bucket { return watchedBucket{b, w.of(partMedia)} }

// SignUpload implements media.Bucket.
func (b watchedBucket) SignUpload(ctx context.Context, r media.UploadRequest) (_ media.Ticket, err error) {
	defer func(began time.Time) { b.told(ctx, "sign upload", began, err) }(time.Now())
	return b.Bucket.SignUpload(ctx, r)
}

// Stat implements media.Bucket.
func (b watchedBucket) Stat(ctx context.Context, key string) (_ media.Object, err error) {
	defer func(began time.Time) { b.told(ctx, "stat", began, err) }(time.Now())
	return b.Bucket.Stat(ctx, key)
}

// Open implements media.Bucket. It is timed to the first byte.
func (b watchedBucket) Open(ctx context.Context, key string, offset, length int64) (_ io.ReadCloser, err error) {
	defer func(began time.Time) { b.told(ctx, "open", began, err) }(time.Now())
	return b.Bucket.Open(ctx, key, offset, length)
}

// Write implements media.Bucket.
func (b watchedBucket) Write(ctx context.Context, key, contentType string, r io.Reader) (err error) {
	defer func(began time.Time) { b.told(ctx, "write", began, err) }(time.Now())
	return b.Bucket.Write(ctx, key, contentType, r)
}

// Publish implements media.Bucket.
func (b watchedBucket) Publish(ctx context.Context, from, to, contentType string) (err error) {
	defer func(began time.Time) { b.told(ctx, "publish", began, err) }(time.Now())
	return b.Bucket.Publish(ctx, from, to, contentType)
}

// Delete implements media.Bucket.
func (b watchedBucket) Delete(ctx context.Context, key string) (err error) {
	defer func(began time.Time) { b.told(ctx, "delete", began, err) }(time.Now())
	return b.Bucket.Delete(ctx, key)
}

// List implements media.Bucket.
func (b watchedBucket) List(ctx context.Context, prefix, after string, limit int) (_ []media.Object, err error) {
	defer func(began time.Time) { b.told(ctx, "list", began, err) }(time.Now())
	return b.Bucket.List(ctx, prefix, after, limit)
}

// Unfinished implements media.Bucket.
func (b watchedBucket) Unfinished(ctx context.Context, after string, limit int) (_ []media.Object, err error) {
	defer func(began time.Time) { b.told(ctx, "list unfinished", began, err) }(time.Now())
	return b.Bucket.Unfinished(ctx, after, limit)
}
