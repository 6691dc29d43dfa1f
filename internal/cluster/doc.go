// Package cluster runs several Keepsake servers as one service on this machine,
// for tests: processes of their own that share a database, a Redis and a bucket,
// behind a balancer.
//
//   - balancer.go is the balancer;
//   - node.go is one server, which can be killed, drained and started again;
//   - links.go are the proxies that its connections may go through;
//   - cluster.go starts everything.
package cluster
