package config

import (
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// faults holds what is wrong, at most one thing a variable: the first that was
// found, of which others may follow.
type faults map[string]error

func (f faults) add(variable, format string, args ...any) {
	if f[variable] == nil {
		f[variable] = fmt.Errorf("%s: %s", variable, fmt.Sprintf(format, args...))
	}
}

// err joins the faults in the order of their variables' names.
func (f faults) err() error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(f)) {
		errs = append(errs, f[name])
	}
	return errors.Join(errs...)
}

// Variables returns the names of all variables with their defaults; a default
// that hangs on other settings, or is nothing, is empty.
func Variables() map[string]string {
	all := map[string]string{}
	for prefix, settings := range map[string]reflect.Type{Prefix: reflect.TypeFor[Config](), "": reflect.TypeFor[Backends]()} {
		for field := range settings.Fields() {
			if name := field.Tag.Get("env"); name != "" && name != "-" {
				all[prefix+name] = field.Tag.Get("envDefault")
			}
		}
	}
	return all
}

// shapeOf says what a value of the field's type must look like.
func shapeOf(e env.ParseError) string {
	switch e.Type {
	case reflect.TypeFor[time.Duration]():
		return "not a duration: write one such as 20s or 1h30m"
	case reflect.TypeFor[Bytes]():
		return "not a size: write one such as 512KiB, 64MiB or 2GiB"
	case reflect.TypeFor[slog.Level]():
		return "not a level: write debug, info, warn or error"
	case reflect.TypeFor[[]Network]():
		return "not a list of networks: write ones such as 10.0.0.0/8, parted by commas, or none"
	case reflect.TypeFor[bool]():
		return "neither true nor false"
	case reflect.TypeFor[float64]():
		return "not a number"
	case reflect.TypeFor[int]():
		return "not a whole number"
	}
	return "not understood: " + e.Err.Error()
}

// check adds everything that is wrong with the settings.
func (c Config) check(f faults) {
	c.checkPlaces(f)
	c.checkBounds(f)
	c.checkDocuments(f)
	c.checkLists(f)
	c.checkBackends(f)
	c.checkTraces(f)
	if c.Exposed() {
		c.checkExposed(f)
	}
}

func (c Config) checkPlaces(f faults) {
	if c.Data == "" {
		f.add(Prefix+"DATA", "name a directory")
	}
	_, port, err := net.SplitHostPort(c.Listen)
	if _, errPort := strconv.ParseUint(port, 10, 16); err != nil || errPort != nil {
		f.add(Prefix+"LISTEN", "%q is not host:port: write one such as 127.0.0.1:8080 or :8080", c.Listen)
	}
	if _, port, err := net.SplitHostPort(c.MetricsListen); c.MetricsListen != "" && (err != nil || port == "") {
		f.add(Prefix+"METRICS_LISTEN", "%q is not host:port: write one such as 127.0.0.1:9464", c.MetricsListen)
	}
	if c.PprofListen != "" {
		host, port, err := net.SplitHostPort(c.PprofListen)
		if _, errPort := strconv.ParseUint(port, 10, 16); err != nil || errPort != nil || !loopback(host) {
			f.add(Prefix+"PPROF_LISTEN", "%q is not host:port on loopback: write one such as 127.0.0.1:6060", c.PprofListen)
		}
	}
	if c.PublicURL != "" && !isOrigin(c.PublicURL) {
		f.add(Prefix+"PUBLIC_URL", "%q is not an http or https URL of a host alone: write one such as https://album.example.com", c.PublicURL)
	}
	if b, err := hex.DecodeString(string(c.Secret)); c.Secret != "" && (err != nil || len(b) != 32) {
		f.add(Prefix+"SECRET", "it must be 64 hexadecimal digits: make them with openssl rand -hex 32")
	}
	if c.LogFormat != "text" && c.LogFormat != "json" {
		f.add(Prefix+"LOG_FORMAT", "%q is neither text nor json", c.LogFormat)
	}
}

func (c Config) checkBounds(f faults) {
	for name, n := range map[string]int{
		"MAX_CLIENTS": c.MaxClients, "OPEN_RATE": c.OpenRate, "MAX_ARCHIVES": c.MaxArchives,
	} {
		if n < 1 {
			f.add(Prefix+name, "%d is less than 1", n)
		}
	}
	const mostRate = 1_000_000
	for name, n := range map[string]int{
		"RATE_ADDRESS": c.RateAddress, "RATE_USER": c.RateUser, "RATE_MEDIA": c.RateMedia, "MAX_CONCURRENT": c.MaxConcurrent,
		"SIGN_IN_TRIES": c.SignInTries, "SIGN_IN_ADDRESS": c.SignInAddress, "SHARE_TRIES": c.ShareTries, "SIGN_UP_ADDRESS": c.SignUpAddress,
		"ARCHIVE_RATE": c.ArchiveRate, "ARCHIVE_ADDRESS": c.ArchiveAddress,
	} {
		if n < 0 || n > mostRate {
			f.add(Prefix+name, "%d is not a number from 0, for no limit, to %d", n, mostRate)
		}
	}
	if c.Drain < 0 {
		f.add(Prefix+"DRAIN", "%v is negative: write 0s for none", c.Drain)
	}
	if c.Slow < 0 {
		f.add(Prefix+"SLOW", "%v is negative: write 0s to log none", c.Slow)
	}
	for name, d := range map[string]time.Duration{
		"REQUEST_TIMEOUT": c.RequestTimeout,
		"UPLOAD_LIFE":     c.UploadLife,
		"SWEEP_EVERY":     c.SweepEvery,
	} {
		if d <= 0 {
			f.add(Prefix+name, "%v is not more than nothing: write a duration such as 1m", d)
		}
	}
	for name, b := range map[string]Bytes{"MAX_BODY": c.MaxBody, "MAX_PHOTO": c.MaxPhoto, "MAX_VIDEO": c.MaxVideo} {
		if b < 1<<10 {
			f.add(Prefix+name, "%v is too little: write at least 1KiB", b)
		}
	}
	if c.MaxBody > 64<<20 {
		f.add(Prefix+"MAX_BODY", "%v is too much, bodies are held in memory: write at most 64MiB", c.MaxBody)
	}
	if c.Cache > 0 && c.Cache < 1<<20 {
		f.add(Prefix+"CACHE", "%v is too little to be of use: write at least 1MiB, or 0 for none", c.Cache)
	}
	if c.Workers < 0 || c.Workers > 256 {
		f.add(Prefix+"WORKERS", "%d is not a number from 0 to 256", c.Workers)
	}
	if c.WorkerMemory < 64<<20 {
		f.add(Prefix+"WORKER_MEMORY", "%v is too little to make a picture in: write at least 64MiB", c.WorkerMemory)
	}
	if c.LogKeep < 1 {
		f.add(Prefix+"LOG_KEEP", "%d is too little: write at least 1", c.LogKeep)
	}
}

// checkDocuments refuses limits under which nothing passes, and those so large
// that counting up to them is no protection.
func (c Config) checkDocuments(f faults) {
	const most, mostCost = 1_000_000, 1_000_000_000
	for name, n := range map[string]int{
		"MAX_TOKENS": c.MaxTokens, "MAX_OPERATIONS": c.MaxOperations, "MAX_DEPTH": c.MaxDepth, "MAX_ROOT_FIELDS": c.MaxRootFields,
		"MAX_ALIASES": c.MaxAliases, "MAX_DIRECTIVES": c.MaxDirectives, "MAX_FRAGMENTS": c.MaxFragments,
		"MAX_REPEATS": c.MaxRepeats, "MAX_VARIABLES": c.MaxVariables, "MAX_VALUES": c.MaxValues,
	} {
		if n < 1 || n > most {
			f.add(Prefix+name, "%d is not a number from 1 to %d", n, most)
		}
	}
	if c.MaxCost < 1 || c.MaxCost > mostCost {
		f.add(Prefix+"MAX_COST", "%d is not a number from 1 to %d", c.MaxCost, mostCost)
	}
	if c.MaxDocument < 1<<10 || c.MaxDocument > 1<<20 {
		f.add(Prefix+"MAX_DOCUMENT", "%v is not a size from 1KiB to 1MiB", c.MaxDocument)
	}
}

func (c Config) checkLists(f faults) {
	for _, host := range c.AvatarHosts {
		if u, err := url.Parse("https://" + host); host == "" || err != nil || u.Host != host || u.Port() != "" {
			f.add(Prefix+"AVATAR_HOSTS", "%q is not a host: write names such as wx.qlogo.cn, parted by commas, or none", host)
		}
	}
	for _, origin := range c.AllowedOrigins {
		if !isOrigin(origin) {
			f.add(Prefix+"ALLOWED_ORIGINS", "%q is not an origin: write ones such as https://www.example.com, parted by commas, or none", origin)
		}
	}
}

// checkExposed refuses defaults that are only safe on one's own machine.
func (c Config) checkExposed(f faults) {
	const exposed = "others can reach this address"
	if c.Secret == "" && !c.given[Prefix+"DATA"] {
		f.add(Prefix+"SECRET", exposed+": set it (openssl rand -hex 32), or say with %sDATA where the key may be kept", Prefix)
	}
	switch {
	case c.PublicURL == "":
		f.add(Prefix+"PUBLIC_URL", exposed+": say by which URL, such as https://album.example.com")
	case strings.HasPrefix(c.PublicURL, "http:") && !c.Insecure:
		f.add(Prefix+"PUBLIC_URL", "%q would send passwords in the clear: use https, or set %sINSECURE=true on a network you trust",
			c.PublicURL, Prefix)
	}
	if !c.given[Prefix+"INTROSPECTION"] {
		f.add(Prefix+"INTROSPECTION", exposed+": choose true or false")
	}
}

// isOrigin reports whether s is a scheme, a host and perhaps a port, and no more.
func isOrigin(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" &&
		s == u.Scheme+"://"+u.Host
}
