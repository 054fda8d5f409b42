package connectcases_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/casestream/casestream/events/eventstest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestEventsOnTheWire holds the bytes of each event to a file. Ids, which are drawn, have names in it.
func TestEventsOnTheWire(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		h.config(s, `{"enabled":true,"includedData":{"caseData":{"fields":[{"id":"status"},{"id":"case_reason"},{"id":"`+s.note+`"},{"id":"`+s.amount+`"},{"id":"`+
			s.gift+`"},{"id":"last_updated_user"},{"id":"created_datetime"},{"id":"summary"}]},"relatedItemData":{"includeContent":true}}}`)
		by := `{"performedBy":{"userArn":"` + agent + `"},`
		id := h.must("POST", s.cases(), by+s.newCase(str("case_reason", "Shipment lost"), str(s.note, "Customer didn't receive the <product> & \"box\"\n"))[1:]).text("caseId")
		created := h.one()
		h.clock.advance(1500 * time.Millisecond)
		h.must("PUT", s.cases(id), by+`"fields":[`+str("status", "closed")+`,{"id":"`+s.amount+`","value":{"doubleValue":5}},{"id":"`+s.gift+`","value":{"booleanValue":true}}]}`)
		updated := h.one()
		h.clock.advance(time.Second)
		item := h.must("POST", s.cases(id, "related-items")+"/", strings.Replace(comment("Gave a $5 refund to customer to make them happy"), `{`, `{"performedBy":{"customEntity":"billing"},`, 1)).text("relatedItemId")
		commented := h.one()
		h.must("POST", s.cases(id, "related-items")+"/", contactItem(contact))
		related := h.one()
		h.clock.advance(time.Second)
		h.must("DELETE", s.cases(id), "")
		deleted := h.one()
		for name, e := range map[string]event{
			"case_created": created, "case_updated": updated, "comment_created": commented, "contact_created": related, "case_deleted": deleted,
		} {
			contactID := ""
			if name == "contact_created" {
				contactID = e.Resources[1][strings.LastIndex(e.Resources[1], "/")+1:]
			}
			names := []string{e.ID, "EVENT", s.domain, "DOMAIN", s.template, "TEMPLATE", id, "CASE", s.note, "NOTE", s.amount, "AMOUNT", s.gift, "GIFT", item, "ITEM"}
			if contactID != "" {
				names = append(names, contactID, "ITEM")
			}
			h.golden(name, strings.NewReplacer(names...).Replace(e.raw)+"\n")
		}
	})
}

// golden compares a text with its file.
func (h *house) golden(name, got string) {
	h.Helper()
	path := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			h.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		h.Fatal(err)
	}
	h.same(name, string(want), got)
}

// TestFilesOfEventsAreAsTheSchemasHaveThem looks at the files themselves, so that none is left behind by a
// change.
func TestFilesOfEventsAreAsTheSchemasHaveThem(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(name), func(t *testing.T) { eventstest.Check(t, string(text)) })
	}
}
