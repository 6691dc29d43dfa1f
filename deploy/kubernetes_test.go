package deploy

import (
	"fmt"
	"maps"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// manifests are the objects of deploy/kubernetes, one of each kind.
type manifests struct {
	namespace  corev1.Namespace
	account    corev1.ServiceAccount
	settings   corev1.ConfigMap
	deployment appsv1.Deployment
	service    corev1.Service
	budget     policyv1.PodDisruptionBudget
	autoscaler autoscalingv2.HorizontalPodAutoscaler
}

// readManifests reads the files that kustomization.yaml names, each of which
// must be there, and of which none may be forgotten.
func readManifests(t *testing.T) *manifests {
	const dir = "deploy/kubernetes/"
	var listed struct {
		metav1.TypeMeta `json:",inline"`
		Namespace       string
		Resources       []string
		Images          []struct{ Name, NewName, NewTag string }
	}
	decode(t, "kustomization.yaml", read(t, dir+"kustomization.yaml"), &listed)
	files, err := os.ReadDir("../" + dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(listed.Resources)+1 {
		t.Errorf("%d files, of which %d are listed", len(files), len(listed.Resources))
	}
	m := &manifests{}
	kinds := map[string]any{
		"Namespace": &m.namespace, "ServiceAccount": &m.account, "ConfigMap": &m.settings, "Deployment": &m.deployment,
		"Service": &m.service, "PodDisruptionBudget": &m.budget, "HorizontalPodAutoscaler": &m.autoscaler,
	}
	kind := regexp.MustCompile(`(?m)^kind: (\w+)$`)
	for _, name := range listed.Resources {
		for text := range strings.SplitSeq(read(t, path.Join(dir, name)), "\n---\n") {
			found := kind.FindStringSubmatch(text)
			if found == nil || kinds[found[1]] == nil {
				t.Fatalf("%s: %q is no kind of ours, or comes twice", name, found)
			}
			decode(t, name, text, kinds[found[1]])
			delete(kinds, found[1])
		}
	}
	if len(kinds) > 0 {
		t.Errorf("there is no %v", kinds)
	}
	if m.namespace.Name != listed.Namespace {
		t.Errorf("the namespace is %q and %q", m.namespace.Name, listed.Namespace)
	}
	return m
}

func TestKubernetes(t *testing.T) {
	m := readManifests(t)
	pod := m.deployment.Spec.Template.Spec
	c := pod.Containers[0]

	env := map[string]string{}
	maps.Copy(env, m.settings.Data)
	maps.Copy(env, secrets)
	cfg := load(t, env)
	var stopped time.Duration
	if c.Lifecycle != nil && c.Lifecycle.PreStop != nil && c.Lifecycle.PreStop.Sleep != nil {
		stopped = time.Duration(c.Lifecycle.PreStop.Sleep.Seconds) * time.Second
	}
	if grace := time.Duration(*pod.TerminationGracePeriodSeconds) * time.Second; stopped == 0 || grace <= stopped+cfg.Drain {
		t.Errorf("it is killed after %v, waits %v and drains for %v", grace, stopped, cfg.Drain)
	}
	checkMemory(t, c.Env[0].Value, cfg, c.Resources.Limits.Memory().Value())
	if c.LivenessProbe.HTTPGet.Path != "/healthz" || c.ReadinessProbe.HTTPGet.Path != "/readyz" {
		t.Error("a database that is away would restart every pod, or leave it in service")
	}
	if metrics := c.Ports[1]; metrics.Name != "metrics" || cfg.MetricsListen != fmt.Sprintf(":%d", metrics.ContainerPort) {
		t.Errorf("metrics are at %s, and %v is named", cfg.MetricsListen, metrics)
	}
	if port := ":" + "8080"; cfg.Listen != port || c.Ports[0].ContainerPort != 8080 {
		t.Errorf("it listens on %s, and %d is named", cfg.Listen, c.Ports[0].ContainerPort)
	}
	if *c.SecurityContext.AllowPrivilegeEscalation || !*c.SecurityContext.ReadOnlyRootFilesystem || !*pod.SecurityContext.RunAsNonRoot ||
		*pod.AutomountServiceAccountToken || c.SecurityContext.Capabilities.Drop[0] != "ALL" ||
		pod.SecurityContext.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault {
		t.Error("it may do more than it must")
	}

	labels := m.deployment.Spec.Template.Labels
	for what, selector := range map[string]map[string]string{
		"the deployment": m.deployment.Spec.Selector.MatchLabels,
		"the service":    m.service.Spec.Selector,
		"the budget":     m.budget.Spec.Selector.MatchLabels,
		"the spread":     pod.TopologySpreadConstraints[0].LabelSelector.MatchLabels,
	} {
		if len(selector) == 0 || !maps.Equal(selector, labels) {
			t.Errorf("%s selects %v, the pods have %v", what, selector, labels)
		}
	}
	if ref := m.autoscaler.Spec.ScaleTargetRef; ref.Kind != m.deployment.Kind || ref.Name != m.deployment.Name || m.deployment.Spec.Replicas != nil {
		t.Errorf("the autoscaler is for %s %s", ref.Kind, ref.Name)
	}
	if c.EnvFrom[0].ConfigMapRef.Name != m.settings.Name || pod.ServiceAccountName != m.account.Name ||
		m.service.Spec.Ports[0].TargetPort.StrVal != c.Ports[0].Name {
		t.Error("a name is not that of the other object")
	}
	if *m.autoscaler.Spec.MinReplicas < 2 {
		t.Error("one pod alone cannot be moved without an outage")
	}
}
