package attack

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"time"
)

const forged = "403 FORBIDDEN"

// forging are attacks by cursors and signed addresses that were changed.
func forging() []attack {
	cursor := func(name, want, document string, change func(a *attacker) string) attack {
		return attack{name: name, want: want, send: func(ctx context.Context, a *attacker) (string, error) {
			return short(a.ask(ctx, a.owner.token, document, map[string]any{"a": a.album, "c": change(a)}))
		}}
	}
	const (
		media = `query($a:ID!,$c:Cursor){album(id:$a){media(first:5,after:$c){edges{node{id}}}}}`
		taken = `query($a:ID!,$c:Cursor){album(id:$a){media(first:5,after:$c,order:TAKEN){edges{node{id}}}}}`
		feed  = `query($a:ID!,$c:Cursor){album(id:$a){id} feed(first:5,after:$c){edges{node{__typename}}}}`
	)
	all := []attack{
		cursor("a cursor of another order", "200 INVALID_INPUT", taken, func(a *attacker) string { return a.cursor }),
		cursor("a cursor of another list", "200 INVALID_INPUT", feed, func(a *attacker) string { return a.cursor }),
		cursor("a cursor that is cut off", "200 INVALID_INPUT", media, func(a *attacker) string { return a.cursor[:3] }),
		cursor("a cursor with SQL in it", "200 INVALID_INPUT", media, func(*attacker) string { return encode([]byte("Pm\x02' OR 1=1 --")) + "=" }),
		cursor("a cursor that is JSON", "200 INVALID_INPUT", media, func(*attacker) string {
			return base64.StdEncoding.EncodeToString([]byte(`{"$gt":""}`))
		}),
		cursor("a cursor of 500 KB", "200 INVALID_INPUT", media, func(a *attacker) string { return strings.Repeat(a.cursor, 500_000/len(a.cursor)) }),
		address("an address of a picture, in every parameter", forged, func(a *attacker) []string { return changes(a.picture) }),
		address("an address with another's signature", forged, func(a *attacker) []string {
			return []string{with(a.picture, "s", get(a.other, "s")), with(a.other, "s", get(a.picture, "s"))}
		}),
		address("an address that was to last longer", forged, func(a *attacker) []string {
			return []string{with(a.picture, "e", fmt.Sprint(time.Now().Add(1000*time.Hour).Unix())), with(a.picture, "e", "99999999999999999999")}
		}),
		address("an address on the way out of the bucket", "307, 307, 403 FORBIDDEN, 403 FORBIDDEN", func(a *attacker) []string {
			query := a.picture[strings.IndexByte(a.picture, '?'):]
			return []string{"/media/../secret.key" + query, "/../../etc/passwd", "/media/..%2f..%2fsecret.key" + query, "/media/%00" + query}
		}),
		address("an address of an archive that is none", "404", func(*attacker) []string {
			return []string{"/archives/" + strings.Repeat("A", 100)}
		}),
		{name: "a ticket in every parameter", want: forged, send: func(ctx context.Context, a *attacker) (string, error) {
			return same(changes(path(a.ticket.URL)), func(target string) (answer, error) {
				return a.do(ctx, "PUT", target, make([]byte, 100), "Content-Type", "image/jpeg")
			})
		}},
		{name: "a picture's address as a ticket", want: forged, send: func(ctx context.Context, a *attacker) (string, error) {
			return short(a.do(ctx, "PUT", a.picture, make([]byte, 100), "Content-Type", "image/jpeg"))
		}},
		{name: "a ticket as a picture's address", want: forged, send: func(ctx context.Context, a *attacker) (string, error) {
			return short(a.do(ctx, "GET", path(a.ticket.URL), nil))
		}},
		{name: "a form without a ticket", want: "400 INVALID_INPUT", send: func(ctx context.Context, a *attacker) (string, error) {
			const body = "--B\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nmine\r\n--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\nx\r\n--B--\r\n"
			return short(a.do(ctx, "POST", "/media/", []byte(body), "Content-Type", "multipart/form-data; boundary=B"))
		}},
	}
	return all
}

// address gets addresses; what they give alike is told once.
func address(name, want string, of func(*attacker) []string) attack {
	return attack{name: name, want: want, send: func(ctx context.Context, a *attacker) (string, error) {
		return same(of(a), func(target string) (answer, error) { return a.do(ctx, "GET", target, nil) })
	}}
}

// same asks for each target, and returns the one answer of all, or else all of them.
func same(targets []string, ask func(target string) (answer, error)) (string, error) {
	var all []string
	alike := true
	for _, target := range targets {
		got, err := ask(target)
		if err != nil {
			return "", fmt.Errorf("%s: %w", target, err)
		}
		all = append(all, got.String())
		alike = alike && all[0] == got.String()
	}
	if alike {
		return all[0], nil
	}
	return strings.Join(all, ", "), nil
}

// changes are an address with each of its parameters changed, left out, given twice,
// and with one more; and its path changed.
func changes(address string) (all []string) {
	before, query, _ := strings.Cut(address, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return []string{err.Error()}
	}
	for name := range values {
		without, _ := url.ParseQuery(query) // as above
		without.Del(name)
		if values.Get(name) != "" {
			all = append(all, with(address, name, ""))
		}
		all = append(all, with(address, name, values.Get(name)+"A"), with(address, name, "A"+values.Get(name)),
			before+"?"+without.Encode(), address+"&"+name+"="+url.QueryEscape(values.Get(name)))
	}
	return append(all, address+"&x=y", before+"A?"+query, before+"%2e?"+query, before+"/?"+query)
}

// with is an address with a parameter changed.
func with(address, name, value string) string {
	before, query, _ := strings.Cut(address, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return err.Error()
	}
	values.Set(name, value)
	return before + "?" + values.Encode()
}

// get is a parameter of an address.
func get(address, name string) string {
	u, err := url.Parse(address)
	if err != nil {
		return err.Error()
	}
	return u.Query().Get(name)
}
