package bus

import (
	"encoding/json"
	"log/slog"
	"sync"
	"time"
)

// drop is an event that reaches neither its target nor a dead-letter queue.
type drop struct {
	at       time.Time
	delivery *Delivery // its rule and target are empty where the event met none
	reason   string
	err      error
}

// quiet is how long the log says nothing more about drops of one kind. A queue without a policy under load
// drops thousands of events a second, and the log is written while others wait to commit; the counter
// has every one.
const quiet = time.Minute

// maxKinds bounds what the log remembers: names of buses that do not exist come from clients.
const maxKinds = 1000

// dropLog tells of drops: the first of each kind at once, later ones summed up.
type dropLog struct {
	log *slog.Logger

	mu    sync.Mutex
	kinds map[dropKind]*silence
}

// dropKind is what makes two drops the same news.
type dropKind struct{ reason, bus, rule, target string }

// silence is a time in which drops of one kind are only counted.
type silence struct {
	until time.Time
	more  int // dropped in it
}

// newDropLog makes a log that has told nothing yet.
func newDropLog(log *slog.Logger) *dropLog {
	return &dropLog{log: log, kinds: make(map[dropKind]*silence)}
}

// tell logs a drop, unless one of its kind was logged a moment ago.
func (l *dropLog) tell(d drop) {
	more, speak := l.due(dropKind{d.reason, d.delivery.BusName, d.delivery.RuleName, d.delivery.TargetID}, d.at)
	if !speak {
		return
	}
	ev := d.delivery.describe()
	l.log.Warn("event dropped",
		slog.String("reason", d.reason), slog.String("bus", d.delivery.BusName), slog.String("rule", d.delivery.RuleName),
		slog.String("target", d.delivery.TargetARN), slog.String("event_id", ev.ID), slog.String("source", ev.Source),
		slog.String("detail_type", ev.DetailType), slog.Int("dropped_before", more), slog.Any("err", d.err))
}

// describe gives what the log tells of an event. That of a delivery that lay in the outbox has it in its bytes only.
func (d *Delivery) describe() Event {
	ev := *d.Event
	if ev.Source == "" && d.envelope != nil {
		var head struct {
			Source     string `json:"source"`
			DetailType string `json:"detail-type"`
		}
		if json.Unmarshal(d.envelope, &head) == nil {
			ev.Source, ev.DetailType = head.Source, head.DetailType
		}
	}
	return ev
}

// due says whether it is time to tell of a kind, and how many drops of it nobody was told of.
func (l *dropLog) due(k dropKind, at time.Time) (more int, speak bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.kinds[k]
	if s == nil {
		if len(l.kinds) >= maxKinds {
			clear(l.kinds)
		}
		s = new(silence)
		l.kinds[k] = s
	}
	if at.Before(s.until) {
		s.more++
		return 0, false
	}
	more = s.more
	*s = silence{until: at.Add(quiet)}
	return more, true
}
