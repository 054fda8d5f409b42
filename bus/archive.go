package bus

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/pattern"
	"github.com/casestream/casestream/store"
)

// What a fault.Conflict of an archive or a replay wraps, for doors that tell the two apart.
var (
	ErrExists = errors.New("the name is taken")
	ErrState  = errors.New("the state forbids it")
)

// everyEvent is the pattern of an archive that has none.
const everyEvent = `{"version":["0"]}`

// Archive keeps the events of a bus that match its pattern.
type Archive struct {
	Name, ARN     string
	Bus, BusARN   string
	Description   string
	Pattern       string // as it was given; empty: every event
	RetentionDays int    // 0: for ever
	Created       time.Time
	Events, Bytes int64 // what it holds; only Archive and Archives tell

	number int64 // of the change that made it
}

// ArchiveUpdate is what changes of an archive; nil leaves what there is.
type ArchiveUpdate struct {
	Description, Pattern *string
	RetentionDays        *int
}

// apply changes what is given.
func (u ArchiveUpdate) apply(a *Archive) {
	if u.Description != nil {
		a.Description = *u.Description
	}
	if u.Pattern != nil {
		a.Pattern = *u.Pattern
	}
	if u.RetentionDays != nil {
		a.RetentionDays = *u.RetentionDays
	}
}

// ArchiveARN makes an archive's ARN.
func (b *Bus) ArchiveARN(name string) string { return b.cfg.ARNs.Make("events", "archive/"+name) }

// CreateArchive makes an archive of a bus: from the next event on. It gives the archive.
func (b *Bus) CreateArchive(tx *store.Tx, a Archive) (Archive, error) {
	if err := checkArchive(&a); err != nil {
		return Archive{}, err
	}
	if err := lockAccount(tx); err != nil {
		return Archive{}, err
	}
	if err := passUsed(tx, a.Bus); err != nil {
		return Archive{}, err
	}
	err := change(tx, a.Bus, func(number int64) (ruleID, error) {
		a.number, a.Created = number, tx.Now()
		made, err := insertArchive(tx, a)
		if err == nil && !made {
			err = taken(SubjectArchive, a.Name)
		}
		if err != nil {
			return ruleID{}, err
		}
		n, err := countArchives(tx)
		if err == nil && n > b.cfg.Quotas.Archives {
			err = overLimit()
		}
		return ruleID{a.Name, a.number}, err
	})
	b.nameArchive(&a)
	return a, err
}

// passUsed has a bus count its changes on from the numbers of archives whose events are still there: a bus that is
// made again begins to count anew, and its archives must not come to what those of the former one kept. Who has
// compiled the bus finds a gap in the log, and loads all rules.
func passUsed(tx *store.Tx, bus string) error {
	tallies, err := listTallies(tx)
	if err != nil {
		return err
	}
	used := int64(0)
	for _, t := range tallies {
		if t.bus == bus {
			used = max(used, slices.Max(append(t.keepers.numbers(), 0)))
		}
	}
	return skipChanges(tx, bus, used)
}

// UpdateArchive changes an archive and gives what it is then. What it holds stays, but for what a shorter
// retention lets go.
func (b *Bus) UpdateArchive(tx *store.Tx, name string, u ArchiveUpdate) (Archive, error) {
	a, err := getArchive(tx, name)
	if err != nil {
		return Archive{}, err
	}
	err = change(tx, a.Bus, func(int64) (ruleID, error) {
		// Once more: only now are all other changes of it over, and none can come between.
		if a, err = getArchive(tx, name); err != nil {
			return ruleID{}, err
		}
		u.apply(&a)
		if err := checkArchive(&a); err != nil {
			return ruleID{}, err
		}
		found, err := updateArchive(tx, a)
		if err == nil && !found {
			err = missingArchive(name)
		}
		return ruleID{a.Name, a.number}, err
	})
	b.nameArchive(&a)
	return a, err
}

// DeleteArchive removes an archive. Its events are removed behind that, by the sweep.
func (b *Bus) DeleteArchive(tx *store.Tx, name string) error {
	a, err := getArchive(tx, name)
	if err != nil {
		return err
	}
	return change(tx, a.Bus, func(int64) (ruleID, error) {
		found, err := deleteArchive(tx, name, a.number)
		if err == nil && !found {
			err = missingArchive(name)
		}
		return ruleID{name, a.number}, err
	})
}

// Archive gives the archive of a name; a missing one is a fault.NotFound.
func (b *Bus) Archive(tx *store.Tx, name string) (Archive, error) {
	a, err := getArchive(tx, name)
	if err != nil {
		return Archive{}, err
	}
	list := []Archive{a}
	err = b.countEvents(tx, list)
	return list[0], err
}

// Archives lists the archives whose name begins with prefix, in name order.
func (b *Bus) Archives(tx *store.Tx, prefix string) ([]Archive, error) {
	list, err := listArchives(tx)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(a Archive) bool { return !strings.HasPrefix(a.Name, prefix) })
	return list, b.countEvents(tx, list)
}

// countEvents fills in what archives hold, and their ARNs.
func (b *Bus) countEvents(tx *store.Tx, list []Archive) error {
	tallies, err := listTallies(tx)
	if err != nil {
		return err
	}
	for i := range list {
		a := &list[i]
		b.nameArchive(a)
		for _, t := range tallies {
			if t.bus == a.Bus && slices.Contains(t.keepers.numbers(), a.number) {
				a.Events += t.events
				a.Bytes += t.bytes
			}
		}
	}
	return nil
}

// nameArchive fills in an archive's ARNs.
func (b *Bus) nameArchive(a *Archive) { a.ARN, a.BusARN = b.ArchiveARN(a.Name), b.ARN(a.Bus) }

// checkArchive refuses a pattern that is not one, and a description that no database takes.
func checkArchive(a *Archive) error {
	if !storable(a.Description) {
		return &fault.Error{Kind: fault.Invalid, Subject: SubjectArchive, ID: a.Name, Msg: "Parameter Description is not valid."}
	}
	if a.Pattern == "" {
		return nil
	}
	if _, err := pattern.Compile(a.Pattern); err != nil {
		return &fault.Error{Kind: fault.Invalid, Subject: SubjectArchive, ID: a.Name, Err: err}
	}
	return nil
}

// taken says that a name is in use.
func taken(subject, name string) error {
	return &fault.Error{Kind: fault.Conflict, Subject: subject, ID: name, Msg: subject + " " + name + " already exists.", Err: ErrExists}
}

// missingArchive says that there is no such archive.
func missingArchive(name string) error {
	return fault.Missing(SubjectArchive, name, "Archive "+name+" does not exist.")
}
