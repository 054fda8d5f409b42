package connectcases_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	api "github.com/casestream/casestream/awsapi/connectcases"
	"github.com/casestream/casestream/base/page"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/svc/connectcases"
	"github.com/casestream/casestream/wire"
	"github.com/casestream/casestream/wire/wiretest"
)

// search sends a search and gives the answer.
func (h *house) search(s shop, body string) answer {
	h.Helper()
	return h.call("POST", "/domains/"+s.domain+"/cases-search", body)
}

// searched searches and gives the cases' ids and the token of the next page.
func (h *house) searched(s shop, body string) (ids []string, next string) {
	h.Helper()
	a := h.search(s, body)
	if a.err != nil {
		h.Fatalf("%s: %v", body, a.err)
	}
	for _, c := range a.body["cases"].([]any) {
		ids = append(ids, c.(map[string]any)["caseId"].(string))
	}
	return ids, a.text("nextToken")
}

// consistent demands that the tables of the search hold what they should.
func (h *house) consistent(s shop) {
	h.Helper()
	wrong, err := h.svc.CheckIndex(h.Context(), s.domain)
	if err != nil || len(wrong) > 0 {
		h.Fatalf("the tables of the search are wrong (%v):\n%s", err, strings.Join(wrong, "\n"))
	}
}

func TestSearchShowsWhatIsAskedFor(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		id := h.must("POST", s.cases(), `{"templateId":"`+s.template+`","tags":{"team":"red"},"fields":[`+str("title", "Broken cup")+`,`+str("customer_id", customer)+`]}`).text("caseId")
		h.clock.advance(time.Second)
		other := h.create(s)
		a := h.search(s, `{"fields":[{"id":"title"},{"id":"`+s.note+`"}],"maxResults":1,"sorts":[{"fieldId":"created_datetime","sortOrder":"Asc"}]}`)
		h.same("page", a.body, map[string]any{
			"nextToken": a.body["nextToken"], "totalCount": 2.0,
			"cases": []any{map[string]any{
				"caseId": id, "templateId": s.template, "tags": map[string]any{"team": "red"},
				"fields": []any{map[string]any{"id": "title", "value": map[string]any{"stringValue": "Broken cup"}}},
			}},
		})
		if a = h.search(s, `{}`); a.body["cases"].([]any)[0].(map[string]any)["caseId"] != other {
			h.Error("the newest update is not first")
		}
		if a = h.search(s, `{"searchTerm":"--"}`); len(a.body["cases"].([]any)) != 0 || a.body["totalCount"] != 0.0 {
			h.Errorf("a term without words finds %v", a.body)
		}
	})
}

func TestSearchRefuses(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		h.create(s)
		h.create(s)
		_, token := h.searched(s, `{"maxResults":1}`)
		field := func(op, id, value string) string {
			return `{"filter":{"field":{"` + op + `":{"id":"` + id + `","value":` + value + `}}}}`
		}
		deep := strings.Repeat(`{"not":`, 10) + `{"andAll":[]}` + strings.Repeat("}", 10)
		many := `{"andAll":[` + strings.Repeat(`{"andAll":[]},`, 10) + `{"andAll":[]}]}`
		for name, body := range map[string]string{
			"an unknown field in the filter":   field("equalTo", "nope", `{"stringValue":"x"}`),
			"an unknown field in the order":    `{"sorts":[{"fieldId":"nope","sortOrder":"Asc"}]}`,
			"an unknown field to show":         `{"fields":[{"id":"nope"}]}`,
			"a field shown twice":              `{"fields":[{"id":"title"},{"id":"title"}]}`,
			"a field sorted by twice":          `{"sorts":[{"fieldId":"title","sortOrder":"Asc"},{"fieldId":"title","sortOrder":"Desc"}]}`,
			"three sorts":                      `{"sorts":[{"fieldId":"title","sortOrder":"Asc"},{"fieldId":"status","sortOrder":"Desc"},{"fieldId":"summary","sortOrder":"Desc"}]}`,
			"contains of a number":             field("contains", s.amount, `{"doubleValue":1}`),
			"an order of text":                 field("greaterThan", "title", `{"stringValue":"x"}`),
			"an order of a Boolean":            field("lessThan", s.gift, `{"booleanValue":true}`),
			"an emptyValue with an order":      field("lessThan", s.amount, `{"emptyValue":{}}`),
			"an emptyValue with contains":      field("contains", "title", `{"emptyValue":{}}`),
			"a text for a number":              field("equalTo", s.amount, `{"stringValue":"1"}`),
			"a time that is none":              field("greaterThan", "created_datetime", `{"stringValue":"yesterday"}`),
			"a tag of nothing":                 `{"filter":{"tag":{"equalTo":{}}}}`,
			"a filter of more than ten levels": `{"filter":` + deep + `}`,
			"more than ten parts":              `{"filter":` + many + `}`,
			"no page size":                     `{"maxResults":0}`,
			"nonsense as a token":              `{"nextToken":"nonsense"}`,
			"the token of another search":      `{"maxResults":1,"searchTerm":"cup","nextToken":"` + token + `"}`,
			"the token of another order":       `{"maxResults":1,"sorts":[{"fieldId":"title","sortOrder":"Asc"}],"nextToken":"` + token + `"}`,
			"the token of another list":        `{"nextToken":"` + page.Token("fields", "1") + `"}`,
			"a forged token":                   `{"nextToken":"` + page.Token("cases-search", "x", "1", "1:1:", "", "AAAAAAAAAAA", "1") + `"}`,
		} {
			if a := h.search(s, body); a.code != "ValidationException" {
				h.Errorf("%s: %q %v", name, a.code, a.body)
			}
		}
		if a := h.search(s, `{"maxResults":100,"fields":[{"id":"title"}],"nextToken":"`+token+`"}`); a.err != nil {
			h.Errorf("another page size with the same token: %v", a.err)
		}
		if a := h.search(shop{domain: "nope"}, `{}`); a.code != "ResourceNotFoundException" {
			h.Errorf("an unknown domain: %q", a.code)
		}
	})
}

// TestPagesNeitherSkipNorRepeatWhileCasesChange updates random cases, and makes new ones, between the pages of a
// search: each case that was there is on exactly one page.
func TestPagesNeitherSkipNorRepeatWhileCasesChange(t *testing.T) {
	for _, search := range []struct{ name, body string }{
		{"newest first", ``},
		{"oldest first", `"sorts":[{"fieldId":"last_updated_datetime","sortOrder":"Asc"}],`},
		{"newest first of a word", `"searchTerm":"cup",`},
		{"newest first of a value", `"filter":{"field":{"equalTo":{"id":"status","value":{"stringValue":"open"}}}},`},
		{"by creation", `"sorts":[{"fieldId":"created_datetime","sortOrder":"Desc"}],`},
		{"by a number that changes", `"sorts":[{"fieldId":"AMOUNT","sortOrder":"Asc"}],`},
		{"by a number that changes, of a word", `"searchTerm":"cup","sorts":[{"fieldId":"AMOUNT","sortOrder":"Desc"}],`},
		{"by a text that changes", `"sorts":[{"fieldId":"NOTE","sortOrder":"Desc"}],`},
		{"by two that change", `"sorts":[{"fieldId":"AMOUNT","sortOrder":"Desc"},{"fieldId":"NOTE","sortOrder":"Asc"}],`},
		{"by status and last update", `"sorts":[{"fieldId":"status","sortOrder":"Asc"},{"fieldId":"last_updated_datetime","sortOrder":"Desc"}],`},
	} {
		t.Run(search.name, func(t *testing.T) {
			each(t, func(h *house) {
				s := h.shop()
				body := strings.NewReplacer("AMOUNT", s.amount, "NOTE", s.note).Replace(search.body)
				amount := func() string {
					return fmt.Sprintf(`{"id":"%s","value":%s}`, s.amount, []string{`{"emptyValue":{}}`, `{"doubleValue":1}`, `{"doubleValue":2}`}[rand.IntN(3)])
				}
				var ids []string
				for range 60 {
					h.clock.advance(time.Duration(rand.IntN(2)) * 10 * time.Millisecond)
					ids = append(ids, h.create(s, amount()))
				}
				h.clock.advance(time.Minute)
				stop, changes := make(chan struct{}), sync.WaitGroup{}
				for range 3 {
					changes.Go(func() {
						for n := 0; ; n++ {
							select {
							case <-stop:
								return
							default:
							}
							h.clock.advance(time.Millisecond)
							h.must("PUT", s.cases(ids[rand.IntN(len(ids))]), `{"fields":[`+str(s.note, fmt.Sprint(n))+`,`+amount()+`]}`)
							if n%8 == 0 {
								h.create(s)
							}
						}
					})
				}
				var got []string
				token := ""
				for first := true; first || token != ""; first = false {
					list, next := h.searched(s, `{`+body+`"maxResults":7,"nextToken":"`+token+`"}`)
					got, token = append(got, list...), next
				}
				close(stop)
				changes.Wait()
				counts := make(map[string]int)
				for _, id := range got {
					counts[id]++
				}
				for _, id := range ids {
					if counts[id] != 1 {
						t.Errorf("case %d is on %d pages", slices.Index(ids, id), counts[id])
					}
				}
				for id, n := range counts {
					if n != 1 {
						t.Errorf("%s is there %d times", id, n)
					}
				}
				h.consistent(s)
			})
		})
	}
}

// A first page may see a commit that is so new that nobody was told of it. Later pages see it too.
func TestPagesAfterOneThatSawTheNewestCommitFirst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var armed atomic.Bool
		reached, release := make(chan struct{}), make(chan struct{})
		c := &clock{}
		c.at.Store(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).UnixMicro())
		h := build(t, d.Open(t, store.Options{Now: c.now, Step: func(s store.Step) error {
			if s.Kind == store.StepCommitted && armed.CompareAndSwap(true, false) {
				close(reached)
				<-release
			}
			return nil
		}}), connectcases.Config{})
		h.clock = c
		s := h.shop()
		amount := func(n int) string { return fmt.Sprintf(`{"id":"%s","value":{"doubleValue":%d}}`, s.amount, n) }
		var ids []string
		for i := range 6 {
			c.advance(time.Second)
			ids = append(ids, h.create(s, amount(i)))
		}
		c.advance(time.Second)
		armed.Store(true)
		var change sync.WaitGroup
		change.Go(func() { h.must("PUT", s.cases(ids[5]), `{"fields":[`+amount(-1)+`]}`) })
		<-reached
		var got []string
		body := `"sorts":[{"fieldId":"` + s.amount + `","sortOrder":"Asc"}],"maxResults":2,`
		list, token := h.searched(s, `{`+body+`"nextToken":""}`)
		close(release)
		change.Wait()
		for got = list; token != ""; got = append(got, list...) {
			list, token = h.searched(s, `{`+body+`"nextToken":"`+token+`"}`)
		}
		want := append([]string{ids[5]}, ids[:5]...)
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

// TestTheSweepKeepsTheOrderSmall updates few cases without end: the rows that nobody needs any more go, those that
// an open search needs stay.
func TestTheSweepKeepsTheOrderSmall(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		var ids []string
		for range 10 {
			ids = append(ids, h.create(s))
		}
		most := 0
		for n := range 1200 {
			h.clock.advance(6 * time.Second)
			h.must("PUT", s.cases(ids[n%len(ids)]), `{"fields":[`+str("title", fmt.Sprint(n))+`]}`)
			if n%50 == 0 {
				if err := h.svc.Sweep(t.Context()); err != nil {
					t.Fatal(err)
				}
				most = max(most, h.rows("cases_recent"))
			}
		}
		if most > 700 { // 150 updates in a quarter of an hour
			t.Errorf("up to %d rows for 10 cases", most)
		}
		h.consistent(s)

		// A search that was begun ten minutes ago still finds each case at its place.
		got, token := h.searched(s, `{"maxResults":3}`)
		for n := range 100 {
			h.clock.advance(6 * time.Second)
			h.must("PUT", s.cases(ids[n%len(ids)]), `{"fields":[`+str("title", fmt.Sprint("again ", n))+`]}`)
			if err := h.svc.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for token != "" {
			var list []string
			list, token = h.searched(s, `{"maxResults":3,"nextToken":"`+token+`"}`)
			got = append(got, list...)
		}
		slices.Sort(got)
		slices.Sort(ids)
		if !slices.Equal(got, ids) {
			t.Errorf("the pages have %d cases, want each of %d once", len(got), len(ids))
		}

		for _, id := range ids {
			h.must("DELETE", s.cases(id), "")
		}
		h.create(s)
		h.clock.advance(connectcases.SettleAfter + time.Second)
		for range 5 {
			h.create(s)
			if err := h.svc.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
			h.clock.advance(time.Second)
		}
		if n := h.rows("cases_recent"); n > 200 {
			t.Errorf("%d rows are left of deleted cases", n)
		}
	})
}

// TestTheIndexHoldsWhatTheCasesHold makes, changes and deletes cases at random, from several callers, and compares
// the tables of the search with the cases.
func TestTheIndexHoldsWhatTheCasesHold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		h := open(t, d)
		m := newModel(h, rand.Uint64())
		for range 30 {
			m.create()
		}
		bodies := make([]string, 300)
		for i := range bodies {
			list, _ := m.draw(true)
			bodies[i] = `{"fields":[` + strings.Join(list, ",") + `]}`
		}
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				for i := w; i < len(bodies); i += 8 {
					h.clock.advance(time.Millisecond)
					h.must("PUT", m.shop.cases(m.cases[(i*7+w)%20].id), bodies[i])
				}
			})
		}
		wg.Wait()
		for range 10 {
			m.remove()
		}
		h.consistent(m.shop)
	})
}

// TestEveryStepOfTheSweepMayFail makes each step of a sweep fail in turn: what it needs to keep is always there.
func TestEveryStepOfTheSweepMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var h *house
		var s shop
		c := &clock{}
		c.at.Store(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).UnixMicro())
		var err error
		run := func(t *testing.T, db *store.DB, arm func()) {
			if h == nil {
				h = build(t, db, connectcases.Config{})
				s = h.shop()
			}
			id := h.create(s)
			for n := range 5 {
				h.must("PUT", s.cases(id), `{"fields":[`+str("title", fmt.Sprint(n))+`]}`)
			}
			arm()
			err = h.svc.Sweep(t.Context())
		}
		storetest.EveryStep(t, d, run, func(t *testing.T, _ *store.DB, failed store.Step) {
			if err == nil {
				t.Errorf("%s failed and the sweep did not", failed)
			}
			h.consistent(s)
		})
	})
}

func TestKeysAreInTheOrderOfValues(t *testing.T) {
	numbers := []float64{math.Inf(-1), -math.MaxFloat64, -1e9, -1.5, -1, -math.SmallestNonzeroFloat64, 0, math.SmallestNonzeroFloat64, 1, 1.5, 1e9, math.MaxFloat64, math.Inf(1)}
	for i := range numbers[1:] {
		if connectcases.CompareInOrder(connectcases.NumberKey(numbers[i]), connectcases.NumberKey(numbers[i+1])) >= 0 {
			t.Errorf("%g is not before %g", numbers[i], numbers[i+1])
		}
	}
	if connectcases.CompareInOrder(connectcases.NumberKey(math.Copysign(0, -1)), connectcases.NumberKey(0)) != 0 {
		t.Error("-0 is not 0")
	}
	times := []string{"0001-01-01", "1969-12-31T23:59:59.999999999Z", "1970-01-01", "2026-03-01T12:00:00+01:00", "2026-03-01T11:00:00.000000001Z", "2026-03-01T11:00:01Z", "9999-12-31", "not a time"}
	for i := range times[1:] {
		if connectcases.CompareInOrder(connectcases.InstantKey(times[i]), connectcases.InstantKey(times[i+1])) >= 0 {
			t.Errorf("%s is not before %s", times[i], times[i+1])
		}
	}
}

func TestWordsOfText(t *testing.T) {
	for text, want := range map[string][]string{
		"":                     {},
		"Broken cup, order-77": {"broken", "cup", "order", "77"},
		"ÅNGSTRÖM épée":        {"ångström", "épée"},
		"arn:aws:connect:us-west-2:1:a/b/Agent-7": {"agent", "7"},
		"x\u0301 नमस्ते 東京":                       {"x\u0301", "नमस्ते", "東京"},
		"a'b\"c\\d:e&f|g!h(i)j<k*l":               {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"},
		strings.Repeat("é", 40):                   {strings.Repeat("é", 32)},
	} {
		if got := connectcases.Words(text); !slices.Equal(got, want) {
			t.Errorf("%q has the words %q, want %q", text, got, want)
		}
	}
}

// TestACaseWithVeryManyWordsIsFound puts more words into a case than the index takes.
func TestACaseWithVeryManyWordsIsFound(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		var fields []string
		n := 0
		for f := range 20 {
			id := h.must("POST", "/domains/"+s.domain+"/fields", `{"name":"f`+fmt.Sprint(f)+`","type":"Text"}`).text("fieldId")
			var b strings.Builder
			for b.Len() < 4000 {
				n++
				fmt.Fprintf(&b, "%x ", n)
			}
			fields = append(fields, str(id, b.String()))
		}
		last := strings.TrimSuffix(fields[len(fields)-1], "")
		id := h.create(s, append(fields, str(s.note, "needle"))...)
		h.consistent(s)
		got, _ := h.searched(s, `{"filter":{"field":{"equalTo":`+last+`}}}`)
		if !slices.Equal(got, []string{id}) {
			t.Errorf("by a text that the words have no room for: %v", got)
		}
		h.must("PUT", s.cases(id), `{"fields":[`+str(s.note, "other")+`]}`)
		h.must("DELETE", s.cases(id), "")
		h.consistent(s)
	})
}

// FuzzSearch sends any filter, term and order: it is answered or refused, and what is found is what a case has.
func FuzzSearch(f *testing.F) {
	h := build(f, storetest.SQLite(f).Open(f, store.Options{}), connectcases.Config{})
	s := h.shop()
	for n := range 5 {
		h.create(s, str(s.note, fmt.Sprint("note ", n)))
	}
	f.Add(`{"field":{"equalTo":{"id":"status","value":{"stringValue":"open"}}}}`, "cup", "title", 2)
	f.Add(`{"not":{"tag":{"equalTo":{"key":"team"}}}}`, "", "last_updated_datetime", 1)
	f.Add(`{"orAll":[{"field":{"contains":{"id":"title","value":{"stringValue":"Cup"}}}},{"andAll":[]}]}`, "a\"b' OR *", "created_datetime", 3)
	f.Add(`{"field":{"lessThan":{"id":"last_updated_datetime","value":{"stringValue":"9999-12-31"}}}}`, "", "case_id", 100)
	f.Fuzz(func(t *testing.T, filter, term, sort string, size int) {
		text := func(s string) string { b, _ := json.Marshal(s); return string(b) }
		body := fmt.Sprintf(`{"filter":%s,"searchTerm":%s,"maxResults":%d,"sorts":[{"fieldId":%s,"sortOrder":"Asc"}],"fields":[{"id":"title"}]}`, filter, text(term), size, text(sort))
		door := wiretest.Door{TB: t, Service: h.svc.Describe(), Caller: &wire.Call{}, Beyond: []string{"SerializationException"}}
		token := ""
		for range 10 {
			a, err := door.Send("SearchCases", &wire.Request{Labels: map[string]string{"domainId": s.domain}, Body: []byte(body[:len(body)-1] + `,"nextToken":"` + token + `"}`)})
			if err != nil && err.Status != 400 {
				t.Fatalf("%s: %v", body, err)
			}
			if token, _ = a["nextToken"].(string); token == "" {
				break
			}
		}
	})
}

func FuzzSearchToken(f *testing.F) {
	f.Add(page.Token("cases-search", "x", "1", "1:1:", "", "AAAAAAAAAAA", "1"), 1)
	f.Add(page.Token("cases-search", "x", "1", "1:9:3,4", "7", "- AAAAAAAAAAA", "-1"), 2)
	f.Fuzz(func(t *testing.T, token string, sorts int) {
		if connectcases.SearchToken(token, min(max(sorts, 0), 2)) && len(token) > 20_000 {
			t.Error("a token of that length is none of ours")
		}
	})
}

func TestASearchEndsWhenNobodyWaits(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		h.create(s)
		ctx, leave := context.WithCancel(t.Context())
		leave()
		if _, err := h.svc.SearchCases(ctx, &api.SearchCasesInput{DomainId: s.domain}); !errors.Is(err, context.Canceled) {
			t.Errorf("the search of a caller who has gone: %v", err)
		}
	})
}
