package queue

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/casestream/casestream/store"
)

// The states of a message, as SQS counts them.
const (
	StateVisible  = "VISIBLE"   // it can be received
	StateInFlight = "IN_FLIGHT" // it was received, and comes back unless it is deleted
	StateDelayed  = "DELAYED"   // nobody could receive it yet
)

// PeekQuery says which messages to look at.
type PeekQuery struct {
	States    []string // those in one of these; none: in any
	GroupID   string   // those of this message group
	MessageID string   // the one with this id
	Contains  string   // those whose body contains this text
	MaxBody   *int     // so many bytes of a body are given, fewer where that would cut a character; nil: all
	Limit     int      // how many messages at most
	After     Place    // go on behind this place
}

// Place is a place in the order in which a queue's messages will be delivered. On a standard queue that is the
// order in which they are or become visible; on a FIFO queue the messages of a group follow each other, and
// groups have the order in which their first message is or becomes visible.
type Place struct {
	At    int64 // microseconds: when the message, or its group, is or becomes visible
	Group string
	Seq   int64
}

// Peeked is a message that somebody looks at and nobody has received thereby.
type Peeked struct {
	*Received              // Receives are those so far; there is no Handle
	State        string    //
	VisibleAt    time.Time // when it became visible, or will
	BlockedUntil time.Time // FIFO queues: when the group's first message is visible again; zero: the group is not blocked
	BodySize     int       // bytes of the whole body
	place        Place     //
}

// PeekPage is what one look found.
type PeekPage struct {
	Queue  *Queue
	List   []Peeked
	Next   Place // where to go on
	More   bool  // there may be more behind Next
	Looked int   // how many messages it went past, those that it gives included
}

// What one look may cost, whatever the queue holds and the query wants: so many messages, and bytes of bodies and
// attributes but for the last step.
const (
	peekLooks = 10_000
	peekBytes = 16 << 20
	peekStep  = 25  // bodies are read so many at a time
	peekChunk = 500 // and places
)

// Peek looks at messages and changes nothing: no count, no visibility, no row. Messages past their retention are
// not there. A message that is received, returned or sent between two pages may be missing or come twice.
func (s *Queues) Peek(ctx context.Context, in Ref, query PeekQuery) (*PeekPage, error) {
	var page *PeekPage
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		q, err := s.resolve(tx, in)
		if err != nil {
			return err
		}
		p := peek{tx: tx, q: q, query: query, PeekPage: PeekPage{Queue: q, Next: query.After}}
		page = &p.PeekPage
		return p.run()
	})
	if err != nil {
		return nil, err
	}
	return page, nil
}

// peek is one look at a queue.
type peek struct {
	PeekPage
	tx    *store.Tx
	q     *Queue
	query PeekQuery
	bytes int
}

// run looks until the page is full, the cost is reached, or there is no more.
func (p *peek) run() error {
	// Few at first, for they may be what is wanted; more where they are not, as each chunk costs statements.
	for chunk := min(peekChunk, p.query.Limit); !p.full(); chunk = min(2*chunk, peekChunk, peekLooks-p.Looked) {
		list, err := p.places(chunk)
		if err != nil {
			return err
		}
		for part := range slices.Chunk(list, peekStep) {
			if err := p.look(part); err != nil {
				return err
			}
			if p.full() {
				p.More = true // or not: who asks is told
				return nil
			}
		}
		if len(list) < chunk {
			return nil
		}
	}
	p.More = true
	return nil
}

// full says whether the look is over for now.
func (p *peek) full() bool {
	return len(p.List) >= p.query.Limit || p.Looked >= peekLooks || p.bytes >= peekBytes
}

// look gives those messages of a part that the query wants.
func (p *peek) look(part []Peeked) error {
	wanted, err := p.narrow(part)
	if err != nil {
		return err
	}
	loaded := make([]*Received, 0, len(wanted))
	for _, m := range wanted {
		loaded = append(loaded, m.Received)
	}
	if err := loadMessages(p.tx, loaded); err != nil {
		return err
	}
	for _, m := range wanted {
		p.bytes += m.size()
	}
	next := 0
	for _, m := range part {
		p.Next = m.place
		p.Looked++
		if next == len(wanted) || wanted[next].seq != m.seq {
			continue
		}
		next++
		if !m.Sent.After(p.tx.Now().Add(-p.q.Retention)) || !strings.Contains(m.Body, p.query.Contains) {
			continue
		}
		m.BodySize = len(m.Body)
		m.Body = cut(m.Body, p.query.MaxBody)
		if p.q.FIFO {
			m.Sequence = sequence(m.seq)
		}
		if p.List = append(p.List, m); len(p.List) == p.query.Limit {
			return nil
		}
	}
	return nil
}

// narrow leaves out of a part what is known not to be wanted without reading bodies.
func (p *peek) narrow(part []Peeked) ([]Peeked, error) {
	wanted := make([]Peeked, 0, len(part))
	for _, m := range part {
		if len(p.query.States) == 0 || slices.Contains(p.query.States, m.State) {
			wanted = append(wanted, m)
		}
	}
	byGroup := p.query.GroupID != "" && !p.q.FIFO // a FIFO queue's places are those of the group alone
	if p.query.MessageID == "" && !byGroup || len(wanted) == 0 {
		return wanted, nil
	}
	names, err := messageNames(p.tx, wanted)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(wanted, func(m Peeked) bool {
		n := names[m.seq]
		return p.query.MessageID != "" && n.id != p.query.MessageID || byGroup && n.group != p.query.GroupID
	}), nil
}

// only says whether the query is about messages of a state alone that are visible, or alone not visible.
func (p *peek) only() (visible, hidden bool) {
	if len(p.query.States) == 0 {
		return false, false
	}
	visible = !slices.ContainsFunc(p.query.States, func(s string) bool { return s != StateVisible })
	hidden = !slices.Contains(p.query.States, StateVisible)
	return visible, hidden
}

// place puts a message that was read from its place into its state.
func (p *peek) place(m *Received, at Place, groupAt int64) Peeked {
	now := p.tx.Micros()
	out := Peeked{Received: m, State: StateVisible, VisibleAt: time.UnixMicro(m.visible).UTC(), place: at}
	if m.visible > now {
		out.State = StateDelayed
		if m.Receives > 0 {
			out.State = StateInFlight
		}
	}
	if groupAt > now {
		out.BlockedUntil = time.UnixMicro(groupAt).UTC()
	}
	return out
}

// cut gives a body's first bytes, whole characters of it.
func cut(body string, size *int) string {
	if size == nil || len(body) <= *size {
		return body
	}
	n := max(*size, 0)
	for n > 0 && !utf8.RuneStart(body[n]) {
		n--
	}
	return strings.Clone(body[:n])
}
