package model

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// call is one call of the API, in the model's names. It is plain data: it can be carried out again on another
// server, and with other calls left out before it.
type call struct {
	N  int    // its number: what it makes is named after it
	Op string // AWS's name of the operation
	In object // the input, whichever way its members travel
	// OnePage stops a list after one page. Where the call has a number, the token of the next page becomes a symbol.
	OnePage bool `json:",omitempty"`
}

// operation is how an operation travels, and what it means.
type operation struct {
	method, path string
	query        []string // the members that travel in the query
	bodiless     bool
	makes        string // the kind of symbol for what it makes; empty: it makes nothing that has an id
	member       string // the member of the answer that holds that id
	list         string // the member of the answer that comes in pages
	// apply changes the model as the call changes the server, and says what the call comes to.
	apply func(w *world, c call) outcome
	// probe gives calls that read what the call changes, so that one can tell afterwards whether it was
	// carried out. Operations that only read have none.
	probe func(w *world, c call) []call
}

// label is a member in a path.
var label = regexp.MustCompile(`\{\w+\}`)

// request gives the path with the query, and the body, with the names of a server in them.
func (o operation) request(in object, m *names) (path string, body []byte, err error) {
	rest := clone(in)
	known := true
	render := func(s string) string {
		out, ok := m.render(s)
		known = known && ok
		return out
	}
	path = label.ReplaceAllStringFunc(o.path, func(l string) string {
		member := strings.Trim(l, "{}")
		delete(rest, member)
		return escape(render(str(in, member)))
	})
	var query []string
	for _, member := range append(slices.Clone(o.query), "nextToken") {
		v, ok := rest[member]
		if !ok || member == "nextToken" && len(o.query) == 0 {
			continue
		}
		delete(rest, member)
		values, many := v.([]any)
		if !many {
			values = []any{v}
		}
		for _, v := range values {
			s, ok := v.(string)
			if !ok {
				s = show(v)
			}
			query = append(query, member+"="+escape(render(s)))
		}
	}
	if query != nil {
		path += "?" + strings.Join(query, "&")
	}
	if o.bodiless {
		return path, nil, knownOr(known)
	}
	body, err = json.Marshal(rest)
	if err != nil {
		return "", nil, err
	}
	return path, []byte(render(string(body))), knownOr(known)
}

// knownOr gives the error for a call with an instant that is not known.
func knownOr(known bool) error {
	if known {
		return nil
	}
	return errUnknownInstant
}

// wellFormed says whether an input has the form that AWS's models demand, as far as the generator breaks it: what is
// not is refused before anybody looks whether the things that it speaks of exist.
func wellFormed(v any) bool {
	switch v := v.(type) {
	case object:
		for member, x := range v {
			s, _ := x.(string)
			n := utf8.RuneCountInString(s)
			switch member {
			case "name":
				if n == 0 || n > 100 || strings.HasSuffix(s, " ") {
					return false
				}
			case "stringValue":
				if n > 4100 {
					return false
				}
			case "body":
				if n == 0 || n > 15000 {
					return false
				}
			}
			if !wellFormed(x) {
				return false
			}
		}
	case []any:
		return !slices.ContainsFunc(v, func(x any) bool { return !wellFormed(x) })
	}
	return true
}

// read makes a call that only reads.
func read(op string, in object) call {
	return call{Op: op, In: normal(in).(object)}
}
