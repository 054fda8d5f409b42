package api_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/smithy-go"
)

// The account of the server that events are carried to.
const farAccount = "444455556666"

// openPair starts a server here and one in another account, which carry events to each other.
func openPair(t *testing.T, engine string) (here, far *server) {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", key.AccessKeyID)
	t.Setenv("AWS_SECRET_ACCESS_KEY", key.SecretAccessKey)
	for _, name := range []string{"AWS_SESSION_TOKEN", "AWS_PROFILE"} {
		t.Setenv(name, "")
	}
	far, err := newServer(engine, "--account", farAccount)
	if err != nil {
		t.Fatal(err)
	}
	here, err = newServer(engine, "--remote-aws-endpoint", farAccount+"=http://"+far.addr)
	if err == nil {
		far.args = append(far.args, "--remote-aws-endpoint", account+"=http://"+here.addr)
		err = errors.Join(far.stop(), far.start())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(here.stop(), far.stop(), here.undo(), far.undo()); err != nil {
			t.Error(err)
		}
	})
	return here, far
}

// bodyOf receives the one message that a queue is to get.
func (s *server) bodyOf(t *testing.T, q queue) map[string]any {
	t.Helper()
	var body map[string]any
	list := s.receive(t, q, 15)
	if len(list) != 1 {
		t.Fatalf("got %d messages, want 1", len(list))
	}
	if err := json.Unmarshal([]byte(deref(list[0].Body)), &body); err != nil {
		t.Fatal(err)
	}
	return body
}

func TestEventsAreCarriedToAnotherAccountAndDoNotComeBack(t *testing.T) {
	for _, engine := range engines() {
		t.Run(engine, func(t *testing.T) {
			here, far := openPair(t, engine)
			direct, onBus, dead := far.openQueue(t), far.openQueue(t), far.openQueue(t)
			fifo := far.openQueue(t, "FifoQueue", "true")
			inFifo := types.Target{Id: new("f"), Arn: new(inAccount(fifo.arn, farAccount)), SqsParameters: &types.SqsParameters{MessageGroupId: new("$.detail.group")}}
			source := here.route(t,
				types.Target{Id: new("q"), Arn: new(inAccount(direct.arn, farAccount))}, inFifo,
				types.Target{Id: new("b"), Arn: new("arn:aws:events:" + region + ":" + farAccount + ":event-bus/default")})
			far.aim(t, far.rule(t, `{"source":["`+source+`"]}`), types.Target{Id: new("q"), Arn: new(inAccount(onBus.arn, farAccount))}, types.Target{
				Id: new("b"), Arn: new("arn:aws:events:" + region + ":" + account + ":event-bus/default"),
				DeadLetterConfig: &types.DeadLetterConfig{Arn: new(inAccount(dead.arn, farAccount))},
			})
			id := here.put(t, entry(source, `{"group":"g"}`))[0]

			if body := far.bodyOf(t, direct); body["id"] != id || body["account"] != account {
				t.Errorf("the queue got %v", body)
			}
			if body := far.bodyOf(t, fifo); body["id"] != id {
				t.Errorf("the FIFO queue got %v", body)
			}
			if body := far.bodyOf(t, onBus); body["source"] != source || body["account"] != farAccount {
				t.Errorf("the bus got %v", body)
			}
			letters := far.receive(t, dead, 15)
			if len(letters) != 1 || deref(letters[0].MessageAttributes["ERROR_CODE"].StringValue) != "LOOP_DETECTED" {
				t.Errorf("the dead-letter queue got %+v", letters)
			}
		})
	}
}

// inAccount gives an ARN in an account.
func inAccount(arn, in string) string { return strings.Replace(arn, account, in, 1) }

func TestForeignBusIsRefusedWhereNothingIsCarried(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		rule := s.rule(t, `{"source":["x"]}`)
		err := only(s.events.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: &rule, Targets: []types.Target{
			{Id: new("b"), Arn: new("arn:aws:events:" + region + ":" + farAccount + ":event-bus/default")},
		}}))
		if e := as[smithy.APIError](err); e == nil || e.ErrorCode() != "ValidationException" {
			t.Errorf("got %v", err)
		}
	})
}
