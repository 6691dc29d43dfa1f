package mediatest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"keepsake/album"
	"keepsake/media"
)

func testKeys(t *testing.T, h Harness) {
	ctx := t.Context()
	for _, bad := range []string{
		"", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "./a", "a/..", "a b", "a\x00", "a\n", "相片", "a+b", "a~b", "a?b",
		`a\b`, "a%2fb", "a:b", strings.Repeat("a", media.MaxKeyLength+1),
	} {
		wantCode(t, "Stat "+bad, second(h.Bucket.Stat(ctx, bad)), album.CodeInvalidInput)
		wantCode(t, "Open "+bad, second(h.Bucket.Open(ctx, bad, 0, -1)), album.CodeInvalidInput)
		wantCode(t, "Write "+bad, h.Bucket.Write(ctx, bad, jpegType, strings.NewReader("x")), album.CodeInvalidInput)
		wantCode(t, "Publish from "+bad, h.Bucket.Publish(ctx, bad, key, jpegType), album.CodeInvalidInput)
		wantCode(t, "Publish to "+bad, h.Bucket.Publish(ctx, key, bad, jpegType), album.CodeInvalidInput)
		wantCode(t, "Delete "+bad, h.Bucket.Delete(ctx, bad), album.CodeInvalidInput)
		wantCode(t, "SignRead "+bad, second(h.Bucket.SignRead(ctx, media.ReadRequest{Key: bad, ContentType: jpegType})), album.CodeInvalidInput)
	}
	h.empty(t)
	for i, good := range []string{"a", "a/b", "a/b/c", "...", "a.b", "a-b", "-", "_", "med_", "med_1234", "med_1234/x", "med_12345", "med_123456/x", strings.Repeat("a", media.MaxKeyLength)} {
		h.write(t, good, payload(10+i, byte(i)))
		defer h.has(t, good, payload(10+i, byte(i))) // they do not touch one another
	}
}

func testWrite(t *testing.T, h Harness) {
	body := payload(300_000, 1)
	h.write(t, key, body)
	h.has(t, key, body)
	wantCode(t, "Write again", h.Bucket.Write(t.Context(), key, jpegType, strings.NewReader("other")), album.CodeConflict)
	h.has(t, key, body)
	h.write(t, other, nil)
	h.has(t, other, nil)
	wantCode(t, "Stat", second(h.Bucket.Stat(t.Context(), final)), album.CodeNotFound)
}

func testWriteBroken(t *testing.T, h Harness) {
	broken := io.MultiReader(bytes.NewReader(payload(100_000, 1)), iotest.ErrReader(errors.New("broken")))
	if err := h.Bucket.Write(t.Context(), key, jpegType, broken); err == nil {
		t.Error("a reader that failed made an object")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Bucket.Write(ctx, key, jpegType, bytes.NewReader(payload(100_000, 1))); err == nil {
		t.Error("a context that ended made an object")
	}
	h.hasNot(t, key)
	h.empty(t)
}

func testOpen(t *testing.T, h Harness) {
	body := payload(100_000, 1)
	h.write(t, key, body)
	for _, r := range []struct {
		offset, length int64
		want           []byte
	}{
		{0, -1, body},
		{0, 0, nil},
		{0, 10, body[:10]},
		{50_000, 1000, body[50_000:51_000]},
		{99_999, -1, body[99_999:]},
		{99_999, 1 << 40, body[99_999:]},
		{100_000, -1, nil},
		{100_000, 5, nil},
		{1 << 40, 5, nil},
	} {
		if got := h.read(t, key, r.offset, r.length); !bytes.Equal(got, r.want) {
			t.Errorf("%d, %d: %s", r.offset, r.length, difference(got, r.want))
		}
	}
	wantCode(t, "a negative offset", second(h.Bucket.Open(t.Context(), key, -1, 1)), album.CodeInvalidInput)
	wantCode(t, "a missing object", second(h.Bucket.Open(t.Context(), other, 0, -1)), album.CodeNotFound)
}

func testPublish(t *testing.T, h Harness) {
	ctx, body := t.Context(), payload(5000, 1)
	wantCode(t, "nothing to publish", h.Bucket.Publish(ctx, key, final, jpegType), album.CodeNotFound)
	h.write(t, key, body)
	for range 2 {
		if err := h.Bucket.Publish(ctx, key, final, "image/png"); err != nil {
			t.Fatalf("Publish: %v", err)
		}
		h.has(t, final, body)
		h.has(t, key, body)
	}
	// What is there stays as it is.
	h.write(t, other, payload(10, 2))
	if err := h.Bucket.Publish(ctx, other, final, jpegType); err != nil {
		t.Fatalf("Publish onto an object: %v", err)
	}
	h.has(t, final, body)
	// The copy stands alone, and publishing again needs no source.
	if err := h.Bucket.Delete(ctx, key); err != nil {
		t.Fatalf("Delete: %v", err)
	}
	h.has(t, final, body)
	if err := h.Bucket.Publish(ctx, key, final, jpegType); err != nil {
		t.Fatalf("Publish after the source was deleted: %v", err)
	}
	h.has(t, final, body)
}

func testPublishRace(t *testing.T, h Harness) {
	body := payload(200_000, 1)
	h.write(t, key, body)
	errs := make([]error, 16)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			if errs[i] = h.Bucket.Publish(t.Context(), key, final, jpegType); errs[i] == nil {
				errs[i] = h.Bucket.Delete(t.Context(), key)
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatalf("Publish: %v", err)
	}
	h.has(t, final, body)
	h.hasNot(t, key)
}

// testPublishReplay: a ticket that is still open cannot change what was published.
func testPublishReplay(t *testing.T, h Harness) {
	body := payload(5000, 1)
	ticket := h.ticket(t, media.POST, key, len(body))
	h.send(t, ticket, body)
	if err := h.Bucket.Publish(t.Context(), key, final, jpegType); err != nil {
		t.Fatalf("Publish: %v", err)
	}
	if err := h.Bucket.Delete(t.Context(), key); err != nil {
		t.Fatalf("Delete: %v", err)
	}
	h.send(t, ticket, payload(5000, 2))
	h.has(t, final, body)
}

func testDelete(t *testing.T, h Harness) {
	h.write(t, key, payload(10, 1))
	h.write(t, other, payload(10, 2))
	for range 2 {
		if err := h.Bucket.Delete(t.Context(), key); err != nil {
			t.Fatalf("Delete: %v", err)
		}
		h.hasNot(t, key)
	}
	h.has(t, other, payload(10, 2))
	h.write(t, key, payload(10, 3))
	h.has(t, key, payload(10, 3))
}

// testDeleteRace: taking away neighbours never hurts what is being written.
func testDeleteRace(t *testing.T, h Harness) {
	const rounds = 30
	var wg sync.WaitGroup
	var failed atomic.Pointer[error]
	for worker := range 8 {
		wg.Go(func() {
			k := "incoming/med_01K57WZQ0ABCDEFGHJKMNPQRS" + string(rune('A'+worker)) + "/original"
			for range rounds {
				err := h.Bucket.Write(t.Context(), k, jpegType, strings.NewReader("x"))
				if err == nil {
					_, err = h.Bucket.Stat(t.Context(), k)
				}
				if err == nil {
					err = h.Bucket.Delete(t.Context(), k)
				}
				if err != nil {
					failed.Store(&err)
					return
				}
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		t.Fatal(*err)
	}
	h.empty(t)
}

func testList(t *testing.T, h Harness) {
	keys := []string{
		"a", "a-b", "a.b", "a/b", "a/b/c", "a0", "incoming/med_01A", "m/med_01AAAAAAAAAAAAAAAAAAAAAAAA/original.jpg",
		"m/med_01AAAAAAAAAAAAAAAAAAAAAAAA/s.jpg", "m/med_01AAAA", "m/med_01AAAA/x", "m/med_01AAAA-x", "m/med_01AAAA.x",
		"m/med_01AAAA0", "m/med_01AA", "m/med_01AA/y", "m/med_01AABB/y", "m/med_01AAAAAA", "m/med_01AAAAAA/z", "m/med_01AAAAAA-z", "med_", "med-x",
	}
	checkLists(t, h, keys, append(keys, "", "m", "m/", "m/med_", "m/med_01AAAA", "m/med_01AAAAA", "zz", "a/", "incoming/"))
	if found, err := h.Bucket.List(t.Context(), "", "", 0); err != nil || len(found) != 0 {
		t.Errorf("limit 0: %v, %v", found, err)
	}
}

func testListRandom(t *testing.T, h Harness) {
	random := rand.New(rand.NewPCG(1, 2)) // the same each time
	const letters = "aB-_./0z"
	unique := map[string]bool{}
	for len(unique) < 150 {
		k := []byte([]string{"", "m/", "med_", "m/med_0123", "m/med_012345", "incoming/"}[random.IntN(6)])
		for range 1 + random.IntN(10) {
			k = append(k, letters[random.IntN(len(letters))])
		}
		if media.CheckKey(string(k)) == nil {
			unique[string(k)] = true
		}
	}
	var keys []string
	for k := range unique {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	checkLists(t, h, keys, append([]string{"", "m/", "m/med_012", "med"}, keys[:40]...))
}

// checkLists writes the keys and compares lists, by each of the prefixes and
// after each of them, with what sorting gives.
func checkLists(t *testing.T, h Harness, keys, prefixes []string) {
	t.Helper()
	for _, k := range keys {
		h.write(t, k, []byte(k))
	}
	sorted := slices.Sorted(slices.Values(keys))
	for _, prefix := range prefixes {
		for _, after := range []string{"", prefix, sorted[len(sorted)/2], sorted[len(sorted)-1]} {
			var want []string
			for _, k := range sorted {
				if strings.HasPrefix(k, prefix) && k > after {
					want = append(want, k)
				}
			}
			if got := h.list(t, prefix, after, 1000); !slices.Equal(got, want) {
				t.Fatalf("List(%q, %q):\n%q, want\n%q", prefix, after, got, want)
			}
			if got := h.list(t, prefix, after, 3); !slices.Equal(got, want[:min(3, len(want))]) {
				t.Fatalf("List(%q, %q, 3):\n%q, want\n%q", prefix, after, got, want[:min(3, len(want))])
			}
		}
	}
	var walked []string
	for after := ""; ; after = walked[len(walked)-1] {
		page := h.list(t, "", after, 7)
		if walked = append(walked, page...); len(page) < 7 {
			break
		}
	}
	if !slices.Equal(walked, sorted) {
		t.Fatalf("in pages:\n%q, want\n%q", walked, sorted)
	}
}

func (h Harness) list(t *testing.T, prefix, after string, limit int) []string {
	t.Helper()
	found, err := h.Bucket.List(t.Context(), prefix, after, limit)
	if err != nil {
		t.Fatalf("List(%q, %q): %v", prefix, after, err)
	}
	var keys []string
	for _, o := range found {
		if o.Bytes != int64(len(o.Key)) || o.ModifiedAt.IsZero() {
			t.Fatalf("List: %+v", o)
		}
		keys = append(keys, o.Key)
	}
	return keys
}

func testPing(t *testing.T, h Harness) {
	if err := h.Bucket.Ping(t.Context()); err != nil {
		t.Errorf("Ping: %v", err)
	}
	h.empty(t)
}

func testReaderAt(t *testing.T, h Harness) {
	body := payload(600_000, 1)
	h.write(t, key, body)
	r := media.ReaderAt(t.Context(), h.Bucket, key, int64(len(body)))
	if err := iotest.TestReader(io.NewSectionReader(r, 0, int64(len(body))), body); err != nil {
		t.Error(err)
	}
	_, err := media.ReaderAt(t.Context(), h.Bucket, other, 10).ReadAt(make([]byte, 1), 0)
	wantCode(t, "a missing object", err, album.CodeNotFound)
	_, err = media.ReaderAt(t.Context(), h.Bucket, key, int64(len(body))+10).ReadAt(make([]byte, 20), int64(len(body))-5)
	wantCode(t, "a size that is wrong", err, album.CodeUnavailable)
}

func testSum(t *testing.T, h Harness) {
	for i, body := range [][]byte{nil, payload(300_000, 1), []byte("123456789")} {
		k := key + string(rune('A'+i))
		h.write(t, k, body)
		sha, castagnoli := sha256.Sum256(body), crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli))
		want := media.Sums{
			SHA256: hex.EncodeToString(sha[:]), CRC32C: fmt.Sprintf("%08x", castagnoli),
			CRC32: crc32.ChecksumIEEE(body), Bytes: int64(len(body)),
		}
		if got, err := media.Sum(t.Context(), h.Bucket, k); err != nil || got != want {
			t.Errorf("%+v, %v, want %+v", got, err, want)
		}
	}
	wantCode(t, "a missing object", second(media.Sum(t.Context(), h.Bucket, other)), album.CodeNotFound)
}
