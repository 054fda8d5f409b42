package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/casestream/casestream/client"
	"github.com/casestream/casestream/wire/sigv4"
)

func TestSecretKeyIsKeptForItsOwnerOnly(t *testing.T) {
	dir := t.TempDir()
	serve(t, "--data", dir)
	info, err := os.Stat(filepath.Join(dir, "secret-key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatal(info, err)
	}
}

func TestLostSecretKeyIsAskedForAndNotReplaced(t *testing.T) {
	dir := t.TempDir()
	s := serve(t, "--data", dir, "--dev")
	c := client.Client{Base: s.url, Region: "us-east-1", Key: sigv4.Credentials{AccessKeyID: "a", SecretKey: "b"}}
	err := c.JSON(t.Context(), "events", "1.1", "AWSEvents.CreateConnection", client.Object{
		"Name": "c", "AuthorizationType": "API_KEY",
		"AuthParameters": client.Object{"ApiKeyAuthParameters": client.Object{"ApiKeyName": "k", "ApiKeyValue": "v"}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.stop()
	key := filepath.Join(dir, "secret-key")
	if err := os.Rename(key, key+".kept"); err != nil {
		t.Fatal(err)
	}
	code, _, errs := run(t, "serve", "--listen=127.0.0.1:0", "--data", dir)
	if _, err := os.Stat(key); code != 1 || !strings.Contains(errs, key+" is missing") || !os.IsNotExist(err) {
		t.Errorf("%d %s; another key: %v", code, errs, err)
	}
	if err := os.Rename(key+".kept", key); err != nil {
		t.Fatal(err)
	}
	serve(t, "--data", dir)
}

func TestSecretKeyThatCannotServeIsRefused(t *testing.T) {
	for name, row := range map[string]struct {
		text string
		mode os.FileMode
		says string
	}{
		"open to others": {"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", 0o644, "chmod 600"},
		"too short":      {"AAAA\n", 0o600, "32 bytes"},
		"not base64":     {"?\n", 0o600, "base64"},
		"missing":        {"", 0, "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "key")
			if row.mode != 0 {
				if err := os.WriteFile(path, []byte(row.text), row.mode); err != nil {
					t.Fatal(err)
				}
			}
			code, _, errs := run(t, "serve", "--listen=127.0.0.1:0", "--data", t.TempDir(), "--secret-key-file", path)
			if code != 1 || !strings.Contains(errs, row.says) {
				t.Errorf("%d %s", code, errs)
			}
		})
	}
}
