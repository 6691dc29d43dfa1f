package redisbroker_test

import (
	"io"
	"os"
	"testing"

	"go.uber.org/goleak"

	"keepsake/internal/testenv/redisserver"
	"keepsake/realtime"
	"keepsake/realtime/brokertest"
	"keepsake/realtime/redisbroker"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// closeLater closes c when the test ends.
func closeLater(t testing.TB, c io.Closer) {
	t.Helper()
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
}

// startServer runs a server of the test's own.
func startServer(t testing.TB, args ...string) *redisserver.Server {
	t.Helper()
	s, err := redisserver.Start(args...)
	if err != nil {
		t.Fatal(err)
	}
	closeLater(t, s)
	return s
}

func startCluster(t testing.TB, nodes int) *redisserver.Cluster {
	t.Helper()
	c, err := redisserver.StartCluster(nodes)
	if err != nil {
		t.Fatal(err)
	}
	closeLater(t, c)
	return c
}

// anyURL is the server of REDIS_URL, or else one of the test's own.
func anyURL(t testing.TB) string {
	if url := os.Getenv("REDIS_URL"); url != "" {
		return url
	}
	return startServer(t).URL()
}

func open(t testing.TB, o redisbroker.Options) *redisbroker.Broker {
	t.Helper()
	b, err := redisbroker.Open(t.Context(), o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	closeLater(t, b)
	return b
}

// nodesOn makes brokers at a URL for the suite.
func nodesOn(url string) brokertest.NewNodes {
	return func(t *testing.T, n int) []realtime.Broker {
		nodes := make([]realtime.Broker, n)
		for i := range nodes {
			nodes[i] = open(t, redisbroker.Options{URL: url})
		}
		return nodes
	}
}

func TestContract(t *testing.T) { brokertest.Run(t, nodesOn(anyURL(t))) }

func TestContractOnCluster(t *testing.T) { brokertest.Run(t, nodesOn(startCluster(t, 3).URL())) }
