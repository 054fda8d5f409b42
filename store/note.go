package store

import (
	"slices"
	"strconv"
	"strings"
)

// note is what one node tells the others: a greeting, or that something of a topic has changed. As a text it is
//
//	<node> hello
//	<node> <topic>:<key>,<key>…
//	<node> <topic>:*
type note struct {
	from, name string
	keys       []int64 // nil: none, or any
}

// The greetings.
const (
	noteHello = "hello" // a node begins to hear; the others answer
	noteHere  = "here"  // a node is there
	noteBye   = "bye"   // it goes
)

// Bounds of a note. PostgreSQL takes 7,999 bytes.
const (
	noteLongest = 7999
	noteKeys    = 256 // a topic of which more has changed says so of all of it
	noteWord    = 64
)

// text is the note as it is told.
func (n note) text() string {
	var b strings.Builder
	b.WriteString(n.from + " " + n.name)
	switch {
	case n.name == noteHello || n.name == noteHere || n.name == noteBye:
	case n.keys == nil:
		b.WriteString(":*")
	default:
		sep := byte(':')
		for _, k := range n.keys {
			b.WriteByte(sep)
			b.WriteString(strconv.FormatInt(k, 10))
			sep = ','
		}
	}
	return b.String()
}

// parseNote reads a note; no, when it is none. Whoever may connect to the database may send anything.
func parseNote(text string) (note, bool) {
	if len(text) > noteLongest {
		return note{}, false
	}
	from, rest, ok := strings.Cut(text, " ")
	name, list, keyed := strings.Cut(rest, ":")
	if !ok || !isWord(from) || !isWord(name) {
		return note{}, false
	}
	n := note{from: from, name: name}
	if !keyed || list == "*" {
		return n, true
	}
	for word := range strings.SplitSeq(list, ",") {
		key, err := strconv.ParseInt(word, 10, 64)
		if err != nil || len(n.keys) == noteKeys {
			return note{}, false
		}
		n.keys = append(n.keys, key)
	}
	return n, true
}

// isWord says whether a text can be the name of a node or of a topic.
func isWord(text string) bool {
	return text != "" && len(text) <= noteWord && !slices.ContainsFunc([]byte(text), func(c byte) bool {
		return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_'
	})
}
