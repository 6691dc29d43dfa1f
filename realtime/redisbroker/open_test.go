package redisbroker_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/realtime/redisbroker"
)

// refused opens a broker and expects an UNAVAILABLE that says what to do, and
// gives away no password.
func refused(t *testing.T, o redisbroker.Options, hint string) {
	t.Helper()
	began := time.Now()
	b, err := redisbroker.Open(t.Context(), o)
	if err == nil {
		_ = b.Close()
		t.Fatalf("opened, though: %s", hint)
	}
	wantCode(t, "Open", err, album.CodeUnavailable)
	if !strings.Contains(err.Error(), hint) || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("the error is %q", err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	s := startServer(t, "--requirepass", "right")
	s.Password = "right"
	refused(t, quick("redis://"+s.Addr), "another user or password")
	refused(t, quick("redis://:s3cret@"+s.Addr), "another user or password")
	refused(t, quick("redis+cluster://:right@"+s.Addr), "is it a cluster")
	refused(t, quick("redis+sentinel://"+s.Addr+"/m"), "does it run")

	must(t, s.Do("ACL", "SETUSER", "weak", "on", ">s3cret", "+@connection", "+publish", "&keepsake/*").Err())
	refused(t, quick("redis://weak:s3cret@"+s.Addr), "lacks rights")
	must(t, s.Do("ACL", "SETUSER", "weak", "+subscribe", "resetchannels", "&other/*").Err())
	refused(t, quick("redis://weak:s3cret@"+s.Addr), "lacks rights")
	must(t, s.Do("ACL", "SETUSER", "strong", "on", ">s3cret", "+@connection", "+@pubsub", "&keepsake/*").Err())
	b, j := listen(t, quick("redis://strong:s3cret@"+s.Addr), "a")
	mustPublish(t, b, "a", "x")
	j.awaitMessage(t, "x")

	must(t, s.Kill())
	refused(t, quick("redis://:s3cret@"+s.Addr), "does it run")
}

// A server that accepts connections and says nothing.
func TestOpenDoesNotHang(t *testing.T) {
	s := startServer(t)
	r := newRelay(t, s.Addr)
	r.hold(true)
	refused(t, quick(r.url()), "does it run")
	o := quick(r.url())
	o.Timeout = time.Hour
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := redisbroker.Open(ctx, o); album.CodeOf(err) != album.CodeUnavailable {
		t.Errorf("Open: %v", err)
	}
}

// Close does not wait for a network that swallows everything.
func TestCloseDoesNotHang(t *testing.T) {
	s := startServer(t)
	r := newRelay(t, s.Addr)
	o := quick(r.url())
	o.Timeout, o.Silence = time.Hour, time.Hour
	b, _ := listen(t, o, "a")
	r.hold(true)
	failed := make(chan error, 1)
	go func() { failed <- b.Publish(context.Background(), "a", nil) }()
	<-time.After(2 * o.PingEvery)
	began := time.Now()
	must(t, b.Close())
	if took := time.Since(began); took > time.Second {
		t.Errorf("it took %v", took)
	}
	wantCode(t, "Publish", <-failed, album.CodeUnavailable)
}

func TestOptions(t *testing.T) {
	for _, o := range []redisbroker.Options{
		{URL: "http://h"},
		{URL: "redis://h", Prefix: "{x}"},
		{URL: "redis://h", PingEvery: time.Second, Silence: time.Second},
		{URL: "rediss://h?ca_file=/does/not/exist"},
	} {
		if b, err := redisbroker.Open(t.Context(), o); err == nil {
			_ = b.Close()
			t.Errorf("opened with %+v", o)
		}
	}
}

// Two installations share a server.
func TestPrefix(t *testing.T) {
	s := startServer(t)
	o := quick(s.URL())
	b, j := listen(t, o, "a")
	o.Prefix = "other/"
	other, jo := listen(t, o, "a")
	mustPublish(t, b, "a", "mine")
	mustPublish(t, other, "a", "theirs")
	j.awaitMessage(t, "mine")
	jo.awaitMessage(t, "theirs")
	if len(j.got) != 1 || len(jo.got) != 1 {
		t.Errorf("got %q and %q", j.got, jo.got)
	}
}

func TestTLS(t *testing.T) {
	dir := t.TempDir()
	cert, key := selfSigned(t, dir)
	plain := startServer(t)
	tlsAddr := freeAddr(t)
	s := startServer(t, "--tls-port", tlsAddr[strings.LastIndex(tlsAddr, ":")+1:], "--tls-auth-clients", "no",
		"--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", cert)
	b, j := listen(t, quick("rediss://"+tlsAddr+"?ca_file="+cert), "a")
	mustPublish(t, b, "a", "x")
	j.awaitMessage(t, "x")
	must(t, s.Do("CLIENT", "KILL", "TYPE", "pubsub").Err())
	j.awaitLost(t, 1)
	j.awaitConfirmed(t, "a")
	refused(t, quick("rediss://"+tlsAddr), "certificate")
	refused(t, quick("rediss://"+plain.Addr), "does it run")
	if _, err := redisbroker.Open(t.Context(), quick("rediss://"+tlsAddr+"?ca_file="+key)); err == nil {
		t.Error("a file without certificates is taken")
	}
}

func freeAddr(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	must(t, l.Close())
	return l.Addr().String()
}

// selfSigned writes a certificate for the loopback, and its key.
func selfSigned(t *testing.T, dir string) (certFile, keyFile string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
		return path
	}
	return write("cert.pem", "CERTIFICATE", cert), write("key.pem", "PRIVATE KEY", private)
}
