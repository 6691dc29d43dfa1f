package cluster

import (
	"errors"
	"fmt"
	"net/url"

	"keepsake/internal/testenv/proxy"
)

// Links are the proxies that a node's connections go through.
type Links struct{ Clients, Mongo, Redis *proxy.Proxy }

// start starts the proxies and returns what is to be used in place of what it is
// given: the node's address, and the URLs of its database and its Redis.
func (l *Links) start(addr, mongo, redis string) (front, mongoURI, redisURL string, err error) {
	if l.Clients, err = proxy.Start(addr); err != nil {
		return "", "", "", err
	}
	toMongo, err := url.Parse(mongo)
	if err != nil {
		return "", "", "", fmt.Errorf("a database of one server can be behind a proxy: %w", err)
	}
	if l.Mongo, err = proxy.Start(toMongo.Host); err != nil {
		return "", "", "", err
	}
	// Else the driver goes where the server says it is, past the proxy.
	toMongo.Host, toMongo.RawQuery = l.Mongo.Addr, "directConnection=true"
	toRedis, err := url.Parse(redis)
	if err != nil {
		return "", "", "", err
	}
	if l.Redis, err = proxy.Start(toRedis.Host); err != nil {
		return "", "", "", err
	}
	toRedis.Host = l.Redis.Addr
	return l.Clients.Addr, toMongo.String(), toRedis.String(), nil
}

// all returns those that were started.
func (l *Links) all() (all []*proxy.Proxy) {
	for _, p := range []*proxy.Proxy{l.Clients, l.Mongo, l.Redis} {
		if p != nil {
			all = append(all, p)
		}
	}
	return all
}

// BlackHole takes the node off the network, until Heal.
func (l *Links) BlackHole() (err error) {
	for _, p := range l.all() {
		err = errors.Join(err, p.BlackHole())
	}
	return err
}

// Heal ends what was broken.
func (l *Links) Heal() (err error) {
	for _, p := range l.all() {
		err = errors.Join(err, p.Heal())
	}
	return err
}

func (l *Links) close() error {
	for _, p := range l.all() {
		p.Close()
	}
	return nil
}
