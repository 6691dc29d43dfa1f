package deploy

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// loadCompose reads compose.yaml as docker compose does.
func loadCompose(t *testing.T, env map[string]string) (*types.Project, error) {
	return loader.LoadWithContext(t.Context(), types.ConfigDetails{
		WorkingDir: "..", Environment: env,
		ConfigFiles: []types.ConfigFile{{Filename: "compose.yaml", Content: []byte(read(t, "compose.yaml"))}},
	})
}

func TestCompose(t *testing.T) {
	if _, err := loadCompose(t, nil); err == nil || !strings.Contains(err.Error(), "KEEPSAKE_SECRET") {
		t.Errorf("without a secret: %v", err)
	}
	project, err := loadCompose(t, map[string]string{"KEEPSAKE_SECRET": secrets["KEEPSAKE_SECRET"]})
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range project.Services {
		t.Run(name, func(t *testing.T) { checkService(t, s) })
	}
	if !project.Networks["back"].Internal {
		t.Error("the network of the database leads outside")
	}

	s := project.Services["keepsake"]
	env := map[string]string{}
	for name, value := range s.Environment {
		env[name] = *value
	}
	cfg := load(t, env)
	if s.StopGracePeriod == nil || time.Duration(*s.StopGracePeriod) <= cfg.Drain {
		t.Errorf("it is killed after %v, and drains for %v", s.StopGracePeriod, cfg.Drain)
	}
	checkMemory(t, env["GOMEMLIMIT"], cfg, int64(s.Deploy.Resources.Limits.MemoryBytes))
	for on := range s.DependsOn {
		if s.DependsOn[on].Condition != types.ServiceConditionHealthy {
			t.Errorf("it does not wait for %s", on)
		}
	}
	for _, name := range []string{"mongo", "redis"} {
		if s := project.Services[name]; len(s.Ports) > 0 || len(s.Networks) != 1 {
			t.Errorf("%s, which asks for no password, can be reached from elsewhere", name)
		}
	}
}

// checkService holds a container to what all must be: closed up, limited, looked
// after, and reachable from this machine alone.
func checkService(t *testing.T, s types.ServiceConfig) {
	user := strings.Split(s.User, ":")[0]
	if root := user == "0" || user == "root" || user == "" && s.Build == nil; root { // our image has its own
		t.Errorf("it runs as %q", s.User)
	}
	if !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) || len(s.CapAdd) > 0 || s.Privileged ||
		!slices.Contains(s.SecurityOpt, "no-new-privileges:true") {
		t.Error("it may do more than it must")
	}
	if s.HealthCheck == nil || len(s.HealthCheck.Test) == 0 || s.HealthCheck.Disable {
		t.Error("nobody looks after its health")
	}
	if s.Deploy == nil || s.Deploy.Resources.Limits == nil || s.Deploy.Resources.Limits.MemoryBytes == 0 ||
		s.Deploy.Resources.Limits.NanoCPUs == 0 || s.Deploy.Resources.Limits.Pids == 0 {
		t.Error("it is not limited")
	}
	for _, p := range s.Ports {
		if p.HostIP != "127.0.0.1" {
			t.Errorf("its port %s is open to everybody", p.Published)
		}
	}
	if s.Build == nil && !strings.Contains(s.Image, ":") {
		t.Errorf("image %s has no version", s.Image)
	}
}
