package web

import (
	"bytes"
	"fmt"
	"html"
	"net/http"
	"strconv"
	"strings"
)

// Preview is what a link's page tells of its album, for messengers and the like
// that show a link with its title and picture (ogp.me).
type Preview struct {
	Title   string
	Count   int    // of its media
	URL     string // of the page
	Picture *Picture
}

// Picture is an album's cover.
type Picture struct {
	URL           string // absolute
	ContentType   string
	Width, Height int // in pixels
}

// endOfHead is what the tags are written before; every build has it.
var endOfHead = []byte("</head>")

// in returns a page with the preview in it, in the language of a request. It is
// not compressed.
func (p *Preview) in(on page, r *http.Request) page {
	tags := [][2]string{
		{"og:type", "website"},
		{"og:site_name", "Keepsake"},
		{"og:title", p.Title},
		{"og:description", p.describe(r)},
		{"og:url", p.URL},
	}
	if pic := p.Picture; pic != nil {
		tags = append(tags, [][2]string{
			{"og:image", pic.URL},
			{"og:image:type", pic.ContentType},
			{"og:image:width", strconv.Itoa(pic.Width)},
			{"og:image:height", strconv.Itoa(pic.Height)},
		}...)
	}
	var b bytes.Buffer
	before, after, _ := bytes.Cut(on.plain.bytes, endOfHead)
	b.Write(before)
	for _, tag := range tags {
		fmt.Fprintf(&b, "<meta property=%q content=\"%s\" />\n", tag[0], html.EscapeString(tag[1]))
	}
	b.Write(endOfHead)
	b.Write(after)
	return page{plain: contentOf(b.Bytes())}
}

// describe says how much there is to see.
func (p *Preview) describe(r *http.Request) string {
	switch chinese := strings.HasPrefix(strings.ToLower(r.Header.Get("Accept-Language")), "zh"); {
	case chinese:
		return fmt.Sprintf("%d 张照片和视频", p.Count)
	case p.Count == 1:
		return "1 photo or video"
	}
	return fmt.Sprintf("%d photos and videos", p.Count)
}
