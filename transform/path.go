package transform

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxPath bounds a path, in characters, and with it how deep a tree of paths is.
const maxPath = 256

// Path is a compiled InputPath.
type Path struct {
	tree tree
	slot int
}

// step goes one level down: to a field, to an element when index is not negative, or to each of them.
type step struct {
	field string
	index int
	all   bool
}

// errPath says that a text is no path, or one of a kind that is not read here.
var errPath = refuse("Parameter InputPath is not valid for target ", ". Reason: "+pathSyntax)

// pathSyntax is what there is.
const pathSyntax = "A path is $ followed by .name, .*, [index], [*] or ['name'], of at most 256 characters."

// CompilePath reads an InputPath: $, $.detail, $.resources[0], $.detail.items[*].id. A name may have every
// character but blanks and *]'"$?@(); in ['name'] it may have all but the quote.
//
// Where the event has a key twice, its last value counts; below a wildcard, each. A path with a wildcard
// selects the list of what it finds, in the event's order.
func CompilePath(text string) (*Path, error) {
	steps, ok := parsePath(text)
	if !ok {
		return nil, errPath
	}
	p := new(Path)
	p.slot = p.tree.add(steps)
	p.tree.finish()
	return p, nil
}

// Find gives the JSON text of what the path selects: a part of the event, or a list made of its parts where
// the path has a wildcard. It fails with ErrNothing where there is nothing, with ErrTooLong, with ErrEvent.
func (p *Path) Find(event []byte) ([]byte, error) {
	w := newWalker(&p.tree, event)
	defer w.release()
	if err := w.run(); err != nil {
		return nil, err
	}
	switch f := w.found[p.slot]; f.is {
	case one:
		return event[f.from:f.to:f.to], nil
	case list:
		return w.appendList(nil, f), nil
	}
	return nil, ErrNothing
}

// parsePath takes a path apart.
func parsePath(text string) (steps []step, ok bool) {
	rest, ok := strings.CutPrefix(text, "$")
	if !ok || utf8.RuneCountInString(text) > maxPath {
		return nil, false
	}
	for rest != "" {
		var s step
		var ok bool
		switch rest[0] {
		case '.':
			s, rest, ok = parseName(rest[1:])
		case '[':
			s, rest, ok = parseBrackets(rest[1:])
		}
		if !ok {
			return nil, false
		}
		steps = append(steps, s)
	}
	return steps, true
}

// parseName reads what follows a dot.
func parseName(rest string) (s step, tail string, ok bool) {
	n := strings.IndexAny(rest, ".[")
	if n < 0 {
		n = len(rest)
	}
	name, tail := rest[:n], rest[n:]
	if name == "*" {
		return step{all: true}, tail, true
	}
	return step{field: name, index: -1}, tail, name != "" && !strings.ContainsAny(name, "*]'\"$?@() \t\r\n")
}

// parseBrackets reads what follows an opening bracket.
func parseBrackets(rest string) (s step, tail string, ok bool) {
	if quoted, found := strings.CutPrefix(rest, "'"); found {
		name, tail, closed := strings.Cut(quoted, "'")
		tail, ok = strings.CutPrefix(tail, "]")
		return step{field: name, index: -1}, tail, ok && closed && name != ""
	}
	inside, tail, closed := strings.Cut(rest, "]")
	if inside == "*" {
		return step{all: true}, tail, closed
	}
	n, err := strconv.ParseUint(inside, 10, 31)
	return step{index: int(n)}, tail, closed && err == nil
}
