package redisconn

import (
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// Kind is what stands behind a URL.
type Kind int

// The kinds.
const (
	Single   Kind = iota
	Sentinel      // one master, which sentinels name
	Cluster
)

// Target is a URL that has been read.
type Target struct {
	Kind           Kind
	TLS            bool
	CAFile         string   // certificates to trust instead of the system's, or empty
	Hosts          []string // host:port; of sentinels, or of some of a cluster's nodes
	User, Password string
	Master         string // the name that sentinels know the master by

	SentinelUser, SentinelPassword string
}

// maxHosts bounds the list in a URL; the nodes of a cluster name the others.
const maxHosts = 64

// faults gathers what is wrong. As a misplaced character makes a password look
// like any other part, no fault quotes the URL.
type faults []string

func (f *faults) add(fault string) { *f = append(*f, fault) }

func (f *faults) err() error {
	if len(*f) == 0 {
		return nil
	}
	return errors.New("the Redis URL is not valid: " + strings.Join(*f, "; "))
}

// Parse reads a URL, which are those of the package's comment. The error names
// every fault in words that repeat nothing of the URL: they may be shown and
// logged, whatever the password. Nothing is connected. net/url knows no lists of
// hosts, and quotes what it does not understand.
func Parse(s string) (Target, error) {
	var t Target
	var f faults
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		f.add("it does not begin with a scheme such as redis://")
		return t, f.err()
	}
	if !t.scheme(strings.ToLower(scheme)) {
		f.add("the scheme is none of redis, redis+sentinel, redis+cluster, and with TLS rediss, rediss+sentinel, rediss+cluster")
	}
	rest, fragment, hasFragment := strings.Cut(rest, "#")
	rest, query, hasQuery := strings.Cut(rest, "?")
	authority, path, hasPath := strings.Cut(rest, "/")
	if strings.Contains(path+query+fragment, "@") && (hasFragment || hasQuery || hasPath) {
		f.add("there is an @ behind the hosts: write special characters of the password as /: %2F, ?: %3F, #: %23, @: %40")
	} else if hasFragment {
		f.add("there is a # in it: in a password write %23")
	}
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		t.credentials(authority[:at], &f)
		authority = authority[at+1:]
	}
	t.readHosts(authority, &f)
	t.readPath(path, &f)
	t.readQuery(query, &f)
	return t, f.err()
}

func (t *Target) scheme(s string) bool {
	s, form, _ := strings.Cut(s, "+")
	switch form {
	case "":
		t.Kind = Single
	case "sentinel":
		t.Kind = Sentinel
	case "cluster":
		t.Kind = Cluster
	default:
		return false
	}
	t.TLS = s == "rediss"
	return s == "redis" || s == "rediss"
}

func (t *Target) credentials(s string, f *faults) {
	user, password, _ := strings.Cut(s, ":")
	var userErr, passwordErr error
	t.User, userErr = url.PathUnescape(user)
	t.Password, passwordErr = url.PathUnescape(password)
	if userErr != nil || passwordErr != nil {
		f.add("the user or the password has a % that no two hexadecimal digits follow: write %25")
	}
	if t.User != "" && t.Password == "" {
		f.add("there is a user without a password; a password alone is written as :password@")
	}
}

func (t *Target) readHosts(s string, f *faults) {
	port := "6379"
	if t.Kind == Sentinel {
		port = "26379"
	}
	hosts := strings.Split(s, ",")
	switch {
	case len(hosts) > maxHosts:
		f.add("there are more than " + strconv.Itoa(maxHosts) + " hosts")
		return
	case t.Kind == Single && len(hosts) > 1:
		f.add("there are several hosts: that needs redis+sentinel:// or redis+cluster://")
	}
	for i, h := range hosts {
		host, ok := hostPort(h, port)
		if !ok {
			f.add("host " + strconv.Itoa(i+1) + " is not a name or an address with a port from 1 to 65535")
		}
		t.Hosts = append(t.Hosts, host)
	}
}

// hostPort completes a host with the usual port.
func hostPort(s, port string) (string, bool) {
	host := s
	bracketed := strings.HasPrefix(s, "[")
	if i := strings.LastIndexByte(s, ':'); i > strings.LastIndexByte(s, ']') {
		host, port = s[:i], s[i+1:]
	}
	if bracketed {
		host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
		if ip, _, _ := strings.Cut(host, "%"); net.ParseIP(ip) == nil {
			return "", false
		}
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 || host == "" || !bracketed && strings.ContainsAny(host, ":[]@%\\ \t\r\n") {
		return "", false
	}
	return net.JoinHostPort(host, strconv.FormatUint(n, 10)), true
}

// readPath takes the name of the master, and the number of a database, which
// can only be 0: messages know no databases.
func (t *Target) readPath(s string, f *faults) {
	db := s
	if t.Kind == Sentinel {
		var master string
		var err error
		master, db, _ = strings.Cut(s, "/")
		if t.Master, err = url.PathUnescape(master); err != nil || master == "" {
			f.add("the name of the master is missing: redis+sentinel://host:26379/mymaster")
		}
	}
	if db != "" && db != "0" {
		f.add("behind the hosts only database 0 may stand, for all databases of a server share its channels: tell installations apart by the prefix")
	}
}

func (t *Target) readQuery(s string, f *faults) {
	if s == "" {
		return
	}
	values, err := url.ParseQuery(s)
	if err != nil {
		f.add("what follows the ? is not a list of name=value")
		return
	}
	known := map[string]*string{}
	if t.TLS {
		known["ca_file"] = &t.CAFile
	}
	if t.Kind == Sentinel {
		known["sentinel_user"], known["sentinel_password"] = &t.SentinelUser, &t.SentinelPassword
	}
	for name, v := range values {
		to := known[name]
		if to == nil || len(v) != 1 || v[0] == "" {
			f.add("a parameter is unknown, empty or there twice: there are ca_file with rediss, and sentinel_user and sentinel_password with sentinels")
			return
		}
		*to = v[0]
	}
	if t.SentinelUser != "" && t.SentinelPassword == "" {
		f.add("there is sentinel_user without sentinel_password")
	}
}
