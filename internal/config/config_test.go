package config_test

import (
	"fmt"
	"log/slog"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"keepsake/internal/config"
)

var digits = strings.Repeat("5a", 32)

func TestDefaults(t *testing.T) {
	c, err := config.Load([]string{"HOME=/nowhere", "LISTEN=:1", "KEEPSAKE_DRAIN="})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Validate(); err != nil {
		t.Errorf("what was loaded is not valid: %v", err)
	}
	for name, pair := range map[string][2]any{
		"Data":           {c.Data, "./data"},
		"KeyFile":        {c.KeyFile(), "data/secret.key"},
		"Listen":         {c.Listen, "127.0.0.1:8080"},
		"PublicURL":      {c.PublicURL, ""},
		"Secret":         {string(c.Secret), ""},
		"LogLevel":       {c.LogLevel, slog.LevelInfo},
		"Drain":          {c.Drain, 20 * time.Second},
		"MaxBody":        {c.MaxBody, config.Bytes(1 << 20)},
		"MaxVideo":       {c.MaxVideo, config.Bytes(2 << 30)},
		"Cache":          {c.Cache, config.Bytes(64 << 20)},
		"LogKeep":        {c.LogKeep, 10000},
		"SignUp":         {c.SignUp, true},
		"Introspection":  {c.Introspection, true},
		"AvatarHosts":    {strings.Join(c.AvatarHosts, " "), "wx.qlogo.cn thirdwx.qlogo.cn"},
		"AllowedOrigins": {len(c.AllowedOrigins), 0},
		"Exposed":        {c.Exposed(), false},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %v, want %v", name, pair[0], pair[1])
		}
	}
}

func TestEverythingSet(t *testing.T) {
	c, err := config.Load([]string{
		"KEEPSAKE_LISTEN=:443", "KEEPSAKE_PUBLIC_URL=https://Album.example.com/", "KEEPSAKE_SECRET=" + digits,
		"KEEPSAKE_INTROSPECTION=false", "KEEPSAKE_LOG_LEVEL=warn", "KEEPSAKE_LOG_FORMAT=json",
		"KEEPSAKE_MAX_PHOTO=10 MiB", "KEEPSAKE_MAX_VIDEO=4096", "KEEPSAKE_UPLOAD_LIFE=90m", "KEEPSAKE_SIGN_UP=false",
		"KEEPSAKE_AVATAR_HOSTS=none", "KEEPSAKE_ALLOWED_ORIGINS=https://A.example, http://localhost:3000",
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, pair := range map[string][2]any{
		"PublicURL":      {c.PublicURL, "https://album.example.com"},
		"Secret":         {string(c.Secret), digits},
		"LogLevel":       {c.LogLevel, slog.LevelWarn},
		"LogFormat":      {c.LogFormat, "json"},
		"MaxPhoto":       {c.MaxPhoto, config.Bytes(10 << 20)},
		"MaxVideo":       {c.MaxVideo, config.Bytes(4096)},
		"UploadLife":     {c.UploadLife, 90 * time.Minute},
		"SignUp":         {c.SignUp, false},
		"AvatarHosts":    {len(c.AvatarHosts), 0},
		"AllowedOrigins": {strings.Join(c.AllowedOrigins, " "), "https://a.example http://localhost:3000"},
		"Introspection":  {c.Introspection, false},
		"Exposed":        {c.Exposed(), true},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %v, want %v", name, pair[0], pair[1])
		}
	}
}

// Each value alone is one fault, which names its variable and nothing else.
func TestFaults(t *testing.T) {
	for variable, values := range map[string][]string{
		"KEEPSAKE_LISTEN":          {"8080", "localhost", "127.0.0.1:http", "127.0.0.1:70000"},
		"KEEPSAKE_PUBLIC_URL":      {"album.example.com", "ftp://localhost", "http://localhost/album", "http://me@localhost", "http://localhost?x", "http://"},
		"KEEPSAKE_SECRET":          {"abc", digits + "00", digits[1:] + "x"},
		"KEEPSAKE_LOG_LEVEL":       {"loud"},
		"KEEPSAKE_LOG_FORMAT":      {"xml"},
		"KEEPSAKE_DRAIN":           {"20", "-1s", "soon"},
		"KEEPSAKE_SLOW":            {"-1s", "1", "slow"},
		"KEEPSAKE_PPROF_LISTEN":    {"6060", ":6060", "0.0.0.0:6060", "192.0.2.1:6060", "[::]:6060", "album.example.com:6060", "localhost:http", "127.0.0.1:70000"},
		"KEEPSAKE_REQUEST_TIMEOUT": {"0s", "-1s"},
		"KEEPSAKE_SWEEP_EVERY":     {"0s"},
		"KEEPSAKE_UPLOAD_LIFE":     {"0s"},
		"KEEPSAKE_MAX_BODY":        {"0", "1MB", "65MiB", "-1", "9999999999999GiB"},
		"KEEPSAKE_MAX_PHOTO":       {"1", "MiB"},
		"KEEPSAKE_MAX_VIDEO":       {"1", "2 TiB"},
		"KEEPSAKE_CACHE":           {"-1", "1023KiB", "64MB"},
		"KEEPSAKE_LOG_KEEP":        {"0", "many"},
		"KEEPSAKE_SIGN_UP":         {"maybe"},
		"KEEPSAKE_INTROSPECTION":   {"maybe"},
		"KEEPSAKE_INSECURE":        {"maybe"},
		"KEEPSAKE_AVATAR_HOSTS":    {"https://wx.qlogo.cn", "wx.qlogo.cn,", "wx.qlogo.cn:443", "a b"},
		"KEEPSAKE_ALLOWED_ORIGINS": {"*", "example.com", "https://example.com/", "null"},
		"KEEPSAKE_TRUSTED_PROXIES": {"10.0.0.0/33", "proxy.example.com", "10.0.0.1:80", "10.0.0.0/8,x"},
		"KEEPSAKE_RATE_USER":       {"-1", "1000001", "50/s"},
		"KEEPSAKE_RATE_MEDIA":      {"-1", "1000001"},
		"KEEPSAKE_ARCHIVE_RATE":    {"-1", "1000001"},
		"KEEPSAKE_ARCHIVE_ADDRESS": {"-1", "1000001"},
		"KEEPSAKE_SIGN_IN_TRIES":   {"-1", "1000001"},
		"KEEPSAKE_MAX_DEPTH":       {"0", "-1", "1000001", "deep"},
		"KEEPSAKE_MAX_COST":        {"0", "1000000001"},
		"KEEPSAKE_MAX_DOCUMENT":    {"0", "1023", "2MiB"},
		"KEEPSAKE_TRACE_SAMPLE":    {"-0.1", "1.1", "NaN", "all"},
		"KEEPSAKE_LISTN":           {":8080"},

		"OTEL_EXPORTER_OTLP_ENDPOINT": {"127.0.0.1:4318", "ftp://host", "http://", "http://me:secret@host", "http://host?x", "http://host:port"},
		"OTEL_EXPORTER_OTLP_HEADERS":  {"secret", "=secret", "a=b,secret", "a=%zzsecret"},
	} {
		for _, value := range values {
			_, err := config.Load([]string{variable + "=" + value})
			if err == nil {
				t.Errorf("%s=%s is taken", variable, value)
				continue
			}
			if lines := strings.Split(err.Error(), "\n"); len(lines) != 1 || !strings.HasPrefix(lines[0], variable+": ") {
				t.Errorf("%s=%s: %v", variable, value, err)
			}
			if variable == "KEEPSAKE_SECRET" && strings.Contains(err.Error(), value) || strings.Contains(err.Error(), "secret") {
				t.Errorf("the error shows the secret: %v", err)
			}
		}
	}
}

func TestAllFaultsAtOnce(t *testing.T) {
	_, err := config.Load([]string{
		"KEEPSAKE_LISTEN=0.0.0.0:8080", "KEEPSAKE_PORT=1", "KEEPSAKE_DRAIN=soon", "KEEPSAKE_LOG_KEEP=0", "KEEPSAKE_SIGN_UP=perhaps",
	})
	if err == nil {
		t.Fatal("no error")
	}
	var named []string
	for line := range strings.Lines(err.Error()) {
		name, _, _ := strings.Cut(line, ":")
		named = append(named, strings.TrimPrefix(name, config.Prefix))
	}
	want := []string{"DRAIN", "INTROSPECTION", "LOG_KEEP", "PORT", "PUBLIC_URL", "SECRET", "SIGN_UP"}
	if !slices.Equal(named, want) {
		t.Errorf("faults of %v, want %v:\n%v", named, want, err)
	}
}

func TestUnsafeDefaultsWhereOthersReachIt(t *testing.T) {
	const public = "KEEPSAKE_PUBLIC_URL=https://album.example.com"
	chosen := []string{"KEEPSAKE_INTROSPECTION=true", "KEEPSAKE_DATA=./data"}
	for name, c := range map[string]struct {
		environ []string
		want    string // the variable at fault, or empty
	}{
		"loopback by name":                 {[]string{"KEEPSAKE_LISTEN=localhost:0"}, ""},
		"loopback of IPv6":                 {[]string{"KEEPSAKE_LISTEN=[::1]:0"}, ""},
		"loopback with its own public URL": {[]string{"KEEPSAKE_PUBLIC_URL=http://localhost:8080"}, ""},
		"all set":                          {append(chosen, "KEEPSAKE_LISTEN=:80", public), ""},
		"a secret in place of data":        {[]string{"KEEPSAKE_LISTEN=:80", public, "KEEPSAKE_INTROSPECTION=false", "KEEPSAKE_SECRET=" + digits}, ""},
		"neither secret nor data":          {[]string{"KEEPSAKE_LISTEN=:80", public, "KEEPSAKE_INTROSPECTION=true"}, "KEEPSAKE_SECRET"},
		"no public URL":                    {append(chosen, "KEEPSAKE_LISTEN=192.0.2.1:80"), "KEEPSAKE_PUBLIC_URL"},
		"plain http":                       {append(chosen, "KEEPSAKE_LISTEN=:80", "KEEPSAKE_PUBLIC_URL=http://album.example.com"), "KEEPSAKE_PUBLIC_URL"},
		"plain http, meant so":             {append(chosen, "KEEPSAKE_LISTEN=:80", "KEEPSAKE_PUBLIC_URL=http://album.example.com", "KEEPSAKE_INSECURE=true"), ""},
		"introspection not chosen":         {[]string{"KEEPSAKE_LISTEN=:80", public, "KEEPSAKE_DATA=./data"}, "KEEPSAKE_INTROSPECTION"},
		"behind a proxy on this machine":   {[]string{public, "KEEPSAKE_DATA=./data"}, "KEEPSAKE_INTROSPECTION"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := config.Load(slices.Clone(c.environ))
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want+": ") || strings.Contains(err.Error(), "\n")):
				t.Errorf("error %v, want one of %s", err, c.want)
			}
		})
	}
}

// What the backends' settings may be together; the fault is of one variable.
func TestBackends(t *testing.T) {
	const mongo, redis, secret = "MONGODB_URI=mongodb://localhost/?replicaSet=rs0", "REDIS_URL=redis://localhost", "KEEPSAKE_SECRET="
	for name, c := range map[string]struct {
		environ []string
		want    string // the variable at fault, or empty
	}{
		"MongoDB alone":            {[]string{mongo}, ""},
		"MongoDB and Redis":        {[]string{mongo, redis, secret + digits}, ""},
		"GCS with an HMAC key":     {[]string{"GCS_BUCKET=b", "GCS_HMAC_ID=i", "GCS_HMAC_SECRET=s"}, ""},
		"GCS with a key file":      {[]string{"GCS_BUCKET=b", "GCS_KEY_FILE=f", "GCS_HOST=media.example.com"}, ""},
		"GCS with a signer":        {[]string{"GCS_BUCKET=b", "GCS_SIGNER=a@b.iam.gserviceaccount.com"}, ""},
		"names of others":          {[]string{"REDIS_PORT=tcp://10.0.0.1:6379", "MONGODB_SERVICE_HOST=x"}, ""},
		"another database":         {[]string{"MONGODB_URI=postgres://localhost"}, "MONGODB_URI"},
		"several nodes on SQLite":  {[]string{redis, secret + digits}, "REDIS_URL"},
		"several nodes, no secret": {[]string{mongo, redis}, "KEEPSAKE_SECRET"},
		"no way to sign":           {[]string{"GCS_BUCKET=b"}, "GCS_BUCKET"},
		"two ways to sign":         {[]string{"GCS_BUCKET=b", "GCS_KEY_FILE=f", "GCS_SIGNER=a"}, "GCS_BUCKET"},
		"half an HMAC key":         {[]string{"GCS_BUCKET=b", "GCS_HMAC_ID=i"}, "GCS_HMAC_SECRET"},
		"a host of no bucket":      {[]string{"GCS_HOST=media.example.com"}, "GCS_HOST"},
		"neither yes nor no":       {[]string{mongo, "MONGODB_STANDALONE=maybe"}, "MONGODB_STANDALONE"},
	} {
		_, err := config.Load(c.environ)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want+": ") || strings.Contains(err.Error(), "\n")):
			t.Errorf("%s: error %v, want one of %s", name, err, c.want)
		}
	}
}

func TestBaseURL(t *testing.T) {
	addr := &net.TCPAddr{IP: net.IPv6loopback, Port: 4321}
	if got := (config.Config{}).BaseURL(addr); got != "http://[::1]:4321" {
		t.Errorf("made from the address: %s", got)
	}
	if got := (config.Config{PublicURL: "https://album.example.com"}).BaseURL(addr); got != "https://album.example.com" {
		t.Errorf("configured: %s", got)
	}
}

func TestSecretDoesNotPrint(t *testing.T) {
	c, err := config.Load([]string{"KEEPSAKE_SECRET=" + digits})
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("start", "config", c)
	for _, s := range []string{fmt.Sprint(c), fmt.Sprintf("%#v", c), fmt.Sprintf("%x", c.Secret), log.String()} {
		if strings.Contains(s, "5a5a") || strings.Contains(s, "3561") {
			t.Errorf("printed as %s", s)
		}
	}
}

func TestBytesRoundTrip(t *testing.T) {
	for _, s := range []string{"0", "1023", "1KiB", "1025", "64MiB", "2GiB", "3000GiB"} {
		var b config.Bytes
		if err := b.UnmarshalText([]byte(s)); err != nil || b.String() != s {
			t.Errorf("%s is read as %v, %v", s, b, err)
		}
	}
}

// docs/CONFIGURATION.md has one row a variable, with its default in backquotes
// where it is a fixed value, and names no variable that does not exist.
func TestDocumentation(t *testing.T) {
	b, err := os.ReadFile("../../docs/CONFIGURATION.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	all := config.Variables()
	rows := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([A-Z_]+)` \\| (.*?) \\| .+ \\|$").FindAllStringSubmatch(text, -1) {
		if _, twice := rows[m[1]]; twice {
			t.Errorf("%s has two rows", m[1])
		}
		rows[m[1]] = m[2]
	}
	for name, fixed := range all {
		documented, ok := rows[name]
		switch {
		case !ok:
			t.Errorf("%s has no row", name)
		case fixed != "" && documented != "`"+fixed+"`":
			t.Errorf("the default of %s is %s, documented as %s", name, fixed, documented)
		case fixed == "" && regexp.MustCompile("^`[^`]*`$").MatchString(documented):
			t.Errorf("%s has no fixed default, documented as %s", name, documented)
		}
	}
	for _, name := range regexp.MustCompile("KEEPSAKE_[A-Z_]+[A-Z]").FindAllString(text, -1) {
		if _, ok := all[name]; !ok {
			t.Errorf("%s is documented and does not exist", name)
		}
	}
}

func TestTraceHeaders(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "map[]",
		"a=b":                                "map[a:b]",
		" authorization = Bearer%20x=y , c=": "map[authorization:Bearer x=y c:]",
	} {
		c, err := config.Load([]string{"OTEL_EXPORTER_OTLP_HEADERS=" + text})
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got, err := c.Backends.TraceHeaders(); err != nil || fmt.Sprint(got) != want {
			t.Errorf("%q is read as %v, %v", text, got, err)
		}
	}
}

func TestTrustedProxies(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "[]",
		"none":                       "[]",
		"10.1.2.3/8, 192.0.2.7":      "[10.0.0.0/8 192.0.2.7/32]",
		"2001:db8::/32,fe80::1%eth0": "[2001:db8::/32 fe80::1/128]",
		"::ffff:192.0.2.7":           "[192.0.2.7/32]",
	} {
		c, err := config.Load([]string{"KEEPSAKE_TRUSTED_PROXIES=" + text})
		if err != nil || fmt.Sprint(c.TrustedProxies) != want {
			t.Errorf("%q is read as %v, %v", text, c.TrustedProxies, err)
		}
	}
}
