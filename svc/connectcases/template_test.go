package connectcases_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTemplateIsChangedInWhatIsGiven(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		d := "/domains/" + s.domain
		layout := h.made(d+"/layouts", layoutOf("l"), "layoutId")
		rule := h.made(d+"/case-rules", `{"name":"r","rule":{"required":{"defaultValue":false,"conditions":[]}}}`, "caseRuleId")
		path := d + "/templates/" + s.template
		want := h.must("POST", path, "").body
		h.clock.advance(time.Second)
		id := func(key, id string) map[string]any { return map[string]any{key: id} }
		for _, test := range []struct {
			body, member string
			want         any
		}{
			{`{"name":"better"}`, "name", "better"},
			{`{"description":"more"}`, "description", "more"},
			{`{"status":"Inactive"}`, "status", "Inactive"},
			{`{"layoutConfiguration":{"defaultLayout":"` + layout + `"}}`, "layoutConfiguration", id("defaultLayout", layout)},
			{`{"requiredFields":[{"fieldId":"` + s.note + `"}]}`, "requiredFields", []any{id("fieldId", s.note)}},
			{`{"rules":[{"caseRuleId":"` + rule + `","fieldId":"` + s.note + `"}]}`, "rules", []any{map[string]any{"caseRuleId": rule, "fieldId": s.note}}},
			{
				`{"tagPropagationConfigurations":[{"resourceType":"Cases","tagMap":{"a":"b"}}]}`, "tagPropagationConfigurations",
				[]any{map[string]any{"resourceType": "Cases", "tagMap": map[string]any{"a": "b"}}},
			},
			{`{"layoutConfiguration":{}}`, "layoutConfiguration", map[string]any{}},
			{`{"requiredFields":[]}`, "requiredFields", nil},
			{`{"rules":[]}`, "rules", nil},
			{`{"tagPropagationConfigurations":[]}`, "tagPropagationConfigurations", nil},
			{`{"name":"better","description":null}`, "name", "better"},
		} {
			h.must("PUT", path, test.body)
			want[test.member], want["lastModifiedTime"] = test.want, "2026-03-01T12:00:01.123Z"
			if test.want == nil {
				delete(want, test.member)
			}
			h.same("after "+test.body, want, h.must("POST", path, "").body)
		}
		other := h.made(d+"/templates", `{"name":"other"}`, "templateId")
		h.refused([]refusal{
			{"nothing", "PUT", path, `{}`, invalid, "Nothing"},
			{"nothing but null", "PUT", path, `{"name":null}`, invalid, "Nothing"},
			{"name of another", "PUT", path, `{"name":"other"}`, conflict, "other"},
			{"third state", "PUT", path, `{"status":"Lost"}`, invalid, "Lost"},
			{"no layout", "PUT", path, `{"layoutConfiguration":{"defaultLayout":"none"}}`, absent, "layout none"},
			{"no rule", "PUT", path, `{"rules":[{"caseRuleId":"none"}]}`, absent, "case rule none"},
			{"rule on no field", "PUT", path, `{"rules":[{"caseRuleId":"` + rule + `"}]}`, invalid, "fieldId"},
			{"rule on an unknown field", "PUT", path, `{"rules":[{"caseRuleId":"` + rule + `","fieldId":"x"}]}`, invalid, "x"},
			{"rule twice", "PUT", path, `{"rules":[{"caseRuleId":"` + rule + `","fieldId":"title"},{"caseRuleId":"` + rule + `","fieldId":"title"}]}`, invalid, "more than once"},
			{"unknown fields", "PUT", path, `{"requiredFields":[{"fieldId":"x"}]}`, invalid, "x"},
			{"field twice", "PUT", path, `{"requiredFields":[{"fieldId":"title"},{"fieldId":"title"}]}`, invalid, "more than once"},
			{"tags of AWS", "PUT", path, `{"tagPropagationConfigurations":[{"resourceType":"Cases","tagMap":{"aws:a":"b"}}]}`, invalid, "tagMap"},
			{"no template", "PUT", d + "/templates/none", `{"name":"a"}`, absent, "template none"},
			{"no template to delete", "DELETE", d + "/templates/none", "", absent, "template none"},
			{"no domain", "DELETE", "/domains/none/templates/" + other, "", absent, "domain none"},
		})
	})
}

func TestDeletedTemplateIsKnownAndNotUsed(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		d := "/domains/" + s.domain
		id := h.create(s)
		for range 2 {
			h.must("DELETE", d+"/templates/"+s.template, "")
		}
		if got := h.must("POST", d+"/templates/"+s.template, ""); got.body["deleted"] != true || got.text("name") != "standard" {
			h.Errorf("GetTemplate: %v", got.body)
		}
		if ids := h.list(d+"/templates-list", "templates", "templateId"); slices.Contains(ids, s.template) {
			h.Errorf("ListTemplates: %v", ids)
		}
		h.refused([]refusal{
			{"UpdateTemplate", "PUT", d + "/templates/" + s.template, `{"name":"a"}`, invalid, "deleted"},
			{"CreateCase", "POST", s.cases(), s.newCase(), invalid, "deleted"},
		})
		h.must("PUT", s.cases(id), `{"fields":[`+str("title", "x")+`]}`)
		if got := h.must("POST", s.cases(id), `{"fields":[{"id":"title"}]}`); got.text("templateId") != s.template {
			h.Errorf("GetCase: %v", got.body)
		}
		h.made(d+"/templates", `{"name":"standard"}`, "templateId") // the name is free
	})
}

func TestTemplateHandsItsTagsOnUnderTheCallers(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		path := "/domains/" + s.domain + "/templates/" + s.template
		tags := func(body string) any {
			return h.must("POST", s.cases(h.made(s.cases(), body, "caseId")), `{"fields":[{"id":"title"}]}`).body["tags"]
		}
		propagate := func(tagMap string) {
			h.must("PUT", path, `{"tagPropagationConfigurations":[{"resourceType":"Cases","tagMap":`+tagMap+`}]}`)
		}
		propagate(`{"team":"north","tier":"1"}`)
		h.same("handed on", map[string]any{"team": "north", "tier": "1"}, tags(s.newCase()))
		h.same("the caller's win", map[string]any{"team": "south", "tier": "1", "own": ""}, tags(`{"tags":{"team":"south","own":""},`+s.newCase()[1:]))
		propagate(`{"team":"east"}`)
		h.same("after an update", map[string]any{"team": "east"}, tags(s.newCase()))
		h.same("on the list", []string{"Cases"}, func() (kinds []string) {
			for _, item := range h.must("POST", "/domains/"+s.domain+"/templates-list", "").body["templates"].([]any) {
				for _, p := range item.(map[string]any)["tagPropagationConfigurations"].([]any) {
					kinds = append(kinds, p.(map[string]any)["resourceType"].(string))
				}
			}
			return kinds
		}())
		var own []string
		for n := range 50 {
			own = append(own, fmt.Sprintf(`"k%d":"v"`, n))
		}
		h.refused([]refusal{{"51 tags in all", "POST", s.cases(), `{"tags":{` + strings.Join(own, ",") + `},` + s.newCase()[1:], invalid, "50 tags"}})
		h.must("PUT", path, `{"tagPropagationConfigurations":[]}`)
		h.same("none", map[string]any{}, tags(s.newCase()))
	})
}
