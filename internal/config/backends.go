package config

import (
	"strings"
	"time"
)

// Backends are the settings of what Keepsake runs on at scale, in place of the
// embedded backends. Their variables have the names that these services
// usually go by, without Prefix. An empty MongoURI, RedisURL or GCSBucket leaves
// that part embedded.
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
}

// Several reports whether the settings are those of several nodes: they share a
// Redis.
func (b Backends) Several() bool { return b.RedisURL != "" }

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
