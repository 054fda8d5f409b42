package queue

import (
	"context"
	"errors"
	"maps"
	"regexp"
	"strings"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// A queue's name, without the suffix that makes it FIFO.
var (
	nameForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}$`)
	fifoForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,75}\.fifo$`)
)

// purgeEvery is how long a queue cannot be purged again.
const purgeEvery = 60 * time.Second

// errUnchanged ends a transaction that finds nothing to write, so that it need not commit.
var errUnchanged = errors.New("nothing to change")

// isName says whether a text has only letters, digits, hyphens, underscores and periods.
func isName(s string) bool {
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return true
}

// checkName checks the name of a new queue against the kind of queue that its attributes ask for.
func checkName(name string, attributes map[string]string) (fifo bool, err error) {
	if strings.EqualFold(attributes[attrFIFO], yes) {
		if !fifoForm.MatchString(name) {
			return false, parameter("The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.")
		}
		return true, nil
	}
	if !nameForm.MatchString(name) {
		return false, parameter("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length")
	}
	return false, nil
}

// Create makes a queue. One that exists is left as it is, and is an error only where an attribute given
// differs from what the queue has.
func (s *Queues) Create(ctx context.Context, name string, attributes, tags map[string]string) (*Queue, error) {
	fifo, err := checkName(name, attributes)
	if err != nil {
		return nil, err
	}
	given, err := canonicalAttributes(attributes, fifo)
	if err != nil {
		return nil, err
	}
	if err := checkTags(name, tags, len(tags)); err != nil {
		return nil, err
	}
	var q *Queue
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		q, err = s.create(tx, name, fifo, maps.Clone(given), tags)
		return err
	})
	if errors.Is(err, errUnchanged) {
		err = nil
	}
	if err != nil {
		return nil, err
	}
	return q, nil
}

// create is Create's transaction.
func (s *Queues) create(tx *store.Tx, name string, fifo bool, given, tags map[string]string) (*Queue, error) {
	if err := s.checkRedrive(tx, name, fifo, given); err != nil {
		return nil, err
	}
	q, err := s.ByName(tx, name)
	if err == nil {
		return q.asAskedFor(given)
	}
	if fault.KindOf(err) != fault.NotFound {
		return nil, err
	}
	if s.cfg.RecreateAfter > 0 {
		recent, err := deletedAfter(tx, name, tx.Now().Add(-s.cfg.RecreateAfter).UnixMicro())
		if err != nil {
			return nil, err
		}
		if recent {
			return nil, &fault.Error{
				Kind: fault.Conflict, Subject: SubjectDeleted, ID: name,
				Msg: "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
			}
		}
	}
	set, err := merge(nil, given)
	if err != nil {
		return nil, err
	}
	made, err := insertQueue(tx, name, set[attrDedupScope] == scopeGroup, set, tags)
	if err != nil {
		return nil, err
	}
	if q, err = s.ByName(tx, name); err != nil || made {
		return q, err
	}
	return q.asAskedFor(given) // another node was faster by a moment
}

// asAskedFor gives a queue that exists to who wants to create it, unless it differs from what was asked for.
func (q *Queue) asAskedFor(given map[string]string) (*Queue, error) {
	if differs := q.firstDifference(given); differs != "" {
		return nil, &fault.Error{
			Kind: fault.Conflict, Subject: SubjectQueueName, ID: q.Name,
			Msg: "A queue already exists with the same name and a different value for attribute " + differs,
		}
	}
	return q, errUnchanged
}

// SetAttributes changes some of a queue's attributes.
func (s *Queues) SetAttributes(ctx context.Context, ref Ref, attributes map[string]string) error {
	return s.change(ctx, ref, func(tx *store.Tx, q *Queue) error {
		given, err := canonicalAttributes(attributes, q.FIFO)
		if err != nil {
			return err
		}
		if err := s.checkRedrive(tx, q.Name, q.FIFO, given); err != nil {
			return err
		}
		set, err := merge(q.set, given)
		if err != nil {
			return err
		}
		if err := updateQueue(tx, q.ID, set, q.Tags); err != nil {
			return err
		}
		if !q.FIFO || given[attrDelay] == "" {
			return nil
		}
		// On a FIFO queue a new delay holds for the messages that wait, too.
		changed, err := s.ByName(tx, q.Name)
		if err != nil || changed.Delay == q.Delay {
			return err
		}
		tx.AfterCommit(func() { s.lobby.wake(q.ID, 1) })
		return shiftDelay(tx, q.bin, (changed.Delay - q.Delay).Microseconds())
	})
}

// change runs a change of a queue's settings while nobody else changes them.
func (s *Queues) change(ctx context.Context, ref Ref, fn func(*store.Tx, *Queue) error) error {
	return s.db.Write(ctx, func(tx *store.Tx) error {
		if isName(ref.Name) {
			if err := lockQueue(tx, ref.Name); err != nil {
				return err
			}
		}
		q, err := s.resolve(tx, ref)
		if err != nil {
			return err
		}
		return fn(tx, q)
	})
}

// Get gives a queue.
func (s *Queues) Get(ctx context.Context, ref Ref) (q *Queue, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		q, err = s.resolve(tx, ref)
		return err
	})
	return q, err
}

// Counts are how many messages a queue holds.
type Counts struct {
	Visible, InFlight, Delayed int64
}

// Count gives a queue and how many messages it holds.
func (s *Queues) Count(ctx context.Context, ref Ref) (q *Queue, c Counts, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		if q, err = s.resolve(tx, ref); err != nil {
			return err
		}
		if q.FIFO {
			c, err = countFIFO(tx, q, tx.Micros())
		} else {
			c, err = countStandard(tx, q, tx.Micros())
		}
		return err
	})
	return q, c, err
}

// List lists the names of queues that begin with a prefix, in order, from behind a name.
func (s *Queues) List(ctx context.Context, prefix, after string, limit int) (names []string, err error) {
	if !isName(prefix) {
		return nil, nil
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		names, err = listNames(tx, prefix, after, limit)
		return err
	})
	return names, err
}

// DeleteQueue removes a queue with its messages. Its name is free at once; who waits for its messages is
// told that it is gone.
func (s *Queues) DeleteQueue(ctx context.Context, ref Ref) error {
	return s.change(ctx, ref, func(tx *store.Tx, q *Queue) error {
		tx.AfterCommit(func() {
			s.forget(q.Name)
			s.memory.forget(q.bin)
			s.lobby.wakeAll(q.ID)
		})
		return deleteQueue(tx, q)
	})
}

// Purge removes all messages of a queue, and forgets its deduplication ids.
func (s *Queues) Purge(ctx context.Context, ref Ref) error {
	return s.change(ctx, ref, func(tx *store.Tx, q *Queue) error {
		if tx.Now().Before(q.purged.Add(purgeEvery)) {
			return &fault.Error{
				Kind: fault.Limit, Subject: SubjectPurge, ID: q.Name,
				Msg: "Only one PurgeQueue operation on " + q.Name + " is allowed every 60 seconds.",
			}
		}
		tx.AfterCommit(func() { s.memory.forget(q.bin) })
		return replaceBin(tx, q)
	})
}
