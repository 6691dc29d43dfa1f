package diskmedia

import (
	"context"
	"net/url"
	"testing"

	"keepsake/media"
)

func FuzzEscaping(f *testing.F) {
	f.Add("image/jpeg")
	f.Add("Straße & café 100%~.jpg")
	f.Fuzz(func(t *testing.T, text string) {
		if got, want := string(appendEscaped(nil, text)), url.QueryEscape(text); got != want {
			t.Errorf("%q becomes %s, want %s", text, got, want)
		}
	})
}

// BenchmarkSignPage signs what a page of 20 media shows.
func BenchmarkSignPage(b *testing.B) {
	bucket, err := Open(b.TempDir(), Options{BaseURL: "http://127.0.0.1:8080/media", Key: make([]byte, KeySize)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = bucket.Close() })
	b.ReportAllocs()
	r := media.ReadRequest{Key: "originals/01k3x0m8q2v7t5r9c4b6n1d0fz/med_01K3X0M8Q2V7T5R9C4B6N1D0FZ.jpg", ContentType: "image/jpeg"}
	for b.Loop() {
		for i := range 40 {
			r.Download = ""
			if i%2 == 1 {
				r.Download = "IMG_20250501_000000.jpg"
			}
			if _, err := bucket.SignRead(context.Background(), r); err != nil {
				b.Fatal(err)
			}
		}
	}
}
