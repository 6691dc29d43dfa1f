package main

import (
	"net/http"
	"strings"
	"testing"

	"keepsake/album"
)

// TestRequestsThatAreNone: whatever comes over HTTP, the answer is JSON with a
// code, does not repeat what was sent, and nothing is done.
func TestRequestsThatAreNone(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{env: []string{"KEEPSAKE_MAX_BODY=64KiB"}})
	p := s.user(t, "somebody")
	const do = `mutation{createAlbum(input:{title:\"oops\"}){album{id}}}`
	for name, c := range map[string]struct {
		body   string
		status int // 0: any below 500
		code   string
	}{
		"nothing":            {"", 400, "INVALID_INPUT"},
		"text":               {"oops", 400, "INVALID_INPUT"},
		"a list":             {`[{"query":"` + do + `"}]`, 400, "INVALID_INPUT"},
		"a number as query":  {`{"query":5}`, 400, "INVALID_INPUT"},
		"variables as list":  {`{"query":"` + do + `","variables":[]}`, 400, "INVALID_INPUT"},
		"cut off":            {`{"query":"` + do, 400, "INVALID_INPUT"},
		"two":                {`{"query":"` + do + `"}{"query":"oops"}`, 400, "INVALID_INPUT"},
		"not UTF-8":          {"{\"query\":\"" + do + "\xff\"}", 400, "INVALID_INPUT"},
		"half a character":   {"{\"query\":\"" + do + " # \xe6\xb5\"}", 400, "INVALID_INPUT"},
		"too much":           {`{"query":"` + do + strings.Repeat(" ", 64<<10) + `"}`, 413, "INVALID_INPUT"},
		"null":               {`null`, 0, "GRAPHQL_VALIDATION_FAILED"},
		"no query":           {`{"variables":{}}`, 0, "GRAPHQL_VALIDATION_FAILED"},
		"not GraphQL":        {`{"query":"oops{"}`, 0, "GRAPHQL_PARSE_FAILED"},
		"unknown field":      {`{"query":"{oops}"}`, 0, "GRAPHQL_VALIDATION_FAILED"},
		"unknown argument":   {`{"query":"{me(oops:1){id}}"}`, 0, "GRAPHQL_VALIDATION_FAILED"},
		"unknown operation":  {`{"query":"query a{me{id}} query b{me{id}}","operationName":"c"}`, 0, "GRAPHQL_VALIDATION_FAILED"},
		"no argument":        {`{"query":"mutation{createAlbum{album{id}}}"}`, 0, "GRAPHQL_VALIDATION_FAILED"},
		"wrong enum":         {`{"query":"mutation{createAlbum(input:{title:\"oops\",visibility:OPEN}){album{id}}}"}`, 0, "GRAPHQL_VALIDATION_FAILED"},
		"enum as text":       {`{"query":"mutation($v:Visibility!){createAlbum(input:{title:\"oops\",visibility:$v}){album{id}}}","variables":{"v":"open"}}`, 0, "GRAPHQL_VALIDATION_FAILED"},
		"number as text":     {`{"query":"mutation{createAlbum(input:{title:5}){album{id}}}"}`, 0, "GRAPHQL_VALIDATION_FAILED"},
		"variable not given": {`{"query":"mutation($t:String!){createAlbum(input:{title:$t}){album{id}}}"}`, 0, "GRAPHQL_VALIDATION_FAILED"},
		"null for text":      {`{"query":"mutation($t:String!){createAlbum(input:{title:$t}){album{id}}}","variables":{"t":null}}`, 0, "GRAPHQL_VALIDATION_FAILED"},
		"object for text":    {`{"query":"mutation($t:String!){createAlbum(input:{title:$t}){album{id}}}","variables":{"t":{"a":1}}}`, 0, "GRAPHQL_VALIDATION_FAILED"},
		"unknown input":      {`{"query":"mutation($i:CreateAlbumInput!){createAlbum(input:$i){album{id}}}","variables":{"i":{"title":"oops","owner":"me"}}}`, 0, "GRAPHQL_VALIDATION_FAILED"},
		"number as ID":       {`{"query":"query($i:ID!){album(id:$i){id}}","variables":{"i":5}}`, 200, "INVALID_INPUT"},
		"fraction as Int":    {`{"query":"query($n:Int!){feed(first:$n){cursor}}","variables":{"n":1.5}}`, 0, "GRAPHQL_VALIDATION_FAILED"},
		"huge Int":           {`{"query":"query($n:Int!){feed(first:$n){cursor}}","variables":{"n":99999999999999999999}}`, 0, "GRAPHQL_VALIDATION_FAILED"},
		"not a Time":         {`{"query":"mutation($t:Time){createShare(input:{albumId:\"x\",expiresAt:$t}){token}}","variables":{"t":"oops"}}`, 200, "INVALID_INPUT"},
		"not a Cursor":       {`{"query":"query($c:Cursor){feed(after:$c){cursor}}","variables":{"c":5}}`, 200, "INVALID_INPUT"},
		"too many tokens":    {`{"query":"{` + strings.Repeat("a ", 6000) + `}"}`, 0, "GRAPHQL_PARSE_FAILED"},
		"deep":               {`{"query":"` + strings.Repeat("{a", 2000) + `"}`, 0, "GRAPHQL_PARSE_FAILED"},
		"a stream":           {`{"query":"subscription{feedEvents{kind}}"}`, 400, "INVALID_INPUT"},
	} {
		a := s.post(t, p.token, []byte(c.body))
		if a.code() != c.code || (c.status != 0 && a.status != c.status) || a.status >= 500 {
			t.Errorf("%s: status %d, %.300s", name, a.status, a.body)
		}
		if strings.Contains(a.body, "oops") && !strings.Contains(c.code, "GRAPHQL") {
			t.Errorf("%s: the answer repeats what was sent: %.300s", name, a.body)
		}
	}
	for name, c := range map[string]struct {
		method, url, contentType string
	}{
		"mutation by GET":    {http.MethodGet, `/graphql?query=mutation{createAlbum(input:{title:"oops"}){album{id}}}`, ""},
		"stream by GET":      {http.MethodGet, "/graphql?query=subscription{feedEvents{kind}}", ""},
		"no variables":       {http.MethodGet, "/graphql?query={me{id}}&variables=[]", ""},
		"bad escape":         {http.MethodGet, "/graphql?query=%zz", ""},
		"query not UTF-8":    {http.MethodGet, "/graphql?query={me{id}}%20\xff", ""},
		"another type":       {http.MethodPost, "/graphql", "text/plain"},
		"no type":            {http.MethodPost, "/graphql", ""},
		"a form":             {http.MethodPost, "/graphql", "multipart/form-data; boundary=x"},
		"another method":     {http.MethodPut, "/graphql", "application/json"},
		"yet another method": {http.MethodDelete, "/graphql", ""},
	} {
		var header []string
		if c.contentType != "" {
			header = []string{"Content-Type", c.contentType}
		}
		url := strings.ReplaceAll(strings.ReplaceAll(c.url, `"`, "%22"), "{", "%7B")
		status, body := fetch(t, c.method, s.url+url, []byte(`{"query":"`+do+`"}`), append(header, "Authorization", "Bearer "+p.token)...)
		if status < 400 || status >= 500 || !strings.Contains(string(body), `"code":`) {
			t.Errorf("%s: %d %.300s", name, status, body)
		}
	}
	status, body := fetch(t, http.MethodGet, s.url+"/graphql?query=query($i:ID!)%7Buser(id:$i)%7Bid%7D%7D&variables=%7B%22i%22:%22"+string(p.id)+"%22%7D", nil)
	if status != http.StatusOK || !strings.Contains(string(body), string(p.id)) {
		t.Errorf("a query by GET: %d %s", status, body)
	}
	if a := s.want(t, p.token, `{me{albums{edges{node{title}}}}}`); leaf(a.Data) != nil {
		t.Errorf("a bad request made an album: %s", a.body)
	}
}

// TestBatchesAreWhole: one that is not the viewer's, or not there, and none changes.
func TestBatchesAreWhole(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{})
	foreign := s.newWorld(t, worldOptions{only: "$photo$"})
	before := w.snapshot(t)
	for _, c := range []struct {
		who, ids string
		code     album.Code
	}{
		{"owner", `$photo$,"` + foreign.get("photo") + `"`, album.CodeNotFound},
		{"owner", `"` + foreign.get("photo") + `",$photo$`, album.CodeNotFound},
		{"owner", `$photo$,$pending$`, album.CodeNotFound}, // another's, on its way in
		{"contributor", `$photo$,$ownerPhoto$`, album.CodeForbidden},
		{"contributor", `$ownerPhoto$,$photo$,$video$`, album.CodeForbidden},
		{"stranger", `$photo$`, album.CodeNotFound},
	} {
		for _, do := range []string{
			`mutation{trashMedia(input:{albumId:$album$,mediaIds:[%s]}){media{id}}}`,
			`mutation{restoreMedia(input:{albumId:$album$,mediaIds:[%s]}){media{id}}}`,
			`mutation{deleteMedia(input:{albumId:$album$,mediaIds:[%s]}){deletedMediaIds}}`,
		} {
			document := w.fill(strings.Replace(do, "%s", c.ids, 1))
			w.refused(t, c.who+": "+document, before, s.ask(t, w.people[c.who].token, document), c.code)
		}
	}
	// One named twice counts once.
	a := s.want(t, w.people["owner"].token, w.fill(`mutation{trashMedia(input:{albumId:$album$,mediaIds:[$photo$,$photo$]}){media{id}}}`))
	if after := s.want(t, w.people["owner"].token, w.fill(`{album(id:$album$){mediaCount}}`)); after.at("album.mediaCount") != float64(2) {
		t.Errorf("%s left %s", a.body, after.body)
	}
}

// TestDeletedAlbums: nothing can be done in an album that is being deleted,
// though its rows are there until a sweep.
func TestDeletedAlbums(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{visibility: album.Public, then: setState(album.Deleting)})
	before := w.snapshot(t)
	for _, document := range []string{
		`{album(id:$album$){id}}`, `{media(id:$photo$){id}}`, `{node(id:$comment$){id}}`,
		`mutation{createUploads(input:{albumId:$album$,files:[{fileName:"x",contentType:"image/jpeg",bytes:1}]}){tickets{url}}}`,
		`mutation{finalizeUpload(input:{mediaId:$pending$}){media{id}}}`,
		`mutation{addComment(input:{mediaId:$photo$,text:"x"}){comment{id}}}`,
		`mutation{editComment(input:{commentId:$comment$,text:"x"}){comment{id}}}`,
		`mutation{removeComment(input:{commentId:$comment$}){comment{id}}}`,
		`mutation{likeMedia(input:{mediaId:$photo$}){likes{count}}}`, `mutation{unlikeMedia(input:{mediaId:$photo$}){likes{count}}}`,
		`mutation{editMedia(input:{mediaId:$photo$,caption:"x"}){media{id}}}`,
		`mutation{trashMedia(input:{albumId:$album$,mediaIds:[$photo$]}){media{id}}}`,
		`mutation{moveMedia(input:{albumId:$album$,mediaIds:[$photo$],toAlbumId:$other$}){results{media{id}}}}`,
		`mutation{updateAlbum(input:{albumId:$album$,title:"x"}){album{id}}}`, `mutation{restoreAlbum(input:{albumId:$album$}){album{id}}}`,
		`mutation{trashAlbum(input:{albumId:$album$}){album{id}}}`, `mutation{deleteAlbum(input:{albumId:$album$}){deletedAlbumId}}`,
		`mutation{setMemberRole(input:{albumId:$album$,userId:$viewer$,role:CONTRIBUTOR}){membership{role}}}`,
		`mutation{leaveAlbum(input:{albumId:$album$}){leftAlbumId}}`, `mutation{createShare(input:{albumId:$album$}){token}}`,
		`mutation{joinAlbum(input:{token:$invitationToken$}){membership{role}}}`, `mutation{openShare(input:{token:$shareToken$}){accessToken}}`,
		`mutation{createShare(input:{albumId:$album$,parentToken:$shareToken$}){token}}`,
	} {
		for _, who := range []string{"owner", "contributor"} {
			w.refused(t, who+": "+document, before, s.ask(t, w.people[who].token, w.fill(document)), album.CodeNotFound)
		}
	}
	must(t, s.service.Sweep(t.Context()))
	if objects, err := s.bucket.List(t.Context(), "", "", 10); err != nil || len(objects) > 0 {
		t.Errorf("after the sweep there still is %+v, %v", objects, err)
	}
	if after := w.snapshot(t); after != before {
		t.Errorf("the sweep changed %s to %s", before, after)
	}
}
