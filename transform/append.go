package transform

import (
	"encoding/json"
	"slices"
	"time"
)

// Origin is what the predefined variables tell of beside the event.
type Origin struct {
	RuleARN, RuleName string
	IngestionTime     time.Time // when the bus took the event
}

// Append writes what the template makes of an event. It fails with ErrNotJSON where a value, which is filled
// in as it is, makes a JSON template something else; with ErrTooLong; with ErrEvent.
//
// A path that selects nothing is an empty string: "" in JSON, nothing in a text.
func (t *Template) Append(dst, event []byte, o Origin) ([]byte, error) {
	w := newWalker(&t.tree, event)
	defer w.release()
	if err := w.run(); err != nil {
		return dst, err
	}
	f := filling{t: t, w: w, origin: o, b: slices.Grow(dst, t.size(w))}
	for i := range t.parts {
		f.b = append(f.b, t.parts[i].text...)
		f.fill(&t.parts[i])
		if len(f.b)-len(dst) > MaxOutput {
			return dst, ErrTooLong
		}
	}
	f.b = append(f.b, t.rest...)
	switch {
	case len(f.b)-len(dst) > MaxOutput:
		return dst, ErrTooLong
	case f.risky && !json.Valid(f.b[len(dst):]):
		return dst, ErrNotJSON
	}
	return f.b, nil
}

// size guesses how much room the result takes: it is exact but for lists and escapes.
func (t *Template) size(w *walker) int {
	n := len(t.rest)
	for i := range t.parts {
		n += len(t.parts[i].text)
		switch t.parts[i].kind {
		case ofPath, eventWhole:
			if f := w.found[t.parts[i].slot]; f.is == one {
				n += f.to - f.from
			}
		case eventHead:
			n += 400
		case ruleARN, ruleName, ingestionTime:
			n += 80
		}
	}
	return min(n, MaxOutput)
}

// filling is a template being filled in.
type filling struct {
	t      *Template
	w      *walker
	origin Origin
	b      []byte
	risky  bool // a JSON string got a character that may end it
}

// fill writes the value of a part's variable.
func (f *filling) fill(p *part) {
	from := len(f.b)
	switch p.kind {
	case ruleARN:
		f.text(f.origin.RuleARN, p.mode)
	case ruleName:
		f.text(f.origin.RuleName, p.mode)
	case ingestionTime:
		f.text(f.origin.IngestionTime.UTC().Format("2006-01-02T15:04:05Z"), p.mode)
	case eventHead:
		f.head()
		f.settle(from, p.mode)
	case ofPath, eventWhole:
		f.selected(f.w.found[p.slot], p.mode)
	}
	if p.mode == inQuotes && breaks(f.b[from:]) {
		f.risky = true
	}
}

// text writes a string that is not the event's.
func (f *filling) text(s string, m mode) {
	if m == asJSON {
		f.b = appendQuoted(f.b, s)
	} else {
		f.b = append(f.b, s...)
	}
}

// selected writes what a path selects.
func (f *filling) selected(v found, m mode) {
	from := len(f.b)
	switch {
	case v.is == nothing:
		f.text("", m)
	case v.is == list:
		f.b = f.w.appendList(f.b, v)
		f.settle(from, m)
	case m != asJSON && f.w.event[v.from] == '"':
		f.b = appendDecoded(f.b, f.w.event[v.from+1:v.to-1])
	default:
		f.b = append(f.b, f.w.event[v.from:v.to]...)
		f.settle(from, m)
	}
}

// head writes the event without its detail.
func (f *filling) head() {
	f.b = append(f.b, '{')
	first := true
	for i, k := range headKeys {
		v := f.w.found[f.t.head[i]]
		if v.is == nothing {
			continue
		}
		if !first {
			f.b = append(f.b, ',')
		}
		first = false
		f.b = append(f.b, k.shown...)
		f.b = append(f.b, f.w.event[v.from:v.to]...)
	}
	f.b = append(f.b, '}')
}

// settle makes JSON that was written from a position on fit for its place: in a text it has no quotes.
func (f *filling) settle(from int, m mode) {
	if m == inText {
		f.b = appendBare(f.b[:from], f.b[from:])
	}
}
