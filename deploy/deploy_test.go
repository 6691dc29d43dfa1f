package deploy

import (
	"maps"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/yaml"

	"keepsake/internal/config"
)

// secrets are what operators set, by the names that docs/DEPLOY.md gives them.
var secrets = map[string]string{
	"KEEPSAKE_SECRET": strings.Repeat("5a", 32),
	"MONGODB_URI":     "mongodb+srv://user:password@cluster.example.com/keepsake",
	"REDIS_URL":       "rediss://:password@redis.example.com:6380",
	"GCS_HMAC_ID":     "GOOG1EXAMPLE",
	"GCS_HMAC_SECRET": "example",
}

// read reads a file below the root of the project.
func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("../" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// decode reads YAML into a value, and takes no field that the value has not.
func decode(t *testing.T, name, text string, into any) {
	t.Helper()
	if err := yaml.UnmarshalStrict([]byte(text), into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// load reads settings as Keepsake would in our image, which must take them, and
// must run on all three engines.
func load(t *testing.T, env map[string]string) config.Config {
	t.Helper()
	all := imageEnv(t)
	maps.Copy(all, env)
	var environ []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		environ = append(environ, name+"="+all[name])
	}
	cfg, err := config.Load(environ)
	if err != nil {
		t.Fatalf("Keepsake would not start:\n%v", err)
	}
	if b := cfg.Backends; b.MongoURI == "" || b.RedisURL == "" || b.GCSBucket == "" {
		t.Errorf("it would run on embedded backends: %+v", b)
	}
	return cfg
}

// imageEnv returns the variables that the image sets.
func imageEnv(t *testing.T) map[string]string {
	t.Helper()
	_, last, found := strings.Cut(read(t, "Dockerfile"), "\nFROM gcr.io/")
	if !found {
		t.Fatal("the Dockerfile has no last stage")
	}
	env := map[string]string{}
	for _, line := range regexp.MustCompile(`(?m)^ENV (.*)$`).FindAllStringSubmatch(last, -1) {
		for _, pair := range strings.Fields(line[1]) {
			name, value, _ := strings.Cut(pair, "=")
			env[name] = value
		}
	}
	return env
}

// checkMemory holds GOMEMLIMIT against what the limit of the container leaves
// beside the processes that make pictures and a video: below it, and not by more
// than a third.
func checkMemory(t *testing.T, goLimit string, cfg config.Config, limit int64) {
	t.Helper()
	limit -= int64(cfg.WorkerMemory) * int64(cfg.Workers+2) // ffmpeg takes twice that
	soft, err := resource.ParseQuantity(strings.TrimSuffix(goLimit, "B"))
	if err != nil {
		t.Fatalf("GOMEMLIMIT %q: %v", goLimit, err)
	}
	if share := float64(soft.Value()) / float64(limit); math.Abs(share-0.8) > 0.1 {
		t.Errorf("GOMEMLIMIT is %.2f of the memory that the container leaves to the server", share)
	}
}
