package bus_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/base/obs"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// shelf is a Local: it has what was delivered once the transaction has committed, as a row would be there.
type shelf struct {
	mu   sync.Mutex
	got  []bus.Delivery
	fail func(d *bus.Delivery) error
}

func (s *shelf) DeliverTx(tx *store.Tx, list []*bus.Delivery) error {
	// As a real target does: a statement in the transaction.
	if _, err := tx.Exec(`UPDATE store_probe SET at = at WHERE id = ?`, 1); err != nil {
		return err
	}
	for _, d := range list {
		if s.fail != nil {
			if d.Err = s.fail(d); d.Err != nil {
				continue
			}
		}
		c := *d
		tx.AfterCommit(func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.got = append(s.got, c)
		})
	}
	return nil
}

// take gives what was delivered since the last time.
func (s *shelf) take() []bus.Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	got := s.got
	s.got = nil
	return got
}

// fixture is a bus over a fresh store.
type fixture struct {
	*testing.T
	db      *store.DB
	bus     *bus.Bus
	shelf   *shelf
	metrics *obs.Registry
}

const account, region = "111122223333", "eu-west-2"

// queueARN names a target that the shelf stands for.
func queueARN(name string) string { return "arn:aws:sqs:" + region + ":" + account + ":" + name }

// over puts a bus on a store.
func over(t *testing.T, db *store.DB, cfg bus.Config) *fixture {
	f := &fixture{T: t, db: db, shelf: &shelf{}, metrics: obs.NewRegistry()}
	cfg.ARNs, cfg.Metrics, cfg.Locals = arn.NewMaker(account, region), f.metrics, map[string]bus.Local{"sqs": f.shelf}
	f.bus = bus.New(db, cfg)
	return f
}

// each runs a test once an engine.
func each(t *testing.T, test func(f *fixture)) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		test(over(t, d.Open(t, store.Options{}), bus.Config{Quotas: bus.Quotas{RulesPerBus: 3}}))
	})
}

// write runs fn in a transaction that must commit.
func (f *fixture) write(fn func(tx *store.Tx) error) {
	f.Helper()
	if err := f.db.Write(f.Context(), fn); err != nil {
		f.Fatal(err)
	}
}

// rule makes a rule with one target an id, each on a queue of its name.
func (f *fixture) rule(name, pattern string, targets ...bus.Target) {
	f.Helper()
	f.write(func(tx *store.Tx) error {
		if err := f.bus.PutRule(tx, bus.Rule{Bus: bus.Default, Name: name, Pattern: pattern}); err != nil {
			return err
		}
		return f.bus.PutTargets(tx, bus.Default, name, targets)
	})
}

// target is a target on the queue of a name.
func target(id string) bus.Target { return bus.Target{ID: id, ARN: queueARN(id)} }

// publish puts an event on the default bus.
func (f *fixture) publish(ev bus.Event) *bus.Event {
	f.Helper()
	f.write(func(tx *store.Tx) error { return f.bus.Publish(tx, bus.Default, &ev) })
	return &ev
}

// wants compares where the events of the last publishes went: "rule/target" in order.
func (f *fixture) wants(where ...string) []bus.Delivery {
	f.Helper()
	got := f.shelf.take()
	var list []string
	for _, d := range got {
		list = append(list, d.RuleName+"/"+d.TargetID)
	}
	if strings.Join(list, " ") != strings.Join(where, " ") {
		f.Fatalf("delivered to %v, want %v", list, where)
	}
	return got
}

// counts compares a counter, or the sum of all that it counts where no labels' values are given.
func (f *fixture) counts(name string, want int64, labels ...string) {
	f.Helper()
	if got := f.count(name, labels...); got != want {
		f.Errorf("%s %v = %d, want %d", name, labels, got, want)
	}
}

// delivered compares how many deliveries arrived: all but those that failed for good.
func (f *fixture) delivered(want int64) {
	f.Helper()
	if got := f.count("invocations") - f.count("failed_invocations"); got != want {
		f.Errorf("%d deliveries arrived, want %d", got, want)
	}
}

// count reads a counter off the metrics: the sum of its series whose labels have the values.
func (f *fixture) count(name string, labels ...string) (sum int64) {
	f.Helper()
	var text strings.Builder
	if err := f.metrics.Write(f.Context(), &text); err != nil {
		f.Fatal(err)
	}
	if !strings.Contains(text.String(), "# TYPE casestream_"+name+"_total counter\n") {
		f.Fatalf("there is no counter %s", name)
	}
	for line := range strings.Lines(text.String()) {
		series, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if base, _, _ := strings.Cut(series, "{"); base != "casestream_"+name+"_total" {
			continue
		}
		if slices.ContainsFunc(labels, func(v string) bool { return !strings.Contains(series, strconv.Quote(v)) }) {
			continue
		}
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			f.Fatal(err)
		}
		sum += n
	}
	return sum
}

// refused wants an error of a kind with a text.
func refused(t *testing.T, err error, kind fault.Kind, text string) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind || !strings.Contains(err.Error(), text) {
		t.Errorf("err = %v (%s), want %q (%s)", err, fault.KindOf(err), text, kind)
	}
}

var errStore = errors.New("the disk is on fire")
