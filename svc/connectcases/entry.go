package connectcases

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/base/id"
)

// Entry is what fields, layouts, templates and case rules have in common. A deleted one stays: cases hold values
// of deleted fields, and all of them can still be read.
type Entry struct {
	ID         string
	Position   int64 // in the order of lists
	Name       string
	Deleted    bool
	CreatedAt  time.Time
	ModifiedAt time.Time
	Tags       map[string]string
}

// entry lets functions of this file reach the common part.
func (e *Entry) entry() *Entry { return e }

// entries are the kinds of configuration that have a common part.
type entries interface {
	*Field | *Layout | *Template | *CaseRule
	entry() *Entry
}

// maxDeletions is how many layouts, and how many templates, AWS lets a domain delete over its whole life.
const maxDeletions = 100

// admit gives a new entry its id and its place behind those of a domain that there are. The quota counts the
// others that are not deleted.
func admit[T entries](list []T, kind string, e *Entry, quota int, now time.Time) error {
	if err := vacant(list, kind, e); err != nil {
		return err
	}
	live := 0
	for _, item := range list {
		other := item.entry()
		e.Position = max(e.Position, other.Position)
		if !other.Deleted {
			live++
		}
	}
	if live >= quota {
		return fault.New(fault.Limit, "The domain has as many "+nouns[kind]+"s as it may have.")
	}
	e.ID, e.Position = id.New(), e.Position+1
	e.CreatedAt, e.ModifiedAt = now, now
	return nil
}

// vacant demands that no other entry of the list that is not deleted has the name of this one.
func vacant[T entries](list []T, kind string, e *Entry) error {
	for _, item := range list {
		if other := item.entry(); other.Name == e.Name && other.ID != e.ID && !other.Deleted {
			return fault.New(fault.Conflict, "A "+nouns[kind]+" with the name "+e.Name+" exists already.")
		}
	}
	return nil
}

// deletable demands that one more entry of the list may be deleted.
func deletable[T entries](list []T, kind string) error {
	deleted := 0
	for _, item := range list {
		if item.entry().Deleted {
			deleted++
		}
	}
	if deleted >= maxDeletions {
		return fault.New(fault.Conflict, fmt.Sprintf("The domain has deleted %d %ss, as many as it may.", maxDeletions, nouns[kind]))
	}
	return nil
}

// notDeleted demands that an entry that is to be changed, or referred to, is not deleted.
func notDeleted(kind string, e *Entry) error {
	if e.Deleted {
		return invalid("The " + nouns[kind] + " " + e.ID + " is deleted.")
	}
	return nil
}

// columns are how rows hold the common part, besides the id, the position and the name.
type columns struct {
	deleted, created, modified int64
	tags                       string
}

// read fills the common part from columns.
func (e *Entry) read(c columns) error {
	e.Deleted, e.CreatedAt, e.ModifiedAt = c.deleted == 1, time.UnixMicro(c.created).UTC(), time.UnixMicro(c.modified).UTC()
	if err := json.Unmarshal([]byte(c.tags), &e.Tags); err != nil {
		return fmt.Errorf("tags of %s: %w", e.ID, err)
	}
	return nil
}

// columns gives the columns of the common part.
func (e *Entry) columns() (columns, error) {
	tags, err := json.Marshal(e.Tags)
	return columns{number(e.Deleted), e.CreatedAt.UnixMicro(), e.ModifiedAt.UnixMicro(), string(tags)}, err
}
