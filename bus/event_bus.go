package bus

import (
	"cmp"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// EventBus is one event bus.
type EventBus struct {
	Name, ARN         string
	Settings          BusSettings
	Policy            string // a JSON document; empty: none
	Tags              map[string]string
	Created, Modified time.Time // zero for the default bus, until somebody changes it
}

// BusSettings are what CreateEventBus sets and UpdateEventBus changes. They are stored as JSON under these names.
type BusSettings struct {
	Description   string     `json:"description,omitempty"`
	DeadLetterARN string     `json:"deadLetterArn,omitempty"`
	Log           *LogConfig `json:"log,omitempty"`
}

// LogConfig says how much a bus would log.
type LogConfig struct {
	IncludeDetail string `json:"includeDetail,omitempty"`
	Level         string `json:"level,omitempty"`
}

// check refuses settings that AWS refuses, and what no database can hold.
func (s *BusSettings) check() error {
	if !storable(s.Description) {
		return fault.New(fault.Invalid, "Parameter Description is not valid.")
	}
	if s.DeadLetterARN == "" {
		return nil
	}
	if q, ok := arn.Parse(s.DeadLetterARN); !ok || q.Service != "sqs" || strings.HasSuffix(q.Resource, ".fifo") || !storable(s.DeadLetterARN) {
		return fault.New(fault.Invalid, "Parameter DeadLetterConfig.Arn is not valid. Reason: It must be the ARN of a standard SQS queue.")
	}
	return nil
}

// CreateEventBus makes a bus of a name. One of the name that is there already is a fault.Conflict.
func (b *Bus) CreateEventBus(tx *store.Tx, name string, settings BusSettings, tags map[string]string) (EventBus, error) {
	if strings.Contains(name, "/") {
		return EventBus{}, fault.New(fault.Invalid, "Event bus name must not contain '/'.")
	}
	if err := settings.check(); err != nil {
		return EventBus{}, err
	}
	tags, err := retag(nil, tags, nil)
	if err != nil {
		return EventBus{}, err
	}
	if err := holdBus(tx, Default); err != nil { // which everybody does who makes one: no two pass the quota together
		return EventBus{}, err
	}
	e := EventBus{Name: name, ARN: b.ARN(name), Settings: settings, Tags: tags, Created: tx.Now(), Modified: tx.Now()}
	at := version{nonce: rand.Int64()}
	made, err := insertBus(tx, e, at)
	if err != nil {
		return EventBus{}, err
	}
	if !made {
		return EventBus{}, &fault.Error{Kind: fault.Conflict, Subject: SubjectBus, ID: name, Msg: "Event bus " + name + " already exists."}
	}
	n, err := countBuses(tx)
	if err != nil {
		return EventBus{}, err
	}
	if n > b.cfg.Quotas.EventBuses {
		return EventBus{}, overLimit()
	}
	return e, insertChange(tx, name, at, ruleID{})
}

// UpdateEventBus has edit change the settings of a bus and gives the bus as it is then.
func (b *Bus) UpdateEventBus(tx *store.Tx, name string, edit func(*BusSettings)) (EventBus, error) {
	e, err := b.touch(tx, name)
	if err != nil {
		return EventBus{}, err
	}
	edit(&e.Settings)
	if err := e.Settings.check(); err != nil {
		return EventBus{}, err
	}
	return e, updateBusSettings(tx, name, e.Settings)
}

// DeleteEventBus removes a bus; one that does not exist is removed already. A bus that still has rules is a
// fault.Conflict, the default bus a fault.Invalid.
func (b *Bus) DeleteEventBus(tx *store.Tx, name string) error {
	if name == Default {
		return fault.New(fault.Invalid, "Cannot delete event bus default.")
	}
	gone, err := deleteBus(tx, name)
	if err != nil {
		return err
	}
	if gone {
		// The bus is held by now: no archive of it can be made any more.
		if n, err := countArchivesOf(tx, name); err != nil || n > 0 {
			return cmp.Or(err, error(&fault.Error{Kind: fault.Conflict, Subject: SubjectRule, ID: name, Msg: "EventBus can't be deleted since it has archives."}))
		}
		return deleteChanges(tx, name, math.MaxInt64)
	}
	_, found, err := getVersion(tx, name)
	if err == nil && found {
		err = &fault.Error{Kind: fault.Conflict, Subject: SubjectRule, ID: name, Msg: "EventBus can't be deleted since it has rules."}
	}
	return err
}

// EventBus gives the bus of a name; a missing one is a fault.NotFound.
func (b *Bus) EventBus(tx *store.Tx, name string) (EventBus, error) {
	e, found, err := getBus(tx, name)
	if err == nil && !found {
		err = missingBus(name)
	}
	e.ARN = b.ARN(name)
	return e, err
}

// EventBuses lists the buses whose name begins with prefix, in name order.
func (b *Bus) EventBuses(tx *store.Tx, prefix string) ([]EventBus, error) {
	list, err := listBuses(tx, prefix)
	for i := range list {
		list[i].ARN = b.ARN(list[i].Name)
	}
	return list, err
}

// touch gives a bus that changes now, and keeps others from changing it, or its rules, until the transaction ends.
func (b *Bus) touch(tx *store.Tx, name string) (EventBus, error) {
	if err := touchBus(tx, name); err != nil {
		return EventBus{}, err
	}
	return b.EventBus(tx, name)
}
