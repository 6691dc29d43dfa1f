package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
)

func TestFailedStepIsNamed(t *testing.T) {
	var out bytes.Buffer
	played := 0
	good := func(context.Context, *story) error { played++; return nil }
	bad := func(context.Context, *story) error { return errors.New("it rained") }
	err := play(t.Context(), &teller{out: &out}, &story{}, []step{{"Sun", good}, {"Picnic", bad}, {"Home", good}})
	if err == nil || err.Error() != `step 2, "Picnic", failed: it rained` {
		t.Errorf("error %v", err)
	}
	if played != 1 {
		t.Errorf("%d good steps were played, want the one before", played)
	}
	if text := out.String(); !strings.Contains(text, " 2  Picnic\n    ✗ failed after ") || strings.Contains(text, "Home") {
		t.Errorf("told:\n%s", text)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	err := play(ctx, &teller{out: &bytes.Buffer{}}, &story{}, []step{{"Picnic", func(ctx context.Context, _ *story) error {
		cancel()
		return ctx.Err()
	}}})
	if err == nil || err.Error() != `step 1, "Picnic", failed: interrupted` {
		t.Errorf("error %v", err)
	}
}

// The checks of the story can fail.
func TestChecks(t *testing.T) {
	photo := file{name: "a.jpg", contentType: "image/jpeg", content: []byte("x")}
	whole := medium{Status: "READY", FileName: "a.jpg", ContentType: "image/jpeg", Bytes: 1, SHA256: photo.sha256(), Width: 1, Height: 1}
	if err := photo.check(whole); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*medium){
		"status": func(m *medium) { m.Status = "PENDING" },
		"bytes":  func(m *medium) { m.Bytes = 2 },
		"sum":    func(m *medium) { m.SHA256 = "" },
		"size":   func(m *medium) { m.Width = 0 },
	} {
		m := whole
		spoil(&m)
		if photo.check(m) == nil {
			t.Errorf("a medium with a wrong %s passes", name)
		}
	}
	photo.takenAt = "2020-01-01T00:00:00Z"
	if photo.check(whole) == nil {
		t.Error("a medium without its time passes")
	}
	if refused("it", nil, "NOT_FOUND") == nil || refused("it", errors.New("no route"), "NOT_FOUND") == nil {
		t.Error("what was not refused passes")
	}
}
