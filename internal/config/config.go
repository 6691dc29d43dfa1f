// Package config reads Keepsake's settings from environment variables, once,
// into one typed struct, and names every fault in them at once. Each variable
// stands in docs/CONFIGURATION.md; a test compares the two.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// Prefix begins the name of every variable but those of Backends.
const Prefix = "KEEPSAKE_"

// Config is all settings. Load makes it; it is not changed afterwards.
type Config struct {
	Data      string `env:"DATA" envDefault:"./data"`           // directory of the embedded backends and the key
	Listen    string `env:"LISTEN" envDefault:"127.0.0.1:8080"` // host:port; port 0 takes a free one
	PublicURL string `env:"PUBLIC_URL"`                         // scheme://host[:port], or empty: see BaseURL
	Insecure  bool   `env:"INSECURE" envDefault:"false"`        // a public URL of plain http is meant so
	Secret    Secret `env:"SECRET"`                             // for auth.KeyFromHex; empty: the file KeyFile

	LogLevel  slog.Level `env:"LOG_LEVEL" envDefault:"info"`
	LogFormat string     `env:"LOG_FORMAT" envDefault:"text"` // text or json

	Drain          time.Duration `env:"DRAIN" envDefault:"20s"` // from SIGTERM to the end
	RequestTimeout time.Duration `env:"REQUEST_TIMEOUT" envDefault:"15s"`

	MaxClients int `env:"MAX_CLIENTS" envDefault:"50000"` // sockets and event streams at once
	OpenRate   int `env:"OPEN_RATE" envDefault:"500"`     // of them that may be opened a second

	RateAddress    int `env:"RATE_ADDRESS" envDefault:"100"`     // requests a second from an address; 0 is no limit, here and below
	RateUser       int `env:"RATE_USER" envDefault:"50"`         // of a user
	RateMedia      int `env:"RATE_MEDIA" envDefault:"1000"`      // requests a second to /media from an address
	MaxConcurrent  int `env:"MAX_CONCURRENT" envDefault:"32"`    // of a user, or of an address without one, at once
	SignInTries    int `env:"SIGN_IN_TRIES" envDefault:"10"`     // wrong passwords for an account from an address in 15 min
	SignInAddress  int `env:"SIGN_IN_ADDRESS" envDefault:"60"`   // from an address for all accounts
	ShareTries     int `env:"SHARE_TRIES" envDefault:"20"`       // for a share from an address
	SignUpAddress  int `env:"SIGN_UP_ADDRESS" envDefault:"20"`   // accounts made from an address in an hour
	ArchiveRate    int `env:"ARCHIVE_RATE" envDefault:"120"`     // ZIP files asked for by a person, or a link's visitors, from an address in a minute
	ArchiveAddress int `env:"ARCHIVE_ADDRESS" envDefault:"1200"` // from an address for all people

	MetricsListen string `env:"METRICS_LISTEN"` // host:port of /metrics; empty: with the rest, on loopback alone
	PprofListen   string `env:"PPROF_LISTEN"`   // loopback host:port of Go's profiles; empty: none

	TraceSample float64 `env:"TRACE_SAMPLE" envDefault:"0.01"` // the part of all traces that is recorded, where there is a collector

	Slow time.Duration `env:"SLOW" envDefault:"1s"` // operations that take longer are logged; 0 logs none

	// What a GraphQL document may have: package guard says how it is counted.
	MaxDocument   Bytes `env:"MAX_DOCUMENT" envDefault:"64KiB"`
	MaxTokens     int   `env:"MAX_TOKENS" envDefault:"2000"`
	MaxOperations int   `env:"MAX_OPERATIONS" envDefault:"10"`
	MaxDepth      int   `env:"MAX_DEPTH" envDefault:"15"`
	MaxRootFields int   `env:"MAX_ROOT_FIELDS" envDefault:"20"`
	MaxAliases    int   `env:"MAX_ALIASES" envDefault:"100"`
	MaxDirectives int   `env:"MAX_DIRECTIVES" envDefault:"50"`
	MaxFragments  int   `env:"MAX_FRAGMENTS" envDefault:"100"`
	MaxRepeats    int   `env:"MAX_REPEATS" envDefault:"2000"`
	MaxVariables  int   `env:"MAX_VARIABLES" envDefault:"50"`
	MaxValues     int   `env:"MAX_VALUES" envDefault:"1000"` // in its lists and objects, and in those of variables
	MaxCost       int   `env:"MAX_COST" envDefault:"200000"` // of an operation

	MaxBody    Bytes         `env:"MAX_BODY" envDefault:"1MiB"` // of a GraphQL request
	MaxPhoto   Bytes         `env:"MAX_PHOTO" envDefault:"64MiB"`
	MaxVideo   Bytes         `env:"MAX_VIDEO" envDefault:"2GiB"`
	UploadLife time.Duration `env:"UPLOAD_LIFE" envDefault:"1h"` // of an upload ticket
	Quota      Bytes         `env:"QUOTA" envDefault:"20GiB"`    // of each person's media; 0 is no limit

	Workers      int    `env:"WORKERS" envDefault:"2"`            // pictures made at a time; 0 leaves the work to other nodes
	WorkerMemory Bytes  `env:"WORKER_MEMORY" envDefault:"768MiB"` // of one picture that is made
	FFmpeg       string `env:"FFMPEG" envDefault:"ffmpeg"`        // the program; none: no videos are made
	Scratch      string `env:"SCRATCH"`                           // directory for files that are worked on; empty: below Data

	MaxArchives int `env:"MAX_ARCHIVES" envDefault:"32"` // ZIP files sent at once

	Cache      Bytes         `env:"CACHE" envDefault:"64MiB"`    // of what is read from SQLite; 0 is none
	LogKeep    int           `env:"LOG_KEEP" envDefault:"10000"` // entries kept of each album's log
	SweepEvery time.Duration `env:"SWEEP_EVERY" envDefault:"1m"`

	SignUp         bool     `env:"SIGN_UP" envDefault:"true"`                              // new local accounts may be made
	AvatarHosts    []string `env:"AVATAR_HOSTS" envDefault:"wx.qlogo.cn,thirdwx.qlogo.cn"` // where avatars may lie, lower case
	Introspection  bool     `env:"INTROSPECTION"`                                          // the schema may be asked for
	AllowedOrigins []string `env:"ALLOWED_ORIGINS"`                                        // other sites whose pages may call, scheme://host[:port]

	TrustedProxies   []Network `env:"TRUSTED_PROXIES"`   // whose word about a client's address is taken
	TrustedDocuments string    `env:"TRUSTED_DOCUMENTS"` // file of the only documents that are taken, or empty

	Backends Backends `env:"-"` // what is not embedded

	given map[string]bool // the variables that were set, by full name
}

// Load reads the settings from environ, in the form of os.Environ. A variable
// that is set to nothing counts as not set. The error names every fault, one a
// line: a value that is none, a variable that does not exist, and defaults that
// are not safe where others can reach the program.
func Load(environ []string) (Config, error) {
	c := Config{given: map[string]bool{}}
	variables := map[string]string{} // never nil: the library would read the process's own
	known := Variables()
	f := faults{}
	for name, value := range env.ToMap(environ) {
		if value == "" {
			continue
		}
		if _, ok := known[name]; ok {
			variables[name], c.given[name] = value, true
		} else if strings.HasPrefix(name, Prefix) {
			f.add(name, "there is no such variable: see docs/CONFIGURATION.md")
		}
	}
	if err := errors.Join(parse(&c, Prefix, variables, f), parse(&c.Backends, "", variables, f)); err != nil {
		return Config{}, fmt.Errorf("read the configuration: %w", err)
	}

	c.normalise()
	c.check(f)
	if err := f.err(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// parse reads the variables of one struct and adds those that are no values.
func parse[T any](into *T, prefix string, variables map[string]string, f faults) error {
	err := env.ParseWithOptions(into, env.Options{Prefix: prefix, Environment: variables})
	var parsed env.AggregateError
	if err != nil && !errors.As(err, &parsed) {
		return err
	}
	for _, err := range parsed.Errors {
		var field env.ParseError
		if !errors.As(err, &field) {
			return err
		}
		tag, _ := reflect.TypeFor[T]().FieldByName(field.Name)
		name := prefix + tag.Tag.Get("env")
		f.add(name, "%q is %s", variables[name], shapeOf(field))
	}
	return nil
}

// Validate names every fault of the settings at once, or returns nil.
func (c Config) Validate() error {
	f := faults{}
	c.check(f)
	return f.err()
}

// MaxItems is how many items the lists and objects of a request may have, beyond the
// first of each: those of the variables, and as many as there is no reason for.
func (c Config) MaxItems() int { return c.MaxValues + c.MaxVariables + 200 }

// KeyFile is the file of the service's key where Secret is empty.
func (c Config) KeyFile() string { return filepath.Join(c.Data, "secret.key") }

// ScratchDir is the directory for files while they are worked on: by default below
// Data, or, where nothing else is kept on this machine, in the system's own for
// temporary files.
func (c Config) ScratchDir() string {
	switch {
	case c.Scratch != "":
		return c.Scratch
	case c.Backends.MongoURI != "" && c.Backends.GCSBucket != "" && c.Secret != "":
		return filepath.Join(os.TempDir(), "keepsake")
	}
	return filepath.Join(c.Data, "scratch")
}

// BaseURL is the URL under which clients reach the program, without a slash at
// its end: PublicURL, or where that is empty the address that it listens on.
func (c Config) BaseURL(listening net.Addr) string {
	if c.PublicURL != "" {
		return c.PublicURL
	}
	return "http://" + listening.String()
}

// Exposed reports whether others than this machine may reach the program: it
// listens on more than loopback, or has a public URL that is not loopback's.
func (c Config) Exposed() bool {
	host, _, err := net.SplitHostPort(c.Listen)
	if err == nil && !loopback(host) {
		return true
	}
	u, err := url.Parse(c.PublicURL)
	return err == nil && u.Hostname() != "" && !loopback(u.Hostname())
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// normalise fills in the defaults that hang on other settings, and brings lists
// and URLs into the form in which they are compared.
func (c *Config) normalise() {
	c.PublicURL = strings.ToLower(strings.TrimSuffix(c.PublicURL, "/"))
	if !c.given[Prefix+"INTROSPECTION"] {
		c.Introspection = !c.Exposed()
	}
	c.AvatarHosts = list(c.AvatarHosts)
	c.AllowedOrigins = list(c.AllowedOrigins)
	c.TrustedProxies = slices.DeleteFunc(c.TrustedProxies, func(n Network) bool { return !n.IsValid() }) // none
}

// list trims the items and makes them lower case; the one item "none" stands
// for no items.
func list(items []string) []string {
	var out []string
	for _, item := range items {
		out = append(out, strings.ToLower(strings.TrimSpace(item)))
	}
	if len(out) == 1 && out[0] == "none" {
		return nil
	}
	return out
}
