package gcsmedia

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"keepsake/media"
)

// signer makes V4 signatures of Google's, as "Signatures", "Canonical requests"
// and "Policy document" describe them. It gives what the client library gives,
// which a test holds it to; but that one takes RSA alone, and its own clock.
type signer struct {
	account   string // the e-mail address or the access id that signs
	algorithm string
	maxLife   time.Duration
	// sign covers a text at a time, which an HMAC key is derived for.
	sign  func(ctx context.Context, at time.Time, text string) ([]byte, error)
	close func()
}

const (
	algorithmHMAC = "GOOG4-HMAC-SHA256"
	algorithmRSA  = "GOOG4-RSA-SHA256"

	timestampLayout = "20060102T150405Z"
	dayLayout       = "20060102"
)

// scopeOf is what follows the account in a credential. (No layout: the 4 in
// goog4 would be the minute.)
func scopeOf(at time.Time) string { return at.Format(dayLayout) + "/auto/storage/goog4_request" }

// place is where clients find the bucket.
type place struct {
	origin string // scheme://host[:port]
	host   string // as it is signed: without a port
	path   string // of the bucket: "/" or "/bucket/"
}

// newPlace finds what Host and Endpoint say.
func newPlace(o Options) (place, error) {
	p := place{path: "/" + o.Bucket + "/"}
	base := cmp.Or(o.Endpoint, "https://storage.googleapis.com")
	if o.Endpoint != "" {
		if _, err := origin(o.Endpoint); err != nil {
			return place{}, fmt.Errorf("the endpoint %w", err)
		}
	}
	if o.Host != "" {
		p.path, base = "/", o.Host
		if !strings.Contains(base, "://") {
			base = "https://" + base
		}
	}
	u, err := origin(base)
	if err != nil {
		return place{}, fmt.Errorf("the host %w", err)
	}
	p.origin, p.host = base, u.Hostname()
	return p, nil
}

// origin parses a URL that has a scheme and a host alone.
func origin(base string) (*url.URL, error) {
	u, err := url.Parse(base)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || base != u.Scheme+"://"+u.Host {
		return nil, fmt.Errorf("%q is not scheme://host[:port] and nothing more", base)
	}
	if net.ParseIP(u.Hostname()) == nil && u.Hostname() != strings.ToLower(u.Hostname()) {
		return nil, fmt.Errorf("%q must be in lower case", base)
	}
	return u, nil
}

// url signs a request: its method, its key, the headers that it must carry, in
// lower case, and the parameters that it must have, from a time on for a life in
// whole seconds.
func (s *signer) url(ctx context.Context, p place, method, key string, at time.Time, life time.Duration, headers []media.Field, params url.Values) (string, error) {
	carried := append([]media.Field{{Name: "host", Value: p.host}}, headers...)
	slices.SortFunc(carried, func(a, b media.Field) int { return strings.Compare(a.Name, b.Name) })
	names, lines := make([]string, len(carried)), make([]string, len(carried))
	for i, h := range carried {
		names[i], lines[i] = h.Name, h.Name+":"+h.Value
	}
	signed := strings.Join(names, ";")

	timestamp, scope := at.Format(timestampLayout), scopeOf(at)
	query := url.Values{
		"X-Goog-Algorithm":     {s.algorithm},
		"X-Goog-Credential":    {s.account + "/" + scope},
		"X-Goog-Date":          {timestamp},
		"X-Goog-Expires":       {strconv.FormatInt(int64(life/time.Second), 10)},
		"X-Goog-SignedHeaders": {signed},
	}
	for name, values := range params {
		query[name] = values
	}
	encoded := strings.ReplaceAll(query.Encode(), "+", "%20")
	// Neither keys nor names of buckets have anything to encode.
	request := method + "\n" + p.path + key + "\n" + encoded + "\n" +
		strings.Join(lines, "\n") + "\n\n" + signed + "\nUNSIGNED-PAYLOAD"
	sum := sha256.Sum256([]byte(request))
	signature, err := s.sign(ctx, at, s.algorithm+"\n"+timestamp+"\n"+scope+"\n"+hex.EncodeToString(sum[:]))
	if err != nil {
		return "", err
	}
	return p.origin + p.path + key + "?" + encoded + "&X-Goog-Signature=" + hex.EncodeToString(signature), nil
}

// form signs a policy for a form with these fields, the key among them, and a
// file of that size. It returns the fields with the policy's own.
func (s *signer) form(ctx context.Context, bucket, key string, at, ends time.Time, size int64, fields []media.Field) ([]media.Field, error) {
	conditions := []any{[]any{"content-length-range", size, size}}
	for _, f := range fields {
		conditions = append(conditions, map[string]string{f.Name: f.Value})
	}
	own := []media.Field{
		{Name: "key", Value: key},
		{Name: "x-goog-date", Value: at.Format(timestampLayout)},
		{Name: "x-goog-credential", Value: s.account + "/" + scopeOf(at)},
		{Name: "x-goog-algorithm", Value: s.algorithm},
	}
	conditions = append(conditions, map[string]string{"bucket": bucket})
	for _, f := range own {
		conditions = append(conditions, map[string]string{f.Name: f.Value})
	}
	document, err := json.Marshal(map[string]any{"conditions": conditions, "expiration": ends.Format(time.RFC3339)})
	if err != nil {
		return nil, err
	}
	policy := base64.StdEncoding.EncodeToString(document)
	signature, err := s.sign(ctx, at, policy)
	if err != nil {
		return nil, err
	}
	return slices.Concat(fields, own, []media.Field{
		{Name: "policy", Value: policy},
		{Name: "x-goog-signature", Value: hex.EncodeToString(signature)},
	}), nil
}
