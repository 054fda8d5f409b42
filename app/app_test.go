package app_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/casestream/casestream/app"
)

// run runs a command line to its end.
func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = app.Main(t.Context(), args, strings.NewReader(""), &out, &err)
	return code, out.String(), err.String()
}

func TestDemoShowsEveryEvent(t *testing.T) {
	code, out, errs := run(t, "demo")
	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, errs)
	}
	for _, want := range []string{
		"[1/5]", "[5/5]", `"eventType": "CASE.CREATED"`, `"eventType": "CASE.UPDATED"`, `"eventType": "RELATED_ITEM.CREATED"`,
		`"eventType": "CASE.DELETED"`, `"comment": {`, `"contactArn"`, "5 changes, 5 events", "From UpdateCase to ReceiveMessage",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the demo does not show %q", want)
		}
	}
}

func TestVersionNamesTheProgram(t *testing.T) {
	if code, out, _ := run(t, "version"); code != 0 || !strings.HasPrefix(out, "casestream ") {
		t.Errorf("%d %q", code, out)
	}
}

func TestWrongCallsAreRefused(t *testing.T) {
	for _, c := range []struct {
		args string
		code int
		says string
	}{
		{"", 2, "expected one of"},
		{"nonsense", 2, "unexpected argument"},
		{"serve --no-such-flag", 2, "unknown flag"},
		{"serve --account=1", 1, "12 digits"},
		{"serve --region=nowhere", 1, "not an AWS Region"},
		{"serve --listen=0.0.0.0:0", 1, "--tls-cert"},
		{"serve --listen=0.0.0.0:0 --dev", 1, "loopback"},
		{"serve --listen=nonsense", 1, "--listen"},
		{"serve --access-key-id=AKIA", 1, "go together"},
		{"serve --store=mysql:x", 1, "sqlite:PATH or postgres:DSN"},
		{"serve --ephemeral --store=sqlite:x", 1, "takes no --store"},
		{"serve --cases-quota=cases=1", 1, "the names are domains, fields-per-domain"},
		{"serve --cases-quota=domains=0", 1, "at least 1"},
		{"serve --cases-quota=domains=x", 2, "cases-quota"},
		{"serve --events-quota=domains=1", 1, "--events-quota: there is no \"domains\"; the names are event-buses, rules-per-bus, wildcard-rules-per-bus, targets-per-rule, archives, active-replays"},
		{"serve --remote-aws-endpoint=x=http://a", 1, "--remote-aws-endpoint=x=http://a: before the = want an account"},
		{"serve --remote-aws-endpoint=444455556666=nonsense", 1, "nonsense is not a URL"},
		{"serve --remote-aws-profile=x=y", 1, "--remote-aws-profile=x=y: before the = want an account"},
		{"simulate --endpoint=nonsense", 1, "want a URL, or aws"},
		{"simulate --connections=0", 1, "at least 1"},
		{"simulate --customers=-1", 1, "--customers: at least 1"},
		{"simulate --rate=NaN", 1, "want 0 or more"},
		{"simulate --region=nowhere", 1, "not an AWS Region"},
		{"cases export x", 2, "--domain-id"},
		{"cases import no-such-file --domain-id=d --access-key-id=x", 1, "go together"},
		{"serve --debug-listen=0.0.0.0:1", 1, "--debug-listen"},
	} {
		args := strings.Fields(c.args)
		if len(args) > 0 && args[0] == "serve" && !strings.Contains(c.args, "--listen=") {
			args = append(args, "--listen=127.0.0.1:0")
		}
		if len(args) > 0 && args[0] == "serve" {
			args = append(args, "--data="+t.TempDir())
		}
		code, _, errs := run(t, args...)
		if code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("casestream %s: exit code %d, want %d; %q, want %q", c.args, code, c.code, errs, c.says)
		}
	}
}

// served is a server that a test runs through the command line.
type served struct {
	url  string
	stop func() (code int, log string)
}

// serve starts a server and waits until it is ready.
func serve(t *testing.T, args ...string) served {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var log lockedBuffer
	ended := make(chan int, 1)
	go func() {
		ended <- app.Main(ctx, append([]string{"serve", "--listen", addr}, args...), strings.NewReader(""), io.Discard, &log)
	}()
	s := served{url: "http://" + addr, stop: sync.OnceValues(func() (int, string) {
		cancel()
		return <-ended, log.String()
	})}
	t.Cleanup(func() { s.stop() })
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		if status, _ := get(t, s.url+"/readyz"); status == http.StatusOK {
			return s
		}
		select {
		case code := <-ended:
			t.Fatalf("the server ended with %d:\n%s", code, log.String())
		case <-time.After(2 * time.Millisecond): // polls: the server has no other way to tell
		}
	}
	t.Fatalf("not ready:\n%s", log.String())
	return s
}

// lockedBuffer is a buffer that a server writes and a test reads.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write appends.
func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String gives what was written.
func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// get fetches a page; 0 when nobody answers.
func get(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		return 0, ""
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestServerStartsAnswersAndStops(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s := serve(t, "--data", dir)
	for path, want := range map[string]string{"/livez": "ok", "/version": "casestream", "/metrics": "casestream_"} {
		if status, body := get(t, s.url+path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d %q", path, status, body)
		}
	}
	code, log := s.stop()
	if code != 0 {
		t.Errorf("exit code %d", code)
	}
	key := regexp.MustCompile(`AWS_ACCESS_KEY_ID=(AKIA\w{16})`).FindStringSubmatch(log)
	if key == nil || !strings.Contains(log, "casestream env --listen") {
		t.Fatalf("the first run does not print its key and the next command:\n%s", log)
	}
	code, out, errs := run(t, "env", "--data", dir, "--region", "eu-west-2")
	if code != 0 || !strings.Contains(out, "export AWS_ACCESS_KEY_ID="+key[1]) || !strings.Contains(out, "AWS_REGION=eu-west-2") || !strings.Contains(out, "AWS_ENDPOINT_URL=http://127.0.0.1:4566") {
		t.Errorf("env: %d %s %s", code, out, errs)
	}
	// The second run takes the same key and does not print it again.
	_, log = serve(t, "--data", dir).stop()
	if strings.Contains(log, "AWS_SECRET_ACCESS_KEY") {
		t.Errorf("the second run prints the secret:\n%s", log)
	}
}

func TestEnvSurvivesTheShell(t *testing.T) {
	const secret = `it's $(exit 1) "odd" \\ & more`
	code, out, errs := run(t, "env", "--access-key-id", "AKIAEXAMPLE", "--secret-access-key", secret)
	if code != 0 {
		t.Fatal(errs)
	}
	got, err := exec.Command("sh", "-c", `eval "$1"; printf %s "$AWS_SECRET_ACCESS_KEY"`, "sh", out).Output()
	if err != nil || string(got) != secret {
		t.Errorf("a shell reads %q, %v", got, err)
	}
}

// firstLines is what a server says until it serves. Then it is stopped.
type firstLines struct {
	strings.Builder
	stop context.CancelFunc
}

// Write takes a line.
func (f *firstLines) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("msg=serving")) {
		f.stop()
	}
	return f.Builder.Write(line)
}

func TestCommandThatAServerPrintsFindsIt(t *testing.T) {
	for _, flags := range []string{
		"--listen=127.0.0.1:0",
		"--listen=127.0.0.1:0 --dev",
		"--listen=127.0.0.1:0 --region=eu-west-1",
		"--listen=127.0.0.1:0 --access-key-id=AKIAEXAMPLE --secret-access-key=s",
		"--listen=:0 --insecure-http",
	} {
		ctx, stop := context.WithCancel(t.Context())
		said := firstLines{stop: stop}
		app.Main(ctx, append(strings.Fields("serve "+flags), "--data", t.TempDir()), strings.NewReader(""), io.Discard, &said)
		_, command, _ := strings.Cut(said.String(), `eval "$(casestream `)
		command, _, _ = strings.Cut(command, `)"`)
		words, err := exec.Command("sh", "-c", "printf '%s\\n' "+command).Output()
		if err != nil {
			t.Fatal(err)
		}
		code, out, errs := run(t, strings.Split(strings.TrimSpace(string(words)), "\n")...)
		if code != 0 || !strings.Contains(out, "AWS_ENDPOINT_URL=http://127.0.0.1:") {
			t.Errorf("%s: casestream %s: %d %s %s", flags, command, code, out, errs)
		}
	}
}

func TestFirstRunLeavesOnlyTheKeyItself(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a folder's name")
	_, log := serve(t, "--data", dir).stop()
	if !strings.Contains(log, ` --data '`+strings.ReplaceAll(dir, "'", `'\''`)+`'`) {
		t.Errorf("a shell cannot read the next command:\n%s", log)
	}
	found, err := filepath.Glob(filepath.Join(dir, "credentials*"))
	if err != nil || len(found) != 1 {
		t.Fatalf("found %v, %v", found, err)
	}
	if info, err := os.Stat(found[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestSecondServerOnTheSameDataIsRefused(t *testing.T) {
	dir := t.TempDir()
	serve(t, "--data", dir)
	code, _, errs := run(t, "serve", "--listen", "127.0.0.1:0", "--data", dir)
	if code != 1 || !strings.Contains(errs, "held by another process") {
		t.Errorf("%d %s", code, errs)
	}
}

func TestKeyThatOthersMayReadIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "credentials"), []byte("[default]\naws_access_key_id = a\naws_secret_access_key = b\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := run(t, "env", "--data", dir); code != 1 || !strings.Contains(errs, "chmod 600") {
		t.Errorf("%d %s", code, errs)
	}
	if code, _, errs := run(t, "env", "--data", t.TempDir()); code != 1 || !strings.Contains(errs, "first run") {
		t.Errorf("%d %s", code, errs)
	}
}

func TestEphemeralServerLeavesNothingBehind(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	s := serve(t, "--ephemeral")
	if left, _ := os.ReadDir(tmp); len(left) != 1 {
		t.Errorf("%d entries in the temporary folder while it runs", len(left))
	}
	if code, log := s.stop(); code != 0 || !strings.Contains(log, "export AWS_SECRET_ACCESS_KEY=") {
		t.Errorf("%d %s", code, log)
	}
	if left, _ := os.ReadDir(tmp); len(left) != 0 {
		t.Errorf("it left %v", left)
	}
}

func TestRequestRatesAndQuotasReachTheirRooms(t *testing.T) {
	s := serve(t, "--ephemeral", "--dev", "--aws-request-rates", "--cases-quota", "domains=2,fields-per-domain=7", "--events-quota", "rules-per-bus=3")
	codes := make(map[int]int)
	for i := range 20 { // 5 at once, and time for some more may pass
		resp, err := http.Post(s.url+"/domains", "application/json", strings.NewReader(`{"name":"d`+strconv.Itoa(i)+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		codes[resp.StatusCode]++
	}
	if codes[http.StatusOK] != 2 || codes[http.StatusPaymentRequired] < 3 || codes[http.StatusTooManyRequests] < 1 {
		t.Errorf("20 calls of CreateDomain: %v", codes)
	}
	clear(codes)
	for i := range 5 {
		body := `{"Name":"r` + strconv.Itoa(i) + `","EventPattern":"{\"source\":[\"s\"]}"}`
		req, err := http.NewRequest(http.MethodPost, s.url, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-amz-json-1.1")
		req.Header.Set("X-Amz-Target", "AWSEvents.PutRule")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		codes[resp.StatusCode]++
	}
	if codes[http.StatusOK] != 3 || codes[http.StatusBadRequest] != 2 {
		t.Errorf("5 calls of PutRule where 3 are allowed: %v", codes)
	}
}
