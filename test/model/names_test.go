package model

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// names translates between the model's symbols and one server's ids and instants.
//
// An instant needs no bookkeeping to be recognised: calls follow each other with a pause between them, so it
// belongs to the call during which it lies. This way every time in every answer and event is checked.
type names struct {
	actual  map[string]string // symbol to id or instant
	symbols map[string]string // id or reference number to symbol
	windows []window
	pending string // the symbol that the next unknown id belongs to; empty: none
}

// window is the time in which call n was carried out, in milliseconds.
type window struct {
	n        int
	from, to int64
}

// slaMinutes are the targets that SLAs get: days apart, so that they sort the same on every server.
var slaMinutes = []int{1440, 2 * 1440, 30 * 1440, 365 * 1440, 1051200}

// newNames knows nothing yet.
func newNames() *names {
	return &names{actual: map[string]string{}, symbols: map[string]string{}}
}

// The forms of what is translated.
var (
	symbolForm    = regexp.MustCompile(`«[a-z]+\d+(\+\d+)?»`)
	instantSymbol = regexp.MustCompile(`^«t\d+(\+\d+)?»$`)
	uuidForm      = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	instantForm   = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`)
	numberForm    = regexp.MustCompile(`^\d{8}$`)
)

// bind tells which id the server gave to what a symbol names.
func (m *names) bind(symbol, id string) {
	m.actual[symbol], m.symbols[id] = id, symbol
}

// carriedOut notes when a call that writes was carried out.
func (m *names) carriedOut(n int, from, to time.Time) {
	w := window{n, from.UnixMilli(), to.UnixMilli()}
	if k := len(m.windows); k > 0 && m.windows[k-1].n == n {
		m.windows[k-1] = w // it was sent again, because nothing had come of the first try
		return
	}
	m.windows = append(m.windows, w)
}

// extend lets the last window reach further: each SLA that ends with an update does so a millisecond later than what
// was before it, so that consumers can order the events.
func (m *names) extend(slas int) { m.windows[len(m.windows)-1].to += int64(slas) }

// render puts the server's ids and instants in the places of symbols. A symbol that names nothing here becomes
// an id that nothing has. It is false where an instant is not known.
func (m *names) render(text string) (string, bool) {
	known := true
	text = symbolForm.ReplaceAllStringFunc(text, func(symbol string) string {
		if id, ok := m.actual[symbol]; ok {
			return id
		}
		if instantSymbol.MatchString(symbol) {
			known = false
			return symbol
		}
		id := uuidOf(sha256.Sum256([]byte(symbol)))
		m.symbols[id] = symbol
		return id
	})
	return text, known
}

// uuidOf makes a well-formed id out of a hash.
func uuidOf(sum [32]byte) string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// canonical puts symbols in the places of the server's ids and instants, everywhere in a decoded answer.
func (m *names) canonical(v any) any {
	switch v := v.(type) {
	case string:
		return m.text(v)
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = m.canonical(x)
		}
		return out
	case map[string]any:
		out := make(object, len(v))
		for k, x := range v {
			if k == "eventId" {
				continue // of a row in a history: nothing refers to it
			}
			if at, ok := x.(string); ok && (k == "approximateChangeTime" || k == "performedTime") {
				out[k] = m.instant(at, false)
				continue
			}
			out[m.text(k)] = m.canonical(x)
		}
		return out
	}
	return v
}

// text is canonical for one text.
func (m *names) text(s string) string {
	if instantForm.MatchString(s) {
		return m.instant(s, true)
	}
	if numberForm.MatchString(s) {
		if symbol, ok := m.symbols[s]; ok {
			return symbol
		}
		return s
	}
	return uuidForm.ReplaceAllStringFunc(s, func(id string) string {
		if symbol, ok := m.symbols[id]; ok {
			return symbol
		}
		if m.pending != "" {
			m.bind(m.pending, id)
			m.pending = ""
			return m.symbols[id]
		}
		return id
	})
}

// instant finds the call that an instant belongs to. One that belongs to none stays as it is. The calls' own
// instants are learned, and must stay the same.
func (m *names) instant(s string, learn bool) string {
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return s
	}
	for _, minutes := range append([]int{0}, slaMinutes...) {
		ms := at.Add(-time.Duration(minutes) * time.Minute).UnixMilli()
		i, ok := slices.BinarySearchFunc(m.windows, ms, func(w window, ms int64) int {
			switch {
			case w.to < ms:
				return -1
			case w.from > ms:
				return 1
			}
			return 0
		})
		if !ok {
			continue
		}
		symbol := stamp(m.windows[i].n, minutes)
		if !learn {
			return symbol
		}
		text := at.UTC().Format("2006-01-02T15:04:05.000Z")
		if known, ok := m.actual[symbol]; ok && known != text {
			return "two instants of one call: " + known + " and " + text
		}
		m.actual[symbol] = text
		return symbol
	}
	return s
}

// rank gives a number that orders instants as the server's clock does: those of calls by the calls' numbers,
// those that callers wrote by what they are, which is never close to the time of the test.
func rank(s string) (float64, bool) {
	const day = 24 * 60 * 60 * 1000
	if instantSymbol.MatchString(s) {
		n, minutes, _ := strings.Cut(strings.Trim(s, "«t»"), "+")
		call, err := strconv.Atoi(n)
		if err != nil {
			return 0, false
		}
		later, _ := strconv.Atoi(minutes)
		return float64(time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()) + float64(call) + float64(later)/1440*day, true
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04Z07:00", time.DateOnly} {
		if at, err := time.Parse(layout, s); err == nil {
			return float64(at.UnixNano()) / 1e6, true
		}
	}
	return 0, false
}
