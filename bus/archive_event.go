package bus

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/casestream/casestream/store"
)

// keepers are the archives that keep an event together: their numbers, ascending, with commas between.
type keepers string

// keepersOf makes the keepers of some archives.
func keepersOf(numbers []int64) keepers {
	var b []byte
	for i, n := range numbers {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	return keepers(b)
}

// numbers gives the archives' numbers.
func (k keepers) numbers() (list []int64) {
	for text := range strings.SplitSeq(string(k), ",") {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			list = append(list, n)
		}
	}
	return list
}

// archived is an event on its way into the archives of its bus, or out of them.
type archived struct {
	bus      string
	keepers  keepers
	position int64
	time     int64 // the event's, in microseconds
	size     int64
	event    []byte // its envelope
}

// tallied is how many events archives keep together.
type tallied struct {
	bus           string
	keepers       keepers
	events, bytes int64
}

// tallyShards is how many rows a tally has: a transaction that adds to one holds it while it commits.
const tallyShards = 16

// archive appends the events of the transaction that archives keep.
func (r *routing) archive() error {
	if len(r.archived) == 0 {
		return nil
	}
	if err := insertArchived(r.tx, r.archived); err != nil {
		return err
	}
	r.done.archived += int64(len(r.archived))
	var sums []tallied
	for _, a := range r.archived {
		i := slices.IndexFunc(sums, func(t tallied) bool { return t.bus == a.bus && t.keepers == a.keepers })
		if i < 0 {
			i = len(sums)
			sums = append(sums, tallied{bus: a.bus, keepers: a.keepers})
		}
		sums[i].events++
		sums[i].bytes += a.size
	}
	// In one order, so that no two transactions wait for each other.
	slices.SortFunc(sums, func(s, t tallied) int { return cmp.Or(cmp.Compare(s.bus, t.bus), cmp.Compare(s.keepers, t.keepers)) })
	shard := rand.IntN(tallyShards)
	r.tx.Last(func(tx *store.Tx) error {
		for _, t := range sums {
			if err := addTally(tx, t, shard); err != nil {
				return err
			}
		}
		return nil
	})
	return nil
}

// keep notes that archives of a bus keep an event, unless it comes out of one or comes again.
func (r *routing) keep(bus string, archives []int64, j *journey) {
	ev := j.event
	if len(archives) == 0 || ev.replay != "" || r.again != nil {
		return
	}
	at := ev.Time
	if at.IsZero() {
		at = r.tx.Now()
	}
	r.archived = append(r.archived, archived{
		bus: bus, keepers: keepersOf(archives), time: at.Unix() * 1e6, size: archivedSize(ev, cmp.Or(ev.Account, r.b.cfg.ARNs.Account)), event: j.text,
	})
}

// archivedSize is what an event adds to SizeBytes: as PutEvents counts it, its Time always, and its account.
func archivedSize(ev *Event, account string) int64 {
	const timeSize = 14
	n := timeSize + len(account) + len(ev.Source) + len(ev.DetailType) + len(ev.Detail)
	for _, r := range ev.Resources {
		n += len(r)
	}
	return int64(n)
}

// unarchive gives an event back. Its envelope was written by this room; an error says that its publisher did not
// keep his word about the detail.
func (a *archived) unarchive() (*Event, error) {
	var e struct {
		ID         string          `json:"id"`
		DetailType string          `json:"detail-type"`
		Source     string          `json:"source"`
		Account    string          `json:"account"`
		Region     string          `json:"region"`
		Resources  []string        `json:"resources"`
		Detail     json.RawMessage `json:"detail"`
	}
	if err := json.Unmarshal(a.event, &e); err != nil {
		return &Event{}, fmt.Errorf("archived event: %w", err)
	}
	return &Event{
		ID: e.ID, Source: e.Source, DetailType: e.DetailType, Time: time.UnixMicro(a.time).UTC(), Resources: e.Resources, Detail: e.Detail,
		Account: e.Account, Region: e.Region,
	}, nil
}
