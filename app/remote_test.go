package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestKeyIsFoundWhereAWSToolsLookForIt(t *testing.T) {
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION"} {
		t.Setenv(name, "")
		os.Unsetenv(name) // Setenv brings back what was there
	}
	data := t.TempDir()
	s := serve(t, "--data", data, "--access-key-id", "AKIDGOOD", "--secret-access-key", "good", "--log-level", "error")
	shared := filepath.Join(t.TempDir(), "credentials")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", shared)
	if err := os.WriteFile(shared, []byte("[default]\naws_access_key_id=AKIDBAD\naws_secret_access_key=bad\n\n[good]\naws_access_key_id = AKIDGOOD\naws_secret_access_key = good\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ args, says, env string }{
		{"--profile good", "404", ""},
		{"", "403", ""}, // the default profile's key is another server's
		{"--profile none", "no access key of the profile none", ""},
		{"--access-key-id AKIDGOOD --secret-access-key good", "404", ""},
		{"", "404", "AKIDGOOD good"},
		{"--profile good", "404", "AKIDBAD bad"},
		{"--access-key-id AKIDGOOD --secret-access-key good", "404", "AKIDBAD bad"},
	} {
		if id, secret, ok := strings.Cut(tt.env, " "); ok {
			t.Setenv("AWS_ACCESS_KEY_ID", id)
			t.Setenv("AWS_SECRET_ACCESS_KEY", secret)
		}
		args := append([]string{"cases", "export", filepath.Join(t.TempDir(), "x"), "--domain-id", "none", "--endpoint", s.url, "--data", t.TempDir()}, strings.Fields(tt.args)...)
		code, _, errs := run(t, args...)
		if code != 1 || !strings.Contains(errs, tt.says) {
			t.Errorf("%s, with %q in the environment: %d %s", tt.args, tt.env, code, errs)
		}
	}
}
