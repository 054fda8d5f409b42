package queue_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/store"
)

// dump gives each row of the tables that a receive changes.
func (f *fixture) dump() (rows []string) {
	f.Helper()
	err := f.db.Read(f.Context(), func(tx *store.Tx) error {
		for _, query := range []string{
			`SELECT 'slot', CAST(bin AS TEXT), '', CAST(seq AS TEXT), CAST(visible_at AS TEXT), CAST(receives AS TEXT), CAST(first_received_at AS TEXT) FROM queue_slot ORDER BY seq`,
			`SELECT 'fifo', CAST(bin AS TEXT), group_id, CAST(seq AS TEXT), CAST(visible_at AS TEXT), CAST(receives AS TEXT), CAST(first_received_at AS TEXT) FROM queue_fifo ORDER BY seq`,
			`SELECT 'group', CAST(bin AS TEXT), group_id, CAST(next_at AS TEXT), '', '', '' FROM queue_group ORDER BY bin, group_id`,
			`SELECT 'queue', name, '', CAST(version AS TEXT), CAST(bin AS TEXT), attributes, tags FROM queue ORDER BY name`,
		} {
			list, err := store.List(tx, query, nil, func(scan store.Scan) (string, error) {
				var c [7]string
				err := scan(&c[0], &c[1], &c[2], &c[3], &c[4], &c[5], &c[6])
				return strings.Join(c[:], " "), err
			})
			if err != nil {
				return err
			}
			rows = append(rows, list...)
		}
		return nil
	})
	if err != nil {
		f.Fatal(err)
	}
	return rows
}

// peek looks once.
func (f *fixture) peek(in queue.Ref, query queue.PeekQuery) *queue.PeekPage {
	f.Helper()
	page, err := f.queues.Peek(f.Context(), in, query)
	if err != nil {
		f.Fatalf("peek: %v", err)
	}
	return page
}

// peekAll looks page by page and gives each message as body, state, seconds until it is visible and whether its group is
// blocked.
func (f *fixture) peekAll(in queue.Ref, query queue.PeekQuery) (list []string) {
	f.Helper()
	if query.Limit == 0 {
		query.Limit = 100
	}
	for range 1000 {
		page := f.peek(in, query)
		for _, m := range page.List {
			text := m.Body + " " + m.State
			if m.State != queue.StateVisible {
				text += fmt.Sprintf(" %+d", int(m.VisibleAt.Sub(f.clock.now()).Seconds()))
			}
			if !m.BlockedUntil.IsZero() {
				text += fmt.Sprintf(" blocked %+d", int(m.BlockedUntil.Sub(f.clock.now()).Seconds()))
			}
			list = append(list, text)
		}
		if !page.More {
			return list
		}
		query.After = page.Next
	}
	f.Fatal("the pages have no end")
	return nil
}

// sees compares what a look at the whole queue gives, whatever the size of its pages, and that it changes nothing.
func (f *fixture) sees(in queue.Ref, query queue.PeekQuery, want ...string) {
	f.Helper()
	before := f.dump()
	for _, limit := range []int{1, 2, 100} {
		query.Limit = limit
		if diff := cmp.Diff(want, f.peekAll(in, query)); diff != "" {
			f.Errorf("%+v: -want +got\n%s", query, diff)
		}
	}
	if diff := cmp.Diff(before, f.dump()); diff != "" {
		f.Errorf("looking changes rows:\n%s", diff)
	}
}

func TestPeekShowsStandardQueuesAndChangesNothing(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("q", "MessageRetentionPeriod", "3600")
		f.send(q, "old")
		f.clock.advance(time.Hour)
		f.send(q, "one", "two", "three")
		delay := 90 * time.Second
		later := f.put(q, &queue.Message{Body: "later", Delay: &delay, GroupID: "g", Attributes: []queue.Attribute{{Name: "a", DataType: "String", StringValue: "v"}}})
		if got := bodies(f.receive(q)); got != "one two three" {
			f.Fatalf("received %s", got)
		}
		f.clock.advance(10 * time.Second)
		f.send(q, "four", "five")
		f.sees(q, queue.PeekQuery{}, "four VISIBLE", "five VISIBLE", "one IN_FLIGHT +20", "two IN_FLIGHT +20", "three IN_FLIGHT +20", "later DELAYED +80")
		f.sees(q, queue.PeekQuery{States: []string{queue.StateVisible}}, "four VISIBLE", "five VISIBLE")
		f.sees(q, queue.PeekQuery{States: []string{queue.StateInFlight}}, "one IN_FLIGHT +20", "two IN_FLIGHT +20", "three IN_FLIGHT +20")
		f.sees(q, queue.PeekQuery{States: []string{queue.StateDelayed, queue.StateVisible}}, "four VISIBLE", "five VISIBLE", "later DELAYED +80")
		f.sees(q, queue.PeekQuery{Contains: "e"}, "five VISIBLE", "one IN_FLIGHT +20", "three IN_FLIGHT +20", "later DELAYED +80")
		f.sees(q, queue.PeekQuery{Contains: "nowhere"})
		f.sees(q, queue.PeekQuery{GroupID: "g"}, "later DELAYED +80")
		f.sees(q, queue.PeekQuery{MessageID: later.ID}, "later DELAYED +80")
		f.sees(q, queue.PeekQuery{MessageID: "gone"})
		m := f.peek(q, queue.PeekQuery{MessageID: later.ID, Limit: 1}).List[0]
		if m.Receives != 0 || len(m.Attributes) != 1 || m.Handle != "" || !m.FirstReceived.IsZero() || !m.Sent.Equal(f.clock.now().Add(-10*time.Second)) {
			f.Errorf("%+v", m.Received)
		}
		m = f.peek(q, queue.PeekQuery{Contains: "two", Limit: 1}).List[0]
		if m.Receives != 1 || !m.FirstReceived.Equal(f.clock.now().Add(-10*time.Second)) {
			f.Errorf("%+v", m.Received)
		}
		f.clock.advance(20 * time.Second)
		f.expect(q, "one two three four five") // in the order in which a look had them, but for what came back
	})
}

func TestPeekShowsFIFOQueuesGroupByGroup(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("q.fifo")
		f.order(q, "b:1", "a:2", "b:3")
		f.clock.advance(time.Second)
		f.order(q, "c:4", "a:5", "b:6")
		f.sees(q, queue.PeekQuery{}, "2 VISIBLE", "5 VISIBLE", "1 VISIBLE", "3 VISIBLE", "6 VISIBLE", "4 VISIBLE")
		got, err := f.queues.Receive(f.Context(), q, queue.ReceiveOptions{Max: 1})
		if err != nil || len(got) != 1 {
			f.Fatal(got, err)
		}
		blocked := got[0].GroupID
		want := map[string][]string{
			"a": {"1 VISIBLE", "3 VISIBLE", "6 VISIBLE", "4 VISIBLE", "2 IN_FLIGHT +30 blocked +30", "5 VISIBLE blocked +30"},
			"b": {"2 VISIBLE", "5 VISIBLE", "4 VISIBLE", "1 IN_FLIGHT +30 blocked +30", "3 VISIBLE blocked +30", "6 VISIBLE blocked +30"},
		}[blocked]
		f.sees(q, queue.PeekQuery{}, want...)
		f.sees(q, queue.PeekQuery{GroupID: "c"}, "4 VISIBLE")
		f.sees(q, queue.PeekQuery{GroupID: "none"})
		f.sees(q, queue.PeekQuery{GroupID: blocked, States: []string{queue.StateInFlight}}, got[0].Body+" IN_FLIGHT +30 blocked +30")
		m := f.peek(q, queue.PeekQuery{GroupID: "c", Limit: 1}).List[0]
		if m.Sequence == "" || m.GroupID != "c" || m.DedupID != "c:4" {
			f.Errorf("%+v", m.Received)
		}
	})
}

func TestPeekGoesOnWhenItsGroupHasMoved(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("q.fifo")
		f.order(q, "a:1", "a:2", "b:3")
		page := f.peek(q, queue.PeekQuery{Limit: 1})
		got := f.receive(q) // both groups are behind now
		if len(page.List) != 1 || page.List[0].Body != "1" || len(got) != 3 {
			f.Fatalf("%+v, received %s", page.List, bodies(got))
		}
		var rest []string
		for _, m := range f.peek(q, queue.PeekQuery{Limit: 10, After: page.Next}).List {
			rest = append(rest, m.Body)
		}
		if diff := cmp.Diff([]string{"2", "3"}, rest); diff != "" {
			f.Errorf("-want +got\n%s", diff)
		}
	})
}

func TestPeekTellsWhereDeadLettersComeFrom(t *testing.T) {
	each(t, func(f *fixture) {
		for _, suffix := range []string{"", ".fifo"} {
			dead := f.create("dead" + suffix)
			q := f.create("q"+suffix, "RedrivePolicy", `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead`+suffix+`","maxReceiveCount":1}`)
			m := &queue.Message{Body: "bad"}
			if suffix != "" {
				m.GroupID, m.DedupID = "g", "1"
			}
			f.put(q, m)
			f.expect(q, "bad")
			f.clock.advance(time.Minute)
			f.expect(q, "")
			f.sees(dead, queue.PeekQuery{}, "bad VISIBLE")
			got := f.peek(dead, queue.PeekQuery{Limit: 1}).List[0]
			if got.Source != "arn:aws:sqs:us-east-1:123456789012:q"+suffix || got.Receives != 1 {
				f.Errorf("%+v", got.Received)
			}
		}
	})
}

func TestPeekCutsBodiesBetweenCharacters(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("q")
		f.send(q, "añb")
		for size, want := range []string{"", "a", "a", "añ", "añb", "añb"} {
			m := f.peek(q, queue.PeekQuery{Limit: 1, MaxBody: &size}).List[0]
			if m.Body != want || m.BodySize != 4 {
				f.Errorf("%d bytes: %q of %d", size, m.Body, m.BodySize)
			}
		}
	})
}

func TestPeekStopsAndSaysHowFarItLooked(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("q")
		msgs := make([]*queue.Message, 10_100)
		for i := range msgs {
			msgs[i] = &queue.Message{Body: "x"}
		}
		msgs[10_050].Body = "needle"
		if _, err := f.queues.Send(f.Context(), q, msgs...); err != nil {
			f.Fatal(err)
		}
		page := f.peek(q, queue.PeekQuery{Contains: "needle", Limit: 10})
		if len(page.List) != 0 || !page.More || page.Looked != 10_000 {
			f.Fatalf("%d messages, more %v, looked at %d", len(page.List), page.More, page.Looked)
		}
		page = f.peek(q, queue.PeekQuery{Contains: "needle", Limit: 10, After: page.Next})
		if len(page.List) != 1 || page.More || page.Looked != 100 {
			f.Errorf("%d messages, more %v, looked at %d", len(page.List), page.More, page.Looked)
		}
		if page := f.peek(q, queue.PeekQuery{Limit: 100}); len(page.List) != 100 || page.Looked != 100 {
			f.Errorf("%d messages, looked at %d", len(page.List), page.Looked)
		}
	})
}

func TestPeekMeetsLargeBodiesWithFewOfThem(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.create("q", "MaximumMessageSize", "262144")
		large := strings.Repeat("x", 262144)
		for range 10 {
			msgs := make([]*queue.Message, 10)
			for i := range msgs {
				msgs[i] = &queue.Message{Body: large}
			}
			if _, err := f.queues.Send(f.Context(), q, msgs...); err != nil {
				f.Fatal(err)
			}
		}
		page := f.peek(q, queue.PeekQuery{Limit: 100})
		if n := len(page.List); n < 60 || n > 90 || !page.More {
			f.Errorf("%d messages of 256 KiB, more %v", n, page.More)
		}
	})
}

func TestPeekIsRefusedToWhoMayNot(t *testing.T) {
	each(t, func(f *fixture) {
		f.create("q")
		_, err := f.queues.Peek(f.Context(), queue.Ref{Name: "gone"}, queue.PeekQuery{Limit: 1})
		f.wantFault(err, fault.NotFound, queue.SubjectQueue)
		no := fault.New(fault.Denied, "no")
		ref := queue.Ref{Name: "q", Allow: func(*queue.Queue) error { return no }}
		if _, err = f.queues.Peek(f.Context(), ref, queue.PeekQuery{Limit: 1}); !errors.Is(err, no) {
			f.Errorf("%v", err)
		}
		if _, err = f.queues.Tail(f.Context(), ref, queue.TailQuery{Limit: 1}); !errors.Is(err, no) {
			f.Errorf("%v", err)
		}
	})
}
