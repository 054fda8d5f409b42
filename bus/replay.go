package bus

import (
	"slices"
	"strings"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// States of a replay.
const (
	ReplayStarting   = "STARTING"
	ReplayRunning    = "RUNNING"
	ReplayCompleted  = "COMPLETED"
	ReplayCancelling = "CANCELLING"
	ReplayCancelled  = "CANCELLED"
	ReplayFailed     = "FAILED"
)

// Replay puts events of an archive on their bus again.
type Replay struct {
	Name, ARN           string
	Description         string
	Archive, ArchiveARN string // the name of the archive, and its ARN
	Bus, BusARN         string
	FilterARNs          []string // the rules that the events are for; empty: all of the bus
	From, To            time.Time
	State, Reason       string
	LastReplayed        time.Time // of the event that was replayed last; zero: none yet
	Started, Ended      time.Time // zero: not yet

	number                   int64 // the archive's
	replayedTo, lastPosition int64
}

// ReplayARN makes a replay's ARN.
func (b *Bus) ReplayARN(name string) string { return b.cfg.ARNs.Make("events", "replay/"+name) }

// StartReplay begins a replay of what an archive holds now: its events whose time is in the range, both ends
// included, in the order of their commits. It gives the replay.
func (b *Bus) StartReplay(tx *store.Tx, r Replay) (Replay, error) {
	refuse := func(parameter, reason string) (Replay, error) {
		return Replay{}, &fault.Error{
			Kind: fault.Invalid, Subject: SubjectReplay, ID: r.Name, Msg: "Parameter " + parameter + " is not valid. Reason: " + reason,
		}
	}
	if !storable(r.Description) {
		return refuse("Description", "It has a character that is not allowed.")
	}
	if err := exists(tx, r.Bus); err != nil {
		return Replay{}, err
	}
	a, err := getArchive(tx, r.Archive)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return refuse("EventSourceArn", "Archive "+r.Archive+" does not exist.")
	case err != nil:
		return Replay{}, err
	case !r.From.Before(r.To):
		return refuse("EventEndTime", "EventStartTime must be before EventEndTime.")
	case a.Bus != r.Bus:
		return refuse("Destination.Arn", "Cross event bus replay is not permitted.")
	}
	if err := lockAccount(tx); err != nil {
		return Replay{}, err
	}
	r.number, r.State, r.Started = a.number, ReplayStarting, tx.Now()
	if r.lastPosition, err = lastArchived(tx); err != nil {
		return Replay{}, err
	}
	made, err := insertReplay(tx, &r)
	if err == nil && !made {
		err = taken(SubjectReplay, r.Name)
	}
	if err != nil {
		return Replay{}, err
	}
	active, err := activeReplays(tx)
	if err == nil && len(active) > b.cfg.Quotas.ActiveReplays {
		err = overLimit()
	}
	tx.AfterCommit(b.wake)
	b.nameReplay(&r)
	return r, err
}

// CancelReplay ends a replay after the events that are under way. It gives the replay. One that has ended, or is
// to end already, is a fault.Conflict that wraps ErrState.
func (b *Bus) CancelReplay(tx *store.Tx, name string) (Replay, error) {
	found, err := cancelReplay(tx, name)
	if err != nil {
		return Replay{}, err
	}
	r, err := b.Replay(tx, name)
	if err == nil && !found {
		err = &fault.Error{
			Kind: fault.Conflict, Subject: SubjectReplay, ID: name, Msg: "Replay " + name + " is not in a valid state for this operation.", Err: ErrState,
		}
	}
	tx.AfterCommit(b.wake)
	return r, err
}

// Replay gives the replay of a name; a missing one is a fault.NotFound.
func (b *Bus) Replay(tx *store.Tx, name string) (Replay, error) {
	r, found, err := getReplay(tx, name)
	if err == nil && !found {
		err = fault.Missing(SubjectReplay, name, "Replay "+name+" does not exist.")
	}
	b.nameReplay(&r)
	return r, err
}

// Replays lists the replays whose name begins with prefix, in name order: those that are active, and those that
// ended in the last 90 days.
func (b *Bus) Replays(tx *store.Tx, prefix string) ([]Replay, error) {
	list, err := listReplays(tx)
	list = slices.DeleteFunc(list, func(r Replay) bool { return !strings.HasPrefix(r.Name, prefix) })
	for i := range list {
		b.nameReplay(&list[i])
	}
	return list, err
}

// nameReplay fills in a replay's ARNs.
func (b *Bus) nameReplay(r *Replay) {
	r.ARN, r.ArchiveARN, r.BusARN = b.ReplayARN(r.Name), b.ArchiveARN(r.Archive), b.ARN(r.Bus)
}
