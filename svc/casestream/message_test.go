package casestream_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/base/page"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/wire/wiretest"
)

// send sends bodies to a queue.
func (n *node) send(name string, list ...string) {
	n.Helper()
	for _, body := range list {
		out, err := n.queues.Send(n.Context(), queue.Ref{Name: name}, &queue.Message{
			Body: body, SenderID: "AIDA", Attributes: []queue.Attribute{{Name: "a", DataType: "Binary", BinaryValue: []byte{1}}, {Name: "s", DataType: "String", StringValue: "v"}},
		})
		if err != nil || out[0].Err != nil {
			n.Fatal(err, out)
		}
	}
}

// messages gives the messages of an answer.
func messages(out object) []object {
	list, _ := out["Messages"].([]any)
	all := make([]object, len(list))
	for i := range list {
		all[i], _ = list[i].(object)
	}
	return all
}

// bodies gives the bodies of an answer's messages.
func bodies(out object) (all []string) {
	for _, m := range messages(out) {
		body, _ := m["Body"].(string)
		all = append(all, body)
	}
	return all
}

func TestMessagesAreShownAndNotReceived(t *testing.T) {
	each(t, func(n *node) {
		n.queue("q")
		n.send("q", "one", "two", "three")
		if _, err := n.queues.Receive(n.Context(), queue.Ref{Name: "q"}, queue.ReceiveOptions{Max: 1}); err != nil {
			n.Fatal(err)
		}
		for _, name := range []string{"q", "http://localhost:4566/111122223333/q", "arn:aws:sqs:eu-west-2:111122223333:q"} {
			n.wants(name, bodies(n.do("PeekMessages", object{"Queue": name})), "two", "three", "one")
		}
		out := n.do("PeekMessages", object{"Queue": "q", "MaxResults": 2})
		n.wants("the first page", bodies(out), "two", "three")
		out = n.do("PeekMessages", object{"Queue": "q", "MaxResults": 2, "NextToken": out["NextToken"]})
		n.wants("the second page", bodies(out), "one")
		if out["NextToken"] != nil {
			n.Errorf("a third page: %v", out)
		}
		n.wants("visible ones", bodies(n.do("PeekMessages", object{"Queue": "q", "States": []string{"VISIBLE"}})), "two", "three")
		n.wants("those with a t", bodies(n.do("PeekMessages", object{"Queue": "q", "BodyContains": "t"})), "two", "three")
		out = n.do("PeekMessages", object{"Queue": "q", "States": []string{"IN_FLIGHT"}, "MaxBodyBytes": 2})
		m := messages(out)[0]
		for _, name := range []string{"MessageId", "VisibleTime", "SentTime", "FirstReceivedTime"} {
			if m[name] == nil {
				n.Errorf("no %s in %v", name, m)
			}
			delete(m, name)
		}
		want := object{
			"Body": "on", "BodySize": 3.0, "BodyTruncated": true, "State": "IN_FLIGHT", "ReceiveCount": 1.0, "SenderId": "AIDA",
			"MessageAttributes": object{"a": object{"DataType": "Binary", "BinaryValue": "AQ=="}, "s": object{"DataType": "String", "StringValue": "v"}},
		}
		if diff := cmp.Diff(want, m); diff != "" {
			n.Errorf("-want +got\n%s", diff)
		}
		if out["MessagesLookedAt"] != 1.0 {
			n.Errorf("looked at %v", out["MessagesLookedAt"])
		}
	})
}

func TestMessagesAreToldAsTheyArrive(t *testing.T) {
	each(t, func(n *node) {
		n.queue("q")
		cursor := n.do("TailMessages", object{"Queue": "q"})["Cursor"]
		n.send("q", "one")
		out := n.do("TailMessages", object{"Queue": "q", "Cursor": cursor, "WaitTimeSeconds": 20})
		n.wants("what came", bodies(out), "one")
		began := time.Now()
		out = n.do("TailMessages", object{"Queue": "q", "Cursor": out["Cursor"], "WaitTimeSeconds": 1})
		if len(messages(out)) > 0 || out["Missed"] != nil || time.Since(began) < time.Second {
			n.Errorf("after %s: %v", time.Since(began), out)
		}
		out = n.do("TailMessages", object{"Queue": "q", "Cursor": page.Token("arrivals", "gone/1"), "WaitTimeSeconds": 20})
		if out["Missed"] != true || out["Cursor"] == nil {
			n.Errorf("from a cursor of another server: %v", out)
		}
	})
}

func TestMessagesAreSeenThoughEventsAreNotKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		n := open(t, d.Open(t, store.Options{}), 0)
		n.queue("q")
		n.send("q", "one")
		n.wants("what is there", bodies(n.do("PeekMessages", object{"Queue": "q"})), "one")
	})
}

func TestLookingIsRefused(t *testing.T) {
	each(t, func(n *node) {
		n.queue("q")
		policy := `{"Statement":[{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"SQS:ReceiveMessage","Resource":"*"}]}`
		if _, err := n.queues.Create(n.Context(), "secret", map[string]string{"Policy": policy}, nil); err != nil {
			n.Fatal(err)
		}
		for _, c := range []struct {
			op   string
			in   object
			code string
		}{
			{"PeekMessages", object{"Queue": "gone"}, "ResourceNotFoundException"},
			{"PeekMessages", object{"Queue": "arn:aws:sqs:eu-west-2:444455556666:q"}, "ResourceNotFoundException"},
			{"PeekMessages", object{"Queue": "http://localhost/444455556666/q"}, "ResourceNotFoundException"},
			{"PeekMessages", object{"Queue": "secret"}, "AccessDeniedException"},
			{"PeekMessages", object{"Queue": "q", "NextToken": "nonsense"}, "ValidationException"},
			{"PeekMessages", object{"Queue": "q", "NextToken": page.Token("messages", "x", "1", "")}, "ValidationException"},
			{"PeekMessages", object{"Queue": "q", "NextToken": page.Token("messages", "1", "x", "")}, "ValidationException"},
			{"PeekMessages", object{"Queue": "q", "MaxResults": 101}, "ValidationException"},
			{"PeekMessages", object{"Queue": "q", "States": []string{"GONE"}}, "ValidationException"},
			{"PeekMessages", object{}, "ValidationException"},
			{"TailMessages", object{"Queue": "gone"}, "ResourceNotFoundException"},
			{"TailMessages", object{"Queue": "secret"}, "AccessDeniedException"},
			{"TailMessages", object{"Queue": "q", "Cursor": "nonsense"}, "ValidationException"},
			{"TailMessages", object{"Queue": "q", "WaitTimeSeconds": 21}, "ValidationException"},
		} {
			_, err := n.Try(wiretest.Request{Op: c.op, Body: c.in})
			if err == nil || err.Code != c.code {
				n.Errorf("%s %v: %+v, want %s", c.op, c.in, err, c.code)
			}
		}
	})
}

func FuzzPlacesOfMessagesAreAnsweredOrRefused(f *testing.F) {
	n := open(f, storetest.SQLite(f).Open(f, store.Options{}), time.Hour)
	n.queue("q")
	n.send("q", "one")
	if _, err := n.queues.Create(f.Context(), "q.fifo", map[string]string{"FifoQueue": "true", "ContentBasedDeduplication": "true"}, nil); err != nil {
		f.Fatal(err)
	}
	if out, err := n.queues.Send(f.Context(), queue.Ref{Name: "q.fifo"}, &queue.Message{Body: "one", GroupID: "g"}); err != nil || out[0].Err != nil {
		f.Fatal(err, out)
	}
	f.Add("1", "1", "g", "x/1")
	f.Add("9223372036854775807", "-1", "", "/")
	f.Add("", "1", "\xff", "/9223372036854775807")
	f.Fuzz(func(t *testing.T, at, seq, group, cursor string) {
		n := &node{Door: n.On(t)}
		for _, name := range []string{"q", "q.fifo"} {
			for op, in := range map[string]object{
				"PeekMessages": {"Queue": name, "NextToken": page.Token("messages", at, seq, group)},
				"TailMessages": {"Queue": name, "Cursor": page.Token("arrivals", cursor)},
			} {
				if _, err := n.Try(wiretest.Request{Op: op, Body: in}); err != nil && err.Code != "ValidationException" {
					t.Errorf("%s %q: %+v", op, in, err)
				}
			}
		}
	})
}
