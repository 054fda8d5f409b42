// Package bus is the ledger of events: event buses, their rules and targets, and Publish, which matches an
// event and delivers it in the caller's own transaction.
//
// There is one way onto a bus, and it takes a transaction: a change and the event that tells of it are one
// commit. A target in our own store (a Local) receives the event in that commit too. The bus knows no
// service: who the Locals are is filled in from above, and EventBridge's API is svc/eventbridge.
//
//	bus.go       Bus and the event buses that exist · bus_sql.go their rows
//	publish.go   Event, Publish: match, make out deliveries, carry them · batch.go events in a transaction of their own
//	envelope.go  the bytes of an event as targets see them · input.go what a target receives instead
//	delivery.go  Delivery and Local: what a target is handed; dead letters, counters
//	drop.go      the log of what was dropped
//	rule.go      rules · rule_sql.go their rows
//	schedule.go  rules that are due at times · schedule_sql.go when they are
//	target.go    targets · target_sql.go their rows
//	change.go    the log of changes of rules and targets · change_sql.go its rows
//	current.go   the compiled rules of a bus, as a transaction sees them
//	compiled.go  rules, compiled · compiled_sql.go how they are loaded · compiled_table.go rules by number
package bus

import (
	"cmp"
	"log/slog"
	"sync"
	"time"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/base/obs"
	"github.com/casestream/casestream/store"
)

// Default is the bus that every account has, and the one that AWS's services publish to.
const Default = "default"

// Subjects of this room's faults: what they are about.
const (
	SubjectBus    = "EventBus"
	SubjectRule   = "Rule"
	SubjectTarget = "Target"
)

// awsQuotas are in force where Config gives none.
var awsQuotas = Quotas{RulesPerBus: 300, WildcardRulesPerBus: 30, TargetsPerRule: 5}

// Config is what a Bus needs from outside. Log and Metrics may be nil.
type Config struct {
	ARNs    arn.Maker
	Log     *slog.Logger
	Metrics *obs.Registry
	// Locals are the targets in our own store, by the service part of their ARN: "sqs".
	Locals map[string]Local
	Quotas Quotas
}

// Quotas bound what an account may have. 0 stands for AWS's default.
type Quotas struct {
	RulesPerBus, WildcardRulesPerBus int // the latter of rules whose pattern has a wildcard
	TargetsPerRule                   int
}

// Bus holds every event bus of an account.
type Bus struct {
	db    *store.DB
	cfg   Config
	count counters
	drops *dropLog
	puts  *store.Batch[[]Outgoing, []error]

	mu       sync.RWMutex
	compiled map[string]*compiledBus // by bus name
}

// EventBus is one event bus.
type EventBus struct {
	Name, ARN         string
	Created, Modified time.Time // zero for the default bus, which was always there
}

// New makes the buses of an account, which live in db.
func New(db *store.DB, cfg Config) *Bus {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Metrics == nil {
		cfg.Metrics = obs.NewRegistry()
	}
	q := &cfg.Quotas
	q.RulesPerBus = cmp.Or(q.RulesPerBus, awsQuotas.RulesPerBus)
	q.WildcardRulesPerBus = cmp.Or(q.WildcardRulesPerBus, awsQuotas.WildcardRulesPerBus)
	q.TargetsPerRule = cmp.Or(q.TargetsPerRule, awsQuotas.TargetsPerRule)
	b := &Bus{db: db, cfg: cfg, count: newCounters(cfg.Metrics), drops: newDropLog(cfg.Log), compiled: make(map[string]*compiledBus)}
	b.puts = store.NewBatch(db, maxBatch, b.publishBatch)
	return b
}

// EventBus gives the bus of a name; a missing one is a fault.NotFound.
func (b *Bus) EventBus(tx *store.Tx, name string) (EventBus, error) {
	list, err := b.EventBuses(tx, name)
	if err != nil {
		return EventBus{}, err
	}
	for _, e := range list {
		if e.Name == name {
			return e, nil
		}
	}
	return EventBus{}, missingBus(name)
}

// EventBuses lists the buses whose name begins with prefix, in name order.
func (b *Bus) EventBuses(tx *store.Tx, prefix string) ([]EventBus, error) {
	list, err := listBuses(tx, prefix)
	for i := range list {
		list[i].ARN = b.cfg.ARNs.Make("events", "event-bus/"+list[i].Name)
	}
	return list, err
}

// NameOf reads what an API calls EventBusName: a name, the ARN of a bus of this account and Region, or
// nothing, which is the default bus. It says no to the ARN of anything else.
func (b *Bus) NameOf(nameOrARN string) (string, bool) {
	if nameOrARN == "" {
		return Default, true
	}
	a, ok := arn.Parse(nameOrARN)
	if !ok {
		return nameOrARN, true
	}
	const kind = "event-bus/"
	if len(a.Resource) <= len(kind) || a.Resource[:len(kind)] != kind || b.cfg.ARNs.Make("events", a.Resource) != nameOrARN {
		return "", false
	}
	return a.Resource[len(kind):], true
}

// missingBus says that a bus does not exist.
func missingBus(name string) error {
	return fault.Missing(SubjectBus, name, "Event bus "+name+" does not exist.")
}

// overLimit says that a quota is used up, in the words that AWS has for each of them.
func overLimit() error {
	return fault.New(fault.Limit, "The requested resource exceeds the maximum number allowed.")
}
