package bus

import (
	"context"
	"math"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/pattern"
	"github.com/casestream/casestream/store"
)

// TraceConfig bounds what is remembered of events.
type TraceConfig struct {
	Keep   time.Duration // how long what became of an event is kept; 0: not at all
	Events int           // of how many events at most, the newest ones; 0: of any number
	Bytes  int64         // and about how large the events may be together; 0: of any size
}

// What became of an event at a target and, by the worst of its targets, of the event.
const (
	TraceDelivered    = "DELIVERED"
	TraceWaiting      = "WAITING"       // it is to be tried, or tried again
	TraceDeadLettered = "DEAD_LETTERED" // the target's dead-letter queue has it
	TraceDropped      = "DROPPED"       // neither the target nor a dead-letter queue has it
	TraceUnmatched    = "UNMATCHED"     // of an event alone: no rule with a target matched it
)

// SubjectTrace is what this file's faults are about.
const SubjectTrace = "Event"

// Trace is what became of an event that was put on a bus once: an event that is replayed or sent again leaves another
// trace of the same EventID.
type Trace struct {
	Position           int64 // later ones have higher numbers, but for those of transactions at the same time
	EventID            string
	Bus                string // that it was put on
	Source, DetailType string
	At                 time.Time // when it came
	Replay             string    // the name of the replay that it was part of; empty: none
	Event              []byte    // the event as targets see it
	Rules              []string  // the ARNs of the rules that matched, those of buses that it was passed on to included
	Targets            []TraceTarget
	State              string

	// Code and Message say why it met no target at all; empty: nothing stood in its way.
	Code, Message string

	traceHeader string
}

// TraceTarget is what became of an event at one target of one rule.
type TraceTarget struct {
	Bus                 string // the rule's
	RuleARN, RuleName   string
	TargetID, TargetARN string
	State               string
	Code, Message       string // of what ended it, or, where it waits, of the last attempt; empty: it did not fail
	// Attempts are in their order. Of many the first ones and the last ones are kept. A target in our own store is
	// tried once, when the event comes.
	Attempts    []Attempt
	NextAttempt time.Time // zero: there is none, or it is to be tried at once
}

// Attempt is one attempt to bring an event to a target.
type Attempt struct {
	Number        int // from 1
	At            time.Time
	Took          time.Duration
	Code, Message string    // empty: it arrived
	Status        int       // of the HTTP answer; 0: there was none
	Next          time.Time // when it is to be tried again; zero: that was all
}

// TraceQuery says which traces to list. Its zero value lists all.
type TraceQuery struct {
	EventID  string           // empty: any
	Bus      string           // the one that the event was put on; empty: any
	Pattern  *pattern.Pattern // that the event satisfies; nil: any
	State    string           // empty: any
	From, To time.Time        // when the event came: from From until before To; zero: any time
	Before   int64            // only positions below it; 0: from the newest on
	Limit    int              // 0: 100

	first bool // the first one is all that is needed
}

// Traces is a page of traces, the newest first.
type Traces struct {
	List []Trace
	// Next is the Before of the next page; 0: this is the last one. A page may hold fewer than its Limit, or nothing, and
	// have a next one all the same: how many traces are looked at for one is bounded.
	Next int64
}

// Bounds of what is looked at for one page.
const (
	traceLimit = 100
	traceScan  = 2000
	traceBytes = 8 << 20
	// traceSlack is how far the order of positions may be from that of times.
	traceSlack = time.Minute
)

// Traces lists what became of events.
func (b *Bus) Traces(ctx context.Context, q TraceQuery) (page Traces, err error) {
	if q.Before <= 0 {
		q.Before = math.MaxInt64
	}
	if q.Limit <= 0 {
		q.Limit = traceLimit
	}
	err = b.db.Read(ctx, func(tx *store.Tx) error {
		page = Traces{}
		rows, more, err := listTraces(tx, &q)
		if err != nil {
			return err
		}
		for i := range rows {
			if len(page.List) == q.Limit {
				page.Next = rows[i-1].position
				return nil
			}
			t, ok, err := b.readTrace(tx, &rows[i], &q)
			if err != nil {
				return err
			}
			if ok {
				page.List = append(page.List, t)
			}
		}
		if more {
			page.Next = rows[len(rows)-1].position
		}
		return nil
	})
	return page, err
}

// TraceOf gives what became of an event; of several traces of its id, the newest. An event that there is none of is a
// fault.NotFound.
func (b *Bus) TraceOf(ctx context.Context, eventID string) (Trace, error) {
	page, err := b.Traces(ctx, TraceQuery{EventID: eventID, Limit: 1, first: true})
	if err != nil {
		return Trace{}, err
	}
	if len(page.List) == 0 {
		return Trace{}, fault.Missing(SubjectTrace, eventID, "Event "+eventID+" does not exist, or came too long ago.")
	}
	return page.List[0], nil
}

// fits says whether a trace is one of those that a query asks for, as far as its row tells.
func (q *TraceQuery) fits(row *traceRow, o *tracedOutcome) bool {
	switch {
	case q.Bus != "" && q.Bus != o.Bus:
	case !q.From.IsZero() && row.cameAt < q.From.UnixMicro():
	case !q.To.IsZero() && row.cameAt >= q.To.UnixMicro():
	case q.Pattern != nil:
		ok, err := q.Pattern.Match(row.event)
		return ok && err == nil // what cannot be decided does not match
	default:
		return true
	}
	return false
}

// readTrace makes a trace of its row; no, when the query does not ask for it.
func (b *Bus) readTrace(tx *store.Tx, row *traceRow, q *TraceQuery) (t Trace, ok bool, err error) {
	o, err := row.read()
	if err != nil || !q.fits(row, &o) {
		return t, false, err
	}
	if t, err = b.traceFrom(row, &o); err != nil {
		return t, false, err
	}
	if o.waits() {
		attempts, err := listAttempts(tx, row.position)
		if err != nil {
			return t, false, err
		}
		t.carried(attempts)
	}
	t.State = t.worst()
	return t, q.State == "" || q.State == t.State, nil
}

// worst gives the state of an event by those of its targets.
func (t *Trace) worst() string {
	state := TraceUnmatched
	if t.Code != "" {
		return TraceDropped
	}
	rank := map[string]int{TraceUnmatched: 0, TraceDelivered: 1, TraceWaiting: 2, TraceDeadLettered: 3, TraceDropped: 4}
	for i := range t.Targets {
		if s := t.Targets[i].State; rank[s] > rank[state] {
			state = s
		}
	}
	return state
}
