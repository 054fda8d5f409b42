package transform

import (
	"bytes"
	"sync"
)

// MaxOutput bounds what a template makes of an event, in bytes: as long as the largest event, and as the
// largest message that SQS takes.
const MaxOutput = 1 << 20

// maxMatches bounds what wildcards find in one event. More of them would not fit into MaxOutput: each has a
// byte, and a comma behind it.
const maxMatches = MaxOutput / 2

// keep is how many matches a walker may have room for when it is put aside for the next event.
const keep = 4096

// What a walk found at a slot.
const (
	nothing = iota
	one     // event[from:to]
	list    // the matches from first on
)

// found is what a path selects.
type found struct {
	is       int
	from, to int
	first    int // of a list: its first and last match, or none
	last     int
}

// match is an element of the list that a path with a wildcard selects.
type match struct{ from, to, next int }

// walker reads an event once and notes what the paths of a tree select. It goes down only where some path
// goes down, so that its depth is a path's and not the event's.
type walker struct {
	event   []byte
	pos     int
	root    *node
	active  []*node // a stack of sets: those that stand at the value that is read, behind those above it
	found   []found // by slot
	matches []match
	key     []byte // room for a key that has escapes
	full    bool   // there were more than maxMatches
}

// walkers are those that wait for an event.
var walkers = sync.Pool{New: func() any { return new(walker) }}

// newWalker takes a walker for an event.
func newWalker(t *tree, event []byte) *walker {
	w := walkers.Get().(*walker)
	w.event, w.pos, w.root, w.full = event, 0, t.root, false
	w.active, w.matches = w.active[:0], w.matches[:0]
	if cap(w.found) < t.slots {
		w.found = make([]found, t.slots)
	}
	w.found = w.found[:t.slots]
	clear(w.found)
	return w
}

// release puts the walker aside.
func (w *walker) release() {
	w.event, w.root = nil, nil
	clear(w.active[:cap(w.active)])
	if cap(w.matches) > keep {
		w.matches = nil
	}
	walkers.Put(w)
}

// run walks the event.
func (w *walker) run() error {
	if w.root == nil {
		return nil
	}
	w.active = append(w.active, w.root)
	w.space()
	switch {
	case w.value(0):
		return nil
	case w.full:
		return ErrTooLong
	}
	return ErrEvent
}

// value reads the value at pos, where the nodes from lo on stand. No: the event ends within it, is not JSON,
// or too much was found.
func (w *walker) value(lo int) bool {
	hi, from := len(w.active), w.pos
	var down, ok bool
	switch w.peek() {
	case '{':
		for _, n := range w.active[lo:hi] {
			down = w.enter(n) || n.fields != nil || down
		}
		if down {
			ok = w.object(lo, hi)
		} else {
			ok = w.skip()
		}
	case '[':
		for _, n := range w.active[lo:hi] {
			down = w.enter(n) || n.items != nil || down
		}
		if down {
			ok = w.array(lo, hi)
		} else {
			ok = w.skip()
		}
	default:
		ok = w.skip()
	}
	if !ok {
		return false
	}
	for _, n := range w.active[lo:hi] {
		if n.slot != none && !w.note(n, from) {
			return false
		}
	}
	return true
}

// enter begins the lists of a path's first wildcard; no, if there is no wildcard.
func (w *walker) enter(n *node) bool {
	if n.all != nil && !n.listed {
		for _, slot := range n.all.below {
			w.found[slot] = found{is: list, first: none, last: none}
		}
	}
	return n.all != nil
}

// note keeps the value from a position up to here for the path that ends at a node.
func (w *walker) note(n *node, from int) bool {
	f := &w.found[n.slot]
	if !n.listed {
		*f = found{is: one, from: from, to: w.pos}
		return true
	}
	i := len(w.matches)
	if i == maxMatches {
		w.full = true
		return false
	}
	w.matches = append(w.matches, match{from, w.pos, none})
	if f.first == none {
		f.first = i
	} else {
		w.matches[f.last].next = i
	}
	f.last = i
	return true
}

// push lets a node stand at the value that is read next. What its paths found before was below an earlier
// key of the same name.
func (w *walker) push(n *node) {
	if !n.listed {
		for _, slot := range n.below {
			w.found[slot].is = nothing
		}
	}
	w.active = append(w.active, n)
}

// object reads an object where the nodes lo to hi stand.
func (w *walker) object(lo, hi int) bool {
	w.pos++
	w.space()
	if w.peek() == '}' {
		w.pos++
		return true
	}
	for {
		key, ok := w.name()
		if !ok {
			return false
		}
		mark := markOf(key)
		for i := lo; i < hi; i++ {
			n := w.active[i]
			if n.marks&mark != 0 {
				if c := n.fields[string(key)]; c != nil {
					w.push(c)
				}
			}
			if n.all != nil {
				w.push(n.all)
			}
		}
		more, ok := w.child(hi, '}')
		if !ok || !more {
			return ok
		}
	}
}

// array reads an array where the nodes lo to hi stand.
func (w *walker) array(lo, hi int) bool {
	w.pos++
	w.space()
	if w.peek() == ']' {
		w.pos++
		return true
	}
	for index := 0; ; index++ {
		for i := lo; i < hi; i++ {
			n := w.active[i]
			if c := n.items[index]; c != nil {
				w.push(c)
			}
			if n.all != nil {
				w.push(n.all)
			}
		}
		more, ok := w.child(hi, ']')
		if !ok || !more {
			return ok
		}
	}
}

// child reads a value in an object or array, where the nodes from lo on stand, and what is behind it; more
// says whether another one follows.
func (w *walker) child(lo int, end byte) (more, ok bool) {
	if len(w.active) == lo {
		ok = w.skip()
	} else {
		ok = w.value(lo)
		w.active = w.active[:lo]
	}
	if !ok {
		return false, false
	}
	w.space()
	c := w.peek()
	w.pos++
	if c == ',' {
		w.space()
	}
	return c == ',', c == ',' || c == end
}

// name reads an object's key and what is between it and its value.
func (w *walker) name() ([]byte, bool) {
	from := w.pos
	if w.peek() != '"' || !w.text() {
		return nil, false
	}
	key := w.event[from+1 : w.pos-1]
	if bytes.IndexByte(key, '\\') >= 0 {
		w.key = appendDecoded(w.key[:0], key)
		key = w.key
	}
	w.space()
	ok := w.peek() == ':'
	w.pos++
	w.space()
	return key, ok
}

// peek gives the byte at pos, 0 behind the end.
func (w *walker) peek() byte {
	if w.pos < len(w.event) {
		return w.event[w.pos]
	}
	return 0
}

// space passes over blanks.
func (w *walker) space() {
	for w.pos < len(w.event) && (w.event[w.pos] == ' ' || w.event[w.pos] == '\n' || w.event[w.pos] == '\t' || w.event[w.pos] == '\r') {
		w.pos++
	}
}

// text passes over the string that begins at pos.
func (w *walker) text() bool {
	for at := w.pos + 1; ; {
		i := bytes.IndexByte(w.event[at:], '"')
		if i < 0 {
			return false
		}
		at += i
		escapes := 0
		for w.event[at-1-escapes] == '\\' { // it stops at the opening quote
			escapes++
		}
		at++
		if escapes%2 == 0 {
			w.pos = at
			return true
		}
	}
}

// skip passes over a value.
func (w *walker) skip() bool {
	for depth := 0; w.pos < len(w.event); {
		switch w.event[w.pos] {
		case '"':
			if !w.text() {
				return false
			}
		case '{', '[':
			depth++
			w.pos++
		case '}', ']':
			depth--
			w.pos++
			if depth < 0 {
				return false
			}
		case ',', ':', ' ', '\n', '\t', '\r':
			w.pos++
			continue // between values: the whole one is not over
		default:
			w.scalar()
		}
		if depth == 0 {
			return true
		}
	}
	return false
}

// scalar passes over a number, true, false or null.
func (w *walker) scalar() {
	for w.pos < len(w.event) {
		switch w.event[w.pos] {
		case ',', ':', '}', ']', '{', '[', '"', ' ', '\n', '\t', '\r':
			return
		}
		w.pos++
	}
}

// appendList writes the list of what a path with a wildcard selects.
func (w *walker) appendList(b []byte, f found) []byte {
	b = append(b, '[')
	for i := f.first; i != none; i = w.matches[i].next {
		if i != f.first {
			b = append(b, ',')
		}
		b = append(b, w.event[w.matches[i].from:w.matches[i].to]...)
	}
	return append(b, ']')
}
