package main

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"net/http"
	"slices"
	"strings"
	"testing"

	"keepsake/album"
	"keepsake/internal/client"
)

// claims makes a JPEG that says it has that size, whatever is in it.
func claims(t testing.TB, jpeg []byte, width, height uint16) []byte {
	t.Helper()
	b := bytes.Clone(jpeg)
	i := bytes.Index(b, []byte{0xff, 0xc0})
	if i < 0 {
		t.Fatal("the JPEG has no frame")
	}
	binary.BigEndian.PutUint16(b[i+5:], height)
	binary.BigEndian.PutUint16(b[i+7:], width)
	return b
}

// pngOf makes a PNG of one bit a pixel, all of one colour: a few kilobytes.
func pngOf(t testing.TB, width, height uint32) []byte {
	t.Helper()
	b := []byte("\x89PNG\r\n\x1a\n")
	chunk := func(kind string, data []byte) {
		b = binary.BigEndian.AppendUint32(b, uint32(len(data)))
		body := append([]byte(kind), data...)
		b = append(b, body...)
		b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(body))
	}
	head := binary.BigEndian.AppendUint32(nil, width)
	head = binary.BigEndian.AppendUint32(head, height)
	chunk("IHDR", append(head, 1, 0, 0, 0, 0))
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	row := make([]byte, 1+(width+7)/8)
	for range height {
		_, err := z.Write(row)
		must(t, err)
	}
	must(t, z.Close())
	chunk("IDAT", packed.Bytes())
	chunk("IEND", nil)
	return b
}

// TestHostileFiles: whatever is sent, it is refused with a reason or comes out as
// pictures; its room is given back, and the server goes on.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{only: "nothing"})
	token := w.people["contributor"].token
	jpeg, png, gif, webp := readTestdata("plain.jpg"), readTestdata("plain.png"), readTestdata("plain.gif"), readTestdata("plain.webp")
	heic, mp4, mov := readTestdata("plain.heic"), readTestdata("front.mp4"), readTestdata("plain.mov")
	bigGIF := bytes.Clone(gif)
	binary.LittleEndian.PutUint16(bigGIF[6:], 65535)
	binary.LittleEndian.PutUint16(bigGIF[8:], 65535)
	half := func(b []byte) []byte { return b[:len(b)/2] }
	spoilt := func(b []byte) []byte {
		b = bytes.Clone(b)
		for i := len(b) / 3; i < len(b)*2/3; i++ {
			b[i] ^= 0x5a
		}
		return b
	}
	const page = "<!doctype html><script>alert(document.domain)</script>"
	used := func() any { return s.want(t, token, `{me{storage{used}}}`).at("me.storage.used") }
	room := used()
	for _, c := range []struct {
		name, contentType string
		body              []byte
		codes             []album.Code // none: it is READY
	}{
		{"a JPEG that claims a gigabyte", "image/jpeg", claims(t, jpeg, 65500, 65500), []album.Code{album.CodeLimitExceeded}},
		{"a JPEG that claims 50 megapixels", "image/jpeg", claims(t, jpeg, 16384, 3200), []album.Code{album.CodeMediaCorrupt}},
		{"a PNG of 400 megapixels", "image/png", pngOf(t, 20_000, 20_000), []album.Code{album.CodeLimitExceeded}},
		{"a PNG of 50 megapixels", "image/png", pngOf(t, 16_384, 3_200), nil},
		{"a huge GIF", "image/gif", bigGIF, []album.Code{album.CodeLimitExceeded}},
		{"half a JPEG", "image/jpeg", half(jpeg), []album.Code{album.CodeMediaCorrupt}},
		{"half a PNG", "image/png", half(png), []album.Code{album.CodeMediaCorrupt}},
		{"half a GIF", "image/gif", half(gif), []album.Code{album.CodeMediaCorrupt}},
		{"half a WebP", "image/webp", half(webp), []album.Code{album.CodeMediaCorrupt}},
		{"half a HEIC", "image/heic", half(heic), []album.Code{album.CodeMediaCorrupt}},
		{"half an MP4", "video/mp4", half(mp4), []album.Code{album.CodeMediaCorrupt}},
		{"half a MOV", "video/quicktime", half(mov), []album.Code{album.CodeMediaCorrupt}},
		{"a spoilt PNG", "image/png", spoilt(png), []album.Code{album.CodeMediaCorrupt}},
		{"a JPEG with a page behind it", "image/jpeg", append(bytes.Clone(jpeg), page...), nil},
		{"a page", "image/jpeg", []byte(page), []album.Code{album.CodeMediaUnsupported}},
		{"a GIF that is a page", "image/gif", []byte("GIF89a/*" + page), []album.Code{album.CodeMediaCorrupt, album.CodeLimitExceeded}},
		{"an SVG", "image/png", []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), []album.Code{album.CodeMediaUnsupported}},
		{"a playlist as a video", "video/mp4", []byte("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"), []album.Code{album.CodeMediaUnsupported}},
		{"an MP4 as a photo", "image/jpeg", mp4, []album.Code{album.CodeUploadMismatch}},
		{"a PNG as a WebP", "image/webp", png, []album.Code{album.CodeUploadMismatch}},
	} {
		id := putTicket(t, w.ticket(t, c.contentType, len(c.body), nil), c.body)
		s.ask(t, token, finalize, "id", id)
		a := w.awaitMedium(t, id, "settled", func(a answer) bool {
			return isReady(a) || a.at("media.status") == "FAILED"
		})
		failure, _ := a.at("media.failure").(string)
		if len(c.codes) == 0 != isReady(a) || len(c.codes) > 0 && !slices.Contains(c.codes, album.Code(failure)) {
			t.Errorf("%s: %s", c.name, a.body)
		}
		if isReady(a) {
			s.want(t, token, `mutation($a:ID!,$id:ID!){deleteMedia(input:{albumId:$a,mediaIds:[$id]}){deletedMediaIds}}`, "a", w.get("album"), "id", id)
		} else if b := s.ask(t, token, finalize, "id", id); b.code() != failure || len(b.Errors) == 0 || b.Errors[0].Message == "" {
			t.Errorf("%s: finalised again: %s", c.name, b.body)
		}
		if now := used(); now != room {
			t.Errorf("%s took %v bytes of %v", c.name, now, room)
		}
	}
	w.upload1(t, "contributor", photo(t, 40, 30))
}

// TestUploadInputs: tickets are for files that there can be.
func TestUploadInputs(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{idle: true, env: []string{"KEEPSAKE_MAX_PHOTO=1MiB"}})
	w := s.newWorld(t, worldOptions{only: "nothing"})
	ask := func(file map[string]any) answer {
		return s.ask(t, w.people["contributor"].token, `mutation($a:ID!,$f:[UploadInput!]!){createUploads(input:{albumId:$a,files:$f}){tickets{media{id fileName}}}}`,
			"a", w.get("album"), "f", []any{file})
	}
	good := func(with map[string]any) map[string]any {
		f := map[string]any{"fileName": "x.jpg", "contentType": "image/jpeg", "bytes": 10}
		for k, v := range with {
			f[k] = v
		}
		return f
	}
	for name, c := range map[string]struct {
		with map[string]any
		code album.Code
	}{
		"no bytes":          {map[string]any{"bytes": 0}, album.CodeInvalidInput},
		"less than none":    {map[string]any{"bytes": -1}, album.CodeInvalidInput},
		"the largest":       {map[string]any{"bytes": 1 << 20}, ""},
		"one more":          {map[string]any{"bytes": 1<<20 + 1}, album.CodeInvalidInput},
		"no name":           {map[string]any{"fileName": ""}, album.CodeInvalidInput},
		"a control in it":   {map[string]any{"fileName": "a\x07.jpg"}, album.CodeInvalidInput},
		"a path":            {map[string]any{"fileName": "../../etc/passwd"}, ""},
		"a long name":       {map[string]any{"fileName": strings.Repeat("相", 256)}, album.CodeInvalidInput},
		"an SVG":            {map[string]any{"contentType": "image/svg+xml"}, album.CodeMediaUnsupported},
		"a page":            {map[string]any{"contentType": "text/html"}, album.CodeMediaUnsupported},
		"half a SHA-256":    {map[string]any{"sha256": "ab"}, album.CodeInvalidInput},
		"no hex":            {map[string]any{"sha256": strings.Repeat("x", 64)}, album.CodeInvalidInput},
		"a long CRC32C":     {map[string]any{"crc32c": "0011223344"}, album.CodeInvalidInput},
		"from the future":   {map[string]any{"takenAt": "2999-01-01T00:00:00Z"}, album.CodeInvalidInput},
		"before photograph": {map[string]any{"takenAt": "1700-01-01T00:00:00Z"}, album.CodeInvalidInput},
	} {
		if a := ask(good(c.with)); a.code() != string(c.code) {
			t.Errorf("%s: %s", name, a.body)
		}
	}
	// A name with a path is kept as it was said, and saved under one that is safe.
	body := photo(t, 20, 10)
	a := ask(good(map[string]any{"fileName": "../../a\\b.jpg", "bytes": len(body)}))
	if a.str("createUploads.tickets.0.media.fileName") != "../../a\\b.jpg" {
		t.Errorf("%s", a.body)
	}
}

// TestChunks: a file in chunks, by somebody who is cut off and comes back.
func TestChunks(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{only: "nothing"})
	token := w.people["contributor"].token
	body := append(photo(t, 200, 100), make([]byte, 3<<18+5)...)
	api := client.New(s.url, nil).As(token)
	data, err := client.Ask[struct {
		CreateUploads struct {
			Tickets []struct {
				client.Ticket
				ChunkUnit int64
			}
		}
	}](t.Context(), api, `mutation($a:ID!,$n:Long!){createUploads(input:{albumId:$a,files:[{fileName:"x.jpg",contentType:"image/jpeg",bytes:$n,method:CHUNKS}]}){
		tickets{chunkUnit `+client.TicketFields+`}}}`, client.Vars{"a": w.get("album"), "n": len(body)})
	must(t, err)
	ticket := data.CreateUploads.Tickets[0]
	if ticket.ChunkUnit != 1<<18 || ticket.Method != "CHUNKS" {
		t.Fatalf("%+v", ticket)
	}
	chunks, err := api.OpenChunks(t.Context(), ticket.Ticket, int64(len(body)))
	must(t, err)
	got, err := chunks.Send(t.Context(), 0, body[:1<<18])
	if err != nil || got != 1<<18 {
		t.Errorf("the first chunk: %d, %v", got, err)
	}
	if a := s.ask(t, token, finalize, "id", ticket.Media.ID); a.code() != string(album.CodeUploadIncomplete) {
		t.Errorf("finalised with a part of it: %s", a.body)
	}
	again := client.New(s.url, nil).Resume(chunks.Location, int64(len(body)))
	if got, err = again.Offset(t.Context()); err != nil || got != 1<<18 {
		t.Errorf("after a break: %d, %v", got, err)
	}
	if got, err = again.Send(t.Context(), 0, body[:1<<18]); err != nil || got != 1<<18 {
		t.Errorf("the first chunk again: %d, %v", got, err)
	}
	must(t, again.SendAll(t.Context(), body, 1<<18))
	a := s.want(t, token, finalize, "id", ticket.Media.ID)
	_, text := fetch(t, http.MethodGet, a.str("finalizeUpload.media.download.url"), nil)
	if !bytes.Equal(text, body) {
		t.Errorf("%d bytes came back of %d: %s", len(text), len(body), a.body)
	}
}
