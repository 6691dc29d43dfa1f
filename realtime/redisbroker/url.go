package redisbroker

import (
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// kind is what stands behind a URL.
type kind int

const (
	single   kind = iota
	sentinel      // one master, which sentinels name
	cluster
)

// target is a URL that has been read.
type target struct {
	kind           kind
	tls            bool
	caFile         string   // certificates to trust instead of the system's, or empty
	hosts          []string // host:port; of sentinels, or of some of a cluster's nodes
	user, password string
	master         string // the name that sentinels know the master by

	sentinelUser, sentinelPassword string
}

// CheckURL reports every fault in a URL, in words that repeat nothing of it:
// they may be shown and logged, whatever the password. Options.URL says which
// URLs there are. Nothing is connected.
func CheckURL(s string) error {
	_, err := parseURL(s)
	return err
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

// parseURL reads a URL. net/url knows no lists of hosts, and quotes what it does
// not understand.
func parseURL(s string) (target, error) {
	var t target
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

func (t *target) scheme(s string) bool {
	s, form, _ := strings.Cut(s, "+")
	switch form {
	case "":
		t.kind = single
	case "sentinel":
		t.kind = sentinel
	case "cluster":
		t.kind = cluster
	default:
		return false
	}
	t.tls = s == "rediss"
	return s == "redis" || s == "rediss"
}

func (t *target) credentials(s string, f *faults) {
	user, password, _ := strings.Cut(s, ":")
	var userErr, passwordErr error
	t.user, userErr = url.PathUnescape(user)
	t.password, passwordErr = url.PathUnescape(password)
	if userErr != nil || passwordErr != nil {
		f.add("the user or the password has a % that no two hexadecimal digits follow: write %25")
	}
	if t.user != "" && t.password == "" {
		f.add("there is a user without a password; a password alone is written as :password@")
	}
}

func (t *target) readHosts(s string, f *faults) {
	port := "6379"
	if t.kind == sentinel {
		port = "26379"
	}
	hosts := strings.Split(s, ",")
	switch {
	case len(hosts) > maxHosts:
		f.add("there are more than " + strconv.Itoa(maxHosts) + " hosts")
		return
	case t.kind == single && len(hosts) > 1:
		f.add("there are several hosts: that needs redis+sentinel:// or redis+cluster://")
	}
	for i, h := range hosts {
		host, ok := hostPort(h, port)
		if !ok {
			f.add("host " + strconv.Itoa(i+1) + " is not a name or an address with a port from 1 to 65535")
		}
		t.hosts = append(t.hosts, host)
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
func (t *target) readPath(s string, f *faults) {
	db := s
	if t.kind == sentinel {
		var master string
		var err error
		master, db, _ = strings.Cut(s, "/")
		if t.master, err = url.PathUnescape(master); err != nil || master == "" {
			f.add("the name of the master is missing: redis+sentinel://host:26379/mymaster")
		}
	}
	if db != "" && db != "0" {
		f.add("behind the hosts only database 0 may stand, for all databases of a server share its channels: tell installations apart by the prefix")
	}
}

func (t *target) readQuery(s string, f *faults) {
	if s == "" {
		return
	}
	values, err := url.ParseQuery(s)
	if err != nil {
		f.add("what follows the ? is not a list of name=value")
		return
	}
	known := map[string]*string{}
	if t.tls {
		known["ca_file"] = &t.caFile
	}
	if t.kind == sentinel {
		known["sentinel_user"], known["sentinel_password"] = &t.sentinelUser, &t.sentinelPassword
	}
	for name, v := range values {
		to := known[name]
		if to == nil || len(v) != 1 || v[0] == "" {
			f.add("a parameter is unknown, empty or there twice: there are ca_file with rediss, and sentinel_user and sentinel_password with sentinels")
			return
		}
		*to = v[0]
	}
	if t.sentinelUser != "" && t.sentinelPassword == "" {
		f.add("there is sentinel_user without sentinel_password")
	}
}
