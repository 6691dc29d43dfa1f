package plan_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"

	"keepsake/album"
	"keepsake/graph/model"
	"keepsake/graph/plan/plantest"
	"keepsake/resolvers"
)

// body is a request for the page.
var body = func() string {
	b, err := json.Marshal(map[string]any{"query": plantest.Document, "variables": map[string]string{"id": "alb_1"}})
	if err != nil {
		panic(err)
	}
	return string(b)
}()

// answering is GraphQL over HTTP, as the server does it.
func answering(e *executor.Executor) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var params graphql.RawParams
		if err := json.NewDecoder(r.Body).Decode(&params); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		op, refused := e.CreateOperationContext(graphql.StartOperationTrace(r.Context()), &params)
		if refused != nil {
			http.Error(w, refused.Error(), http.StatusBadRequest)
			return
		}
		next, ctx := e.DispatchOperation(r.Context(), op)
		_, _ = w.Write(resolvers.AppendResponse(nil, next(ctx)))
	}
}

// The page, as a plain handler has it.
type (
	plainPage struct {
		Data struct {
			Album plainAlbum `json:"album"`
		} `json:"data"`
	}
	plainAlbum struct {
		ID    string            `json:"id"`
		Title string            `json:"title"`
		Media plainList[medium] `json:"media"`
	}
	plainList[T any] struct {
		Edges    []plainEdge[T] `json:"edges"`
		PageInfo *plainInfo     `json:"pageInfo,omitempty"`
	}
	plainEdge[T any] struct {
		Node T `json:"node"`
	}
	plainInfo struct {
		HasNextPage bool   `json:"hasNextPage"`
		EndCursor   string `json:"endCursor"`
	}
	medium struct {
		ID             string             `json:"id"`
		Kind           string             `json:"kind"`
		Width          int                `json:"width"`
		Height         int                `json:"height"`
		Caption        string             `json:"caption"`
		TakenAt        moment             `json:"takenAt"`
		AddedAt        moment             `json:"addedAt"`
		Owner          person             `json:"owner"`
		LikeCount      int                `json:"likeCount"`
		ViewerHasLiked bool               `json:"viewerHasLiked"`
		CommentCount   int                `json:"commentCount"`
		Comments       plainList[comment] `json:"comments"`
		URL            address            `json:"url"`
		Download       address            `json:"download"`
	}
	person struct {
		ID          string `json:"id"`
		DisplayName string `json:"displayName"`
		AvatarURL   string `json:"avatarUrl"`
	}
	comment struct {
		ID        string `json:"id"`
		Text      string `json:"text"`
		CreatedAt moment `json:"createdAt"`
		Author    person `json:"author"`
	}
	address struct {
		URL       string `json:"url"`
		ExpiresAt moment `json:"expiresAt"`
	}
	moment time.Time
)

// MarshalText writes a moment as the API does.
func (m moment) MarshalText() ([]byte, error) {
	return time.Time(m).UTC().AppendFormat(make([]byte, 0, 24), "2006-01-02T15:04:05.000Z"), nil
}

// plain reads the same request and encodes the same page, which it builds of the
// same data for each request, as a handler of SQL rows would.
func plain(t testing.TB, p *plantest.Page) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var params struct {
			Query     string
			Variables map[string]any
		}
		if err := json.NewDecoder(r.Body).Decode(&params); err != nil {
			t.Fatal(err)
		}
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		_ = e.Encode(pageOf(p)) // the recorder takes everything
	}
}

func pageOf(p *plantest.Page) *plainPage {
	shown, media := p.All()
	var out plainPage
	out.Data.Album = plainAlbum{ID: string(shown.ID), Title: shown.Title}
	out.Data.Album.Media.PageInfo = &plainInfo{media.PageInfo.HasNextPage, string(*media.PageInfo.EndCursor)}
	out.Data.Album.Media.Edges = make([]plainEdge[medium], 0, len(media.Edges))
	for _, e := range media.Edges {
		m := e.Node
		below := p.Below(m)
		row := medium{
			ID: string(m.ID), Kind: string(m.Kind), Width: m.Width, Height: m.Height, Caption: m.Caption,
			TakenAt: moment(m.TakenAt), AddedAt: moment(m.AddedAt), Owner: personOf(p.Person(m.OwnerID)),
			LikeCount: m.LikeCount, ViewerHasLiked: m.LikeCount%2 == 0, CommentCount: m.CommentCount,
			URL: addressOf(below.URL), Download: addressOf(below.Download),
		}
		row.Comments.Edges = make([]plainEdge[comment], 0, len(below.Comments.Edges))
		for _, c := range below.Comments.Edges {
			row.Comments.Edges = append(row.Comments.Edges, plainEdge[comment]{comment{
				string(c.Node.ID), c.Node.Text, moment(c.Node.CreatedAt), personOf(p.Person(c.Node.AuthorID)),
			}})
		}
		out.Data.Album.Media.Edges = append(out.Data.Album.Media.Edges, plainEdge[medium]{row})
	}
	return &out
}

func personOf(u *album.User) person { return person{string(u.ID), u.DisplayName, u.AvatarURL} }

func addressOf(a *model.SignedURL) address { return address{a.URL, moment(a.ExpiresAt)} }

// request sends the page's request to a handler and returns the answer.
func request(h http.Handler, to *bytes.Buffer) string {
	to.Reset()
	r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(body))
	w := httptest.NewRecorder()
	w.Body = to
	h.ServeHTTP(w, r)
	return strings.TrimSpace(to.String())
}

// TestPageFromMemory wants the page to be what a plain handler says, and its
// execution to make few allocations.
func TestPageFromMemory(t *testing.T) {
	p := plantest.NewPage(20)
	e := planned(p)
	var to bytes.Buffer
	got, want := request(answering(e), &to), request(plain(t, p), &to)
	if got != want {
		t.Fatalf("%.1000s\nis not\n%.1000s", got, want)
	}
	r := httptest.NewRequest(http.MethodPost, "/graphql", nil)
	const most = 150
	allocations := testing.AllocsPerRun(50, func() {
		r.Body = io.NopCloser(strings.NewReader(body))
		answering(e)(discard{}, r)
	})
	t.Logf("%v allocations", allocations)
	if allocations > most {
		t.Errorf("%v allocations, at most %d", allocations, most)
	}
}

// discard is a response that nobody reads.
type discard struct{}

func (discard) Header() http.Header         { return nil }
func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) WriteHeader(int)             {}

// TestPageCosts wants the page to take at most one and a half times what a plain
// handler takes, which reads and encodes the same: the fastest of many of each, by
// turns.
func TestPageCosts(t *testing.T) {
	p := plantest.NewPage(20)
	ours, theirs := answering(planned(p)), plain(t, p)
	r := httptest.NewRequest(http.MethodPost, "/graphql", nil)
	fastest := func(h http.HandlerFunc, least time.Duration) time.Duration {
		start := time.Now()
		r.Body = io.NopCloser(strings.NewReader(body))
		h(discard{}, r)
		return min(least, time.Since(start))
	}
	a, b := time.Hour, time.Hour
	for range 300 {
		a, b = fastest(ours, a), fastest(theirs, b)
	}
	if ratio := float64(a) / float64(b); ratio > 1.5 {
		t.Errorf("%.2f of what a plain handler takes", ratio)
	} else {
		t.Logf("%.2f of what a plain handler takes, %v", ratio, a)
	}
}

// BenchmarkPageFromMemory compares the page with a plain handler's, and gqlgen's own.
func BenchmarkPageFromMemory(b *testing.B) {
	p := plantest.NewPage(20)
	for _, h := range []struct {
		name    string
		handler http.HandlerFunc
	}{{"plain", plain(b, p)}, {"plans", answering(planned(p))}, {"gqlgen", answering(stock(p))}} {
		b.Run(h.name, func(b *testing.B) {
			r := httptest.NewRequest(http.MethodPost, "/graphql", nil)
			b.ReportAllocs()
			for b.Loop() {
				r.Body = io.NopCloser(strings.NewReader(body))
				h.handler(discard{}, r)
			}
		})
	}
}
