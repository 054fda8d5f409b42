package connectcases_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/svc/connectcases"
)

// TestEveryStepOfAConfigurationMayFail makes each step of each operation that writes configuration or tags fail
// in turn: it has happened or it has not, and it has only when the commit was durable.
func TestEveryStepOfAConfigurationMayFail(t *testing.T) {
	var arns map[string]string
	d := func(s shop) string { return "/domains/" + s.domain }
	// Each gives a new request, and the request whose answer shows whether it has happened.
	operations := map[string]func(h *house, s shop, n int) (method, path, body, look, lookBody string){
		"CreateDomain": func(_ *house, _ shop, n int) (string, string, string, string, string) {
			return "POST", "/domains", fmt.Sprintf(`{"name":"domain %d"}`, n), "/domains-list", ""
		},
		"DeleteDomain": func(h *house, _ shop, n int) (string, string, string, string, string) {
			id := h.made("/domains", fmt.Sprintf(`{"name":"domain %d"}`, n), "domainId")
			return "DELETE", "/domains/" + id, "", "/domains/" + id, ""
		},
		"CreateField": func(_ *house, s shop, n int) (string, string, string, string, string) {
			return "POST", d(s) + "/fields", fmt.Sprintf(`{"name":"field %d","type":"Text"}`, n), d(s) + "/fields-list", ""
		},
		"UpdateField": func(_ *house, s shop, n int) (string, string, string, string, string) {
			return "PUT", d(s) + "/fields/" + s.note, fmt.Sprintf(`{"name":"field %d"}`, n), d(s) + "/fields-list", ""
		},
		"DeleteField": func(h *house, s shop, n int) (string, string, string, string, string) {
			id := h.made(d(s)+"/fields", fmt.Sprintf(`{"name":"field %d","type":"Text"}`, n), "fieldId")
			return "DELETE", d(s) + "/fields/" + id, "", d(s) + "/fields-list", ""
		},
		"BatchPutFieldOptions": func(_ *house, s shop, n int) (string, string, string, string, string) {
			body := fmt.Sprintf(`{"options":[{"name":"o","value":"o%d","active":true}]}`, n)
			return "PUT", d(s) + "/fields/case_reason/options", body, d(s) + "/fields/case_reason/options-list", ""
		},
		"CreateLayout": func(_ *house, s shop, n int) (string, string, string, string, string) {
			return "POST", d(s) + "/layouts", layoutOf(fmt.Sprint("layout ", n), "title"), d(s) + "/layouts-list", ""
		},
		"UpdateLayout": func(h *house, s shop, n int) (string, string, string, string, string) {
			id := h.made(d(s)+"/layouts", layoutOf(fmt.Sprint("layout ", n), "title"), "layoutId")
			return "PUT", d(s) + "/layouts/" + id, layoutOf(fmt.Sprint("better ", n), "status"), d(s) + "/layouts/" + id, ""
		},
		"DeleteLayout": func(h *house, s shop, n int) (string, string, string, string, string) {
			id := h.made(d(s)+"/layouts", layoutOf(fmt.Sprint("layout ", n), "title"), "layoutId")
			return "DELETE", d(s) + "/layouts/" + id, "", d(s) + "/layouts/" + id, ""
		},
		"CreateTemplate": func(_ *house, s shop, n int) (string, string, string, string, string) {
			return "POST", d(s) + "/templates", fmt.Sprintf(`{"name":"template %d"}`, n), d(s) + "/templates-list", ""
		},
		"UpdateTemplate": func(_ *house, s shop, n int) (string, string, string, string, string) {
			return "PUT", d(s) + "/templates/" + s.template, fmt.Sprintf(`{"description":"%d"}`, n), d(s) + "/templates/" + s.template, ""
		},
		"DeleteTemplate": func(h *house, s shop, n int) (string, string, string, string, string) {
			id := h.made(d(s)+"/templates", fmt.Sprintf(`{"name":"template %d"}`, n), "templateId")
			return "DELETE", d(s) + "/templates/" + id, "", d(s) + "/templates/" + id, ""
		},
		"CreateCaseRule": func(_ *house, s shop, n int) (string, string, string, string, string) {
			return "POST", d(s) + "/case-rules", fmt.Sprintf(`{"name":"rule %d","rule":%s}`, n, ruleOf("hidden", true)), d(s) + "/rules-list/", ""
		},
		"UpdateCaseRule": func(h *house, s shop, n int) (string, string, string, string, string) {
			id := h.rule(s, fmt.Sprint("rule ", n), ruleOf("hidden", true))
			return "PUT", d(s) + "/case-rules/" + id, `{"rule":` + ruleOf("hidden", false) + `}`, d(s) + "/rules-batch", `{"caseRules":[{"id":"` + id + `"}]}`
		},
		"DeleteCaseRule": func(h *house, s shop, n int) (string, string, string, string, string) {
			id := h.rule(s, fmt.Sprint("rule ", n), ruleOf("hidden", true))
			return "DELETE", d(s) + "/case-rules/" + id, "", d(s) + "/rules-batch", `{"caseRules":[{"id":"` + id + `"}]}`
		},
		"PutCaseEventConfiguration": func(h *house, s shop, _ int) (string, string, string, string, string) {
			h.config(s, `{"enabled":true}`)
			return "PUT", d(s) + "/case-event-configuration", `{"eventBridge":{"enabled":false}}`, d(s) + "/case-event-configuration", ""
		},
	}
	for _, kind := range []string{"Domain", "Field", "Layout", "Template", "CaseRule", "Case", "RelatedItem"} {
		operations["TagResource of a "+kind] = func(_ *house, _ shop, n int) (string, string, string, string, string) {
			return "POST", tags(arns[kind]), fmt.Sprintf(`{"tags":{"n":"%d"}}`, n), tags(arns[kind]), ""
		}
		operations["UntagResource of a "+kind] = func(h *house, _ shop, n int) (string, string, string, string, string) {
			h.must("POST", tags(arns[kind]), fmt.Sprintf(`{"tags":{"n":"%d"}}`, n))
			return "DELETE", tags(arns[kind]) + "?tagKeys=n", "", tags(arns[kind]), ""
		}
	}
	for name, request := range operations {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db storetest.Database) {
				var h *house
				var s shop
				var err error
				var look, lookBody, before string
				n := 0
				shown := func() string {
					method := "POST"
					if strings.HasPrefix(look, "/tags/") {
						method = "GET"
					}
					a := h.call(method, look, lookBody)
					text, _ := json.Marshal(a.body)
					return a.code + string(text)
				}
				run := func(t *testing.T, db *store.DB, arm func()) {
					if h == nil {
						h = build(t, db, connectcases.Config{Quotas: connectcases.Quotas{Domains: 1000}})
						s = h.shop()
						arns, _ = h.tagged(s)
					}
					n++
					var method, path, body string
					method, path, body, look, lookBody = request(h, s, n)
					before = shown()
					arm()
					var a answer
					if a, err = h.try(method, path, body); err == nil && a.err != nil {
						err = a.err
					}
				}
				storetest.EveryStep(t, db, run, func(t *testing.T, _ *store.DB, failed store.Step) {
					if err == nil {
						t.Errorf("%s failed and the call did not", failed)
					}
					if happened := shown() != before; happened != (failed.Kind == store.StepCommitted) {
						t.Errorf("after %s: happened %t", failed, happened)
					}
				})
				if err != nil || shown() == before {
					t.Errorf("the run without a failure: %v", err)
				}
			})
		})
	}
}
