package connectcases_test

import (
	"testing"
	"time"

	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/svc/connectcases"
)

// TestRestartKeepsEverything also starts the second time with a clock that is an hour behind, as another
// node's may be: the times of a case's changes must not go back.
func TestRestartKeepsEverything(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		start := func(at time.Time) (*house, *store.DB) {
			db, err := store.Open(t.Context(), d.Engine, d.DSN, store.Options{Now: func() time.Time { return at }})
			if err != nil {
				t.Fatal(err)
			}
			return build(t, db, connectcases.Config{}), db
		}
		now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		h, db := start(now)
		s := h.shop()
		body := `{"clientToken":"t",` + s.newCase(str(s.note, "kept"))[1:]
		id := h.must("POST", s.cases(), body).text("caseId")
		item := h.must("POST", s.cases(id, "related-items")+"/", comment("kept")).text("relatedItemId")
		before := []answer{
			h.must("POST", "/domains/"+s.domain, ""), h.must("POST", "/domains/"+s.domain+"/fields-list", ""),
			h.must("POST", "/domains/"+s.domain+"/templates/"+s.template, ""),
			h.must("POST", "/domains/"+s.domain+"/case-event-configuration", ""),
			h.must("POST", s.cases(id, "related-items-search"), `{}`),
		}
		first := h.events()
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}

		h, db = start(now.Add(-time.Hour))
		defer db.Close()
		after := []answer{
			h.must("POST", "/domains/"+s.domain, ""), h.must("POST", "/domains/"+s.domain+"/fields-list", ""),
			h.must("POST", "/domains/"+s.domain+"/templates/"+s.template, ""),
			h.must("POST", "/domains/"+s.domain+"/case-event-configuration", ""),
			h.must("POST", s.cases(id, "related-items-search"), `{}`),
		}
		for i := range before {
			h.same("answer", before[i].body, after[i].body)
		}
		if got := h.field(s, id, s.note); got != `{"stringValue":"kept"}` {
			h.Errorf("the field after the restart: %s", got)
		}
		if again := h.must("POST", s.cases(), body); again.text("caseId") != id {
			h.Error("the client token was forgotten")
		}
		if len(after[4].body["relatedItems"].([]any)) != 1 || item == "" {
			h.Error("the comment was lost")
		}
		h.must("PUT", s.cases(id), `{"fields":[`+str("title", "later")+`]}`)
		if a, b := first[1].Detail.ApproximateChangeTime, h.one().Detail.ApproximateChangeTime; b < a {
			h.Errorf("the update at %s is before the comment at %s", b, a)
		}
	})
}
