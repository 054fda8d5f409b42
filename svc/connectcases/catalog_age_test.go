package connectcases_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/svc/connectcases"
)

// TestAChangeKnowsAllFieldsOfTheCaseThatItHolds lets another node add a field, and give a case a value of it, when an
// operation is about to hold the case: what the operation writes for the search must not leave that value out.
func TestAChangeKnowsAllFieldsOfTheCaseThatItHolds(t *testing.T) {
	for name, change := range map[string]func(h *house, s shop, id string){
		"UpdateCase": func(h *house, s shop, id string) {
			h.must("PUT", s.cases(id), `{"fields":[`+str("title", "Broken plate")+`]}`)
		},
		"TagResource": func(h *house, s shop, id string) {
			h.must("POST", tags("arn:aws:cases:us-west-2:111122223333:domain/"+s.domain+"/case/"+id), `{"tags":{"a":"b"}}`)
		},
		"DeleteCase": func(h *house, s shop, id string) { h.must("DELETE", s.cases(id), "") },
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, d storetest.Database) {
				if d.Engine.Name() == "sqlite" {
					t.Skip("only one transaction writes at a time")
				}
				other := open(t, d)
				s := other.shop()
				id := other.create(s)
				var once sync.Once
				armed := false
				meanwhile := func(step store.Step) error {
					if armed && strings.Contains(step.Query, "/*for update*/") {
						once.Do(func() {
							field := other.must("POST", "/domains/"+s.domain+"/fields", `{"name":"Late","type":"User"}`).text("fieldId")
							other.must("PUT", s.cases(id), `{"fields":[{"id":"`+field+`","value":{"userArnValue":"belated"}}]}`)
						})
					}
					return nil
				}
				h := build(t, d.Open(t, store.Options{Now: other.clock.now, Step: meanwhile}), connectcases.Config{})
				armed = true
				change(h, s, id)
				other.consistent(s)
				ids, _ := other.searched(s, `{"searchTerm":"belated"}`)
				if want := name != "DeleteCase"; (len(ids) == 1) != want {
					t.Errorf("the word of the new field finds %v", ids)
				}
			})
		})
	}
}
