package realtime

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"keepsake/album"
)

// The board against a plain model: for streams at any stamp it has exactly the
// states that changed since, newest only, in order. With too many media it
// forgets some, but says so and stays bounded.
func TestLikeBoardAgainstModel(t *testing.T) {
	for _, media := range []int{1, 3, 100, maxLikes, maxLikes + 50} {
		t.Run(fmt.Sprintf("%d media", media), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, uint64(media)))
			var b likeBoard
			type reader struct {
				at   int64
				seen map[album.MediaID]int64
				lost bool
			}
			readers := make([]reader, 8)
			for i := range readers {
				readers[i].seen = map[album.MediaID]int64{}
			}
			newest := map[album.MediaID]int64{}
			for range 20_000 {
				id := album.MediaID(fmt.Sprint(rng.IntN(media)))
				version := newest[id] + int64(rng.IntN(4)) - 1 // older, the same, newer, or one is missing
				if version > 0 {
					news := b.put(&album.LikeState{MediaID: id, Version: version})
					if media <= maxLikes && news != (version > newest[id]) {
						t.Fatalf("put version %d after %d: %v", version, newest[id], news)
					}
					newest[id] = max(newest[id], version)
				}
				if len(b.stamps) > maxLikes || len(b.order) > 2*maxLikes+64 {
					t.Fatalf("the board holds %d states in %d slots", len(b.stamps), len(b.order))
				}
				r := &readers[rng.IntN(len(readers))]
				for n := rng.IntN(media + 2); n > 0 && !r.lost; n-- {
					s, at, ok := b.after(r.at)
					switch {
					case !ok:
						r.lost = true
					case s == nil:
						n = 0
					case media <= maxLikes && s.Version <= r.seen[s.MediaID]:
						t.Fatalf("version %d of %s after %d", s.Version, s.MediaID, r.seen[s.MediaID])
					default:
						r.seen[s.MediaID] = s.Version
					}
					if at < r.at {
						t.Fatalf("stamp %d after %d", at, r.at)
					}
					r.at = at
				}
			}
			for _, r := range readers {
				for s, at, ok := b.after(r.at); ok && s != nil; s, at, ok = b.after(r.at) {
					r.at, r.seen[s.MediaID] = at, s.Version
				}
				if r.lost && media <= maxLikes {
					t.Error("a reader lost a state though there was room for all")
				}
				for id, version := range newest {
					if !r.lost && media <= maxLikes && r.seen[id] != version {
						t.Errorf("a reader saw version %d of %s, the newest is %d", r.seen[id], id, version)
					}
				}
			}
		})
	}
}
