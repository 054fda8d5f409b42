// Package bus is the ledger of events: event buses, their rules and targets, and Publish, which matches an
// event and delivers it in the caller's own transaction.
//
// There is one way onto a bus, and it takes a transaction: a change and the event that tells of it are one
// commit. A target in our own store (a Local) receives the event in that commit too. The bus knows no
// service: who the Locals are is filled in from above, and EventBridge's API is svc/eventbridge.
//
//	bus.go       Bus, its configuration, how buses are named
//	event_bus.go the event buses that exist · event_bus_sql.go their rows
//	policy.go    who may put events on a bus · permission.go the statements of its policy
//	tag.go       tags of buses and rules
//	publish.go   Event, Publish: match, make out deliveries, carry them · batch.go events in a transaction of their own
//	forward.go   a bus as the target of another one's rule
//	envelope.go  the bytes of an event as targets see them · input.go what a target receives instead
//	delivery.go  Delivery and Local: what a target is handed; dead letters
//	count.go     what is counted of them · count_sql.go what waits
//	pending.go   deliveries to targets outside our store · pending_sql.go their rows · settle.go what becomes of them
//	lane.go      who carries them · lane_sql.go the leases · dynamic.go what their settings take from the event
//	news.go      what nodes tell each other of
//	drop.go      the log of what was dropped
//	rule.go      rules · rule_sql.go their rows
//	schedule.go  rules that are due at times · schedule_sql.go when they are
//	target.go    targets · target_sql.go their rows
//	archive.go   archives · archive_sql.go their rows · archive_event.go the events in them · archive_sweep.go how these go
//	replay.go    replays · replay_step.go what they do, in steps · replay_sql.go their rows
//	change.go    the log of changes of rules and targets · change_sql.go its rows
//	trace.go     what became of events · trace_event.go how it is noted · trace_outcome.go in what form · trace_sql.go the rows
//	trace_tail.go traces as they come · trace_cursor.go where a reader of them is · trace_sweep.go how they go
//	resend.go    an event again; why a rule did not match it
//	current.go   the compiled rules of a bus, as a transaction sees them
//	compiled.go  rules, compiled · compiled_sql.go how they are loaded · compiled_table.go rules by number
package bus

import (
	"cmp"
	"log/slog"
	"strings"
	"sync"

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
	SubjectPolicy = "Policy"
	SubjectTag    = "Tag"

	SubjectArchive = "Archive"
	SubjectReplay  = "Replay"
)

// awsQuotas are in force where Config gives none.
var awsQuotas = Quotas{EventBuses: 100, RulesPerBus: 300, WildcardRulesPerBus: 30, TargetsPerRule: 5, Archives: 100, ActiveReplays: 10}

// Config is what a Bus needs from outside. Log and Metrics may be nil.
type Config struct {
	ARNs    arn.Maker
	Log     *slog.Logger
	Metrics *obs.Registry
	// Locals are the targets in our own store, by the service part of their ARN: "sqs".
	Locals map[string]Local
	Quotas Quotas
	// Outside says whether a target of an ARN lies outside our store, so that courier carries events there; nil: none does.
	Outside func(a arn.ARN) bool
	// Trace bounds what is remembered of each event.
	Trace TraceConfig
}

// Quotas bound what an account may have. 0 stands for AWS's default.
type Quotas struct {
	EventBuses                       int // the default one among them
	RulesPerBus, WildcardRulesPerBus int // the latter of rules whose pattern has a wildcard
	TargetsPerRule                   int
	Archives, ActiveReplays          int // of all buses
}

// Bus holds every event bus of an account.
type Bus struct {
	db    *store.DB
	cfg   Config
	count counters
	drops *dropLog
	puts  *store.Batch[[]Outgoing, []error]
	woken chan struct{} // a replay began, or is to end

	outbox  outbox
	news    news
	tails   tails
	settles *store.Batch[Outcome, struct{}]

	mu       sync.RWMutex
	compiled map[string]*compiledBus // by bus name
	policies map[string]parsedPolicy // by bus name
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
	q.EventBuses = cmp.Or(q.EventBuses, awsQuotas.EventBuses)
	q.RulesPerBus = cmp.Or(q.RulesPerBus, awsQuotas.RulesPerBus)
	q.WildcardRulesPerBus = cmp.Or(q.WildcardRulesPerBus, awsQuotas.WildcardRulesPerBus)
	q.TargetsPerRule = cmp.Or(q.TargetsPerRule, awsQuotas.TargetsPerRule)
	q.Archives = cmp.Or(q.Archives, awsQuotas.Archives)
	q.ActiveReplays = cmp.Or(q.ActiveReplays, awsQuotas.ActiveReplays)
	b := &Bus{
		db: db, cfg: cfg, count: newCounters(cfg.Metrics), drops: newDropLog(cfg.Log),
		compiled: make(map[string]*compiledBus), policies: make(map[string]parsedPolicy), woken: make(chan struct{}, 1),
		outbox: newOutbox(),
	}
	b.registerBacklog()
	b.listen()
	b.puts = store.NewBatch(db, maxBatch, b.publishBatch)
	b.settles = store.NewBatch(db, maxSettles, b.settleBatch)
	return b
}

// ARN makes the ARN of an event bus.
func (b *Bus) ARN(bus string) string { return b.cfg.ARNs.Make("events", busResource+bus) }

// busResource is what the resource part of a bus's ARN begins with.
const busResource = "event-bus/"

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
	name, ok := strings.CutPrefix(a.Resource, busResource)
	if !ok || name == "" || b.ARN(name) != nameOrARN {
		return "", false
	}
	return name, true
}

// missingBus says that a bus does not exist.
func missingBus(name string) error {
	return fault.Missing(SubjectBus, name, "Event bus "+name+" does not exist.")
}

// overLimit says that a quota is used up, in the words that AWS has for each of them.
func overLimit() error {
	return fault.New(fault.Limit, "The requested resource exceeds the maximum number allowed.")
}
