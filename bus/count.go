package bus

import (
	"context"
	"time"

	"github.com/casestream/casestream/base/obs"
	"github.com/casestream/casestream/store"
)

// counters are what this room counts. Where EventBridge counts the same, CloudWatch's name is in the metric's.
type counters struct {
	published, scheduled, archived, replayed *obs.Count

	matched          *obs.Counter // bus, rule
	invocations      *obs.Counter // bus, rule, target
	failed           *obs.Counter // error_code
	notInvoked       *obs.Count   // DeadLetterInvocations
	buried, unburied *obs.Count
	retried          *obs.Count
	throttled        *obs.Count
	doubles          *obs.Count
	dropped          *obs.Counter // reason
	started          *obs.Durations
}

// newCounters registers the counters.
func newCounters(r *obs.Registry) counters {
	return counters{
		published: r.Counter("casestream_events_published_total", "Events that were put on a bus, those of replays among them.").Of(),
		scheduled: r.Counter("casestream_events_scheduled_total", "Times that a scheduled rule was due.").Of(),
		archived:  r.Counter("casestream_events_archived_total", "Events that archives keep; one that several archives keep counts once.").Of(),
		replayed:  r.Counter("casestream_events_replayed_total", "Archived events that replays put on their bus again.").Of(),
		matched:   r.Counter("casestream_events_matched_total", "Matches of an event and an enabled rule.", "bus", "rule"),
		invocations: r.Counter("casestream_invocations_total", "Deliveries to a target that are done with, whether they arrived or failed for good.",
			"bus", "rule", "target"),
		failed:     r.Counter("casestream_failed_invocations_total", "Deliveries that failed for good, by the error code of their dead letter.", "error_code"),
		notInvoked: r.Counter("casestream_dead_letter_invocations_total", "Deliveries that were not tried, because the event would go round between buses.").Of(),
		buried:     r.Counter("casestream_invocations_sent_to_dlq_total", "Events that went to a dead-letter queue.").Of(),
		unburied:   r.Counter("casestream_invocations_failed_to_be_sent_to_dlq_total", "Events that a dead-letter queue did not take; they are dropped.").Of(),
		retried:    r.Counter("casestream_retry_invocation_attempts_total", "Attempts to deliver after a first one.").Of(),
		throttled:  r.Counter("casestream_throttled_rules_total", "Attempts that a target put off because there were too many.").Of(),
		doubles:    r.Counter("casestream_duplicate_deliveries_total", "Deliveries that their target may have received before: an earlier attempt timed out, or another node made one.").Of(),
		dropped:    r.Counter("casestream_events_dropped_total", "Events that reached neither a target nor a dead-letter queue.", "reason"),
		started:    r.Histogram("casestream_ingestion_to_invocation_start_seconds", "Time from an event's coming to the first delivery to a target: for targets in the store to the commit.", obs.Seconds).Of(),
	}
}

// tally is what became of events. It counts only once the transaction has committed.
type tally struct {
	published, scheduled, archived, replayed int64

	matched []*obs.Count // of each match its rule's
	invoked []*obs.Count // of each delivery that is done with its target's
	local   int64        // deliveries in our own store

	failed                       []string // why deliveries failed for good
	notInvoked, buried, unburied int64
	retried, throttled, doubles  int64
	waited                       []time.Duration // before first attempts at targets outside our store
	drops                        []drop
}

// invocation counts a delivery that is done with.
func (t *tally) invocation(b *Bus, d *Delivery) {
	c := d.invoked
	if c == nil {
		c = b.count.invocations.Of(d.BusName, d.RuleName, d.TargetID)
	}
	t.invoked = append(t.invoked, c)
}

// failure counts a delivery that failed for good. One that would have sent its event round was never tried.
func (t *tally) failure(b *Bus, d *Delivery, code string) {
	if code == Loop || code == LimitExceeded {
		t.notInvoked++
		return
	}
	t.invocation(b, d)
	t.failed = append(t.failed, code)
}

// attempt counts what an attempt at a target outside our store was. struck says that it was this one that settled
// the delivery.
func (t *tally) attempt(o *Outcome, struck bool) {
	if o.Began.IsZero() {
		return
	}
	if o.Attempts > 0 {
		t.retried++
	} else {
		t.waited = append(t.waited, o.Began.Sub(o.Accepted))
	}
	if o.Ending != Delivered && o.Code == Throttling {
		t.throttled++
	}
	// Another node has settled it; or it went out before, and nobody knows whether it arrived.
	if o.Ending == Delivered && (!struck || o.Pending.Code == Timeout) {
		t.doubles++
	}
}

// settle counts what became of events, of which those for targets in our store came at an instant, and tells of what
// was dropped.
func (b *Bus) settle(t *tally, came time.Time) {
	c := &b.count
	c.published.Add(t.published)
	c.scheduled.Add(t.scheduled)
	c.archived.Add(t.archived)
	c.replayed.Add(t.replayed)
	for _, m := range t.matched {
		m.Add(1)
	}
	for _, i := range t.invoked {
		i.Add(1)
	}
	for _, code := range t.failed {
		c.failed.Add(1, code)
	}
	c.notInvoked.Add(t.notInvoked)
	c.buried.Add(t.buried)
	c.unburied.Add(t.unburied)
	c.retried.Add(t.retried)
	c.throttled.Add(t.throttled)
	c.doubles.Add(t.doubles)
	if t.local > 0 {
		c.started.Observe(b.db.Now().Sub(came), t.local)
	}
	for _, w := range t.waited {
		c.started.Observe(w, 1)
	}
	for _, d := range t.drops {
		c.dropped.Add(1, d.reason)
		b.drops.tell(d)
	}
}

// Backlog is what waits for targets outside our store.
type Backlog struct {
	Pending int64     // deliveries, counted up to maxBacklog
	Oldest  time.Time // when the event of the first one came; zero: there is none
}

// maxBacklog bounds what a count walks over.
const maxBacklog = 1_000_000

// Backlog tells what waits for targets outside our store, and the time that goes with it.
func (b *Bus) Backlog(ctx context.Context) (l Backlog, now time.Time, err error) {
	err = b.db.Read(ctx, func(tx *store.Tx) error {
		now = tx.Now()
		l, err = readBacklog(tx)
		return err
	})
	return l, now, err
}

// registerBacklog has the backlog read when the metrics are asked for.
func (b *Bus) registerBacklog() {
	pending := b.cfg.Metrics.Gauge("casestream_outbox_pending", "Deliveries that wait for targets outside the store, counted up to 1,000,000.")
	age := b.cfg.Metrics.Gauge("casestream_outbox_oldest_age_seconds", "How long ago the event of the longest waiting delivery came; 0 where none waits.")
	b.cfg.Metrics.Read(func(ctx context.Context) ([]obs.Sample, error) {
		l, now, err := b.Backlog(ctx)
		if err != nil {
			return nil, err
		}
		waited := 0.0
		if !l.Oldest.IsZero() {
			waited = max(now.Sub(l.Oldest).Seconds(), 0)
		}
		return []obs.Sample{{Of: pending, Value: float64(l.Pending)}, {Of: age, Value: waited}}, nil
	})
}
