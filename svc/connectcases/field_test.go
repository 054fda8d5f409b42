package connectcases_test

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestFieldIsChangedInWhatIsGiven(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		d := "/domains/" + s.domain
		get := func() any {
			return h.must("POST", d+"/fields-batch", `{"fields":[{"id":"`+s.note+`"}]}`).body["fields"].([]any)[0]
		}
		want := get().(map[string]any)
		h.clock.advance(time.Minute)
		h.must("PUT", d+"/fields/"+s.note, `{"name":"Remark","description":"what was said"}`)
		want["name"], want["description"], want["lastModifiedTime"] = "Remark", "what was said", "2026-03-01T12:01:00.123Z"
		h.same("after a new name", want, get())
		h.must("PUT", d+"/fields/"+s.note, `{"attributes":{"text":{"isMultiline":true}}}`)
		want["attributes"] = map[string]any{"text": map[string]any{"isMultiline": true}}
		h.same("after new attributes", want, get())
		h.must("PUT", d+"/fields/"+s.note, `{"name":"Remark"}`) // its own name is not taken
		h.made(d+"/fields", `{"name":"Note","type":"Text"}`, "fieldId")
		h.refused([]refusal{
			{"no field", "PUT", d + "/fields/none", `{"name":"a"}`, absent, "field none"},
			{"no domain", "PUT", "/domains/none/fields/" + s.note, `{"name":"a"}`, absent, "domain none"},
			{"name of another", "PUT", d + "/fields/" + s.note, `{"name":"Amount"}`, conflict, "Amount"},
			{"name of a system field", "PUT", d + "/fields/" + s.note, `{"name":"Title"}`, conflict, "Title"},
			{"system field", "PUT", d + "/fields/title", `{"name":"Subject"}`, invalid, "system field"},
			{"text attributes of a number", "PUT", d + "/fields/" + s.amount, `{"attributes":{"text":{"isMultiline":true}}}`, invalid, "Text"},
			{"long name", "PUT", d + "/fields/" + s.note, `{"name":"` + strings.Repeat("x", 101) + `"}`, invalid, "name"},
			{"option twice", "PUT", d + "/fields/case_reason/options", `{"options":[{"name":"a","value":"a","active":true},{"name":"b","value":"a","active":true}]}`, invalid, "more than once"},
		})
	})
}

func TestDeletedFieldIsHiddenAndItsValuesStay(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		d := "/domains/" + s.domain
		layout := h.made(d+"/layouts", `{"name":"l","content":{"basic":{"topPanel":{"sections":[{"fieldGroup":{"fields":[{"id":"`+s.note+`"},{"id":"title"}]}}]}}}}`, "layoutId")
		template := h.made(d+"/templates", `{"name":"t","requiredFields":[{"fieldId":"`+s.note+`"},{"fieldId":"summary"}]}`, "templateId")
		h.config(s, `{"enabled":true,"includedData":{"caseData":{"fields":[{"id":"`+s.note+`"},{"id":"title"}]}}}`)
		kept := h.create(s, str(s.note, "kept"))
		without := h.create(s)
		demanded := h.made(s.cases(), strings.Replace(s.newCase(str(s.note, "demanded"), str("summary", "x")), s.template, template, 1), "caseId")
		choice := h.selectField(s, "Choice", "a")
		for range 2 { // the second time changes nothing
			h.must("DELETE", d+"/fields/"+s.note, "")
		}
		h.must("DELETE", d+"/fields/"+choice, "")
		h.events()

		if ids := h.list(d+"/fields-list", "fields", "fieldId"); slices.Contains(ids, s.note) || len(ids) != 17 {
			h.Errorf("ListFields: %v", ids)
		}
		batch := h.must("POST", d+"/fields-batch", `{"fields":[{"id":"`+s.note+`"}]}`).body["fields"].([]any)[0].(map[string]any)
		if batch["deleted"] != true || batch["name"] != "Note" {
			h.Errorf("BatchGetField: %v", batch)
		}
		id := func(key, id string) map[string]any { return map[string]any{key: id} }
		h.same("GetTemplate", []any{id("fieldId", "summary")}, h.must("POST", d+"/templates/"+template, "").body["requiredFields"])
		h.same("GetLayout", map[string]any{"basic": map[string]any{"topPanel": map[string]any{"sections": []any{
			map[string]any{"fieldGroup": map[string]any{"fields": []any{id("id", "title")}}},
		}}}}, h.must("POST", d+"/layouts/"+layout, "").body["content"])
		events := h.must("POST", d+"/case-event-configuration", "").body["eventBridge"].(map[string]any)["includedData"].(map[string]any)
		h.same("GetCaseEventConfiguration", map[string]any{"fields": []any{id("id", "title")}}, events["caseData"])

		if got := h.field(s, kept, s.note); got != `{"stringValue":"kept"}` {
			h.Errorf("GetCase: %s", got)
		}
		h.must("PUT", s.cases(kept), `{"fields":[`+str(s.note, "still")+`]}`)
		if e := h.one(); strings.Contains(e.raw, "still") {
			h.Errorf("a deleted field is in an event: %s", e.raw)
		}
		h.must("PUT", s.cases(kept), `{"fields":[{"id":"`+s.note+`","value":{"emptyValue":{}}}]}`)
		h.must("PUT", s.cases(demanded), `{"fields":[{"id":"`+s.note+`","value":{"emptyValue":{}}}]}`)
		h.must("POST", s.cases(), `{"templateId":"`+template+`","fields":[`+str("title", "x")+`,`+str("customer_id", customer)+`,`+str("summary", "s")+`]}`)
		h.refused([]refusal{
			{"UpdateField", "PUT", d + "/fields/" + s.note, `{"name":"a"}`, invalid, "deleted"},
			{"BatchPutFieldOptions", "PUT", d + "/fields/" + choice + "/options", `{"options":[]}`, invalid, "deleted"},
			{"CreateCase", "POST", s.cases(), s.newCase(str(s.note, "x")), invalid, s.note},
			{"UpdateCase of a case without a value", "PUT", s.cases(without), `{"fields":[` + str(s.note, "x") + `]}`, invalid, s.note},
			{"UpdateCase after it was emptied", "PUT", s.cases(kept), `{"fields":[` + str(s.note, "x") + `]}`, invalid, s.note},
			{"CreateLayout", "POST", d + "/layouts", `{"name":"m","content":{"basic":{"moreInfo":{"sections":[{"fieldGroup":{"fields":[{"id":"` + s.note + `"}]}}]}}}}`, invalid, s.note},
			{"UpdateTemplate", "PUT", d + "/templates/" + template, `{"requiredFields":[{"fieldId":"` + s.note + `"}]}`, invalid, s.note},
			{"PutCaseEventConfiguration", "PUT", d + "/case-event-configuration", `{"eventBridge":{"enabled":true,"includedData":{"caseData":{"fields":[{"id":"` + s.note + `"}]}}}}`, invalid, s.note},
			{"DeleteField of a system field", "DELETE", d + "/fields/title", "", invalid, "system field"},
			{"DeleteField of no field", "DELETE", d + "/fields/none", "", absent, "field none"},
			{"DeleteField in no domain", "DELETE", "/domains/none/fields/title", "", absent, "domain none"},
		})
		h.made(d+"/fields", `{"name":"Note","type":"Number"}`, "fieldId") // the name is free
		h.must("PUT", d+"/templates/"+template, `{"name":"renamed"}`)     // what was required stays as it was
	})
}
