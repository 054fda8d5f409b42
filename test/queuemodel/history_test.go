package queuemodel

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/casestream/casestream/client"
)

// The outcomes of a call.
const (
	done    = "done"    // answered with 200
	refused = "refused" // answered with an error: nothing has happened
	unheard = "unheard" // nobody heard: it may have happened
)

// call is when something was asked, when the answer came, and what it was. Times are since the history began.
type call struct {
	From, To time.Duration
	Outcome  string
}

// sent is a message that was sent, known by its token, which is in its body alone.
type sent struct {
	call
	Queue, Token string
	Delay        time.Duration
	Group, Dedup string // FIFO only
	ByContent    bool   // the deduplication id is of the body
	ID, Sequence string // as answered
}

// delivery is a message in an answer to a receive, or what changes when it is visible next.
type delivery struct {
	call
	Queue, ID, Token string
	Hidden           time.Duration // from a moment between From and To on
	Count            int
	Group, Sequence  string
	Dedup            string
	Receive          int // numbers the receive that gave it
	handle           string
}

// unheardReceive is a receive that nobody heard the answer of.
type unheardReceive struct {
	call
	Queue string
}

// settled is a deletion, or a change of visibility, by the handle of a delivery.
type settled struct {
	call
	Of     *delivery
	Hidden time.Duration // changes only
}

// history is all that was asked and answered.
type history struct {
	mu         sync.Mutex
	began      time.Time
	receives   int
	Sent       []*sent
	Deliveries []*delivery
	Deletes    []*settled
	Changes    []*settled
	Purges     []call // of the queue for scrap
	Moves      []call // of dead letters, of either kind
	Unheard    []unheardReceive

	// What check looks things up in.
	tokens    map[string]*sent       // the first send of each token that was not refused
	dedups    map[string][]*sent     // by deduplication id
	deletions map[string][]*settled  // by message id, those that were not refused
	sights    map[string][]*delivery // by token
}

// newHistory begins a history.
func newHistory() *history { return &history{began: time.Now()} }

// ask carries out a call and notes when.
func (h *history) ask(do func() error) call {
	c := call{From: time.Since(h.began)}
	err := do()
	c.To = time.Since(h.began)
	c.Outcome = outcome(err)
	return c
}

// outcome says what an error tells of a call. A server that stops answers 503 and may have done it.
func outcome(err error) string {
	e, ok := errors.AsType[*client.Error](err)
	switch {
	case err == nil:
		return done
	case ok && e.Status < 500:
		return refused
	}
	return unheard
}

// note adds to the history.
func (h *history) note(add func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	add()
}

// count tells how much there is of each kind.
func (h *history) count() string {
	sums := map[string]int{}
	for _, s := range h.Sent {
		sums["sent "+s.Outcome]++
	}
	for _, d := range h.Deletes {
		sums["deleted "+d.Outcome]++
	}
	for _, c := range h.Changes {
		sums["changed "+c.Outcome]++
	}
	sums["received unheard"] = len(h.Unheard)
	for _, c := range h.Moves {
		sums["moves "+c.Outcome]++
	}
	for _, c := range h.Purges {
		sums["purges "+c.Outcome]++
	}
	for _, d := range h.Deliveries {
		sums["delivered by "+d.Queue]++
	}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(sums)) {
		parts = append(parts, fmt.Sprint(k, ": ", sums[k]))
	}
	return strings.Join(parts, ", ")
}

// keep writes the history to a file.
func (h *history) keep(t *testing.T) string {
	t.Helper()
	text, err := json.MarshalIndent(h, "", " ")
	path := filepath.Join(os.TempDir(), fmt.Sprintf("casestream-queues-%d.json", time.Now().UnixNano()))
	if err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		t.Error(err)
	}
	return path
}

// check gives what is wrong.
func (h *history) check() []string {
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	h.index()
	h.checkSends(say)
	h.checkDelays(say)
	h.checkDeleted(say)
	h.checkHidden(say)
	h.checkCounts(say)
	h.checkDuplicates(say)
	h.checkOrder(say)
	h.checkBlocked(say)
	h.checkExpired(say)
	h.checkDead(say)
	h.checkPlaces(say)
	return wrong
}

// index makes what the rules look things up in.
func (h *history) index() {
	h.tokens, h.dedups, h.deletions = map[string]*sent{}, map[string][]*sent{}, map[string][]*settled{}
	for _, s := range h.Sent {
		if s.Outcome == refused {
			continue
		}
		if known := h.tokens[s.Token]; known == nil || s.From < known.From {
			h.tokens[s.Token] = s
		}
		if s.Dedup != "" {
			h.dedups[s.Dedup] = append(h.dedups[s.Dedup], s)
		}
	}
	h.sights = map[string][]*delivery{}
	for _, d := range h.Deliveries {
		h.sights[d.Token] = append(h.sights[d.Token], d)
	}
	for _, d := range h.Deletes {
		if d.Outcome != refused {
			h.deletions[d.Of.ID] = append(h.deletions[d.Of.ID], d)
		}
	}
}
