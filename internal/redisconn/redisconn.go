// Package redisconn reads the URLs of Redis that operators write, and opens what
// they name. Rediss instead of redis means TLS:
//
//	redis://[[user]:password@]host[:6379]
//	redis+sentinel://[[user]:password@]host[:26379][,host...]/master
//	redis+cluster://[[user]:password@]host[:6379][,host...]
//
// Special characters of a password are written as %XX. With TLS, ?ca_file=/path
// names a PEM file of certificates to trust instead of the system's. Sentinels
// that ask for a password of their own get ?sentinel_password=, and
// sentinel_user=. Only /0 may follow the hosts.
package redisconn

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
)

// TLSConfig returns how connections are secured, or nil where they are not. It
// has no server name yet. The error says what is wrong with the certificates.
func (t Target) TLSConfig() (*tls.Config, error) {
	if !t.TLS {
		return nil, nil //nolint:nilnil // nil is what go-redis takes for none
	}
	roots, err := trusted(t.CAFile)
	if err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}, nil
}

// trusted returns the certificates in a file, or the system's, which take longer
// to load than a connection may take.
func trusted(file string) (*x509.CertPool, error) {
	if file == "" {
		roots, err := x509.SystemCertPool()
		if err != nil {
			return nil, fmt.Errorf("load the system's certificates: %w", err)
		}
		return roots, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read ca_file of the Redis URL: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("ca_file of the Redis URL holds no certificate: %s", file)
	}
	return roots, nil
}

// Open returns a client with a pool of connections, for commands that answer at
// once. Each connection is made when it is needed; nothing is connected here.
// Timeout bounds each step: to get a connection, to make one, to write, to read;
// a context that ends before ends the command. Nothing is sent twice, but for
// what a node of a cluster sends elsewhere. The caller closes the client.
func (t Target) Open(name string, timeout time.Duration) (redis.UniversalClient, error) {
	config, err := t.TLSConfig()
	if err != nil {
		return nil, err
	}
	logging.Disable() // the library's own log says nothing that is not in the errors
	o := &redis.UniversalOptions{
		Addrs: t.Hosts, MasterName: t.Master, SentinelUsername: t.SentinelUser, SentinelPassword: t.SentinelPassword,
		ClientName: name, Username: t.User, Password: t.Password, TLSConfig: config,
		DialTimeout: timeout, ReadTimeout: timeout, WriteTimeout: timeout, PoolTimeout: timeout, ContextTimeoutEnabled: true,
		MaxRetries: -1, DialerRetries: 1, ConnMaxIdleTime: time.Minute, Protocol: 2, DisableIdentity: true,
	}
	switch t.Kind {
	case Sentinel:
		return redis.NewFailoverClient(o.Failover()), nil
	case Cluster:
		return redis.NewClusterClient(o.Cluster()), nil
	default:
		return redis.NewClient(o.Simple()), nil
	}
}
