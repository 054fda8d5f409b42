package remoteaws_test

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/target"
	"github.com/casestream/casestream/target/remoteaws"
)

// refusal is an error of AWS in JSON.
func refusal(code string) string {
	return `{"__type":"com.amazonaws.x#` + code + `","message":"because"}`
}

func TestErrorsOfAWSHaveTheirMeaning(t *testing.T) {
	clearEnvironment(t)
	for name, c := range map[string]struct {
		to     string
		answer http.HandlerFunc
		want   target.Failure
	}{
		"denied":             {queueARN, says(403, refusal("AccessDenied")), target.Failure{Code: bus.NoPermissions, Final: true, Status: 403}},
		"denied on a bus":    {busARN, says(400, refusal("AccessDeniedException")), target.Failure{Code: bus.NoPermissions, Final: true, Status: 400}},
		"an expired token":   {queueARN, says(403, refusal("ExpiredToken")), target.Failure{Code: bus.NoPermissions, Status: 403}},
		"an unknown key":     {busARN, says(403, refusal("UnrecognizedClientException")), target.Failure{Code: bus.NoPermissions, Status: 403}},
		"a wrong signature":  {busARN, says(403, refusal("InvalidSignatureException")), target.Failure{Code: bus.NoPermissions, Status: 403}},
		"no queue":           {queueARN, says(400, refusal("QueueDoesNotExist")), target.Failure{Code: bus.NoResource, Final: true, Status: 400}},
		"no bus":             {busARN, says(400, refusal("ResourceNotFoundException")), target.Failure{Code: bus.NoResource, Final: true, Status: 400}},
		"a wrong parameter":  {queueARN, says(400, refusal("InvalidParameterValue")), target.Failure{Code: bus.InvalidParameter, Final: true, Status: 400}},
		"too long a message": {queueARN, says(400, refusal("InvalidMessageContents")), target.Failure{Code: bus.InvalidParameter, Final: true, Status: 400}},
		"validation":         {busARN, says(400, refusal("ValidationException")), target.Failure{Code: bus.InvalidParameter, Final: true, Status: 400}},
		"throttling":         {busARN, says(400, refusal("ThrottlingException")), target.Failure{Code: bus.Throttling, Status: 400}},
		"a throttled queue":  {queueARN, says(403, refusal("RequestThrottled")), target.Failure{Code: bus.Throttling, Status: 403}},
		"429 that says when": {queueARN, after("7", says(429, "slow down")), target.Failure{Code: bus.Throttling, Status: 429, RetryAfter: 7 * time.Second}},
		"429 of the past":    {queueARN, after("Mon, 02 Jan 2006 15:04:05 GMT", says(429, "")), target.Failure{Code: bus.Throttling, Status: 429}},
		"500":                {busARN, says(500, refusal("InternalException")), target.Failure{Code: bus.InternalError, Status: 500}},
		"503 without a word": {queueARN, after("120", says(503, "")), target.Failure{Code: bus.InternalError, Status: 503, RetryAfter: 2 * time.Minute}},
		"a proxy":            {queueARN, says(403, "<html>no</html>"), target.Failure{Code: bus.ErrorFromTarget, Status: 403}},
		"somewhere else":     {queueARN, moved, target.Failure{Code: bus.ErrorFromTarget, Status: 302}},
		"no JSON":            {queueARN, says(200, "<html>ok</html>"), target.Failure{Code: bus.ErrorFromTarget, Status: 200}},
		"nothing":            {busARN, says(200, "{}"), target.Failure{Code: bus.ErrorFromTarget}},
		"a torn answer":      {busARN, torn, target.Failure{Code: bus.ErrorFromTarget, Status: 200}},
		"a broken line":      {queueARN, cut, target.Failure{Code: bus.ConnectionFailure}},

		"an entry denied":    {busARN, entry("AccessDeniedException"), target.Failure{Code: bus.NoPermissions, Final: true, Status: 200}},
		"an entry's source":  {busARN, entry("NotAuthorizedForSourceException"), target.Failure{Code: bus.NoPermissions, Final: true, Status: 200}},
		"an entry throttled": {busARN, entry("ThrottlingException"), target.Failure{Code: bus.Throttling, Status: 200}},
		"an entry failed":    {busARN, entry("InternalFailure"), target.Failure{Code: bus.InternalError, Status: 200}},
		"an entry malformed": {busARN, entry("MalformedDetail"), target.Failure{Code: bus.InvalidParameter, Final: true, Status: 200}},
		"an entry's bus":     {busARN, entry("ResourceNotFoundException"), target.Failure{Code: bus.NoResource, Final: true, Status: 200}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, c.answer)
			tg := newTarget(t, remoteaws.Config{Endpoints: remoteaws.Places{"*": f.URL}})
			wantFailure(t, tg.Deliver(t.Context(), deliveryTo(c.to)), c.want)
			if _, _, calls := f.request(); calls != 1 {
				t.Errorf("%d calls", calls)
			}
		})
	}
}

// after adds Retry-After to an answer.
func after(when string, answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", when)
		answer(w, r)
	}
}

// moved sends elsewhere.
func moved(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Location", "http://127.0.0.1:1/")
	w.WriteHeader(http.StatusFound)
}

// torn ends in the middle of the body.
func torn(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "1000")
	_, _ = io.WriteString(w, `{"FailedEntryCount":0,`)
}

// cut ends before the answer.
func cut(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// entry refuses the event in a call that succeeds.
func entry(code string) http.HandlerFunc {
	return says(200, `{"FailedEntryCount":1,"Entries":[{"ErrorCode":"`+code+`","ErrorMessage":"because"}]}`)
}

func TestNobodyThereIsAFailureToConnect(t *testing.T) {
	clearEnvironment(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := "http://" + l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	tg := newTarget(t, remoteaws.Config{Endpoints: remoteaws.Places{"444455556666": gone, "777788889999": "http://no-such-host.invalid"}})
	for _, to := range []string{queueARN, strings.Replace(busARN, "444455556666", "777788889999", 1)} {
		wantFailure(t, tg.Deliver(t.Context(), deliveryTo(to)), target.Failure{Code: bus.ConnectionFailure})
	}
}

func TestSilenceIsATimeout(t *testing.T) {
	clearEnvironment(t)
	done := make(chan struct{})
	defer close(done)
	silent := newFake(t, func(http.ResponseWriter, *http.Request) { <-done })
	slow := newFake(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"MessageId":`)
		w.(http.Flusher).Flush()
		<-done
	})
	for _, f := range []*fake{silent, slow} {
		tg := newTarget(t, remoteaws.Config{Endpoints: remoteaws.Places{"*": f.URL}, Timeout: 50 * time.Millisecond})
		err := tg.Deliver(t.Context(), deliveryTo(queueARN))
		want := target.Failure{Code: bus.Timeout}
		if f == slow {
			want.Status = 200
		}
		wantFailure(t, err, want)
	}
}
