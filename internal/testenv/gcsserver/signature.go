package gcsserver

import (
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	algorithmHMAC = "GOOG4-HMAC-SHA256"
	algorithmRSA  = "GOOG4-RSA-SHA256"

	timestampLayout = "20060102T150405Z"
	// maxLife is the longest that a V4 signature holds.
	maxLife = 7 * 24 * time.Hour
	// maxSkew is how far ahead a signer's clock may be.
	maxSkew = 15 * time.Minute
)

// scope is a credential: account/date/location/service/type.
type scope struct {
	account string
	parts   []string // date, location, service, type
}

func (c scope) String() string { return strings.Join(c.parts, "/") }

// parseCredential reads a credential that was used at a time.
func parseCredential(credential string, at time.Time) (scope, *fault) {
	parts := strings.Split(credential, "/")
	if len(parts) != 5 || parts[0] == "" || parts[2] == "" || parts[3] != "storage" || parts[4] != "goog4_request" {
		return scope{}, malformed("InvalidArgument", "the credential is not account/date/location/storage/goog4_request")
	}
	if parts[1] != at.Format("20060102") {
		return scope{}, malformed("InvalidArgument", "the credential is of another day than the signature")
	}
	return scope{account: parts[0], parts: parts[1:]}, nil
}

// check holds a signature in hexadecimal against the text that it must cover.
func (s *Server) check(algorithm string, c scope, text, signature string) *fault {
	got, err := hex.DecodeString(signature)
	if err != nil {
		return malformed("InvalidArgument", "the signature is not hexadecimal")
	}
	switch algorithm {
	case algorithmHMAC:
		if c.account != s.AccessID {
			return denied("there is no such HMAC key")
		}
		key := []byte("GOOG4" + s.Secret)
		for _, part := range append(slices.Clone(c.parts), text) {
			mac := hmac.New(sha256.New, key)
			mac.Write([]byte(part))
			key = mac.Sum(nil)
		}
		if !hmac.Equal(got, key) {
			return mismatch("the signature is not that of this request")
		}
	case algorithmRSA:
		s.mu.Lock()
		key := s.accounts[c.account]
		s.mu.Unlock()
		if key == nil {
			return denied("there is no such service account")
		}
		sum := sha256.Sum256([]byte(text))
		if rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], got) != nil {
			return mismatch("the signature is not that of this request")
		}
	default:
		return malformed("InvalidArgument", "there is no such algorithm")
	}
	return nil
}

// inTime checks a signature's date against the clock, and that it has not ended.
func (s *Server) inTime(at, ends time.Time) *fault {
	now := s.now()
	if at.After(now.Add(maxSkew)) {
		return &fault{http.StatusForbidden, "RequestTimeTooSkewed", "the signature is of the future"}
	}
	if !now.Before(ends) {
		return malformed("ExpiredToken", "the signature has expired")
	}
	return nil
}

// verify checks the V4 signature in the query of a request. It returns the
// digest of the body that the signature asks for, or "".
func (s *Server) verify(r *http.Request) (digest string, f *fault) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return "", malformed("InvalidArgument", "this is not a query")
	}
	if !query.Has("X-Goog-Signature") {
		return "", denied("anonymous callers may not do this")
	}
	for _, name := range []string{"Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature"} {
		if len(query["X-Goog-"+name]) != 1 {
			return "", malformed("InvalidArgument", "X-Goog-"+name+" must be there once")
		}
	}
	at, err := time.Parse(timestampLayout, query.Get("X-Goog-Date"))
	if err != nil {
		return "", malformed("InvalidArgument", "X-Goog-Date is not a time")
	}
	seconds, err := strconv.ParseInt(query.Get("X-Goog-Expires"), 10, 64)
	if err != nil || seconds < 1 || seconds > int64(maxLife/time.Second) {
		return "", malformed("InvalidArgument", "X-Goog-Expires is not 1 to 604800 seconds")
	}
	c, f := parseCredential(query.Get("X-Goog-Credential"), at)
	if f != nil {
		return "", f
	}
	headers, f := canonicalHeaders(r, query.Get("X-Goog-SignedHeaders"))
	if f != nil {
		return "", f
	}
	payload := "UNSIGNED-PAYLOAD"
	if digest = r.Header.Get("X-Goog-Content-SHA256"); digest != "" {
		payload = digest
	}
	signature := query.Get("X-Goog-Signature")
	query.Del("X-Goog-Signature")
	request := strings.Join([]string{
		r.Method, r.URL.EscapedPath(), strings.ReplaceAll(query.Encode(), "+", "%20"),
		headers, query.Get("X-Goog-SignedHeaders"), payload,
	}, "\n")
	sum := sha256.Sum256([]byte(request))
	algorithm := query.Get("X-Goog-Algorithm")
	text := strings.Join([]string{algorithm, query.Get("X-Goog-Date"), c.String(), hex.EncodeToString(sum[:])}, "\n")
	if f := s.check(algorithm, c, text, signature); f != nil {
		return "", f
	}
	return digest, s.inTime(at, at.Add(time.Duration(seconds)*time.Second))
}

// canonicalHeaders builds the lines of the signed headers. Host must be among
// them, and every header of Google's own that the request carries.
func canonicalHeaders(r *http.Request, signed string) (string, *fault) {
	names := strings.Split(signed, ";")
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) || strings.ToLower(signed) != signed {
		return "", malformed("InvalidArgument", "signed headers are in lower case, sorted, once each")
	}
	if !slices.Contains(names, "host") {
		return "", malformed("InvalidArgument", "the host must be signed")
	}
	for name := range r.Header {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-goog-") && !slices.Contains(names, name) {
			return "", denied("the header " + name + " is not signed")
		}
	}
	var lines strings.Builder
	for _, name := range names {
		values := r.Header.Values(name)
		if name == "host" {
			values = []string{hostname(r.Host)}
		}
		if len(values) == 0 {
			return "", mismatch("the signed header " + name + " is missing")
		}
		// Runs of white space become one space, none is left at the ends.
		value := strings.Join(strings.Fields(strings.Join(values, ",")), " ")
		lines.WriteString(name + ":" + value + "\n")
	}
	return lines.String(), nil
}

// hostname drops the port, which Google's library does not sign.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return host
}
