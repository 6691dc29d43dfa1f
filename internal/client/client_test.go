package client_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"keepsake/internal/client"
)

func TestAsk(t *testing.T) {
	for name, c := range map[string]struct {
		status     int
		body       string
		want       string // the data's name
		code       string
		wantStatus int
		failure    string // part of the error's text
	}{
		"data":            {200, `{"data":{"name":"x"}}`, "x", "", 0, ""},
		"data and error":  {200, `{"data":{"name":"x"},"errors":[{"message":"no","path":["a",1,"b"],"extensions":{"code":"NOT_FOUND"}}]}`, "x", "NOT_FOUND", 0, "NOT_FOUND: no (at a.1.b)"},
		"refused":         {401, `{"errors":[{"message":"no","extensions":{"code":"TOKEN_INVALID"}}]}`, "", "TOKEN_INVALID", 0, "TOKEN_INVALID: no"},
		"of the library":  {422, `{"errors":[{"message":"no"},{"message":"nor this"}],"data":null}`, "", "", 0, "no\nnor this"},
		"not GraphQL":     {502, `<html>bad gateway</html>`, "", "", 502, "HTTP 502 Bad Gateway: <html>bad gateway</html>"},
		"JSON of another": {404, `{"status":"nothing here"}`, "", "", 404, "HTTP 404 Not Found"},
		"another shape":   {200, `{"data":{"name":1}}`, "", "", 0, "data: json"},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil || string(body) != `{"query":"{name}","variables":{"a":1}}` {
					t.Errorf("body %s, %v", body, err)
				}
				if got := r.Header.Get("Authorization"); got != "Bearer me" {
					t.Errorf("authorization %q", got)
				}
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			}))
			defer s.Close()
			got, err := client.Ask[struct{ Name string }](t.Context(), client.New(s.URL+"/", nil).As("me"), "{name}", client.Vars{"a": 1})
			if got.Name != c.want || client.Code(err) != c.code || client.Status(err) != c.wantStatus {
				t.Errorf("%+v, %v", got, err)
			}
			if (err != nil) != (c.failure != "") || (err != nil && !strings.Contains(err.Error(), c.failure)) {
				t.Errorf("error %v, want %q", err, c.failure)
			}
		})
	}
}

func TestAskWithoutServer(t *testing.T) {
	s := httptest.NewServer(nil)
	s.Close()
	c := client.New(s.URL, nil)
	if _, err := client.Ask[struct{}](t.Context(), c, "{name}", nil); err == nil || client.Code(err) != "" || client.Status(err) != 0 {
		t.Errorf("error %v", err)
	}
	if c.Alive(t.Context()) {
		t.Error("alive")
	}
	if _, err := c.Dial(t.Context()); err == nil {
		t.Error("dialled")
	}
}

func TestSend(t *testing.T) {
	var got []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodPut:
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			got = append(got, "PUT", r.Header.Get("X-Sign"), string(body))
		case http.MethodPost:
			parts, err := r.MultipartReader()
			if err != nil {
				t.Error(err)
				return
			}
			for part, err := parts.NextPart(); err == nil; part, err = parts.NextPart() {
				body, err := io.ReadAll(part)
				if err != nil {
					t.Error(err)
				}
				got = append(got, part.FormName(), part.FileName(), string(body))
			}
		}
		if r.URL.Path == "/no" {
			http.Error(w, "no", http.StatusForbidden)
		}
	}))
	defer s.Close()
	c, ctx := client.New(s.URL, nil).As("me"), t.Context()
	put := client.Ticket{Method: "PUT", URL: s.URL, Headers: []client.Field{{Name: "X-Sign", Value: "s"}}}
	if err := c.Send(ctx, put, "a.jpg", []byte("bytes")); err != nil {
		t.Error(err)
	}
	post := client.Ticket{Method: "POST", URL: s.URL, FormFields: []client.Field{{Name: "sign", Value: "s"}}, FileField: "file"}
	if err := c.Send(ctx, post, "a.jpg", []byte("bytes")); err != nil {
		t.Error(err)
	}
	want := []string{"PUT", "s", "bytes", "sign", "", "s", "file", "a.jpg", "bytes"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	put.URL = s.URL + "/no"
	if err := c.Send(ctx, put, "a.jpg", nil); client.Status(err) != http.StatusForbidden {
		t.Errorf("error %v", err)
	}
}

func TestGet(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("a signed URL got a token")
		}
		w.Header().Set("Content-Type", "image/png")
		w.Header().Set("Content-Disposition", "inline")
		_, _ = io.WriteString(w, "12345")
	}))
	defer s.Close()
	c := client.New(s.URL, nil).As("me")
	got, err := c.Get(t.Context(), s.URL, 5)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&client.File{ContentType: "image/png", Disposition: "inline", Content: []byte("12345")}, got); diff != "" {
		t.Error(diff)
	}
	if _, err := c.Get(t.Context(), s.URL, 4); err == nil {
		t.Error("a file that is too long was taken")
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := c.Get(ended, s.URL, 5); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
