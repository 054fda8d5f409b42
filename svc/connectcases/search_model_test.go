package connectcases_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	api "github.com/casestream/casestream/awsapi/connectcases"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/wire"
)

// How large the comparison of searches with a naive scan is.
var (
	modelCases    = flag.Int("search-cases", 500, "cases that searches are compared on")
	modelSearches = flag.Int("search-searches", 150, "searches that are compared")
	modelSeed     = flag.Uint64("search-seed", 0, "seed of the comparison; 0: a new one")
)

// modelCase is a case as the naive scan knows it: values in the API's form, and where it stands in the order of creation.
type modelCase struct {
	id, updated string
	no          int
	values      map[string]any // string, float64 or bool
	tags        map[string]string
}

// model is a domain's cases, searched by looking at each of them.
type model struct {
	*house
	shop
	rand   *rand.Rand
	fields []modelField
	cases  []*modelCase
}

// modelField is a field with the values that the test gives it.
type modelField struct {
	id, kind string
	values   []any
}

// The values that text is made of.
var modelWords = strings.Fields("alpha beta Gamma DELTA épée naïve Straße 42 x1 cup broken order-77 ÅNGSTRÖM")

// newModel makes a domain with a field of each type.
func newModel(h *house, seed uint64) *model {
	m := &model{house: h, shop: h.shop(), rand: rand.New(rand.NewPCG(seed, 1))}
	h.clock.advance(544 * time.Microsecond) // on a whole millisecond, which is all that fields show
	field := func(name, kind string) string {
		return h.must("POST", "/domains/"+m.domain+"/fields", `{"name":"`+name+`","type":"`+kind+`"}`).text("fieldId")
	}
	due, link, choice, owner := field("Due", "DateTime"), field("Link", "Url"), field("Choice", "SingleSelect"), field("Owner", "User")
	h.must("PUT", "/domains/"+m.domain+"/fields/"+choice+"/options", `{"options":[{"name":"A","value":"a","active":true},{"name":"B","value":"b","active":true},{"name":"C","value":"c c","active":true}]}`)
	texts := make([]any, 12)
	for i := range texts {
		texts[i] = m.text()
	}
	m.fields = []modelField{
		{"title", "Text", texts},
		{m.note, "Text", append(texts, "", strings.Repeat("long ", 200))},
		{"summary", "Text", texts},
		{m.amount, "Number", []any{-1.5, math.Copysign(0, -1), 0.0, 1e300, 3.25, -7.0, 100.0, 1e-9, 42.0}},
		{m.gift, "Boolean", []any{true, false}},
		{due, "DateTime", []any{"2026-01-01", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "2026-02-01T10:30:00.5Z", "1969-07-20T20:17:40", "2026-02-01T10:30:00.123456789Z"}},
		{link, "Url", []any{"https://example.com/a", "https://example.com/b?c=1", "x"}},
		{choice, "SingleSelect", []any{"a", "b", "c c"}},
		{owner, "User", []any{agent, agent + "2", "u"}},
		{"status", "SingleSelect", []any{"open", "closed"}},
		{"assigned_queue", "Text", []any{"arn:aws:connect:us-west-2:1:instance/i/queue/q1", "arn:aws:connect:us-west-2:1:instance/i/queue/q2"}},
	}
	return m
}

// text makes a text of some words.
func (m *model) text() string {
	list := make([]string, 1+m.rand.IntN(4))
	for i := range list {
		list[i] = modelWords[m.rand.IntN(len(modelWords))]
	}
	return strings.Join(list, []string{" ", "-", ", "}[m.rand.IntN(3)])
}

// union gives a value as the API's union.
func union(kind string, v any) string {
	member := map[string]string{"Number": "doubleValue", "Boolean": "booleanValue", "User": "userArnValue"}[kind]
	if member == "" {
		member = "stringValue"
	}
	if v == nil {
		member, v = "emptyValue", struct{}{}
	}
	b, _ := json.Marshal(map[string]any{member: v})
	return string(b)
}

// draw gives values for some of the fields.
func (m *model) draw(clear bool) (list []string, values map[string]any) {
	values = make(map[string]any)
	for _, f := range m.fields {
		if m.rand.IntN(2) == 0 {
			continue
		}
		v := f.values[m.rand.IntN(len(f.values))]
		if clear && f.id != "title" && f.id != "status" && m.rand.IntN(4) == 0 {
			v = nil
		}
		if f.id == "title" && v == "" {
			continue
		}
		list = append(list, `{"id":"`+f.id+`","value":`+union(f.kind, v)+`}`)
		values[f.id] = v
	}
	return list, values
}

// create makes a random case.
func (m *model) create() {
	m.Helper()
	list, values := m.draw(false)
	if _, ok := values["title"]; !ok {
		list, values["title"] = append(list, str("title", "Broken cup")), "Broken cup"
	}
	tags := map[string]string{}
	if m.rand.IntN(2) == 0 {
		tags["team"] = []string{"red", "blue"}[m.rand.IntN(2)]
	}
	if m.rand.IntN(4) == 0 {
		tags["vip"] = ""
	}
	t, _ := json.Marshal(tags)
	list = append(list, str("customer_id", customer))
	values["customer_id"] = customer
	a := m.must("POST", m.shop.cases(), `{"templateId":"`+m.template+`","tags":`+string(t)+`,"fields":[`+strings.Join(list, ",")+`]}`)
	c := &modelCase{id: a.text("caseId"), no: len(m.cases), values: values, tags: tags}
	m.cases = append(m.cases, c)
	m.refresh(c)
}

// update changes a random case.
func (m *model) update() {
	m.Helper()
	c := m.cases[m.rand.IntN(len(m.cases))]
	list, values := m.draw(true)
	if len(list) == 0 {
		return
	}
	m.must("PUT", m.shop.cases(c.id), `{"fields":[`+strings.Join(list, ",")+`]}`)
	for id, v := range values {
		if c.values[id] = v; v == nil {
			delete(c.values, id)
		}
	}
	m.refresh(c)
}

// remove deletes a random case.
func (m *model) remove() {
	m.Helper()
	i := m.rand.IntN(len(m.cases))
	m.must("DELETE", m.shop.cases(m.cases[i].id), "")
	m.cases = slices.Delete(m.cases, i, i+1)
}

// serviceFields are those that the service sets.
var serviceFields = []string{"case_id", "reference_number", "created_datetime", "last_updated_datetime", "last_closed_datetime", "last_reopened_datetime", "status"}

// refresh reads what the service has set.
func (m *model) refresh(c *modelCase) {
	m.Helper()
	var ids []string
	for _, id := range serviceFields {
		ids = append(ids, `{"id":"`+id+`"}`)
	}
	a := m.must("POST", m.shop.cases(c.id), `{"fields":[`+strings.Join(ids, ",")+`]}`)
	for _, f := range a.body["fields"].([]any) {
		f := f.(map[string]any)
		c.values[f["id"].(string)] = f["value"].(map[string]any)["stringValue"]
	}
	c.updated = c.values["last_updated_datetime"].(string)
}

// modelWordsOf splits a text as the search does.
func modelWordsOf(s string) []string {
	if strings.HasPrefix(s, "arn:") {
		s = s[strings.LastIndex(s, "/")+1:]
	}
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
}

// kindOfField gives a field's type.
func (m *model) kindOfField(id string) string {
	for _, f := range m.fields {
		if f.id == id {
			return f.kind
		}
	}
	if strings.HasSuffix(id, "_datetime") {
		return "DateTime"
	}
	return "Text"
}

// ordered compares two values of a field.
func (m *model) ordered(id string, a, b any) int {
	switch a := a.(type) {
	case float64:
		switch b := b.(float64); {
		case a < b:
			return -1
		case a > b:
			return 1
		}
		return 0
	case bool:
		return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) // false before true
	case string:
		if m.kindOfField(id) == "DateTime" {
			return modelInstant(a).Compare(modelInstant(b.(string)))
		}
		return strings.Compare(a, b.(string))
	}
	return 0
}

// modelInstant reads an instant in one of the forms that the test uses.
func modelInstant(s string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	panic(s)
}

// modelFilter is a filter as JSON and as a function.
type modelFilter struct {
	json  string
	match func(*modelCase) bool
}

// filter draws a filter.
func (m *model) filter(depth int) modelFilter {
	switch n := m.rand.IntN(12); {
	case n < 4 && depth < 3:
		var parts []modelFilter
		for range m.rand.IntN(4) {
			parts = append(parts, m.filter(depth+1))
		}
		var texts []string
		for _, p := range parts {
			texts = append(texts, p.json)
		}
		if n < 2 {
			return modelFilter{`{"andAll":[` + strings.Join(texts, ",") + `]}`, func(c *modelCase) bool {
				return !slices.ContainsFunc(parts, func(p modelFilter) bool { return !p.match(c) })
			}}
		}
		return modelFilter{`{"orAll":[` + strings.Join(texts, ",") + `]}`, func(c *modelCase) bool {
			return slices.ContainsFunc(parts, func(p modelFilter) bool { return p.match(c) })
		}}
	case n == 4 && depth < 3:
		p := m.filter(depth + 1)
		return modelFilter{`{"not":` + p.json + `}`, func(c *modelCase) bool { return !p.match(c) }}
	case n == 5:
		return m.tagFilter()
	}
	return m.fieldFilter()
}

// tagFilter draws a filter on tags.
func (m *model) tagFilter() modelFilter {
	key, value := []string{"team", "vip", "none"}[m.rand.IntN(3)], []string{"red", "blue", ""}[m.rand.IntN(3)]
	switch m.rand.IntN(3) {
	case 0:
		return modelFilter{`{"tag":{"equalTo":{"key":"` + key + `"}}}`, func(c *modelCase) bool { _, ok := c.tags[key]; return ok }}
	case 1:
		return modelFilter{`{"tag":{"equalTo":{"value":"` + value + `"}}}`, func(c *modelCase) bool {
			for _, v := range c.tags {
				if v == value {
					return true
				}
			}
			return false
		}}
	}
	return modelFilter{`{"tag":{"equalTo":{"key":"` + key + `","value":"` + value + `"}}}`, func(c *modelCase) bool { v, ok := c.tags[key]; return ok && v == value }}
}

// fieldFilter draws a comparison: mostly with a value that a case has.
func (m *model) fieldFilter() modelFilter {
	f := m.fields[m.rand.IntN(len(m.fields))]
	id, kind, v := f.id, f.kind, f.values[m.rand.IntN(len(f.values))]
	if m.rand.IntN(4) == 0 && len(m.cases) > 0 {
		id = serviceFields[m.rand.IntN(len(serviceFields))]
		kind, v = m.kindOfField(id), m.cases[m.rand.IntN(len(m.cases))].values[id]
	}
	op := "equalTo"
	if v != nil {
		switch {
		case kind == "Number" || kind == "DateTime":
			op = []string{"equalTo", "greaterThan", "greaterThanOrEqualTo", "lessThan", "lessThanOrEqualTo"}[m.rand.IntN(5)]
		case kind != "Boolean" && m.rand.IntN(3) == 0:
			op = "contains"
			r := []rune(v.(string))
			from := m.rand.IntN(len(r) + 1)
			v = strings.ToUpper(string(r[from : from+m.rand.IntN(len(r)-from+1)]))
		}
	}
	if op == "equalTo" && m.rand.IntN(8) == 0 {
		v = nil
	}
	json := `{"field":{"` + op + `":{"id":"` + id + `","value":` + union(kind, v) + `}}}`
	return modelFilter{json, func(c *modelCase) bool {
		have, ok := c.values[id]
		if v == nil || !ok {
			return v == nil && !ok
		}
		if op == "contains" {
			return strings.Contains(strings.ToLower(have.(string)), strings.ToLower(v.(string)))
		}
		order := m.ordered(id, have, v)
		switch op {
		case "equalTo":
			return order == 0
		case "greaterThan":
			return order > 0
		case "greaterThanOrEqualTo":
			return order >= 0
		case "lessThan":
			return order < 0
		}
		return order <= 0
	}}
}

// term draws a search term.
func (m *model) term() (string, func(*modelCase) bool) {
	term := m.text()
	switch m.rand.IntN(8) {
	case 0:
		term = m.cases[m.rand.IntN(len(m.cases))].id
	case 1:
		term = m.cases[m.rand.IntN(len(m.cases))].values["reference_number"].(string)
	case 2:
		term = agent
	}
	return term, func(c *modelCase) bool {
		var have []string
		for id, v := range c.values {
			switch v := v.(type) {
			case string:
				if m.kindOfField(id) != "DateTime" {
					have = append(have, modelWordsOf(v)...)
				}
			case float64:
				have = append(have, modelWordsOf(strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.20f", v), "0"), "."))...)
			}
		}
		for _, w := range modelWordsOf(term) {
			if !slices.Contains(have, w) {
				return false
			}
		}
		return true
	}
}

// modelSort is one key of an order.
type modelSort struct {
	id   string
	desc bool
}

// compare orders cases.
func (m *model) compare(sorts []modelSort, a, b *modelCase) int {
	for _, s := range sorts {
		x, y := a.values[s.id], b.values[s.id]
		if (x == nil) != (y == nil) {
			if x == nil {
				return 1
			}
			return -1
		}
		if x == nil {
			continue
		}
		if o := m.ordered(s.id, cutText(x), cutText(y)); o != 0 {
			if s.desc {
				return -o
			}
			return o
		}
	}
	if sorts[len(sorts)-1].desc {
		return b.no - a.no
	}
	return a.no - b.no
}

// cutText leaves of a text what sorting looks at.
func cutText(v any) any {
	if s, ok := v.(string); ok {
		return s[:min(len(s), 256)]
	}
	return v
}

// search reads all pages of a search and compares them with the naive scan.
func (m *model) search() {
	m.Helper()
	body := map[string]any{}
	match := func(*modelCase) bool { return true }
	both := func(f, g func(*modelCase) bool) func(*modelCase) bool {
		return func(c *modelCase) bool { return f(c) && g(c) }
	}
	if m.rand.IntN(5) > 0 {
		f := m.filter(0)
		body["filter"], match = json.RawMessage(f.json), both(match, f.match)
	}
	if m.rand.IntN(3) == 0 {
		term, has := m.term()
		body["searchTerm"], match = term, both(match, has)
	}
	sorts := []modelSort{{"last_updated_datetime", true}}
	if m.rand.IntN(2) == 0 {
		sorts = nil
		var list []map[string]string
		for range 1 + m.rand.IntN(2) {
			s := modelSort{m.fields[m.rand.IntN(len(m.fields))].id, m.rand.IntN(2) == 0}
			if m.rand.IntN(3) == 0 {
				s.id = serviceFields[m.rand.IntN(len(serviceFields))]
			}
			if len(sorts) > 0 && sorts[0].id == s.id {
				continue
			}
			sorts = append(sorts, s)
			list = append(list, map[string]string{"fieldId": s.id, "sortOrder": map[bool]string{true: "Desc", false: "Asc"}[s.desc]})
		}
		body["sorts"] = list
	}
	var want []string
	for _, c := range slices.SortedFunc(slices.Values(m.cases), func(a, b *modelCase) int { return m.compare(sorts, a, b) }) {
		if match(c) {
			want = append(want, c.id)
		}
	}
	size := []int{1, 7, 25, 100}[m.rand.IntN(4)]
	if len(want) > 12*size {
		size = 100
	}
	m.signed(body)
	most := 15 // pages: a search for most of many cases need not always be read to its end
	if m.rand.IntN(10) == 0 {
		most = len(want) + 1
	}
	got, total, text := m.pages(body, size, most)
	whole := len(want)
	if len(got) < whole && len(got) == most*size {
		want = want[:len(got)]
	}
	if !slices.Equal(got, want) {
		m.Fatalf("%s in pages of %d:\ngot  %d %v\nwant %d %v", text, size, len(got), m.names(got), len(want), m.names(want))
	}
	if total >= 0 && total != min(whole, 10_000) {
		m.Fatalf("%s in pages of %d: totalCount %d, want %d", text, size, total, whole)
	}
}

// signed demands that no case that the search wants is passed over because of its signature.
func (m *model) signed(body map[string]any) {
	m.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		m.Fatal(err)
	}
	in, d := &api.SearchCasesInput{DomainId: m.domain}, wire.NewDecoder(b)
	defer d.Release()
	if in.DecodeJSON(d); d.Err() != nil {
		m.Fatal(d.Err())
	}
	if wrong, err := m.svc.CheckSignatures(m.Context(), in); err != nil || wrong != nil {
		m.Fatalf("%s: passed over (%v): %v", b, err, m.names(wrong))
	}
}

// names shortens ids to places in the order of creation.
func (m *model) names(ids []string) (list []int) {
	for _, id := range ids {
		n := -1
		for _, c := range m.cases {
			if c.id == id {
				n = c.no
			}
		}
		list = append(list, n)
	}
	return list
}

// pages reads the pages of a search, most of them at most. total is -1 where there is none.
func (m *model) pages(body map[string]any, size, most int) (ids []string, total int, text string) {
	m.Helper()
	body["maxResults"], total = size, -1
	for range most {
		b, err := json.Marshal(body)
		if err != nil {
			m.Fatal(err)
		}
		if text == "" {
			text = string(b)
		}
		a := m.must("POST", "/domains/"+m.domain+"/cases-search", string(b))
		for _, c := range a.body["cases"].([]any) {
			ids = append(ids, c.(map[string]any)["caseId"].(string))
		}
		if n, ok := a.body["totalCount"].(float64); ok {
			total = int(n)
		}
		if a.text("nextToken") == "" {
			return ids, total, text
		}
		body["nextToken"] = a.text("nextToken")
	}
	return ids, total, text
}

// TestSearchesGiveWhatANaiveScanGives compares random searches on random cases, which change now and then.
func TestSearchesGiveWhatANaiveScanGives(t *testing.T) {
	seed := *modelSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("-search-seed=%d", seed)
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		h := open(t, d)
		m := newModel(h, seed)
		for range *modelCases {
			m.create()
			if m.rand.IntN(3) == 0 {
				h.clock.advance(time.Duration(m.rand.IntN(3000)) * time.Millisecond)
			}
			if m.rand.IntN(3) == 0 {
				m.update()
			}
		}
		for range *modelSearches {
			switch m.rand.IntN(12) {
			case 0:
				m.remove()
			case 1, 2:
				m.update()
			case 3:
				h.clock.advance(time.Duration(m.rand.IntN(100_000)) * time.Millisecond)
			}
			m.search()
		}
	})
}
