package connectcases_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/svc/connectcases"
)

func TestNewDomainHasTheSystemFields(t *testing.T) {
	each(t, func(h *house) {
		a := h.must("POST", "/domains", `{"name":"shop"}`)
		id := a.text("domainId")
		h.same("CreateDomain", map[string]any{"domainId": id, "domainArn": "arn:aws:cases:us-west-2:111122223333:domain/" + id, "domainStatus": "Active"}, a.body)
		h.same("GetDomain", map[string]any{
			"domainId": id, "domainArn": a.text("domainArn"), "name": "shop", "domainStatus": "Active", "createdTime": "2026-03-01T12:00:00.123Z", "tags": map[string]any{},
		}, h.must("POST", "/domains/"+id, "").body)
		var got []string
		for _, f := range h.must("POST", "/domains/"+id+"/fields-list", "").body["fields"].([]any) {
			m := f.(map[string]any)
			got = append(got, fmt.Sprint(m["fieldId"], " ", m["type"], " ", m["namespace"]))
		}
		h.same("ListFields", []string{
			"case_id Text System", "reference_number Text System", "title Text System", "status SingleSelect System", "summary Text System",
			"case_reason SingleSelect System", "customer_id Text System", "assigned_queue Text System", "assigned_user Text System",
			"created_datetime DateTime System", "last_updated_datetime DateTime System", "last_closed_datetime DateTime System",
			"last_reopened_datetime DateTime System", "last_updated_user User System", "next_sla_breach_datetime DateTime System",
		}, got)
		h.same("status", []any{
			map[string]any{"name": "Open", "value": "open", "active": true}, map[string]any{"name": "Closed", "value": "closed", "active": true},
		}, h.must("POST", "/domains/"+id+"/fields/status/options-list", "").body["options"])
		h.same("events", map[string]any{"eventBridge": map[string]any{"enabled": false}}, h.must("POST", "/domains/"+id+"/case-event-configuration", "").body)
	})
}

func TestConfigurationIsRefusedForItsReason(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		d := "/domains/" + s.domain
		long := strings.Repeat("x", 101)
		tests := []struct {
			name, method, path, body string
			code                     string
			status                   int
			msg                      string
		}{
			{"domain's name twice", "POST", "/domains", `{"name":"shop"}`, "ConflictException", 409, "shop"},
			{"domain without a name", "POST", "/domains", `{}`, "ValidationException", 400, "'name'"},
			{"domain's long name", "POST", "/domains", `{"name":"` + long + `"}`, "ValidationException", 400, "100"},
			{"unknown domain", "POST", "/domains/none", ``, "ResourceNotFoundException", 404, "none"},
			{"domains with a bad token", "POST", "/domains-list?nextToken=x", ``, "ValidationException", 400, "nextToken"},
			{"domains with another list's token", "POST", "/domains-list?nextToken=ZmllbGRzHzE", ``, "ValidationException", 400, "nextToken"},
			{"domains in long pages", "POST", "/domains-list?maxResults=11", ``, "ValidationException", 400, "maxResults"},
			{"field in no domain", "POST", "/domains/none/fields", `{"name":"a","type":"Text"}`, "ResourceNotFoundException", 404, "none"},
			{"field's name twice", "POST", d + "/fields", `{"name":"Note","type":"Text"}`, "ConflictException", 409, "Note"},
			{"system field's name", "POST", d + "/fields", `{"name":"Title","type":"Text"}`, "ConflictException", 409, "Title"},
			{"field of no type", "POST", d + "/fields", `{"name":"a","type":"Letter"}`, "ValidationException", 400, "Letter"},
			{"text attributes of a number", "POST", d + "/fields", `{"name":"a","type":"Number","attributes":{"text":{"isMultiline":true}}}`, "ValidationException", 400, "Text"},
			{"name with a space behind", "POST", d + "/fields", `{"name":"a ","type":"Text"}`, "ValidationException", 400, "pattern"},
			{"fields with a bad token", "POST", d + "/fields-list?nextToken=x", ``, "ValidationException", 400, "nextToken"},
			{"fields in no domain", "POST", "/domains/none/fields-list", ``, "ResourceNotFoundException", 404, "none"},
			{"field asked for twice", "POST", d + "/fields-batch", `{"fields":[{"id":"title"},{"id":"title"}]}`, "ValidationException", 400, "more than once"},
			{"no fields asked for", "POST", d + "/fields-batch", `{"fields":[]}`, "ValidationException", 400, "fields"},
			{"options of no field", "PUT", d + "/fields/none/options", `{"options":[]}`, "ResourceNotFoundException", 404, "none"},
			{"options of a text", "PUT", d + "/fields/title/options", `{"options":[]}`, "ValidationException", 400, "SingleSelect"},
			{"list of options of a text", "POST", d + "/fields/title/options-list", ``, "ValidationException", 400, "SingleSelect"},
			{"list of options of no field", "POST", d + "/fields/none/options-list", ``, "ResourceNotFoundException", 404, "none"},
			{"options with a bad token", "POST", d + "/fields/status/options-list?nextToken=x", ``, "ValidationException", 400, "nextToken"},
			{"template's name twice", "POST", d + "/templates", `{"name":"standard"}`, "ConflictException", 409, "standard"},
			{"template of no layout", "POST", d + "/templates", `{"name":"a","layoutConfiguration":{"defaultLayout":"none"}}`, "ResourceNotFoundException", 404, "layout none"},
			{"template of no rule", "POST", d + "/templates", `{"name":"a","rules":[{"caseRuleId":"none"}]}`, "ResourceNotFoundException", 404, "case rule none"},
			{"template of unknown fields", "POST", d + "/templates", `{"name":"a","requiredFields":[{"fieldId":"x"},{"fieldId":"y"}]}`, "ValidationException", 400, "x, y"},
			{"template of one field twice", "POST", d + "/templates", `{"name":"a","requiredFields":[{"fieldId":"title"},{"fieldId":"title"}]}`, "ValidationException", 400, "more than once"},
			{"template in a third state", "POST", d + "/templates", `{"name":"a","status":"Lost"}`, "ValidationException", 400, "Lost"},
			{"no template", "POST", d + "/templates/none", ``, "ResourceNotFoundException", 404, "template none"},
			{"templates with a bad token", "POST", d + "/templates-list?nextToken=x", ``, "ValidationException", 400, "nextToken"},
			{"events with unknown fields", "PUT", d + "/case-event-configuration", `{"eventBridge":{"enabled":true,"includedData":{"caseData":{"fields":[{"id":"x"}]}}}}`, "ValidationException", 400, "x"},
			{"events in no domain", "PUT", "/domains/none/case-event-configuration", `{"eventBridge":{"enabled":true}}`, "ResourceNotFoundException", 404, "none"},
			{"events of no domain", "POST", "/domains/none/case-event-configuration", ``, "ResourceNotFoundException", 404, "none"},
			{"events without a word", "PUT", d + "/case-event-configuration", `{"eventBridge":{}}`, "ValidationException", 400, "enabled"},
		}
		for _, test := range tests {
			a := h.call(test.method, test.path, test.body)
			if a.err == nil || a.code != test.code || a.status != test.status || !strings.Contains(a.err.Message, test.msg) {
				h.Errorf("%s: %s %d %v, want %s %d with %q", test.name, a.code, a.status, a.err, test.code, test.status, test.msg)
			}
		}
	})
}

func TestQuotasAnswerWith402(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		h := build(t, d.Open(t, store.Options{}), connectcases.Config{Quotas: connectcases.Quotas{Domains: 1, FieldsPerDomain: 3, OptionsPerField: 2, TemplatesPerDomain: 1}})
		s := h.shop()
		for _, r := range []struct{ method, path, body string }{
			{"POST", "/domains", `{"name":"second"}`},
			{"POST", "/domains/" + s.domain + "/fields", `{"name":"fourth","type":"Text"}`},
			{"PUT", "/domains/" + s.domain + "/fields/status/options", `{"options":[{"name":"Third","value":"third","active":true}]}`},
			{"POST", "/domains/" + s.domain + "/templates", `{"name":"second"}`},
		} {
			if a := h.call(r.method, r.path, r.body); a.code != "ServiceQuotaExceededException" || a.status != 402 {
				h.Errorf("%s %s: %q %d, want ServiceQuotaExceededException 402", r.method, r.path, a.code, a.status)
			}
		}
	})
}

// pages follows a list's tokens and gives the members that name its items.
func (h *house) pages(path, list, member string, size int) (ids []string, pages int) {
	h.Helper()
	token := ""
	for {
		a := h.must("POST", fmt.Sprintf("%s?maxResults=%d&nextToken=%s", path, size, url.QueryEscape(token)), "")
		pages++
		for _, item := range a.body[list].([]any) {
			ids = append(ids, item.(map[string]any)[member].(string))
		}
		if token = a.text("nextToken"); token == "" {
			return ids, pages
		}
	}
}

func TestListsComeInPages(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		d := "/domains/" + s.domain
		for n := range 4 {
			h.must("POST", "/domains", fmt.Sprintf(`{"name":"more %d"}`, n))
			h.must("POST", d+"/templates", fmt.Sprintf(`{"name":"more %d","status":"Inactive"}`, n))
			h.must("PUT", d+"/fields/case_reason/options", fmt.Sprintf(`{"options":[{"name":"more","value":"more %d","active":true}]}`, n))
		}
		for _, test := range []struct {
			path, list, member string
			size, items, pages int
			first              string
		}{
			{"/domains-list", "domains", "name", 2, 5, 3, "shop"},
			{"/domains-list", "domains", "name", 5, 5, 1, "shop"},
			{d + "/fields-list", "fields", "fieldId", 5, 18, 4, "case_id"},
			{d + "/fields-list", "fields", "fieldId", 100, 18, 1, "case_id"},
			{d + "/templates-list", "templates", "name", 2, 5, 3, "standard"},
			{d + "/fields/case_reason/options-list", "options", "value", 4, 6, 2, "Shipment lost"},
			{d + "/fields/case_reason/options-list", "options", "value", 6, 6, 1, "Shipment lost"},
		} {
			ids, pages := h.pages(test.path, test.list, test.member, test.size)
			seen := make(map[string]bool)
			for _, id := range ids {
				seen[id] = true
			}
			if len(ids) != test.items || len(seen) != test.items || pages != test.pages || ids[0] != test.first {
				h.Errorf("%s in pages of %d: %d pages with %v, want %d pages with %d items", test.path, test.size, pages, ids, test.pages, test.items)
			}
		}
		for query, want := range map[string]int{"status=Active": 1, "status=Inactive": 4, "status=Active&status=Inactive": 5} {
			if got := len(h.must("POST", d+"/templates-list?"+query, "").body["templates"].([]any)); got != want {
				h.Errorf("templates with %s: %d, want %d", query, got, want)
			}
		}
	})
}

func TestBatchGetFieldAnswersForEach(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		long := h.must("POST", "/domains/"+s.domain+"/fields", `{"name":"Long","description":"much","type":"Text","attributes":{"text":{"isMultiline":true}}}`)
		id := long.text("fieldId")
		a := h.must("POST", "/domains/"+s.domain+"/fields-batch", `{"fields":[{"id":"`+id+`"},{"id":"x"}]}`)
		now := "2026-03-01T12:00:00.123Z"
		h.same("fields", []any{map[string]any{
			"fieldId": id, "fieldArn": long.text("fieldArn"), "name": "Long", "description": "much", "type": "Text", "namespace": "Custom",
			"attributes": map[string]any{"text": map[string]any{"isMultiline": true}}, "deleted": false, "createdTime": now, "lastModifiedTime": now, "tags": map[string]any{},
		}}, a.body["fields"])
		h.same("errors", []any{map[string]any{"id": "x", "errorCode": "RESOURCE_NOT_FOUND", "message": "The field x does not exist."}}, a.body["errors"])
	})
}

func TestOptionsArePutByValue(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		path := "/domains/" + s.domain + "/fields/status/options"
		a := h.must("PUT", path, `{"options":[{"name":"Shut","value":"closed","active":true},{"name":"Waiting","value":"waiting","active":true},{"name":"Open","value":"open","active":true}]}`)
		errors := a.body["errors"].([]any)
		if len(errors) != 1 || errors[0].(map[string]any)["value"] != "closed" {
			h.Errorf("errors = %v, want one for closed", errors)
		}
		h.same("nothing refused", map[string]any{}, h.must("PUT", path, `{"options":[{"name":"Waits","value":"waiting","active":true}]}`).body)
		h.same("options", []any{
			map[string]any{"name": "Open", "value": "open", "active": true},
			map[string]any{"name": "Closed", "value": "closed", "active": true},
			map[string]any{"name": "Waits", "value": "waiting", "active": true},
		}, h.must("POST", path+"-list", "").body["options"])
		h.same("one", []any{map[string]any{"name": "Waits", "value": "waiting", "active": true}}, h.must("POST", path+"-list?values=waiting", "").body["options"])
		h.same("none", []any{}, h.must("POST", path+"-list?values=x", "").body["options"])
		id := h.create(s, str("status", "waiting"))
		h.must("PUT", s.cases(id), `{"fields":[`+str("status", "closed")+`]}`)
	})
}

func TestTemplateIsGivenBackAsItWasMade(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		made := h.must("POST", "/domains/"+s.domain+"/templates", `{"name":"full","description":"all of it","status":"Inactive","layoutConfiguration":{},
			"requiredFields":[{"fieldId":"`+s.note+`"},{"fieldId":"title"}],"tagPropagationConfigurations":[{"resourceType":"Cases","tagMap":{"a":"b"}}]}`)
		now := "2026-03-01T12:00:00.123Z"
		h.same("GetTemplate", map[string]any{
			"templateId": made.text("templateId"), "templateArn": made.text("templateArn"), "name": "full", "description": "all of it", "status": "Inactive",
			"layoutConfiguration": map[string]any{}, "requiredFields": []any{map[string]any{"fieldId": s.note}, map[string]any{"fieldId": "title"}},
			"tagPropagationConfigurations": []any{map[string]any{"resourceType": "Cases", "tagMap": map[string]any{"a": "b"}}},
			"deleted":                      false, "createdTime": now, "lastModifiedTime": now, "tags": map[string]any{},
		}, h.must("POST", "/domains/"+s.domain+"/templates/"+made.text("templateId"), "").body)
	})
}

func TestEventConfigurationIsReplacedAsAWhole(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		full := `{"enabled":true,"includedData":{"caseData":{"fields":[{"id":"status"},{"id":"title"},{"id":"status"},{"id":"` + s.note + `"}]},"relatedItemData":{"includeContent":true}}}`
		h.config(s, full)
		path := "/domains/" + s.domain + "/case-event-configuration"
		id := func(s string) map[string]any { return map[string]any{"id": s} }
		h.same("configuration", map[string]any{"eventBridge": map[string]any{"enabled": true, "includedData": map[string]any{
			"caseData":        map[string]any{"fields": []any{id("status"), id("title"), id(s.note)}},
			"relatedItemData": map[string]any{"includeContent": true},
		}}}, h.must("POST", path, "").body)

		h.create(s)
		want := `{"status":{"value":{"stringValue":"open"}},"title":{"value":{"stringValue":"Broken cup"}}}`
		if e := h.one(); !strings.HasSuffix(e.raw, `"fields":`+want+`}}}`) {
			h.Errorf("event with fields: %s", e.raw)
		}
		h.config(s, `{"enabled":true,"includedData":{"caseData":{"fields":[{"id":"summary"}]}}}`)
		h.create(s)
		if e := h.one(); !strings.HasSuffix(e.raw, `"fields":{}}}}`) {
			h.Errorf("event with fields that have no value: %s", e.raw)
		}
		h.config(s, `{"enabled":true}`)
		h.same("configuration", map[string]any{"eventBridge": map[string]any{"enabled": true}}, h.must("POST", path, "").body)
		caseID := h.create(s)
		if e := h.one(); strings.Contains(e.raw, `"fields"`) {
			h.Errorf("event without fields: %s", e.raw)
		}
		h.config(s, `{"enabled":false}`)
		h.must("PUT", s.cases(caseID), `{"fields":[`+str("title", "x")+`]}`)
		h.must("POST", s.cases(caseID, "related-items")+"/", comment("x"))
		h.must("DELETE", s.cases(caseID), "")
		h.config(s, `{"enabled":true}`)
		h.none()
	})
}

func TestChangedConfigurationIsSeenByEveryNode(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		other := build(h.TB, h.db, connectcases.Config{})
		other.create(s)
		h.events()
		h.must("PUT", "/domains/"+s.domain+"/fields/case_reason/options", `{"options":[{"name":"New","value":"new","active":true}]}`)
		other.create(s, str("case_reason", "new"))
		h.config(s, `{"enabled":false}`)
		other.create(s)
		h.one()
	})
}

func TestLongEventGoesWithoutItsData(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		var ids, fields []string
		for n := range 70 {
			id := h.must("POST", "/domains/"+s.domain+"/fields", fmt.Sprintf(`{"name":"f%d","type":"Text"}`, n)).text("fieldId")
			ids, fields = append(ids, id), append(fields, `{"id":"`+id+`"}`)
		}
		h.config(s, `{"enabled":true,"includedData":{"caseData":{"fields":[`+strings.Join(fields, ",")+`]}}}`)
		for _, test := range []struct {
			char  string
			bytes int // in an event
			fit   int // fields of 4,100 such characters that fit
		}{
			{"x", 1, 61}, {"é", 2, 31}, {"\x01", 6, 10}, {"\uffff", 6, 10}, // the last goes to a queue as an escape
		} {
			var values []string
			for _, id := range ids[:test.fit+1] {
				values = append(values, str(id, strings.Repeat(test.char, 4100)))
			}
			h.create(s, values[:test.fit]...)
			if e := h.one(); len(e.raw) < test.fit*test.bytes*4100 || len(e.raw) >= 256<<10 || len(e.Detail.Case.Fields) != test.fit {
				h.Errorf("%q: an event of %d bytes that fits has %d fields, want %d", test.char, len(e.raw), len(e.Detail.Case.Fields), test.fit)
			}
			h.create(s, values...)
			if e := h.one(); len(e.raw) > 16<<10 || strings.Contains(e.raw, `"fields"`) || e.Detail.EventType != "CASE.CREATED" {
				h.Errorf("%q: an event of %d bytes that does not fit", test.char, len(e.raw))
			}
		}
	})
}

func TestCustomerCanBeOptional(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		h := build(t, d.Open(t, store.Options{}), connectcases.Config{CustomerOptional: true})
		s := h.shop()
		id := h.must("POST", s.cases(), `{"templateId":"`+s.template+`","fields":[`+str("title", "x")+`]}`).text("caseId")
		h.must("PUT", s.cases(id), `{"fields":[`+str("customer_id", customer)+`]}`)
		h.must("PUT", s.cases(id), `{"fields":[{"id":"customer_id","value":{"emptyValue":{}}}]}`)
	})
}
