package simulate_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/client"
	"github.com/casestream/casestream/client/simulate"
)

// world is a world that no server knows.
func world() *simulate.World {
	w := &simulate.World{
		DomainID: "d", InstanceARN: "arn:aws:connect:us-east-1:111122223333:instance/i",
		Fields: map[string]string{}, Templates: map[string]string{}, Customers: simulate.FakeCustomers("us-east-1", "111122223333", 500),
	}
	for i, f := range simulate.Fields() {
		w.Fields[f.Name] = fmt.Sprintf("field-%d", i)
	}
	for i, t := range simulate.Templates() {
		w.Templates[t.Name] = fmt.Sprintf("template-%d", i)
	}
	return w
}

// recorder is a server that answers every request and keeps it, by case. The ids that it gives are made of what
// they are for, so that they do not depend on the order in which workers come.
type recorder struct {
	mu    sync.Mutex
	cases map[string][]string
	fail  func(call string) int // a status to fail with, 0 for none
}

// ServeHTTP answers.
func (rec *recorder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	call := r.Method + " " + r.URL.Path + " " + string(body)
	sum := sha256.Sum256([]byte(call))
	id := hex.EncodeToString(sum[:8])
	rec.mu.Lock()
	defer rec.mu.Unlock()
	if rec.fail != nil {
		if status := rec.fail(call); status != 0 {
			w.WriteHeader(status)
			return
		}
	}
	of := id
	if parts := strings.Split(r.URL.Path, "/"); len(parts) > 4 {
		of = parts[4]
	}
	rec.cases[of] = append(rec.cases[of], call)
	fmt.Fprintf(w, `{"caseId":%q,"relatedItemId":%q}`, id, fmt.Sprint(id, len(rec.cases[of])))
}

// live runs a simulation against a recorder and gives what each case went through and what each worker did.
func live(t *testing.T, c simulate.Config) (cases map[string][]string, workers map[int][]string) {
	t.Helper()
	rec := &recorder{cases: make(map[string][]string)}
	srv := httptest.NewServer(rec)
	defer srv.Close()
	c.Client = &client.Client{Base: srv.URL, Region: "us-east-1"}
	s := simulate.New(c)
	s.World = world()
	workers = make(map[int][]string)
	var mu sync.Mutex
	err := s.Run(t.Context(), func(ch simulate.Change) error {
		mu.Lock()
		defer mu.Unlock()
		workers[ch.Worker] = append(workers[ch.Worker], fmt.Sprint(ch.Case, " ", ch.CaseID, " ", ch.Operation))
		return ch.Err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rec.cases, workers
}

func TestSameSeedSendsTheSameRequests(t *testing.T) {
	c := simulate.Config{Seed: 7, Cases: 60, Connections: 3}
	cases, workers := live(t, c)
	again, workersAgain := live(t, c)
	if d := cmp.Diff(cases, again); d != "" {
		t.Error("the cases went through something else:", d)
	}
	if d := cmp.Diff(workers, workersAgain); d != "" {
		t.Error("the workers did something else:", d)
	}
	if len(cases) != 60 || len(workers) != 3 {
		t.Errorf("%d cases, %d workers", len(cases), len(workers))
	}
	c.Seed = 8
	if other, _ := live(t, c); cmp.Equal(cases, other) {
		t.Error("another seed makes no difference")
	}
}

func TestEverythingThatHappensToCasesHappens(t *testing.T) {
	cases, _ := live(t, simulate.Config{Seed: 1, Cases: 500, Connections: 4})
	counts := make(map[string]int)
	total := 0
	for _, calls := range cases {
		for _, call := range calls {
			total++
			for _, kind := range []string{
				`"type":"Comment"`, `"type":"Contact"`, `"type":"Sla"`, `"type":"File"`, `"type":"ConnectCase"`, `"type":"Custom"`,
				`"stringValue":"closed"}}`, `"stringValue":"open"}}`, "DELETE", `"content":{"comment"`, "assigned_user", "booleanValue", "customEntity",
			} {
				if strings.Contains(call, kind) {
					counts[kind]++
				}
			}
			if strings.HasPrefix(call, "DELETE") && strings.Contains(call, "related-items") {
				counts["DeleteRelatedItem"]++
			}
		}
	}
	for kind, n := range counts {
		if n < 2 {
			t.Errorf("%s happened %d times", kind, n)
		}
	}
	if len(counts) != 14 || total < 5*500 || total > 15*500 {
		t.Errorf("%d requests for 500 cases: %v", total, counts)
	}
	if counts[`"type":"Comment"`] < counts[`"type":"File"`] || counts["DELETE"] > total/20 {
		t.Errorf("these proportions are not believable: %v", counts)
	}
}

func TestCaseDependsOnNothingButItsNumber(t *testing.T) {
	g, h := simulate.NewGenerator(3, world()), simulate.NewGenerator(3, world())
	for i := range 50 {
		h.Case(49 - i)
	}
	for _, i := range []int{0, 49, 1_000_000} {
		if d := cmp.Diff(g.Case(i), h.Case(i)); d != "" {
			t.Errorf("case %d: %s", i, d)
		}
	}
}

// TestWordsAreCommonAndRare holds what makes the texts fit to be searched: some words are in a large part of the
// cases, some in very few, and everything has the length that the API allows.
func TestWordsAreCommonAndRare(t *testing.T) {
	const n = 5000
	g := simulate.NewGenerator(1, world())
	in := make(map[string]int)
	for i := range n {
		seen := make(map[string]bool)
		for _, f := range g.Case(i)["fields"].([]client.Object) {
			text, _ := f["value"].(client.Object)["stringValue"].(string)
			if len(text) > 3000 || f["id"] == "title" && (text == "" || len(text) > 500) {
				t.Fatalf("%s = %q", f["id"], text)
			}
			for _, word := range strings.Fields(strings.ToLower(text)) {
				seen[strings.Trim(word, ".,;()")] = true
			}
		}
		for word := range seen {
			in[word]++
		}
	}
	common, rare := 0, 0
	for _, k := range in {
		if k > n/10 {
			common++
		}
		if k > 1 && k < n/100 {
			rare++
		}
	}
	if common < 10 || rare < 50 {
		t.Errorf("%d words in more than a tenth of the cases, %d in less than a hundredth, of %d", common, rare, len(in))
	}
}

func TestRateIsKept(t *testing.T) {
	began := time.Now()
	_, workers := live(t, simulate.Config{Seed: 1, Connections: 2, Rate: 100, Duration: 300 * time.Millisecond})
	changes := len(workers[0]) + len(workers[1])
	if took := time.Since(began); changes < 3 || changes > 32 || took < 300*time.Millisecond {
		t.Errorf("%d changes in %s", changes, took)
	}
}

func TestSinkDecidesAboutFailures(t *testing.T) {
	rec := &recorder{cases: make(map[string][]string), fail: func(call string) int {
		if strings.HasPrefix(call, "PUT") {
			return http.StatusBadRequest
		}
		return 0
	}}
	srv := httptest.NewServer(rec)
	defer srv.Close()
	cfg := simulate.Config{Client: &client.Client{Base: srv.URL, Region: "us-east-1"}, Cases: 20, Connections: 1, Duration: time.Second}
	strict := simulate.New(cfg)
	strict.World = world()
	var refused *client.Error
	if err := strict.Run(t.Context(), nil); !errors.As(err, &refused) || refused.Status != http.StatusBadRequest {
		t.Errorf("without a sink: %v", err)
	}
	lenient := simulate.New(cfg)
	lenient.World = world()
	failed := 0
	err := lenient.Run(t.Context(), func(c simulate.Change) error {
		if c.Err != nil {
			failed++
		}
		if failed > 3 {
			return io.EOF
		}
		return nil
	})
	if !errors.Is(err, io.EOF) || failed != 4 {
		t.Errorf("%v after %d failures", err, failed)
	}
}

func BenchmarkCase(b *testing.B) {
	g := simulate.NewGenerator(1, world())
	for i := 0; b.Loop(); i++ {
		if _, err := json.Marshal(g.Case(i)); err != nil {
			b.Fatal(err)
		}
	}
}
