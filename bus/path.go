package bus

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// path is a compiled InputPath: field names and array indices from the event's root.
type path []step

// step goes one level down: to a field, or to an element when index is not negative.
type step struct {
	field string
	index int
}

// errPath says that a text is no path, or one of a kind that is not read here.
var errPath = errors.New("a path is $ followed by .name or [index] steps")

// parsePath reads an InputPath: $, $.detail, $.resources[0], $.detail.items[2].id.
func parsePath(text string) (path, error) {
	rest, ok := strings.CutPrefix(text, "$")
	if !ok {
		return nil, errPath
	}
	var p path
	for rest != "" {
		var s step
		switch rest[0] {
		case '.':
			n := strings.IndexAny(rest[1:], ".[")
			if n < 0 {
				n = len(rest) - 1
			}
			s = step{field: rest[1 : 1+n], index: -1}
			if s.field == "" || strings.ContainsAny(s.field, "*]'\"$?@() ") {
				return nil, errPath
			}
			rest = rest[1+n:]
		case '[':
			digits, tail, ok := strings.Cut(rest[1:], "]")
			n, err := strconv.ParseUint(digits, 10, 31)
			if !ok || err != nil {
				return nil, errPath
			}
			s, rest = step{index: int(n)}, tail
		default:
			return nil, errPath
		}
		p = append(p, s)
	}
	return p, nil
}

// find gives the JSON text of what the path selects, byte for byte as it stands in the event, and says
// whether there is anything.
func (p path) find(event []byte) (json.RawMessage, bool) {
	at := json.RawMessage(event)
	for _, s := range p {
		if s.index >= 0 {
			var list []json.RawMessage
			if json.Unmarshal(at, &list) != nil || s.index >= len(list) {
				return nil, false
			}
			at = list[s.index]
			continue
		}
		var fields map[string]json.RawMessage
		if json.Unmarshal(at, &fields) != nil {
			return nil, false
		}
		v, ok := fields[s.field]
		if !ok {
			return nil, false
		}
		at = v
	}
	return at, true
}
