package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/casestream/casestream/client"
)

// ownAPI calls the operations of the service that is ours and not AWS's.
type ownAPI struct{ client *client.Client }

// own makes the client of our own service, which AWS has not.
func (r *remote) own() (ownAPI, error) {
	if r.Endpoint == "aws" {
		return ownAPI{}, errors.New("--endpoint=aws: AWS has no such API; want a Casestream server")
	}
	c, err := r.client(2) // one follows, one sends again
	return ownAPI{c}, err
}

// call calls an operation. An error is the server's message alone: that says what is to be done.
func (a ownAPI) call(ctx context.Context, operation string, in client.Object, out any) error {
	err := a.client.JSON(ctx, "casestream", "1.0", "Casestream_20261101."+operation, in, out)
	if code := client.Code(err); code == "UnknownServiceException" || code == "UnknownOperationException" {
		return fmt.Errorf("%s: this server is older than the command", a.client.Base)
	}
	return inWords(err)
}

// inWords makes an error of a server's message alone, where there is one.
func inWords(err error) error {
	refused, ok := errors.AsType[*client.Error](err)
	if !ok {
		return err
	}
	var said struct{ Message string }
	if json.Unmarshal([]byte(refused.Body), &said) != nil || said.Message == "" {
		return err
	}
	return &refusal{said.Message, refused}
}

// refusal is a server's no, in its own words.
type refusal struct {
	message string
	cause   *client.Error
}

// Error gives the server's words.
func (r *refusal) Error() string { return harmlessLines(r.message) }

// Unwrap gives the whole answer.
func (r *refusal) Unwrap() error { return r.cause }

// resend puts an event on its bus once more, for one rule or, where that is empty, for all.
func (a ownAPI) resend(ctx context.Context, id, rule string) error {
	in := client.Object{"EventId": id}
	if rule != "" {
		in["Rule"] = rule
	}
	return a.call(ctx, "ResendEvent", in, nil)
}

// tracedEvent is an event with what became of it, as the API gives it.
type tracedEvent struct {
	EventID                 string `json:"EventId"`
	EventBusName            string
	Source, DetailType      string
	ReceivedTime            epoch
	State, ReplayName       string
	Event                   string
	MatchedRules            []string
	Targets                 []tracedTarget
	ErrorCode, ErrorMessage string

	text json.RawMessage // all of it, as it came
}

// UnmarshalJSON reads an event and keeps its text, so that --json shows what this program does not know, too.
func (e *tracedEvent) UnmarshalJSON(text []byte) error {
	type members tracedEvent // without this method
	if err := json.Unmarshal(text, (*members)(e)); err != nil {
		return err
	}
	e.text = append(json.RawMessage(nil), text...)
	return nil
}

// tracedTarget is what became of an event at a target.
type tracedTarget struct {
	EventBusName            string
	RuleName, RuleArn       string
	TargetID                string `json:"TargetId"`
	TargetArn               string
	State                   string
	ErrorCode, ErrorMessage string
	Attempts                []tracedAttempt
	NextTime                epoch
}

// tracedAttempt is one attempt to bring an event to a target.
type tracedAttempt struct {
	Number                  int
	Time                    epoch
	DurationMillis          float64
	StatusCode              int
	ErrorCode, ErrorMessage string
	NextTime                epoch
}

// epoch is a time in an answer: seconds since 1970, with a fraction.
type epoch float64

// time gives it as a time; zero where it is absent.
func (e epoch) time() time.Time {
	if e == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(math.Round(float64(e) * 1000)))
}

// writeJSON writes a value on a line.
func writeJSON(w io.Writer, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", text)
	return err
}
