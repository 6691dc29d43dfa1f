package main

import (
	"net/http"
	"strings"
	"testing"
)

// TestPersonalDataIsNotLogged: what people wrote, what they are called, what their
// files are, where they were and where they come from is asked for and changed, well
// and badly, with everything that can be logged and traced. None of it stands in the
// log or in a span, and each line about a request names the request and the trace.
func TestPersonalDataIsNotLogged(t *testing.T) {
	t.Parallel()
	c := newCollector(t)
	s := startServer(t, setup{env: []string{
		"KEEPSAKE_LOG_LEVEL=debug", "KEEPSAKE_LOG_FORMAT=json", "KEEPSAKE_SLOW=1ns", "KEEPSAKE_TRUSTED_PROXIES=127.0.0.1",
		"OTEL_EXPORTER_OTLP_ENDPOINT=" + c.url, "KEEPSAKE_TRACE_SAMPLE=1",
	}})
	personal := map[string]string{
		"account": "Marked.Account", "display name": "Marked Display", "password": "marked-password", "title": "Marked Title",
		"description": "Marked Description", "caption": "Marked Caption", "tag": "markedtag", "place": "12.3456", "file name": "marked-file.jpg",
		"comment": "Marked Comment", "share's password": "marked-share", "search": "Marked Search", "avatar": "marked-avatar",
		"address": "198.51.100.77", "agent": "Marked-Agent", "literal": "Marked Literal",
	}
	said := func(name string) string { return personal[name] }
	// Everything comes by the proxy, with what it tells of the client.
	ask := func(token, document string, variables ...any) answer {
		t.Helper()
		_, a := send(t, http.MethodPost, s.url+"/graphql", string(requestBody(t, document, variables...)), "Content-Type", typeJSON,
			"Authorization", token, "X-Forwarded-For", said("address"), "User-Agent", said("agent"))
		return a
	}
	signedUp := ask("", `mutation SignUp($n:String!,$p:String!,$d:String){signUp(input:{name:$n,password:$p,displayName:$d}){session{accessToken}}}`,
		"n", said("account"), "p", said("password"), "d", said("display name"))
	token := "Bearer " + signedUp.str("signUp.session.accessToken")
	personal["token"] = token[len(token)-24:]
	ask("", `mutation SignIn($n:String!){signIn(input:{name:$n,password:"marked-password-no"}){session{accessToken}}}`, "n", said("account"))
	ask(token, `mutation Avatar($u:String){updateProfile(input:{avatarUrl:$u}){user{id}}}`, "u", "https://wx.qlogo.cn/"+said("avatar"))
	ask(token, `mutation Bad($u:String){updateProfile(input:{avatarUrl:$u}){user{id}}}`, "u", "https://"+said("avatar")+".example/")
	made := ask(token, `mutation Make($t:String!,$d:String!){createAlbum(input:{title:$t,description:$d}){album{id}}}`, "t", said("title"), "d", said("description"))
	id := made.str("createAlbum.album.id")

	body := photo(t, 30, 20)
	ticket := ask(token, strings.Replace(createUploads, "a photo.jpg", said("file name"), 1), "id", id, "type", "image/jpeg", "bytes", len(body), "method", "PUT")
	medium := putTicket(t, ticket, body)
	if a := ask(token, finalize, "id", medium); a.str("finalizeUpload.media.id") != medium {
		t.Fatal(a.body)
	}
	edit := `mutation Edit($m:ID!,$c:String,$t:[String!],$p:PlaceInput){editMedia(input:{mediaId:$m,caption:$c,tags:$t,place:$p}){media{id}}}`
	everything := func() {
		ask(token, edit, "m", medium, "c", said("caption"), "t", []string{said("tag")}, "p", map[string]any{"latitude": 12.3456, "longitude": 12.3456})
		ask(token, addOne, "m", medium, "t", said("comment"))
		ask(token, `mutation{addComment(input:{mediaId:"`+medium+`",text:"`+said("literal")+`"}){comment{id}}}`)
		ask(token, `mutation Share($a:ID!,$p:String){createShare(input:{albumId:$a,password:$p}){token}}`, "a", id, "p", said("share's password"))
		ask(token, `query Read($a:ID!){me{displayName avatarUrl} album(id:$a){title description media(first:5){edges{node{caption tags place{latitude} comments(first:5){edges{node{text author{displayName}}}}}}}}}`, "a", id)
		ask(token, `query Wrong($s:ID!){node(id:$s){id}}`, "s", said("search"))
		ask(token, `query Invalid{nothing(text:"`+said("literal")+`")}`)
	}
	everything()
	socket := s.dial(t, strings.TrimPrefix(token, "Bearer "))
	socket.start(t, `query BySocket($s:ID!){node(id:$s){id}}`, "s", said("search")).next(t)
	must(t, s.store.Close()) // and now everything fails
	everything()
	must(t, s.tracer.Close())

	text := s.logs.String()
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, marked := range personal {
		if len(marked) < 7 {
			t.Fatalf("the %s is %q", name, marked)
		}
		if i := strings.Index(strings.ToLower(text), strings.ToLower(marked)); i >= 0 {
			t.Errorf("the log has the %s: %s", name, text[max(0, i-300):min(len(text), i+50)])
		}
		if strings.Contains(strings.ToLower(c.raw.String()), strings.ToLower(marked)) {
			t.Errorf("a span has the %s", name)
		}
	}
	lines := map[any]int{}
	for _, line := range s.lines(t, func(line map[string]any) bool { return line["msg"] == slowLine || line["msg"] == "a request failed" }) {
		lines[line["msg"]]++
		if line["request_id"] == nil || line["trace_id"] == nil {
			t.Errorf("nobody knows whose line this is: %v", line)
		}
	}
	if lines[slowLine] < 20 || lines["a request failed"] < 3 {
		t.Errorf("logged: %v", lines)
	}
}
