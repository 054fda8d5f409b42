// Package queue keeps durable queues: visibility timeouts, delays, long polling, FIFO order and
// deduplication, dead letters, retention. A message is sent in the caller's own transaction (SendManyTx), so
// that it exists exactly when the change that it tells of does.
//
// It is not the SQS API: svc/sqs decodes, authorises and words the answers. It keeps SQS's rules, because
// whoever sends must meet them, be it a client or the bus.
//
//	queue.go       Queues, Queue and its cached copies · queue_sql.go their rows
//	attributes.go  a queue's attributes and their rules · redrive.go the two redrive policies
//	permission.go  a queue's policy: its limits, statements added and taken away · tag.go tags
//	manage.go      create, change, list, purge, delete · sweep.go what goes by itself: retention, old bins · sweep_sql.go its rows
//	message.go     Message and the rules that it must meet · handle.go receipt handles
//	send.go        sending · send_sql.go its rows · dedup_sql.go duplicates on FIFO queues
//	receive.go     receiving, batched · standard_sql.go claims on standard queues, from floor_sql.go on · fifo_sql.go on FIFO queues
//	fifo.go        receiving from FIFO queues · settle_fifo.go settling there · group_sql.go many messages of many groups at once
//	attempt.go     receives that are tried again · attempt_sql.go what they gave
//	flight.go      how many messages may be in flight · fair.go fair queues: groups on standard queues · fair_sql.go their rows
//	dead_letter_sql.go moves to the dead-letter queue
//	move.go        message move tasks, which take dead letters back · move_sql.go their rows
//	move_run.go    their steps · move_walk.go the messages of a step · move_walk_sql.go where these lie
//	settle.go      deleting and changing visibility · settle_sql.go its rows
//	depth.go       what queues hold, for the metrics · depth_sql.go the oldest of it
//	poll.go        long polls · wait.go who waits for which queue
//	peek.go        looking at messages without receiving them · peek_sql.go their rows
//	tail.go        messages as they arrive, without receiving them · tail_stream.go the last that arrived
package queue

import (
	"log/slog"
	"sync"
	"time"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/base/obs"
	"github.com/casestream/casestream/policy"
	"github.com/casestream/casestream/store"
)

// Subjects of this room's faults, by which the SQS door tells its exceptions apart.
const (
	SubjectQueue          = "Queue"          // the queue does not exist
	SubjectQueueName      = "QueueName"      // a queue of the name exists and differs
	SubjectDeleted        = "DeletedQueue"   // a queue of the name was deleted a moment ago
	SubjectAttributeName  = "AttributeName"  // no such attribute on such a queue
	SubjectAttributeValue = "AttributeValue" // a value outside the attribute's rule
	SubjectParameter      = "Parameter"      // a parameter's value is refused
	SubjectSize           = "Size"           // the message is larger than the queue takes
	SubjectMissing        = "Missing"        // a parameter is not there
	SubjectContents       = "Contents"       // characters that a message may not contain
	SubjectHandle         = "ReceiptHandle"  // a receipt handle that never was one
	SubjectPurge          = "Purge"          // purged a moment ago
	SubjectInFlight       = "InFlight"       // too many messages are in the hands of receivers
	SubjectPolicy         = "Policy"         // a policy would hold more than it may
	SubjectMove           = "MoveTask"       // a message move task, or a queue that it is about, does not exist
)

// Config is what Queues needs from outside. Log and Metrics may be nil.
type Config struct {
	ARNs    arn.Maker
	Log     *slog.Logger
	Metrics *obs.Registry
	// RecreateAfter is how long the name of a deleted queue stays taken: 60 s on AWS, 0 here, because
	// scripts that set up and tear down would have to wait.
	RecreateAfter time.Duration
	// MaxInFlight is how many messages of a queue may be in the hands of receivers; 0: 120,000, as on AWS.
	MaxInFlight int
}

// Queues are all queues of a store.
type Queues struct {
	db    *store.DB
	cfg   Config
	lobby *lobby
	count counters
	moves chan struct{} // a message move task has work to do

	arrivals *arrivals

	floors floors

	memory memory

	sends    *store.Batch[sendCall, []Sent]
	receives *store.Batch[receiveCall, received]
	deletes  *store.Batch[deleteCall, []error]
	changes  *store.Batch[changeCall, []error]

	mu    sync.RWMutex
	cache map[string]*Queue
}

// Queue is a copy of one queue's settings as they were at a version. It is shared and never changes.
type Queue struct {
	ID                int64
	Name, ARN         string
	FIFO              bool
	VisibilityTimeout time.Duration
	Delay             time.Duration
	Retention         time.Duration
	ReceiveWait       time.Duration
	MaxMessageSize    int
	ContentDedup      bool           // the body's hash stands in for a deduplication id
	Policy            *policy.Policy // nil: none
	Redrive           *Redrive       // nil: no dead-letter queue
	RedriveAllow      *RedriveAllow  // nil: any queue may use this one for its dead letters
	Tags              map[string]string
	Created, Modified time.Time

	version    int64
	bin        int64
	groupDedup bool
	purged     time.Time
	set        map[string]string // the attributes that were set
}

// maxBatch bounds how many concurrent calls share a batch.
const maxBatch = 256

// New makes the queues of a store.
func New(db *store.DB, cfg Config) *Queues {
	if cfg.MaxInFlight == 0 {
		cfg.MaxInFlight = maxInFlight
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Metrics == nil {
		cfg.Metrics = obs.NewRegistry()
	}
	s := &Queues{db: db, cfg: cfg, count: newCounters(cfg.Metrics), cache: make(map[string]*Queue)}
	s.lobby = newLobby(db)
	s.arrivals = newArrivals(db.Now, db.Ordered())
	s.registerDepths()
	s.sends = store.NewBatch(db, maxBatch, s.sendBatch)
	s.receives = store.NewBatch(db, maxBatch, s.receiveBatch)
	s.deletes = store.NewBatch(db, maxBatch, s.deleteBatch)
	s.changes = store.NewBatch(db, maxBatch, s.changeBatch)
	s.moves = make(chan struct{}, 1)
	return s
}

// counters are what this room counts.
type counters struct {
	sent, received, deleted, dead, moved, expired *obs.Counter
}

// newCounters registers the counters.
func newCounters(r *obs.Registry) counters {
	return counters{
		sent:     r.Counter("casestream_queue_messages_sent_total", "Messages stored in a queue."),
		received: r.Counter("casestream_queue_messages_received_total", "Deliveries of a message to a receiver."),
		deleted:  r.Counter("casestream_queue_messages_deleted_total", "Messages that their receiver deleted."),
		dead:     r.Counter("casestream_queue_messages_dead_lettered_total", "Messages moved to a dead-letter queue."),
		moved:    r.Counter("casestream_queue_messages_moved_total", "Messages that a message move task took out of a dead-letter queue; where they go they are sent."),
		expired:  r.Counter("casestream_queue_messages_expired_total", "Messages dropped at the end of their retention period."),
	}
}

// ByName gives the queue of a name as the transaction sees it. A missing queue is a fault.NotFound.
func (s *Queues) ByName(tx *store.Tx, name string) (*Queue, error) {
	var version int64
	found := isName(name) // what no queue can be called, some databases do not even take for a text
	if found {
		var err error
		if version, found, err = getVersion(tx, name); err != nil {
			return nil, err
		}
	}
	if !found {
		return nil, missingQueue(name)
	}
	s.mu.RLock()
	q := s.cache[name]
	s.mu.RUnlock()
	if q != nil && q.version == version {
		return q, nil
	}
	q, err := s.getQueue(tx, name)
	if err != nil {
		return nil, err
	}
	// A version is never drawn twice, so a copy of a change that rolls back is never taken for current.
	s.mu.Lock()
	s.cache[name] = q
	s.mu.Unlock()
	return q, nil
}

// ByARN gives the queue that an ARN of this account and Region names.
func (s *Queues) ByARN(tx *store.Tx, queueARN string) (*Queue, error) {
	a, ok := arn.Parse(queueARN)
	if !ok || s.cfg.ARNs.Make("sqs", a.Resource) != queueARN {
		return nil, missingQueue(queueARN)
	}
	return s.ByName(tx, a.Resource)
}

// missingQueue says that there is no queue of a name or ARN.
func missingQueue(name string) error {
	return fault.Missing(SubjectQueue, name, "The specified queue does not exist.")
}

// forget drops the cached copy of a deleted queue.
func (s *Queues) forget(name string) {
	s.mu.Lock()
	delete(s.cache, name)
	s.mu.Unlock()
}

// Ref names a queue, and says who may use it.
type Ref struct {
	Name string
	// Allow, when not nil, is asked in the operation's transaction; its error ends the operation.
	Allow func(*Queue) error
}

// resolve finds the queue that a caller means, and asks whether the caller may.
func (s *Queues) resolve(tx *store.Tx, r Ref) (*Queue, error) {
	q, err := s.ByName(tx, r.Name)
	if err == nil && r.Allow != nil {
		err = r.Allow(q)
	}
	if err != nil {
		return nil, err
	}
	return q, nil
}

// resolver remembers the queues that a batch has met, so that each is looked up once.
type resolver struct {
	s    *Queues
	tx   *store.Tx
	seen map[string]*Queue
}

// resolve is Queues.resolve with that memory.
func (r *resolver) resolve(ref Ref) (*Queue, error) {
	q := r.seen[ref.Name]
	if q == nil {
		var err error
		if q, err = r.s.ByName(r.tx, ref.Name); err != nil {
			return nil, err
		}
		if r.seen == nil {
			r.seen = make(map[string]*Queue, 1)
		}
		r.seen[ref.Name] = q
	}
	if ref.Allow != nil {
		if err := ref.Allow(q); err != nil {
			return nil, err
		}
	}
	return q, nil
}
