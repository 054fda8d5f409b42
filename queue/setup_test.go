package queue_test

import (
	"errors"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/base/obs"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// clock is a clock that a test moves.
type clock struct{ at atomic.Int64 }

// newClock starts at an instant of no importance.
func newClock() *clock {
	c := &clock{}
	c.at.Store(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).UnixMicro())
	return c
}

func (c *clock) now() time.Time          { return time.UnixMicro(c.at.Load()) }
func (c *clock) advance(d time.Duration) { c.at.Add(d.Microseconds()) }

// fixture is what a test of one engine works with.
type fixture struct {
	*testing.T
	clock   *clock
	db      *store.DB
	queues  *queue.Queues
	metrics *obs.Registry
	rung    bool // long polls have no goroutine
}

// each runs a test once an engine.
func each(t *testing.T, test func(f *fixture)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		c := newClock()
		db := d.Open(t, store.Options{Now: c.now})
		metrics := obs.NewRegistry()
		test(&fixture{T: t, clock: c, db: db, metrics: metrics, queues: open(db, metrics)})
	})
}

// open makes the queues of a store.
func open(db *store.DB, metrics *obs.Registry) *queue.Queues {
	return queue.New(db, queue.Config{ARNs: arn.NewMaker("123456789012", "us-east-1"), Metrics: metrics})
}

// create makes a queue; attributes come in pairs.
func (f *fixture) create(name string, attributes ...string) queue.Ref {
	f.Helper()
	set := map[string]string{}
	if strings.HasSuffix(name, ".fifo") {
		set["FifoQueue"] = "true"
	}
	for i := 0; i < len(attributes); i += 2 {
		set[attributes[i]] = attributes[i+1]
	}
	if _, err := f.queues.Create(f.Context(), name, set, nil); err != nil {
		f.Fatalf("create %s: %v", name, err)
	}
	return queue.Ref{Name: name}
}

// send sends bodies, one call each.
func (f *fixture) send(to queue.Ref, bodies ...string) {
	f.Helper()
	for _, b := range bodies {
		f.put(to, &queue.Message{Body: b})
	}
}

// put sends one message.
func (f *fixture) put(to queue.Ref, m *queue.Message) queue.Sent {
	f.Helper()
	out, err := f.queues.Send(f.Context(), to, m)
	if err != nil || out[0].Err != nil {
		f.Fatalf("send: %v %v", err, out)
	}
	return out[0]
}

// order sends bodies to groups of a FIFO queue: "group:body".
func (f *fixture) order(to queue.Ref, list ...string) {
	f.Helper()
	for _, s := range list {
		group, body, _ := strings.Cut(s, ":")
		f.put(to, &queue.Message{Body: body, GroupID: group, DedupID: s})
	}
}

// receive takes what is there now, at most ten.
func (f *fixture) receive(from queue.Ref) []*queue.Received {
	f.Helper()
	got, err := f.queues.Receive(f.Context(), from, queue.ReceiveOptions{Max: 10})
	if err != nil {
		f.Fatalf("receive: %v", err)
	}
	return got
}

// bodies is what messages say, in order.
func bodies(list []*queue.Received) string {
	var out []string
	for _, m := range list {
		out = append(out, m.Body)
	}
	return strings.Join(out, " ")
}

// expect receives and compares the bodies.
func (f *fixture) expect(from queue.Ref, want string) []*queue.Received {
	f.Helper()
	got := f.receive(from)
	if bodies(got) != want {
		f.Fatalf("received %q, want %q", bodies(got), want)
	}
	return got
}

// remove deletes messages and demands that each handle is taken.
func (f *fixture) remove(from queue.Ref, list ...*queue.Received) {
	f.Helper()
	for _, m := range list {
		if err := f.removeHandle(from, m.Handle); err != nil {
			f.Fatalf("delete %s: %v", m.Body, err)
		}
	}
}

// removeHandle deletes by one handle.
func (f *fixture) removeHandle(from queue.Ref, handle string) error {
	f.Helper()
	out, err := f.queues.Delete(f.Context(), from, handle)
	if err != nil {
		f.Fatalf("delete: %v", err)
	}
	return out[0]
}

// hide changes a message's visibility.
func (f *fixture) hide(in queue.Ref, m *queue.Received, d time.Duration) error {
	f.Helper()
	out, err := f.queues.ChangeVisibility(f.Context(), in, queue.Visibility{Handle: m.Handle, Timeout: d})
	if err != nil {
		f.Fatalf("change visibility: %v", err)
	}
	return out[0]
}

// counts gives what a queue holds.
func (f *fixture) counts(in queue.Ref) queue.Counts {
	f.Helper()
	_, c, err := f.queues.Count(f.Context(), in)
	if err != nil {
		f.Fatal(err)
	}
	return c
}

// sweep runs the sweep once.
func (f *fixture) sweep() {
	f.Helper()
	if err := f.queues.Sweep(f.Context()); err != nil {
		f.Fatal(err)
	}
}

// rows counts the rows of the tables that hold messages.
func (f *fixture) rows() (n int) {
	f.Helper()
	err := f.db.Read(f.Context(), func(tx *store.Tx) error {
		_, err := tx.Get(`SELECT (SELECT COUNT(*) FROM queue_message) + (SELECT COUNT(*) FROM queue_slot) + (SELECT COUNT(*) FROM queue_fifo)
			+ (SELECT COUNT(*) FROM queue_group)`, nil, &n)
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	return n
}

// wantFault demands an error of a kind about a subject.
func (f *fixture) wantFault(err error, kind fault.Kind, subject string) {
	f.Helper()
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Kind != kind || e.Subject != subject {
		f.Fatalf("err = %v, want %s about %s", err, kind, subject)
	}
}

func itoa[N int | int64](n N) string { return strconv.FormatInt(int64(n), 10) }
