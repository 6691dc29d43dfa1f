package deploy

import (
	"testing"
	"time"

	"google.golang.org/api/run/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// cloudRunGrace is how long Cloud Run waits from SIGTERM to SIGKILL.
const cloudRunGrace = 10 * time.Second

func TestCloudRun(t *testing.T) {
	var service run.Service
	decode(t, "service.yaml", read(t, "deploy/cloudrun/service.yaml"), &service)
	revision := service.Spec.Template
	c := revision.Spec.Containers[0]

	env := map[string]string{}
	for _, e := range c.Env {
		env[e.Name] = e.Value
		if e.ValueFrom != nil {
			env[e.Name] = secrets[e.Name]
			if e.ValueFrom.SecretKeyRef == nil || secrets[e.Name] == "" {
				t.Errorf("%s comes from nowhere", e.Name)
			}
		} else if secrets[e.Name] != "" {
			t.Errorf("%s is a secret, and stands in the file", e.Name)
		}
	}
	cfg := load(t, env)
	if cfg.Drain >= cloudRunGrace {
		t.Errorf("it is killed after %v, and drains for %v", cloudRunGrace, cfg.Drain)
	}
	if cfg.Listen != ":8080" || c.Ports[0].ContainerPort != 8080 {
		t.Errorf("it listens on %s, and %d is named", cfg.Listen, c.Ports[0].ContainerPort)
	}
	if cfg.Backends.GCSSigner != revision.Spec.ServiceAccountName {
		t.Errorf("%s signs, and it runs as %s", cfg.Backends.GCSSigner, revision.Spec.ServiceAccountName)
	}
	if revision.Spec.TimeoutSeconds != 3600 {
		t.Errorf("sockets are cut after %d s", revision.Spec.TimeoutSeconds)
	}
	if revision.Metadata.Annotations["run.googleapis.com/cpu-throttling"] != "false" {
		t.Error("what it does between requests would stand still")
	}
	limit := resource.MustParse(c.Resources.Limits["memory"])
	checkMemory(t, env["GOMEMLIMIT"], cfg, limit.Value())
}
