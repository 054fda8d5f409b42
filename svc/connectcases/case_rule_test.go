package connectcases_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/svc/connectcases"
)

// when gives a comparison of a field; value is the JSON of the operand.
func when(operator, field, value string, result bool) string {
	return fmt.Sprintf(`{"%s":{"operandOne":{"fieldId":"%s"},"operandTwo":%s,"result":%t}}`, operator, field, value, result)
}

// ruleOf gives a rule of type required or hidden.
func ruleOf(kind string, otherwise bool, conditions ...string) string {
	return fmt.Sprintf(`{"%s":{"defaultValue":%t,"conditions":[%s]}}`, kind, otherwise, strings.Join(conditions, ","))
}

// optionsOf gives a rule on options; each mapping is a parent's option and the child's that go with it.
func optionsOf(parent, child string, mappings ...[]string) string {
	var list []string
	for _, m := range mappings {
		children, _ := json.Marshal(append([]string{}, m[1:]...))
		list = append(list, fmt.Sprintf(`{"parentFieldOptionValue":%q,"childFieldOptionValues":%s}`, m[0], children))
	}
	return fmt.Sprintf(`{"fieldOptions":{"parentFieldId":"%s","childFieldId":"%s","parentChildFieldOptionsMappings":[%s]}}`, parent, child, strings.Join(list, ","))
}

// rule makes a case rule.
func (h *house) rule(s shop, name, rule string) string {
	h.Helper()
	return h.made("/domains/"+s.domain+"/case-rules", `{"name":"`+name+`","rule":`+rule+`}`, "caseRuleId")
}

// attach gives the shop's template rules, each with the field that it acts on, or without.
func (h *house) attach(s shop, rules ...[2]string) {
	h.Helper()
	var list []string
	for _, r := range rules {
		if r[1] == "" {
			list = append(list, `{"caseRuleId":"`+r[0]+`"}`)
		} else {
			list = append(list, `{"caseRuleId":"`+r[0]+`","fieldId":"`+r[1]+`"}`)
		}
	}
	h.must("PUT", "/domains/"+s.domain+"/templates/"+s.template, `{"rules":[`+strings.Join(list, ",")+`]}`)
}

func TestCaseRuleIsGivenBackAsItWasMade(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		d := "/domains/" + s.domain
		region, city := h.selectField(s, "Region", "eu", "us"), h.selectField(s, "City", "Bonn", "Rome")
		rules := []struct{ kind, rule string }{
			{"Required", ruleOf("required", true,
				when("equalTo", "status", `{"stringValue":"closed"}`, true), when("notEqualTo", s.amount, `{"doubleValue":1.5}`, false),
				`{"andAll":{"conditions":[`+when("equalTo", s.gift, `{"booleanValue":false}`, true)+`,`+when("equalTo", s.note, `{"emptyValue":{}}`, true)+`]}}`,
				`{"orAll":{"conditions":[`+when("equalTo", "title", `{"stringValue":"x"}`, true)+`]}}`)},
			{"Hidden", ruleOf("hidden", false)},
			{"FieldOptions", optionsOf(region, city, []string{"eu", "Bonn", "Rome"}, []string{"us"}, []string{"", ""})},
		}
		var ids, names []string
		for _, r := range rules {
			made := h.must("POST", d+"/case-rules", `{"name":"`+r.kind+`","description":"one","rule":`+r.rule+`}`)
			id := made.text("caseRuleId")
			ids, names = append(ids, `{"id":"`+id+`"}`), append(names, r.kind)
			var rule any
			if err := json.Unmarshal([]byte(r.rule), &rule); err != nil {
				t.Fatal(err)
			}
			now := "2026-03-01T12:00:00.123Z"
			arn := "arn:aws:cases:us-west-2:111122223333:domain/" + s.domain + "/case-rule/" + id
			h.same(r.kind, map[string]any{"caseRules": []any{map[string]any{
				"caseRuleId": id, "caseRuleArn": arn, "name": r.kind, "description": "one", "rule": rule, "deleted": false, "tags": map[string]any{},
				"createdTime": now, "lastModifiedTime": now,
			}}, "errors": []any{}}, h.must("POST", d+"/rules-batch", `{"caseRules":[{"id":"`+id+`"}]}`).body)
		}
		a := h.must("POST", d+"/rules-batch", `{"caseRules":[`+strings.Join(ids, ",")+`,{"id":"x"}]}`)
		if n := len(a.body["caseRules"].([]any)); n != 3 {
			h.Errorf("%d rules, want 3", n)
		}
		h.same("errors", []any{map[string]any{"id": "x", "errorCode": "RESOURCE_NOT_FOUND", "message": "The case rule x does not exist."}}, a.body["errors"])
		kinds, pages := h.pages(d+"/rules-list/", "caseRules", "ruleType", 2)
		if h.same("types", names, kinds); pages != 2 {
			h.Errorf("%d pages, want 2", pages)
		}
	})
}

func TestCaseRuleIsRefusedForItsReason(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db storetest.Database) {
		h := build(t, db.Open(t, store.Options{}), connectcases.Config{Quotas: connectcases.Quotas{CaseRulesPerDomain: 2}})
		s := h.shop()
		d := "/domains/" + s.domain
		region, city := h.selectField(s, "Region", "eu", "us"), h.selectField(s, "City", "Bonn", "Rome")
		gone := h.made(d+"/fields", `{"name":"Gone","type":"Text"}`, "fieldId")
		h.must("DELETE", d+"/fields/"+gone, "")
		closed := when("equalTo", "status", `{"stringValue":"closed"}`, true)
		id := h.rule(s, "first", ruleOf("required", false, closed))
		options := h.rule(s, "second", optionsOf(region, city, []string{"eu", "Bonn"}))
		create := func(rule string) string { return `{"name":"third","rule":` + rule + `}` }
		nested := `{"andAll":{"conditions":[` + closed + `,` + closed + `]}}`
		h.refused([]refusal{
			{"quota", "POST", d + "/case-rules", create(ruleOf("hidden", false)), quota, "case rules"},
			{"name twice", "POST", d + "/case-rules", `{"name":"first","rule":` + ruleOf("hidden", false) + `}`, conflict, "first"},
			{"name of another", "PUT", d + "/case-rules/" + id, `{"name":"second"}`, conflict, "second"},
			{"no kind", "POST", d + "/case-rules", create(`{}`), invalid, "required, fieldOptions, hidden"},
			{"two kinds", "POST", d + "/case-rules", create(`{"hidden":{"defaultValue":true,"conditions":[]},"required":{"defaultValue":true,"conditions":[]}}`), invalid, "exactly one"},
			{"unknown field", "POST", d + "/case-rules", create(ruleOf("hidden", false, when("equalTo", "x", `{"emptyValue":{}}`, true))), invalid, "x"},
			{"deleted field", "POST", d + "/case-rules", create(ruleOf("hidden", false, when("equalTo", gone, `{"emptyValue":{}}`, true))), invalid, gone},
			{"six conditions", "POST", d + "/case-rules", create(ruleOf("hidden", false, nested, nested, closed, closed)), invalid, "5 conditions"},
			{"three levels", "POST", d + "/case-rules", create(ruleOf("hidden", false, `{"orAll":{"conditions":[`+nested+`]}}`)), invalid, "2 levels"},
			{"nothing joined", "POST", d + "/case-rules", create(ruleOf("hidden", false, `{"orAll":{"conditions":[]}}`)), invalid, "joins no"},
			{"number of a text", "POST", d + "/case-rules", create(ruleOf("hidden", false, when("equalTo", "title", `{"doubleValue":1}`, true))), invalid, "title"},
			{"text of a number", "POST", d + "/case-rules", create(ruleOf("hidden", false, when("equalTo", s.amount, `{"stringValue":"1"}`, true))), invalid, s.amount},
			{"truth of a text", "POST", d + "/case-rules", create(ruleOf("hidden", false, when("equalTo", s.note, `{"booleanValue":true}`, true))), invalid, s.note},
			{"options of one field", "POST", d + "/case-rules", create(optionsOf(region, region, []string{"eu", "us"})), invalid, "same field"},
			{"options of a text", "POST", d + "/case-rules", create(optionsOf(region, s.note, []string{"eu", "us"})), invalid, "SingleSelect"},
			{"options of no field", "POST", d + "/case-rules", create(optionsOf("x", city, []string{"eu", "us"})), invalid, "x"},
			{"options without a parent", "POST", d + "/case-rules", create(`{"fieldOptions":{"childFieldId":"` + city + `","parentChildFieldOptionsMappings":[{"parentFieldOptionValue":"","childFieldOptionValues":[]}]}}`), invalid, "parentFieldId"},
			{"option twice", "POST", d + "/case-rules", create(optionsOf(region, city, []string{"eu", "Bonn"}, []string{"eu", "Rome"})), invalid, "more than once"},
			{"another kind", "PUT", d + "/case-rules/" + id, `{"rule":` + ruleOf("hidden", false) + `}`, invalid, "Required"},
			{"unknown field in an update", "PUT", d + "/case-rules/" + id, `{"rule":` + ruleOf("required", false, when("equalTo", "x", `{"emptyValue":{}}`, true)) + `}`, invalid, "x"},
			{"no rule", "PUT", d + "/case-rules/none", `{"name":"a"}`, absent, "case rule none"},
			{"no rule to delete", "DELETE", d + "/case-rules/none", "", absent, "case rule none"},
			{"no domain", "POST", "/domains/none/case-rules", create(ruleOf("hidden", false)), absent, "domain none"},
			{"no domain to list", "POST", "/domains/none/rules-list/", "", absent, "domain none"},
			{"no domain to get from", "POST", "/domains/none/rules-batch", `{"caseRules":[{"id":"x"}]}`, absent, "domain none"},
			{"asked for twice", "POST", d + "/rules-batch", `{"caseRules":[{"id":"x"},{"id":"x"}]}`, invalid, "more than once"},
			{"bad token", "POST", d + "/rules-list/?nextToken=x", "", invalid, "nextToken"},
			{"field of a rule", "DELETE", d + "/fields/" + city, "", conflict, options},
		})
	})
}

func TestCaseRuleIsChangedAndDeletedOnlyWhenUnused(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		d := "/domains/" + s.domain
		id := h.rule(s, "r", ruleOf("required", false))
		h.attach(s, [2]string{id, s.note})
		h.clock.advance(time.Second)
		h.must("PUT", d+"/case-rules/"+id, `{"name":"s","description":"new","rule":`+ruleOf("required", true)+`}`)
		h.refused([]refusal{
			{"what it says now", "POST", s.cases(), s.newCase(), invalid, s.note},
			{"rule of a template", "DELETE", d + "/case-rules/" + id, "", conflict, s.template},
			{"field that it acts on", "DELETE", d + "/fields/" + s.note, "", conflict, id},
		})
		h.attach(s)
		for range 2 {
			h.must("DELETE", d+"/case-rules/"+id, "")
		}
		h.must("DELETE", d+"/fields/"+s.note, "")
		rule := h.must("POST", d+"/rules-batch", `{"caseRules":[{"id":"`+id+`"}]}`).body["caseRules"].([]any)[0].(map[string]any)
		if rule["deleted"] != true || rule["name"] != "s" || rule["description"] != "new" || rule["lastModifiedTime"] != "2026-03-01T12:00:01.123Z" {
			h.Errorf("BatchGetCaseRule: %v", rule)
		}
		h.same("ListCaseRules", []string(nil), h.list(d+"/rules-list/", "caseRules", "caseRuleId"))
		h.refused([]refusal{
			{"change of a deleted one", "PUT", d + "/case-rules/" + id, `{"name":"a"}`, invalid, "deleted"},
			{"template with a deleted one", "POST", d + "/templates", `{"name":"a","rules":[{"caseRuleId":"` + id + `","fieldId":"title"}]}`, invalid, "deleted"},
		})
		h.rule(s, "s", ruleOf("hidden", false)) // the name is free
	})
}

// TestCasesAreHeldToTheRequiredFields goes through the life of a case whose template demands a note when it is
// closed, and none when it is a gift.
func TestCasesAreHeldToTheRequiredFields(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		closed := h.rule(s, "closed", ruleOf("required", false, when("equalTo", "status", `{"stringValue":"closed"}`, true)))
		gift := h.rule(s, "gift", ruleOf("hidden", false, when("equalTo", s.gift, `{"booleanValue":true}`, true)))
		early := h.create(s)
		h.must("PUT", s.cases(early), `{"fields":[`+str("status", "closed")+`]}`)
		h.attach(s, [2]string{closed, s.note}, [2]string{closed, s.amount}, [2]string{gift, s.note})
		yes, no, none := `{"id":"`+s.gift+`","value":{"booleanValue":true}}`, `{"id":"`+s.gift+`","value":{"booleanValue":false}}`, `{"id":"`+s.gift+`","value":{"emptyValue":{}}}`
		amount := func(value string) string { return `{"id":"` + s.amount + `","value":` + value + `}` }
		update := func(fields ...string) string { return `{"fields":[` + strings.Join(fields, ",") + `]}` }

		open := h.create(s)
		h.events()
		h.refused([]refusal{
			{"new and closed", "POST", s.cases(), s.newCase(str("status", "closed")), invalid, s.note + ", " + s.amount},
			{"new, closed and a gift", "POST", s.cases(), s.newCase(str("status", "closed"), yes), invalid, ": " + s.amount + "."},
			{"closed", "PUT", s.cases(open), update(str("status", "closed")), invalid, s.note + ", " + s.amount},
			{"closed with an empty note", "PUT", s.cases(open), update(str("status", "closed"), str(s.note, ""), amount(`{"doubleValue":1}`)), invalid, ": " + s.note + "."},
		})
		h.none()
		h.must("PUT", s.cases(open), update(str("status", "closed"), yes, amount(`{"doubleValue":1}`)))
		h.refused([]refusal{
			{"emptied", "PUT", s.cases(open), update(amount(`{"emptyValue":{}}`)), invalid, s.amount},
			{"no gift any more", "PUT", s.cases(open), update(none), invalid, s.note},
			{"no gift", "PUT", s.cases(open), update(no), invalid, s.note},
		})
		h.must("PUT", s.cases(open), update(no, str(s.note, "done")))
		h.must("PUT", s.cases(open), update(str("status", "open"), str(s.note, ""), amount(`{"emptyValue":{}}`)))

		// What was wrong before the rules came stays as it is, and does not stand in the way of other changes.
		h.must("PUT", s.cases(early), update(str("title", "x")))
		h.must("PUT", s.cases(early), update(str(s.note, "late")))
		h.refused([]refusal{{"emptied again", "PUT", s.cases(early), update(str(s.note, "")), invalid, ": " + s.note + "."}})
		h.attach(s)
		h.must("POST", s.cases(), s.newCase(str("status", "closed")))
	})
}

func TestHiddenFieldsOfATemplateAreNotRequired(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		h.must("PUT", "/domains/"+s.domain+"/templates/"+s.template, `{"requiredFields":[{"fieldId":"`+s.note+`"},{"fieldId":"title"}]}`)
		hide := h.rule(s, "hide", ruleOf("hidden", true, when("notEqualTo", s.amount, `{"emptyValue":{}}`, false)))
		h.attach(s, [2]string{hide, s.note}, [2]string{hide, "title"})
		one := `{"id":"` + s.amount + `","value":{"doubleValue":1}}`
		id := h.create(s)
		h.must("PUT", s.cases(id), `{"fields":[`+str(s.note, "x")+`]}`)
		h.must("PUT", s.cases(id), `{"fields":[`+str(s.note, "")+`]}`)
		h.refused([]refusal{
			{"shown and without a value", "POST", s.cases(), s.newCase(one), invalid, s.note},
			{"about to be shown", "PUT", s.cases(id), `{"fields":[` + one + `]}`, invalid, s.note},
			{"title, hidden or not", "POST", s.cases(), `{"templateId":"` + s.template + `","fields":[` + str("customer_id", customer) + `]}`, invalid, "title"},
			{"title emptied, hidden or not", "PUT", s.cases(id), `{"fields":[` + str("title", "") + `]}`, invalid, "title"},
		})
		h.must("PUT", s.cases(id), `{"fields":[`+one+`,`+str(s.note, "x")+`]}`)
		h.refused([]refusal{{"shown and emptied", "PUT", s.cases(id), `{"fields":[` + str(s.note, "") + `]}`, invalid, s.note}})
	})
}

func TestOptionsAreHeldToTheParents(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		region, city := h.selectField(s, "Region", "eu", "us", "asia", "none"), h.selectField(s, "City", "Bonn", "Rome", "Reno", "Anywhere")
		rule := h.rule(s, "places", optionsOf(region, city, []string{"eu", "Bonn", "Rome"}, []string{"us", "Reno"}, []string{"none"}, []string{"", "Anywhere"}))
		wrong := h.create(s, str(region, "us"), str(city, "Bonn"))
		h.attach(s, [2]string{rule, ""})
		ok := func(fields ...string) { h.Helper(); h.create(s, fields...) }
		ok()
		ok(str(region, "eu"))
		ok(str(region, "none"))
		ok(str(region, "eu"), str(city, "Rome"))
		ok(str(city, "Anywhere"))
		ok(str(region, "asia"), str(city, "Reno")) // the rule does not speak of asia
		id := h.create(s, str(region, "eu"), str(city, "Bonn"))
		update := func(fields ...string) string { return `{"fields":[` + strings.Join(fields, ",") + `]}` }
		h.refused([]refusal{
			{"another parent's", "POST", s.cases(), s.newCase(str(region, "us"), str(city, "Rome")), invalid, "Rome"},
			{"without a parent", "POST", s.cases(), s.newCase(str(city, "Rome")), invalid, "Rome"},
			{"with a parent that has none", "POST", s.cases(), s.newCase(str(region, "none"), str(city, "Rome")), invalid, "Rome"},
			{"new child", "PUT", s.cases(id), update(str(city, "Reno")), invalid, "Reno"},
			{"new parent", "PUT", s.cases(id), update(str(region, "us")), invalid, "Bonn"},
			{"parent emptied", "PUT", s.cases(id), update(`{"id":"` + region + `","value":{"emptyValue":{}}}`), invalid, "Bonn"},
			{"wrong one after another", "PUT", s.cases(wrong), update(str(city, "Rome")), invalid, "Rome"},
		})
		h.must("PUT", s.cases(id), update(str(region, "us"), str(city, "Reno")))
		h.must("PUT", s.cases(id), update(str(region, "us"), `{"id":"`+city+`","value":{"emptyValue":{}}}`))
		h.must("PUT", s.cases(wrong), update(str("title", "x"), str(city, "Bonn"))) // sent again as it was
	})
}

// TestRulesSeeWhatTheServiceSets has a rule on a field that no caller sets, which closing the case does.
func TestRulesSeeWhatTheServiceSets(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		rule := h.rule(s, "once closed", ruleOf("required", true, when("equalTo", "last_closed_datetime", `{"emptyValue":{}}`, false)))
		h.attach(s, [2]string{rule, s.note})
		id := h.create(s)
		h.refused([]refusal{
			{"closing", "PUT", s.cases(id), `{"fields":[` + str("status", "closed") + `]}`, invalid, s.note},
			{"new and closed", "POST", s.cases(), s.newCase(str("status", "closed")), invalid, s.note},
		})
		h.must("PUT", s.cases(id), `{"fields":[`+str("status", "closed")+`,`+str(s.note, "x")+`]}`)
		h.must("PUT", s.cases(id), `{"fields":[`+str("status", "open")+`]}`)
		h.refused([]refusal{{"reopened", "PUT", s.cases(id), `{"fields":[` + str(s.note, "") + `]}`, invalid, s.note}})
	})
}
