package config

import (
	"errors"
	"net/url"
	"strings"
	"time"
)

// Backends are the settings of what Keepsake runs on at scale, in place of the
// embedded backends. Their variables have the names that these services
// usually go by, without Prefix. An empty MongoURI, RedisURL or GCSBucket leaves
// that part embedded; an empty OTLPEndpoint leaves out traces.
type Backends struct {
	MongoURI        Secret        `env:"MONGODB_URI"`
	MongoStandalone bool          `env:"MONGODB_STANDALONE" envDefault:"false"` // a server without transactions is taken
	MongoTimeout    time.Duration `env:"MONGODB_TIMEOUT" envDefault:"5s"`

	RedisURL    Secret `env:"REDIS_URL"`
	RedisPrefix string `env:"REDIS_PREFIX" envDefault:"keepsake/"`

	GCSBucket     string `env:"GCS_BUCKET"`
	GCSHost       string `env:"GCS_HOST"`        // a hostname of one's own in the signed URLs
	GCSEndpoint   string `env:"GCS_ENDPOINT"`    // an emulator
	GCSHMACID     string `env:"GCS_HMAC_ID"`     // one of three ways to sign
	GCSHMACSecret Secret `env:"GCS_HMAC_SECRET"` //
	GCSKeyFile    string `env:"GCS_KEY_FILE"`    // the second: a service account's key
	GCSSigner     string `env:"GCS_SIGNER"`      // the third: a service account that IAM signs for

	// Where traces go; the variables are OpenTelemetry's.
	OTLPEndpoint string `env:"OTEL_EXPORTER_OTLP_ENDPOINT"` // scheme://host[:port][/path] of a collector; empty: nothing is traced
	OTLPHeaders  Secret `env:"OTEL_EXPORTER_OTLP_HEADERS"`  // name=value[,name=value…], percent-encoded
	ServiceName  string `env:"OTEL_SERVICE_NAME" envDefault:"keepsake"`
}

// TraceHeaders are the headers that OTLPHeaders lists. The error does not show them.
func (b Backends) TraceHeaders() (map[string]string, error) {
	headers := map[string]string{}
	for pair := range strings.SplitSeq(string(b.OTLPHeaders), ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		name, value, ok := strings.Cut(pair, "=")
		value, err := url.PathUnescape(strings.TrimSpace(value))
		if name = strings.TrimSpace(name); !ok || name == "" || err != nil {
			return nil, errors.New("not a list of headers")
		}
		headers[name] = value
	}
	return headers, nil
}

// Several reports whether the settings are those of several nodes: they share a
// Redis.
func (b Backends) Several() bool { return b.RedisURL != "" }

// checkTraces adds what is wrong with the settings of traces.
func (c Config) checkTraces(f faults) {
	b := c.Backends
	if u, err := url.Parse(b.OTLPEndpoint); b.OTLPEndpoint != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" ||
		u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "") {
		f.add("OTEL_EXPORTER_OTLP_ENDPOINT", "it is not the URL of a collector: write one such as http://127.0.0.1:4318")
	}
	if _, err := b.TraceHeaders(); err != nil {
		f.add("OTEL_EXPORTER_OTLP_HEADERS", "it is not a list of name=value, parted by commas")
	}
	if !(c.TraceSample >= 0 && c.TraceSample <= 1) { // which a NaN is not, either
		f.add(Prefix+"TRACE_SAMPLE", "%v is not a part: write a number from 0, for none but those that a trusted proxy asks for, to 1", c.TraceSample)
	}
}

// check adds what is wrong with the backends' settings. What only their servers
// can tell is found when they are opened.
func (c Config) checkBackends(f faults) {
	b := c.Backends
	if uri := string(b.MongoURI); uri != "" && !strings.HasPrefix(uri, "mongodb://") && !strings.HasPrefix(uri, "mongodb+srv://") {
		f.add("MONGODB_URI", "it must begin with mongodb:// or mongodb+srv://")
	}
	if b.MongoTimeout <= 0 {
		f.add("MONGODB_TIMEOUT", "%v is not more than nothing: write a duration such as 5s", b.MongoTimeout)
	}
	if b.Several() {
		if b.MongoURI == "" {
			f.add("REDIS_URL", "Redis is for several nodes, and they cannot share a database of SQLite: set MONGODB_URI too")
		}
		if c.Secret == "" {
			f.add(Prefix+"SECRET", "several nodes need the same key: set it (openssl rand -hex 32)")
		}
	}
	if b.GCSBucket == "" {
		for name, value := range map[string]string{
			"GCS_HOST": b.GCSHost, "GCS_ENDPOINT": b.GCSEndpoint, "GCS_HMAC_ID": b.GCSHMACID,
			"GCS_HMAC_SECRET": string(b.GCSHMACSecret), "GCS_KEY_FILE": b.GCSKeyFile, "GCS_SIGNER": b.GCSSigner,
		} {
			if value != "" {
				f.add(name, "it means nothing without GCS_BUCKET")
			}
		}
		return
	}
	if (b.GCSHMACID == "") != (b.GCSHMACSecret == "") {
		f.add("GCS_HMAC_SECRET", "an HMAC key is GCS_HMAC_ID and GCS_HMAC_SECRET: set both")
	}
	ways := 0
	for _, way := range []string{b.GCSHMACID, b.GCSKeyFile, b.GCSSigner} {
		if way != "" {
			ways++
		}
	}
	if ways != 1 {
		f.add("GCS_BUCKET", "say in one way how URLs are signed: GCS_HMAC_ID and GCS_HMAC_SECRET, or GCS_KEY_FILE, or GCS_SIGNER")
	}
}
