package gateway_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/casestream/casestream/base/obs"
	"github.com/casestream/casestream/gateway"
)

func TestProbesNeedNoSignature(t *testing.T) {
	var broken error
	h := door(func(c *gateway.Config) { c.Ready = func(context.Context) error { return broken } })
	get := func(path string) (int, string) {
		w := request{method: "GET", target: path}.send(h)
		return w.Code, w.Body.String()
	}
	for _, tt := range []struct {
		path, want string
		err        error
		status     int
	}{
		{"/livez", "ok\n", nil, 200},
		{"/readyz", "ok\n", nil, 200},
		{"/readyz", "the disk is full\n", errors.New("the disk is full"), 503},
		{"/livez", "ok\n", errors.New("the disk is full"), 200},
		{"/version", "{\"version\":\"1.2.3\"}\n", nil, 200},
	} {
		broken = tt.err
		if code, body := get(tt.path); code != tt.status || body != tt.want {
			t.Errorf("%s: %d %q", tt.path, code, body)
		}
	}
	request{service: "cases", target: "/domains/d"}.send(h)
	if _, body := get("/metrics"); !strings.Contains(body, `casestream_http_request_duration_seconds_count{op="connectcases:GetDomain",code="OK"} 1`) {
		t.Errorf("metrics: %s", body)
	}
}

func TestOneLineTellsOfARequest(t *testing.T) {
	var out bytes.Buffer
	metrics := obs.NewRegistry()
	h := door(func(c *gateway.Config) {
		c.Log = slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
		c.Metrics = metrics
	})
	tests := []struct {
		target string
		want   []string
	}{
		{"/domains/d", []string{"level=DEBUG", "msg=request", "service=connectcases", "operation=GetDomain", "code=OK", "status=200", "dur=", "request_id=", "principal=" + user.ARN}},
		{"/missing", []string{"level=INFO", "code=ResourceNotFoundException", "status=404"}},
		{"/nothing", []string{"level=INFO", "status=501"}},
		{"/internal", []string{"level=ERROR", "status=500", `err="the cause"`}},
		{"/panic", []string{"level=ERROR", "status=500", `err="panic: oops"`, "stack="}},
	}
	for _, tt := range tests {
		out.Reset()
		request{service: "cases", target: tt.target}.send(h)
		for _, want := range tt.want {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: no %s in %s", tt.target, want, out.String())
			}
		}
		if n := strings.Count(out.String(), "\n"); n != 1 {
			t.Errorf("%s: %d lines", tt.target, n)
		}
		if strings.Contains(out.String(), creds.SecretKey) {
			t.Errorf("%s: the log holds the secret", tt.target)
		}
	}
	var text strings.Builder
	if err := metrics.Write(t.Context(), &text); err != nil || !strings.Contains(text.String(), "casestream_panics_total 1\n") {
		t.Errorf("%v %s", err, text.String())
	}
}
