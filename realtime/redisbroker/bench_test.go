package redisbroker_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"keepsake/realtime/redisbroker"
)

// payload is of the size of most messages.
var payload = make([]byte, 300)

// Publishing, from a few goroutines and from many.
func BenchmarkPublish(b *testing.B) {
	url := anyURL(b)
	for _, publishers := range []int{1, 32, 256} {
		b.Run(fmt.Sprint(publishers), func(b *testing.B) {
			broker := open(b, redisbroker.Options{URL: url})
			b.ReportAllocs()
			b.ResetTimer()
			var wg sync.WaitGroup
			for i := range publishers {
				wg.Go(func() {
					topic := fmt.Sprint(i)
					for n := i; n < b.N; n += publishers {
						if err := broker.Publish(context.Background(), topic, payload); err != nil {
							b.Errorf("Publish: %v", err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
		})
	}
}

// counter is a receiver that counts.
type counter struct{ got, confirmed sync.WaitGroup }

func (c *counter) Receive(string, []byte) { c.got.Done() }
func (c *counter) Confirmed(string)       { c.confirmed.Done() }
func (c *counter) Lost()                  {}

// From 64 publishers on one node to the receiver of another.
func BenchmarkDeliver(b *testing.B) {
	const topics = 64
	url := anyURL(b)
	from, to, c := open(b, redisbroker.Options{URL: url}), open(b, redisbroker.Options{URL: url}), &counter{}
	to.Attach(c)
	c.confirmed.Add(topics)
	for i := range topics {
		to.Subscribe(fmt.Sprint(i))
	}
	c.confirmed.Wait()
	b.ReportAllocs()
	b.ResetTimer()
	c.got.Add(b.N)
	for i := range topics {
		c.got.Go(func() {
			topic := fmt.Sprint(i)
			for n := i; n < b.N; n += topics {
				if err := from.Publish(context.Background(), topic, payload); err != nil {
					b.Errorf("Publish: %v", err)
				}
			}
		})
	}
	c.got.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}
