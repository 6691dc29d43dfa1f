package realtime_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"keepsake/realtime"
	"keepsake/realtime/membroker"
)

// One entry to many streams, each read by its own goroutine: from PublishEntries
// until the last has it.
func BenchmarkFanOut(b *testing.B) {
	for _, streams := range []int{1_000, 10_000} {
		b.Run(fmt.Sprint(streams), func(b *testing.B) {
			log, broker := newMemLog(one), membroker.New()
			closeLater(b, broker)
			h := realtime.NewHub(broker, log, nil)
			closeLater(b, h)
			var got, readers sync.WaitGroup
			b.Cleanup(readers.Wait)
			for range streams {
				s, err := h.Read(b.Context(), one, 0)
				if err != nil {
					b.Fatal(err)
				}
				readers.Go(func() {
					for {
						if _, err := s.Next(context.Background()); err != nil {
							return
						}
						got.Done()
					}
				})
				b.Cleanup(s.Close)
			}
			b.ReportAllocs()
			for b.Loop() {
				got.Add(streams)
				h.PublishEntries(context.Background(), log.commit(one, 1)...)
				got.Wait()
			}
			b.ReportMetric(float64(streams)*float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
		})
	}
}
