package main

import (
	"crypto/rand"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"keepsake/internal/testenv/gcsserver"
	"keepsake/internal/testenv/mongoserver"
	"keepsake/internal/testenv/redisserver"
)

// The environment variables by which TestAtScale tells the tests that it runs
// which servers to use.
const (
	scaleMongo = "KEEPSAKE_TEST_MONGODB_URI"
	scaleRedis = "KEEPSAKE_TEST_REDIS_URL"
)

// embeddedOnly are the tests that say something of the embedded backends alone.
var embeddedOnly = []string{
	"TestAtScale", "TestFaultsAtScale", "TestOnceAcrossNodes", // start servers of their own
	"TestStatements", // counts SQL; mongostore counts its own commands
	"TestFullDisk",
	"TestRateOfMedia", "TestAPageAtOnce", // of /media, which GCS serves itself
	"TestTickets", "TestAddresses", // forge what diskmedia signs; mediatest does it for every bucket
}

// TestAtScale runs this package's tests once more, on MongoDB, Redis and a
// strict counterpart of Google Cloud Storage. Each server of theirs has a
// database, a prefix of channels and a bucket of its own.
func TestAtScale(t *testing.T) {
	if os.Getenv(scaleMongo) != "" {
		t.Fatal("this test is not for the tests that it runs")
	}
	mongo := mongoserver.Start(t)
	redis, err := redisserver.Start()
	must(t, err)
	t.Cleanup(func() { must(t, redis.Close()) })

	deadline, ok := t.Deadline()
	if !ok {
		deadline = time.Now().Add(time.Hour)
	}
	args := []string{
		"-test.timeout=" + time.Until(deadline.Add(-10*time.Second)).String(),
		"-test.skip=^(" + strings.Join(embeddedOnly, "|") + ")",
	}
	if testing.Verbose() {
		args = append(args, "-test.v")
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), scaleMongo+"="+mongo.URI, scaleRedis+"="+redis.URL())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("on %s, Redis and GCS: %v\n%s", mongo.Engine, err, out)
	} else if testing.Verbose() {
		t.Logf("%s", out)
	}
}

// scaleEnv is what makes one server run on what TestAtScale started; nothing in
// the tests that it does not run.
func scaleEnv(t testing.TB, now func() time.Time) []string {
	t.Helper()
	uri := os.Getenv(scaleMongo)
	if uri == "" {
		return nil
	}
	name := "test_" + strings.ToLower(rand.Text())
	database, err := url.Parse(uri)
	must(t, err)
	database.Path = "/" + name
	gcs, err := gcsserver.Start(gcsserver.Options{Now: now})
	must(t, err)
	t.Cleanup(func() { must(t, gcs.Close()) })
	return []string{
		"MONGODB_URI=" + database.String(), "MONGODB_TIMEOUT=1m", "KEEPSAKE_REQUEST_TIMEOUT=2m", // the machine may be busy
		"REDIS_URL=" + os.Getenv(scaleRedis), "REDIS_PREFIX=" + name + "/",
		"GCS_BUCKET=" + gcs.Bucket, "GCS_ENDPOINT=" + gcs.URL, "GCS_HMAC_ID=" + gcs.AccessID, "GCS_HMAC_SECRET=" + gcs.Secret,
		"KEEPSAKE_SECRET=" + strings.Repeat("5a", 32),
	}
}
