package main

import (
	"strings"
	"testing"

	"keepsake/internal/config"
	"keepsake/internal/testenv/gcsserver"
)

func TestCommands(t *testing.T) {
	t.Parallel()
	gcs, err := gcsserver.Start(gcsserver.Options{})
	must(t, err)
	t.Cleanup(func() { must(t, gcs.Close()) })
	bucket := []string{
		"GCS_BUCKET=" + gcs.Bucket, "GCS_ENDPOINT=" + gcs.URL, "GCS_HMAC_ID=" + gcs.AccessID, "GCS_HMAC_SECRET=" + gcs.Secret,
		"KEEPSAKE_PUBLIC_URL=http://localhost:8080",
	}
	for _, c := range []struct {
		name string
		env  []string
		args []string
		says string // the output, or with a leading '!' the error
	}{
		{"the first time", bucket, []string{"bucket-setup"}, "were set"},
		{"again", bucket, []string{"bucket-setup"}, "were right already"},
		{"without a bucket", nil, []string{"bucket-setup"}, "!set GCS_BUCKET"},
		{"a command that is none", nil, []string{"server"}, "!bucket-setup"},
	} {
		cfg, err := config.Load(c.env)
		must(t, err)
		var out strings.Builder
		err = runCommand(t.Context(), cfg, c.args, &out)
		says, fails := strings.CutPrefix(c.says, "!")
		if fails != (err != nil) || fails && !strings.Contains(err.Error(), says) || !fails && !strings.Contains(out.String(), says) {
			t.Errorf("%s: %q, %v", c.name, out.String(), err)
		}
	}
}
