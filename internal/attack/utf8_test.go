package attack

import (
	"context"
	"net/http"
	"strings"
)

// utf8s are attacks by bytes that are no text.
func utf8s() []attack {
	const bad = "\xff\xfe"
	raw := func(name, want, body string) attack {
		return posting(name, want, func() []byte { return []byte(body) })
	}
	header := func(name, want string, headers ...string) attack {
		return attack{name: name, want: want, send: func(ctx context.Context, a *attacker) (string, error) {
			return short(a.post(ctx, query(`{__typename}`), headers...))
		}}
	}
	get := func(name, want, query string) attack {
		return attack{name: name, want: want, send: func(ctx context.Context, a *attacker) (string, error) {
			return short(a.do(ctx, http.MethodGet, "/graphql?"+query, nil, "Accept", "application/graphql-response+json"))
		}}
	}
	return []attack{
		raw("no UTF-8 in a document", badInput, `{"query":"{me{id}} #`+bad+`"}`),
		raw("no UTF-8 in a variable", badInput, `{"query":"query($i:ID!){node(id:$i){id}}","variables":{"i":"`+bad+`"}}`),
		raw("no UTF-8 in a name of the request", badInput, `{"query":"{me{id}}","`+bad+`":1}`),
		raw("no UTF-8 around the request", badInput, bad+`{"query":"{me{id}}"}`),
		raw("an overlong encoding", badInput, `{"query":"query($i:ID!){node(id:$i){id}}","variables":{"i":"`+"\xc0\xaf\xe0\x80\xaf"+`"}}`),
		raw("a surrogate as UTF-8", badInput, `{"query":"query($i:ID!){node(id:$i){id}}","variables":{"i":"`+"\xed\xa0\x80"+`"}}`),
		raw("half a surrogate, escaped", "200 NOT_FOUND", `{"query":"query($i:ID!){node(id:$i){id}}","variables":{"i":"\ud800"}}`),
		raw("NUL, escaped", "200 NOT_FOUND", `{"query":"query($i:ID!){node(id:$i){id}}","variables":{"i":"\u0000"}}`),
		raw("UTF-16", badInput, "\xff\xfe{\x00}\x00"),
		raw("a mark of byte order", badInput, "\xef\xbb\xbf"+`{"query":"{me{id}}"}`),
		header("no UTF-8 in a token", invalid, "Authorization", "Bearer "+bad),
		header("no UTF-8 in a request id", "200", "X-Request-Id", bad),
		header("no UTF-8 in an address", "200", "X-Forwarded-For", bad),
		header("no UTF-8 in an origin", "200", "Origin", bad),
		header("no UTF-8 in a type", "415 INVALID_INPUT", "Content-Type", "application/json; charset="+bad),
		get("no UTF-8 in a query, as it is", badInput, "query={me{id}}"+bad),
		get("no UTF-8 in a query, escaped", badInput, "query=%7Bme%7Bid%7D%7D%ff%fe"),
		get("no UTF-8 in the variables of a query", badInput, "query=%7Bme%7Bid%7D%7D&variables=%7B%22%ff%22:1%7D"),
		get("half an escape in a query", badInput, "query=%7Bme%7Bid%7D%7D%f"),
		{name: "no UTF-8 in a path", want: forged, send: func(ctx context.Context, a *attacker) (string, error) {
			return short(a.do(ctx, http.MethodGet, "/media/%ff%fe"+a.picture[strings.IndexByte(a.picture, '?'):], nil))
		}},
		{name: "no UTF-8 in a file's name", want: badInput, send: func(ctx context.Context, a *attacker) (string, error) {
			return short(a.post(ctx, []byte(`{"query":"mutation($a:ID!,$n:String!){createUploads(input:{albumId:$a,files:[{fileName:$n,contentType:\"image/jpeg\",bytes:1}]}){tickets{url}}}",`+
				`"variables":{"a":"`+a.private+`","n":"`+bad+`"}}`), "Authorization", "Bearer "+a.owner.token))
		}},
		{name: "no UTF-8 in a form of a file", want: "403 FORBIDDEN", send: func(ctx context.Context, a *attacker) (string, error) {
			body := "--B\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\n" + bad + "\r\n"
			for _, name := range []string{"content-type", "bytes", "expires", "signature"} {
				body += "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + bad + "\r\n"
			}
			body += "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + bad + "\"\r\n\r\n" + bad + "\r\n--B--\r\n"
			return short(a.do(ctx, http.MethodPost, "/media/", []byte(body), "Content-Type", "multipart/form-data; boundary=B"))
		}},
	}
}
