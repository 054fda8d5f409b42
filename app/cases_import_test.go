package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/client"
	"github.com/casestream/casestream/client/transfer"
)

// TestImportIsResumedAfterEveryRequest interrupts an import at each of its requests, before and after the server
// has done it; cleanly, as ^C does, and with the position as it was on the disk, as a power cut leaves it.
func TestImportIsResumedAfterEveryRequest(t *testing.T) {
	l := newLand(t)
	source := l.domain()
	l.furnish(source)
	file := l.export(source)
	want := meaning(t, file)
	for _, after := range []bool{false, true} {
		for at := int64(1); ; at++ {
			to, cut := l.domain(), after == (at%2 == 0) // each request meets a clean end and a power cut
			if !l.interrupted(to, file, at, after, cut) {
				break
			}
			if d := cmp.Diff(want, meaning(t, l.export(to))); d != "" {
				t.Fatalf("interrupted at request %d, after %v, power cut %v: %s", at, after, cut, d)
			}
			if at > 500 {
				t.Fatal("the import does not end")
			}
		}
	}
}

// interrupted imports a file with an interruption, and then the rest. It says whether the interruption came.
func (l *land) interrupted(to *transfer.Domain, file string, at int64, after, cut bool) bool {
	l.Helper()
	state := filepath.Join(l.TempDir(), "position")
	ctx, cancel := context.WithCancel(l.Context())
	defer cancel()
	var saved []byte
	m := transfer.Import{File: file, State: state, Connections: 2}
	m.To = (&breaker{at: at, after: after, then: func() {
		saved, _ = os.ReadFile(state) // none: the power was cut before the first position
		cancel()
	}}).through(to)
	err := m.Run(ctx)
	if err == nil {
		return false
	}
	if !errors.Is(err, context.Canceled) && !errors.Is(err, errBroken) {
		l.Fatal(err)
	}
	switch {
	case !cut:
	case saved == nil:
		err = os.RemoveAll(state)
	default:
		err = os.WriteFile(state, saved, 0o600)
	}
	if cut && err != nil {
		l.Fatal(err)
	}
	m.To = to
	if err := m.Run(l.Context()); err != nil {
		l.Fatalf("request %d, after %v, power cut %v: %v", at, after, cut, err)
	}
	return true
}

// forerunner is a connection on which a request of an earlier run is carried out just before this run's same one.
type forerunner struct{}

// RoundTrip sends a request that makes or deletes a part of the configuration twice.
func (forerunner) RoundTrip(r *http.Request) (*http.Response, error) {
	switch part := r.URL.Path[strings.LastIndex(r.URL.Path, "/"):]; {
	case r.Method == http.MethodPost && slices.Contains([]string{"/fields", "/layouts", "/case-rules", "/templates"}, part), r.Method == http.MethodDelete:
		body, err := r.GetBody()
		if err != nil {
			return nil, err
		}
		first := r.Clone(r.Context())
		first.Body = body
		resp, err := http.DefaultTransport.RoundTrip(first)
		if err != nil {
			return nil, err
		}
		resp.Body.Close()
	}
	return http.DefaultTransport.RoundTrip(r)
}

func TestImportFindsWhatAnEarlierRunMadeBehindItsLook(t *testing.T) {
	l := newLand(t)
	source := l.domain()
	l.furnish(source)
	file := l.export(source)
	to := l.domain()
	c := *to.Client
	c.HTTP = &http.Client{Transport: forerunner{}}
	m := transfer.Import{File: file, State: filepath.Join(t.TempDir(), "position"), Connections: 2}
	m.To = &transfer.Domain{Client: &c, ID: to.ID}
	if err := m.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(meaning(t, file), meaning(t, l.export(to))); d != "" {
		t.Error(d)
	}
}

func TestImportOutlivesABadConnection(t *testing.T) {
	l := newLand(t)
	source := l.domain()
	l.furnish(source)
	file := l.export(source)
	want := meaning(t, file)
	to := l.domain()
	m := transfer.Import{File: file, State: filepath.Join(t.TempDir(), "position"), Connections: 2}
	runs := 0
	for err := errBroken; err != nil; runs++ {
		m.To = (&breaker{at: 7, every: true, after: true}).through(to)
		if err = m.Run(t.Context()); err != nil && !errors.Is(err, errBroken) {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff(want, meaning(t, l.export(to))); d != "" {
		t.Errorf("after %d runs: %s", runs, d)
	}
}

func TestBrokenLineStopsTheImportWithItsNumber(t *testing.T) {
	l := newLand(t)
	for text, says := range map[string]string{
		"\n{\"type\":\"case\"": "line 2: unexpected",
		`{"type":"case","caseId":"c","templateId":"t","fields":[]}`: "line 1: no line before this one tells of the template t",
		`{"type":"field","fieldId":"f","name":"Colour","fieldType":"Text","namespace":"Custom"}` + "\n" +
			`{"type":"field","fieldId":"g","name":"Colour","fieldType":"Number","namespace":"Custom"}`: `line 2: the domain has a field "Colour" of type Text`,
	} {
		file := filepath.Join(t.TempDir(), "broken.jsonl")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		code, _, errs := run(t, "cases", "import", file, "--domain-id", l.domain().ID, "--endpoint", l.url, "--access-key-id", "x", "--secret-access-key", "x")
		if code != 1 || !strings.Contains(errs, says) {
			t.Errorf("%s: %d %s", text, code, errs)
		}
	}
}

// small writes a file with one case, whose first related item is refused when its ARN is nonsense.
func small(t *testing.T, contact string) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "cases.jsonl")
	lines := `{"type":"template","templateId":"t","name":"T","status":"Active"}
{"type":"field","fieldId":"title","name":"Title","fieldType":"Text","namespace":"System"}
{"type":"field","fieldId":"customer_id","name":"Customer","fieldType":"Text","namespace":"System"}
{"type":"case","caseId":"c","templateId":"t","fields":[{"id":"title","value":{"stringValue":"x"}},{"id":"customer_id","value":{"stringValue":"` + customer + `"}}],` +
		`"relatedItems":[{"relatedItemId":"1","type":"Contact","content":{"contact":{"contactArn":"` + contact + `"}}},{"relatedItemId":"2","type":"Comment","content":{"comment":{"body":"y","contentType":"Text/Plain"}}}]}`
	if err := os.WriteFile(file, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestFileThatComesTwiceMakesNothingTwice(t *testing.T) {
	l := newLand(t)
	file, to := small(t, "arn:aws:connect:us-east-1:111122223333:instance/i/contact/c"), l.domain()
	var want []string
	for k := range 2 {
		m := transfer.Import{To: to, File: file, State: fmt.Sprint(file, k), Connections: 2}
		if err := m.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := meaning(t, l.export(to))
		if k > 0 {
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		}
		want = got
	}
	lines, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := filepath.Join(t.TempDir(), "later.jsonl")
	if err := os.WriteFile(changed, bytes.Replace(lines, []byte(`"stringValue":"x"`), []byte(`"stringValue":"another"`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	m := transfer.Import{To: to, File: changed, State: changed + ".position", Connections: 2}
	if err := m.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "line 4: the case c was imported before") {
		t.Errorf("a case that has changed: %v", err)
	}
}

func TestMapIsNotWrittenOverWhatIsNotItsOwn(t *testing.T) {
	l := newLand(t)
	file, to := small(t, "nonsense"), l.domain()
	maps := filepath.Join(t.TempDir(), "map.jsonl")
	m := transfer.Import{To: to, File: file, State: file + ".position", Map: file, Connections: 1}
	if err := m.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Fatalf("the file is its own map: %v", err)
	}
	m.Map = maps
	if err := m.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "related item 1") {
		t.Fatal(err)
	}
	m.LeaveOut = true
	if err := m.Run(t.Context()); err != nil { // goes on with the map that it has begun
		t.Fatal(err)
	}
	want, err := os.ReadFile(maps)
	if err != nil || !strings.HasPrefix(string(want), `{"caseId":"c","newCaseId":`) {
		t.Fatalf("%s %v", want, err)
	}
	m.To, m.State, m.Connections = l.domain(), file+".other", 1
	if err := m.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Errorf("a map was written over: %v", err)
	}
	if got, err := os.ReadFile(maps); err != nil || string(got) != string(want) {
		t.Errorf("%s %v", got, err)
	}
}

func TestRefusedItemsMayBeLeftOut(t *testing.T) {
	l := newLand(t)
	file := small(t, "nonsense")
	args := []string{"cases", "import", file, "--domain-id", l.domain().ID, "--endpoint", l.url, "--access-key-id", "x", "--secret-access-key", "x"}
	if code, _, errs := run(t, args...); code != 1 || !strings.Contains(errs, "line 4: related item 1") {
		t.Fatalf("%d %s", code, errs)
	}
	if code, _, errs := run(t, append(args, "--leave-out")...); code != 0 || !strings.Contains(errs, "line 4: left out: the Contact 1") || !strings.Contains(errs, "1 related items") {
		t.Errorf("%d %s", code, errs)
	}
}

// ended is a connection on which the key ends when the first related item is made.
type ended struct{}

// RoundTrip sends a request.
func (ended) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/related-items/") {
		return http.DefaultTransport.RoundTrip(r)
	}
	answer := httptest.NewRecorder()
	answer.Header().Set("X-Amzn-Errortype", "ExpiredTokenException")
	answer.WriteHeader(http.StatusForbidden)
	return answer.Result(), nil
}

func TestKeyThatEndsLeavesNoItemOut(t *testing.T) {
	l := newLand(t)
	to := l.domain()
	c := *to.Client
	c.HTTP = &http.Client{Transport: ended{}}
	m := transfer.Import{
		To: &transfer.Domain{Client: &c, ID: to.ID}, State: filepath.Join(t.TempDir(), "position"), Connections: 1,
		File: small(t, "arn:aws:connect:us-east-1:111122223333:instance/i/contact/c"), LeaveOut: true,
	}
	if err := m.Run(t.Context()); client.Code(err) != "ExpiredTokenException" {
		t.Errorf("the import ended with %v", err)
	}
}
