package archtest

// module is the path that all of our own packages begin with.
const module = "keepsake"

// row says what the packages that match pkg may import. Patterns are paths
// below the module, "." for its root; "x/..." is x and everything below it, and
// "..." is everything.
type row struct {
	pkg  string
	own  []string // packages of ours
	libs []string // modules of others, and drivers in the standard library
}

// anyLib in libs allows every module that is not a driver.
const anyLib = "any but drivers"

// rules is the direction of imports: server, resolvers, service, then store,
// realtime, media and wechat, then album. The first row that matches a package
// is its own. Test files may also import what testRules adds.
var rules = []row{
	{pkg: ".", own: []string{"..."}, libs: []string{anyLib}},
	{pkg: "album"},

	{pkg: "store", own: []string{"album"}},
	{pkg: "store/storetest", own: []string{"album", "store"}, libs: testLibs},
	{pkg: "store/sqlitestore/...", own: []string{"album", "store", "store/sqlitestore/..."}, libs: []string{
		"database/sql", "modernc.org/sqlite", "github.com/pressly/goose/v3", "golang.org/x/sync",
	}},
	{pkg: "store/mongostore/...", own: []string{"album", "store", "store/mongostore/..."}, libs: []string{
		"go.mongodb.org/mongo-driver/v2", "golang.org/x/sync",
	}},

	{pkg: "realtime", own: []string{"album", "internal/safeguard"}, libs: []string{"golang.org/x/sync"}},
	{pkg: "realtime/transport", own: []string{"album", "internal/intake"}, libs: []string{"github.com/gorilla/websocket", "golang.org/x/time"}},
	{pkg: "realtime/brokertest", own: []string{"album", "realtime"}, libs: testLibs},
	{pkg: "realtime/membroker", own: []string{"album", "realtime"}},
	{pkg: "realtime/redisbroker", own: []string{"album", "realtime", "internal/redisconn"}, libs: []string{
		"github.com/redis/go-redis/v9", "golang.org/x/sync",
	}},

	{pkg: "media", own: []string{"album"}, libs: []string{
		"github.com/bep/imagemeta", "github.com/gabriel-vasile/mimetype", "golang.org/x/image", "golang.org/x/sync",
	}},
	{pkg: "media/render", own: []string{"album", "media", "media/render/heif"}, libs: []string{
		"github.com/buckket/go-blurhash", "golang.org/x/image", "golang.org/x/sys",
	}},
	{pkg: "media/render/heif", libs: []string{"github.com/tetratelabs/wazero"}},
	{pkg: "media/render/rendertest"},
	{pkg: "media/render/rendertest/child", own: []string{"media/render"}},
	{pkg: "media/mediatest", own: []string{"album", "media"}, libs: testLibs},
	{pkg: "media/diskmedia", own: []string{"album", "media"}, libs: []string{"golang.org/x/sync", "golang.org/x/sys"}},
	{pkg: "media/gcsmedia", own: []string{"album", "media"}, libs: []string{
		"cloud.google.com/go/storage", "google.golang.org/api", "github.com/googleapis/gax-go/v2",
		"github.com/hashicorp/golang-lru/v2", "golang.org/x/sync",
	}},

	{pkg: "ratelimit"},
	{pkg: "ratelimit/limittest", own: []string{"ratelimit"}, libs: testLibs},
	{pkg: "ratelimit/memlimit", own: []string{"ratelimit"}},
	{pkg: "ratelimit/leaselimit", own: []string{"ratelimit"}, libs: []string{"github.com/hashicorp/golang-lru/v2"}},
	{pkg: "ratelimit/redislimit", own: []string{"ratelimit", "internal/redisconn"}, libs: []string{"github.com/redis/go-redis/v9"}},

	{pkg: "wechat", own: []string{"album"}, libs: []string{"golang.org/x/sync"}},

	{pkg: "internal/intake"},
	{pkg: "internal/redisconn", libs: []string{"github.com/redis/go-redis/v9"}},
	{pkg: "internal/testenv/redisserver", libs: []string{"github.com/redis/go-redis/v9"}},
	{pkg: "internal/testenv/mongoserver", libs: []string{"go.mongodb.org/mongo-driver/v2"}},
	{pkg: "internal/migrate", own: []string{"album", "store", "media"}, libs: []string{"golang.org/x/sync"}},
	{pkg: "internal/...", own: []string{"album", "internal/..."}, libs: []string{anyLib}},
	{pkg: "service/...", own: []string{"album", "store", "realtime", "media", "media/render", "wechat", "internal/...", "service/..."}, libs: []string{anyLib}},
	// media and realtime for the values that service hands on: tickets, signed URLs, streams.
	{pkg: "graph/plan", libs: []string{"github.com/99designs/gqlgen", "github.com/vektah/gqlparser/v2"}},
	{pkg: "graph/guard", own: []string{"album", "graph/plan"}, libs: []string{"github.com/99designs/gqlgen", "github.com/vektah/gqlparser/v2"}},
	{pkg: "graph/...", own: []string{"album", "media", "graph/..."}, libs: []string{anyLib}},
	{pkg: "resolvers/...", own: []string{"album", "media", "realtime", "service/...", "graph/...", "internal/...", "resolvers/..."}, libs: []string{anyLib}},
	{pkg: "live", own: []string{"album", "realtime/...", "service/...", "resolvers/...", "internal/..."}, libs: []string{anyLib}},
	{pkg: "web"},

	// A client like any other: what it knows of the server it knows from outside.
	{pkg: "demo", own: []string{"internal/client", "internal/launch"}},
	{pkg: "deploy", own: []string{"internal/config"}, libs: []string{anyLib, "google.golang.org/api"}},
	{pkg: "tools/generate", libs: []string{anyLib}},
	{pkg: "bench/...", own: []string{"..."}, libs: []string{anyLib, "database/sql", "modernc.org/sqlite", "go.mongodb.org/mongo-driver/v2"}},
}

// testLibs are modules that tests and suites may use anywhere.
var testLibs = []string{
	"github.com/google/go-cmp", "github.com/oklog/ulid/v2", "go.uber.org/goleak", "golang.org/x/sync",
}

// testRules is what test files may import beyond their package's row: the
// suites of their own contract, and above the contracts the backends, since
// what stands on a contract is tested on a real one.
var testRules = []row{
	{pkg: "store/...", own: []string{"store/storetest", "internal/id", "internal/testenv/mongoserver", "internal/testenv/proxy"}},
	// The hub is tested on a real broker.
	{pkg: "realtime/...", own: []string{"realtime/brokertest", "realtime/membroker", "internal/id", "internal/testenv/redisserver"}},
	{pkg: "ratelimit/...", own: []string{"ratelimit/limittest", "ratelimit/memlimit", "internal/testenv/redisserver"}},
	{pkg: "media/...", own: []string{"media/mediatest", "media/render/rendertest", "internal/id", "internal/testenv/gcsserver"}},
	{pkg: "internal/testenv/gcsserver", libs: []string{"cloud.google.com/go/storage", "google.golang.org/api"}},
	{pkg: "internal/migrate", own: append([]string{
		"store/storetest", "internal/testenv/mongoserver", "internal/testenv/gcsserver",
	}, backends...)},
	// Large albums are written straight into the store.
	{pkg: "internal/browsertest", own: []string{"store", "store/sqlitestore"}},
	// The log that clients are held against is the store's own.
	{pkg: "internal/chaos", own: []string{"store/mongostore"}},
	{pkg: "graph/guard", own: []string{"graph/..."}}, // on the real schema
	// With the errors and the answers that clients get.
	{pkg: "graph/plan", own: []string{"album", "graph/...", "resolvers"}},
	{pkg: "service/...", own: backends},
	{pkg: "resolvers/...", own: append([]string{"store"}, backends...)},
}

// backends implement a contract. Beside tests, only package main at the root
// and the programs in bench import them.
var backends = []string{
	"store/sqlitestore", "store/mongostore",
	"realtime/membroker", "realtime/redisbroker",
	"media/diskmedia", "media/gcsmedia",
	"ratelimit/memlimit", "ratelimit/redislimit",
}

// drivers speak to a database, a broker or a bucket. A row must name the one
// that it may import.
var drivers = []string{
	"database/sql",
	"modernc.org/sqlite",
	"github.com/mattn/go-sqlite3",
	"github.com/pressly/goose",
	"go.mongodb.org",
	"github.com/redis",
	"cloud.google.com/go",
	"google.golang.org/api",
	"github.com/aws",
	"github.com/minio",
	"github.com/tencentyun",
}

// neverImported are programs: nothing imports them but their own parts.
var neverImported = []string{"bench/...", "demo"}

// generatedHomes is where generated code lies, and where all code is generated.
// Elsewhere the header would exempt hand-written code from the rules.
var generatedHomes = []string{"graph/generated/", "graph/model/models_gen.go"}

// maxLines is the longest hand-written file.
const maxLines = 500
