package attack

import (
	"context"
	"net/url"
	"strings"
)

// change is the document of a change that no attack may bring about.
const change = `mutation{createAlbum(input:{title:"by an attacker"}){album{id}}}`

// requests are attacks by what a request is.
func requests() []attack {
	get := func(name, want, target string, headers ...string) attack {
		return attack{name: name, want: want, send: func(ctx context.Context, a *attacker) (string, error) {
			return short(a.do(ctx, "GET", target, nil, headers...))
		}}
	}
	asked := "/graphql?query=" + url.QueryEscape(change)
	plain := "/graphql?query=" + url.QueryEscape("{__typename}")
	// as posts the change as the owner, as a page of another site could.
	as := func(name, want, contentType string, body string) attack {
		return attack{name: name, want: want, send: func(ctx context.Context, a *attacker) (string, error) {
			return short(a.do(ctx, "POST", "/graphql", []byte(body), "Content-Type", contentType, "Authorization", "Bearer "+a.owner.token))
		}}
	}
	owners := func(name, want, method, target string, headers ...string) attack {
		return attack{name: name, want: want, send: func(ctx context.Context, a *attacker) (string, error) {
			return short(a.do(ctx, method, target, []byte{}, append(headers, "Authorization", "Bearer "+a.owner.token)...))
		}}
	}
	return []attack{
		owners("a mutation by GET", "405 INVALID_INPUT", "GET", asked),
		owners("a mutation by PUT", "405 INVALID_INPUT", "PUT", asked),
		owners("a mutation by another method's name in a header", "405 INVALID_INPUT", "GET", asked, "X-HTTP-Method-Override", "POST"),
		owners("a subscription by GET", "405 INVALID_INPUT", "GET", "/graphql?query="+url.QueryEscape("subscription{feedEvents{kind}}")),
		as("a form of another site", "415 INVALID_INPUT", "application/x-www-form-urlencoded", "query="+url.QueryEscape(change)),
		as("text of another site", "415 INVALID_INPUT", "text/plain", string(query(change))),
		as("a form with files", "415 INVALID_INPUT", "multipart/form-data; boundary=x",
			"--x\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n"+string(query(change))+"\r\n--x--\r\n"),
		as("JSON in another character set", "415 INVALID_INPUT", "application/json; charset=utf-16", string(query(change))),
		as("a document as the body", "415 INVALID_INPUT", "application/graphql", change),
		posting("a body that is compressed", "415 INVALID_INPUT", func() []byte { return []byte("\x1f\x8b") }, "Content-Encoding", "gzip"),
		posting("a body larger than may be", "413 INVALID_INPUT", func() []byte { return query(strings.Repeat(" ", 2<<20)) }),
		get("a URL of 100 KB", "431", "/graphql?query="+strings.Repeat("x", 100_000)),
		get("a URL of 30 KB", noParse, "/graphql?query="+strings.Repeat("(", 30_000), "Accept", "application/graphql-response+json"),
		get("a header of 1 MB", "431", plain, "X-A", strings.Repeat("x", 1_000_000)),
		get("10,000 headers", "431", plain, manyHeaders(10_000)...),
		get("1,000 headers", "200", plain, manyHeaders(1000)...),
		get("an Accept of 30 KB", "406 INVALID_INPUT", plain, "Accept", strings.Repeat("a/b;q=0.1,", 3_000)),
		get("an X-Forwarded-For of 30 KB", "200", plain, "X-Forwarded-For", strings.Repeat("1.2.3.4, ", 3_400)+"5.6.7.8"),
		{name: "a picture in 1,000 ranges", want: "200", send: func(ctx context.Context, a *attacker) (string, error) {
			return short(a.do(ctx, "GET", a.picture, nil, "Range", "bytes="+strings.TrimSuffix(strings.Repeat("0-,", 1000), ",")))
		}},
	}
}

func manyHeaders(n int) (headers []string) {
	for range n {
		headers = append(headers, "X-A", "x")
	}
	return headers
}
