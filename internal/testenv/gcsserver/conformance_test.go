package gcsserver

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// vectors are Google's own examples of V4 signatures, which lie beside the
// client library.
type vectors struct {
	URLs []struct {
		Description string
		Method      string
		Timestamp   time.Time
		Expiration  int
		Headers     map[string]string
		ExpectedURL string `json:"expectedUrl"`
	} `json:"signingV4Tests"`
	Forms []struct {
		Description string
		PolicyInput struct {
			Bucket    string
			Timestamp time.Time
			Fields    map[string]string
		}
		PolicyOutput struct {
			URL    string
			Fields map[string]string
		}
	} `json:"postPolicyV4Tests"`
}

// readVectors reads them, with the account that signed them.
func readVectors(t *testing.T) (v vectors, account string, key *rsa.PublicKey) {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "cloud.google.com/go/storage").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	folder := filepath.Join(strings.TrimSpace(string(dir)), "internal", "test", "conformance")
	var file struct {
		Account string `json:"client_email"`
		Key     string `json:"private_key"`
	}
	for name, into := range map[string]any{"v4_signatures.json": &v, "service-account": &file} {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err == nil {
			err = json.Unmarshal(text, into)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	block, _ := pem.Decode([]byte(file.Key))
	private, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return v, file.Account, &private.(*rsa.PrivateKey).PublicKey
}

// TestVectors: what Google says is rightly signed is taken, until it ends.
func TestVectors(t *testing.T) {
	v, account, key := readVectors(t)
	var now time.Time
	s, err := Start(Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	s.Trust(account, key)
	if len(v.URLs) < 29 || len(v.Forms) < 11 {
		t.Fatalf("%d URLs and %d forms", len(v.URLs), len(v.Forms))
	}
	for _, c := range v.URLs {
		r := httptest.NewRequest(c.Method, c.ExpectedURL, nil)
		for name, value := range c.Headers {
			r.Header[http.CanonicalHeaderKey(name)] = []string{value}
		}
		now = c.Timestamp.Add(time.Duration(c.Expiration)*time.Second - 1)
		if _, f := s.verify(r); f != nil {
			t.Errorf("%s: %v", c.Description, f)
		}
		now = now.Add(1)
		if _, f := s.verify(r); f == nil || f.code != "ExpiredToken" {
			t.Errorf("%s, at its end: %v", c.Description, f)
		}
	}
	for _, c := range v.Forms {
		now = c.PolicyInput.Timestamp
		fields := c.PolicyOutput.Fields
		if c.Description == "POST Policy ACL matching" {
			fields["acl"] = "public-read" // its condition asks for one
		}
		p, f := s.verifyPolicy(fields)
		if f == nil {
			_, _, f = p.hold(c.PolicyInput.Bucket, fields)
		}
		if f != nil {
			t.Errorf("%s: %v", c.Description, f)
		}
		now = now.Add(10 * time.Second)
		if _, f := s.verifyPolicy(fields); f == nil || f.code != "ExpiredToken" {
			t.Errorf("%s, at its end: %v", c.Description, f)
		}
	}
}

// FuzzCondition: any condition is read or refused, and none that was read can be
// met by a form without fields but the one that asks for nothing.
func FuzzCondition(f *testing.F) {
	for _, seed := range []string{`{"key":"a"}`, `["eq","$key","a"]`, `["starts-with","$key",""]`, `["content-length-range",1,2]`, `[]`, `{}`, `{"a":"b","c":"d"}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		c, fault := parseCondition(json.RawMessage(raw))
		if fault != nil {
			return
		}
		_, _, fault = policy{Conditions: []json.RawMessage{json.RawMessage(raw)}}.hold("b", map[string]string{})
		if fault == nil && c.match != "content-length-range" {
			t.Errorf("%s is met by nothing", raw)
		}
	})
}

// FuzzForm: any form is read or refused.
func FuzzForm(f *testing.F) {
	f.Add([]byte("--B\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\na\r\n--B\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n--B--"))
	f.Fuzz(func(t *testing.T, body []byte) {
		fields, file, fault := readFields(multipart.NewReader(bytes.NewReader(body), "B"))
		if (fault == nil) != (file != nil && fields != nil) {
			t.Errorf("%v, %v, %v", fields, file, fault)
		}
	})
}

// FuzzContentRange: any range is read or refused, and one that was read is
// inside its total.
func FuzzContentRange(f *testing.F) {
	for _, seed := range []string{"bytes 0-0/1", "bytes */7", "bytes 5-9/*", "bytes */*", "bytes 4611686018427387903-4611686018427387903/*"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, ok := readContentRange(text)
		if ok && (c.first < 0 || c.size < 0 || c.asks != (c.size == 0) || c.total >= 0 && c.first+c.size > c.total) {
			t.Errorf("%q: %+v", text, c)
		}
	})
}
