package crash

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/casestream/casestream/client"
	"github.com/casestream/casestream/client/seed"
)

// sink is an API destination: it notes the events that come, and how often.
type sink struct {
	url string

	mu    sync.Mutex
	came  []event // each once, in the order in which they came first
	times map[string]int
}

// openSink starts a sink.
func openSink(t *testing.T) *sink {
	s := &sink{times: make(map[string]int)}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// ServeHTTP takes an event.
func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(r.Body)
	var e event
	if err == nil {
		err = json.Unmarshal(text, &e)
	}
	if err != nil { // the server was killed while it wrote
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.times[e.Id]++; s.times[e.Id] == 1 {
		s.came = append(s.came, e)
	}
}

// aim has case events sent to the sink.
func (s *sink) aim(ctx context.Context, sd *seed.Seed) error {
	var made struct {
		ConnectionArn, ApiDestinationArn string
		FailedEntryCount                 int
	}
	for _, call := range []struct {
		op string
		in func() client.Object
	}{
		{"CreateConnection", func() client.Object {
			return client.Object{"Name": "sink", "AuthorizationType": "API_KEY", "AuthParameters": client.Object{
				"ApiKeyAuthParameters": client.Object{"ApiKeyName": "Key", "ApiKeyValue": "value"},
			}}
		}},
		{"CreateApiDestination", func() client.Object {
			return client.Object{
				"Name": "sink", "ConnectionArn": made.ConnectionArn, "InvocationEndpoint": s.url, "HttpMethod": "POST", "InvocationRateLimitPerSecond": 100_000,
			}
		}},
		{"PutRule", func() client.Object { return client.Object{"Name": "sink", "EventPattern": `{"source":["aws.cases"]}`} }},
		{"PutTargets", func() client.Object {
			return client.Object{"Rule": "sink", "Targets": []client.Object{
				{"Id": "sink", "Arn": made.ApiDestinationArn, "RoleArn": "arn:aws:iam::" + sd.Account + ":role/sink"},
			}}
		}},
	} {
		if err := sd.Client.JSON(ctx, "events", "1.1", "AWSEvents."+call.op, call.in(), &made); err != nil {
			return fmt.Errorf("%s: %w", call.op, err)
		}
	}
	if made.FailedEntryCount > 0 {
		return errors.New("PutTargets refused the API destination")
	}
	return nil
}

// sinkTime is how long the last events may take to come: a lease may have to run out.
const sinkTime = 40 * time.Second

// check compares what came with the events that the queue got, of which each case's are in their order. An event that
// came twice is one whose settling a kill has cut off.
func (s *sink) check(t *testing.T, events []event) {
	t.Helper()
	arrived := func() int {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.came)
	}
	for end := time.Now().Add(sinkTime); arrived() < len(events) && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond) // polls what another process sends
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	twice := 0
	for _, n := range s.times {
		twice += n - 1
	}
	t.Logf("API destination: %d of %d events came, %d times one came again", len(s.came), len(events), twice)
	want, got := byCase(events), byCase(s.came)
	for id, ids := range want {
		if !slices.Equal(got[id], ids) {
			t.Errorf("case %s: the API destination got %v, the queue %v", id, got[id], ids)
		}
	}
	if len(got) != len(want) {
		t.Errorf("the API destination got events of %d cases, the queue of %d", len(got), len(want))
	}
}

// byCase gives the events' ids by their cases.
func byCase(events []event) map[string][]string {
	ids := make(map[string][]string)
	for _, e := range events {
		ids[e.Detail.Case.CaseId] = append(ids[e.Detail.Case.CaseId], e.Id)
	}
	return ids
}
