package main

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/media"
)

const mediumQuery = `query($id:ID!){media(id:$id){id status failure progress kind contentType width height blurhash color camera takenAt
	place{latitude longitude} duplicateOf{id} variants{url width height contentType bytes}
	url{url width height} original:url(size:ORIGINAL){url bytes} playback{url contentType width height} download{url}}}`

// awaitMedium waits until a medium is as it should be, and returns it.
func (w *world) awaitMedium(t *testing.T, id, what string, is func(a answer) bool) answer {
	t.Helper()
	var a answer
	eventually(t, id+" to be "+what, func() bool {
		a = w.s.ask(t, w.people["contributor"].token, mediumQuery, "id", id)
		return is(a)
	})
	return a
}

func isReady(a answer) bool { return a.at("media.status") == "READY" }

func isDone(a answer) bool { return isReady(a) && a.at("media.progress") == 100.0 }

// photo makes a photo that no other is like.
func photo(t testing.TB, width, height int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	seed := uint32(time.Now().UnixNano()) //nolint:gosec // any will do
	for i := range width * height {
		seed = seed*1664525 + 1013904223
		img.SetRGBA(i%width, i/width, color.RGBA{R: uint8(seed >> 24), G: uint8(seed >> 16), B: uint8(i), A: 255})
	}
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, img, nil))
	return b.Bytes()
}

// TestFormats: every format goes in, and pictures come out that say nothing of
// where they were taken. What they look like is tested in package render.
func TestFormats(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{only: "$photo$"})
	for name, c := range map[string]struct {
		contentType string
		place       bool
	}{
		"orientation-6.jpg": {"image/jpeg", false}, "place.jpg": {"image/jpeg", true}, "motion.jpg": {"image/jpeg", false},
		"plain.png": {"image/png", false}, "animated.png": {"image/png", false}, "plain.gif": {"image/gif", false},
		"animated.gif": {"image/gif", false}, "plain.webp": {"image/webp", false}, "animated.webp": {"image/webp", false},
		"place.webp": {"image/webp", true}, "plain.heic": {"image/heic", false}, "place.heic": {"image/heic", true},
		"front.mp4": {"video/mp4", false}, "rotated-90.mp4": {"video/mp4", false}, "plain.mov": {"video/quicktime", false},
	} {
		t.Run(name, func(t *testing.T) {
			body := readTestdata(name)
			id := putTicket(t, w.ticket(t, c.contentType, len(body), hexSum(body)), body)
			s.ask(t, w.people["contributor"].token, finalize, "id", id)
			a := w.awaitMedium(t, id, "done", isDone)
			variants, _ := a.at("media.variants").([]any)
			if len(variants) == 0 || a.at("media.blurhash") == nil || a.at("media.color") == nil {
				t.Fatalf("%s", a.body)
			}
			for _, v := range variants {
				status, text := fetch(t, http.MethodGet, dig(v, "url").(string), nil)
				if status != http.StatusOK || bytes.Contains(text, []byte("Exif")) || float64(len(text)) != dig(v, "bytes") {
					t.Errorf("%v: %d, %d bytes", v, status, len(text))
				}
				config, err := jpeg.DecodeConfig(bytes.NewReader(text))
				if err != nil || float64(config.Width) != dig(v, "width") || float64(config.Height) != dig(v, "height") {
					t.Errorf("%v is %d x %d: %v", v, config.Width, config.Height, err)
				}
				wide, high := a.at("media.width").(float64), a.at("media.height").(float64)
				if (config.Width > config.Height) != (wide > high) && wide != high {
					t.Errorf("%v of %v x %v lies on its side", v, wide, high)
				}
			}
			if (a.at("media.place") != nil) != c.place {
				t.Errorf("place: %s", a.body)
			}
			address := "media.original.url"
			if a.at("media.kind") == "VIDEO" {
				address = "media.download.url"
				if a.at("media.playback.contentType") != "video/mp4" {
					t.Errorf("played: %s", a.body)
				}
			}
			if status, text := fetch(t, http.MethodGet, a.str(address), nil); status != http.StatusOK || !bytes.Equal(text, body) {
				t.Errorf("the original: %d, %d bytes", status, len(text))
			}
		})
	}
}

// TestDuplicates: the same bytes of the same person are in an album once.
func TestDuplicates(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{only: "$photo$ $other$"})
	token, body := w.people["contributor"].token, photo(t, 40, 30)
	sum := hexSum(body)

	// Sixteen at once, each with a ticket of its own: one is published.
	ids := make([]string, 16)
	for i := range ids {
		ids[i] = putTicket(t, w.ticket(t, "image/jpeg", len(body), nil), body)
	}
	head := w.seqOf(t, map[string]any{"cursor": w.head(t)})
	var wg sync.WaitGroup
	var first sync.Map
	var duplicates atomic.Int32
	for _, id := range ids {
		wg.Go(func() {
			a := s.ask(t, token, `mutation($id:ID!){finalizeUpload(input:{mediaId:$id}){duplicate media{id status}}}`, "id", id)
			if a.code() != "" {
				t.Errorf("%s", a.body)
			}
			first.Store(a.str("finalizeUpload.media.id"), true)
			if a.at("finalizeUpload.duplicate") == true {
				duplicates.Add(1)
			}
		})
	}
	wg.Wait()
	there := ""
	first.Range(func(id, _ any) bool {
		if there != "" {
			t.Errorf("%s and %s are both there", there, id)
		}
		there = id.(string)
		return true
	})
	if duplicates.Load() != 15 {
		t.Errorf("%d of 16 were duplicates", duplicates.Load())
	}
	w.awaitMedium(t, there, "ready", isReady)
	if now := w.seqOf(t, map[string]any{"cursor": w.head(t)}); now != head+1 {
		t.Errorf("%d entries", now-head)
	}
	for _, id := range ids {
		if id == there {
			continue
		}
		a := s.ask(t, token, mediumQuery, "id", id)
		if a.at("media.failure") != "UPLOAD_DUPLICATE" || a.at("media.duplicateOf.id") != there {
			t.Errorf("a duplicate: %s", a.body)
		}
		if a := s.want(t, token, finalize, "id", id); a.at("finalizeUpload.media.id") != there {
			t.Errorf("finalised again: %s", a.body)
		}
	}

	// Known before it is sent.
	a := s.want(t, token, `mutation($id:ID!,$n:Long!,$sum:String!){createUploads(input:{albumId:$id,files:[
		{fileName:"x",contentType:"image/jpeg",bytes:$n,sha256:$sum},{fileName:"y",contentType:"image/jpeg",bytes:5}]}){
		tickets{duplicate url expiresAt media{id}}}}`, "id", w.get("album"), "n", len(body), "sum", sum)
	if a.at("createUploads.tickets.0.duplicate") != true || a.at("createUploads.tickets.0.url") != nil ||
		a.at("createUploads.tickets.0.media.id") != there || a.at("createUploads.tickets.1.duplicate") != false {
		t.Errorf("declared: %s", a.body)
	}

	// Another person, another album, and after it went to the trash: it is no duplicate.
	for name, c := range map[string]struct{ who, album string }{"another person": {"editor", "album"}, "another album": {"contributor", "other"}} {
		a := s.want(t, w.people[c.who].token, createUploads, "id", w.get(c.album), "type", "image/jpeg", "bytes", len(body), "sum", sum, "method", "PUT")
		id := putTicket(t, a, body)
		if a := s.want(t, w.people[c.who].token, finalize, "id", id); a.at("finalizeUpload.media.id") != id {
			t.Errorf("%s: %s", name, a.body)
		}
	}
	s.want(t, token, `mutation($a:ID!,$id:ID!){trashMedia(input:{albumId:$a,mediaIds:[$id]}){media{id}}}`, "a", w.get("album"), "id", there)
	id := putTicket(t, w.ticket(t, "image/jpeg", len(body), sum), body)
	if a := s.want(t, token, finalize, "id", id); a.at("finalizeUpload.media.id") != id {
		t.Errorf("after the trash: %s", a.body)
	}
}

// TestQuota: a ticket takes its room, and gives it back if nothing comes of it.
func TestQuota(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	s := startServer(t, setup{
		options: options{now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }},
		env:     []string{"KEEPSAKE_QUOTA=1MiB", "KEEPSAKE_UPLOAD_LIFE=5m"},
	})
	w := s.newWorld(t, worldOptions{only: "nothing"})
	token := w.people["contributor"].token
	used := func() float64 {
		return s.want(t, token, `{me{storage{used quota}}}`).at("me.storage.used").(float64)
	}
	ask := func(bytes int) answer {
		return s.ask(t, token, createUploads, "id", w.get("album"), "type", "image/jpeg", "bytes", bytes, "sum", nil, "method", "PUT")
	}
	before := used()
	if a := ask(1<<20 + 1); a.code() != string(album.CodeQuotaExceeded) || used() != before {
		t.Errorf("more than there is: %s", a.body)
	}
	body := bytes.Repeat([]byte("not a photo "), 1000)
	a := ask(len(body))
	if now := used(); now != before+float64(len(body)) {
		t.Errorf("a ticket takes %v", now-before)
	}
	if a := ask(1<<20 - len(body)); a.code() != string(album.CodeQuotaExceeded) {
		t.Errorf("what a ticket has: %s", a.body)
	}
	s.ask(t, token, finalize, "id", putTicket(t, a, body))
	if now := used(); now != before {
		t.Errorf("after it failed: %v", now-before)
	}
	ask(1 << 19)
	ahead.Store(int64(2 * time.Hour))
	must(t, s.service.Sweep(t.Context()))
	token = s.tokenFor(t, album.Identified{UserID: w.people["contributor"].id, SessionID: w.people["contributor"].session}, time.Minute)
	if a := s.ask(t, token, `{me{storage{used quota}}}`); a.code() == "" && a.at("me.storage.used") != before {
		t.Errorf("after nothing came: %s", a.body)
	}
}

// TestFinishedWithoutItsClient: an upload whose client went away is finished.
func TestFinishedWithoutItsClient(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	s := startServer(t, setup{options: options{now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }}})
	w := s.newWorld(t, worldOptions{only: "$photo$"})
	body := photo(t, 30, 20)
	id := putTicket(t, w.ticket(t, "image/jpeg", len(body), nil), body)
	never := w.ticket(t, "image/jpeg", 5000, nil).str("createUploads.tickets.0.media.id")
	bad := putTicket(t, w.ticket(t, "image/jpeg", 20, nil), body[:20])
	ahead.Store(int64(3 * time.Minute))
	w.awaitMedium(t, id, "ready", isReady)
	a := w.awaitMedium(t, bad, "failed", func(a answer) bool { return a.at("media.status") == "FAILED" })
	if a.at("media.failure") != string(album.CodeMediaCorrupt) {
		t.Errorf("%s", a.body)
	}
	if a := s.ask(t, w.people["contributor"].token, mediumQuery, "id", never); a.at("media.status") != "PENDING" {
		t.Errorf("%s", a.body)
	}
}

// TestFormerMembers: nobody finalises for those who may no longer add.
func TestFormerMembers(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	s := startServer(t, setup{options: options{now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }}})
	w := s.newWorld(t, worldOptions{only: "nothing"})
	body := photo(t, 30, 20)
	id := putTicket(t, w.ticket(t, "image/jpeg", len(body), nil), body)
	_, err := s.store.RemoveMember(t.Context(), w.albumID("album"), w.id("contributor"), album.Contributor, by(w.id("owner")))
	must(t, err)
	ahead.Store(int64(3 * time.Minute))
	eventually(t, "the upload to be refused", func() bool {
		m, err := s.store.Media(t.Context(), album.MediaID(id))
		must(t, err)
		return m.Status == album.Failed && m.Failure == album.CodeForbidden
	})
}

// TestOrphans: objects of no medium are taken away, once they are old enough, and
// no others.
func TestOrphans(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	s := startServer(t, setup{
		idle:    true,
		options: options{now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }},
		env:     []string{"KEEPSAKE_UPLOAD_LIFE=100h"},
	})
	w := s.newWorld(t, worldOptions{only: "$photo$"})
	body := photo(t, 30, 20)
	live := putTicket(t, w.ticket(t, "image/jpeg", len(body), nil), body)
	gone := string(s.service.IDs.Media())
	write := func(key string) {
		must(t, s.bucket.Write(t.Context(), key, "image/jpeg", bytes.NewReader(body)))
	}
	write("incoming/" + gone)
	write("m/" + gone + "/original.jpg")
	write("m/" + w.get("photo") + "/small.jpg")
	has := func(key string) bool {
		_, err := s.bucket.Stat(t.Context(), key)
		return err == nil
	}
	must(t, s.service.Sweep(t.Context()))
	if !has("incoming/"+gone) || !has("m/"+gone+"/original.jpg") {
		t.Error("what is new is gone")
	}
	ahead.Store(int64(time.Hour))
	must(t, s.service.Sweep(t.Context()))
	if has("incoming/"+gone) || !has("m/"+gone+"/original.jpg") {
		t.Error("after an hour an upload of no medium is there, or a file is not")
	}
	ahead.Store(int64(49 * time.Hour))
	must(t, s.service.Sweep(t.Context()))
	if has("m/"+gone+"/original.jpg") || !has("m/"+w.get("photo")+"/small.jpg") || !has("incoming/"+live) {
		t.Error("after two days a file of no medium is there, or one of a medium is not")
	}
	// A bucket that belongs to another database is left alone.
	other := startServer(t, setup{idle: true, options: options{
		now: func() time.Time { return time.Now().Add(49 * time.Hour) }, bucket: func(media.Bucket) media.Bucket { return s.bucket },
	}})
	must(t, other.service.Sweep(t.Context()))
	if !has("m/" + w.get("photo") + "/small.jpg") {
		t.Error("another database's server has emptied the bucket")
	}
}
