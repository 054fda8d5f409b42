package connectcases_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/casestream/casestream/store/storetest"
)

// tagged is the shop with one resource of each kind, and their ARNs by kind.
func (h *house) tagged(s shop) (arns map[string]string, caseID string) {
	h.Helper()
	d := "/domains/" + s.domain
	domain := "arn:aws:cases:us-west-2:111122223333:domain/" + s.domain
	caseID = h.create(s)
	return map[string]string{
		"Domain":      domain,
		"Field":       domain + "/field/title",
		"Layout":      h.made(d+"/layouts", layoutOf("l"), "layoutArn"),
		"Template":    domain + "/template/" + s.template,
		"CaseRule":    h.made(d+"/case-rules", `{"name":"r","rule":`+ruleOf("hidden", false)+`}`, "caseRuleArn"),
		"Case":        domain + "/case/" + caseID,
		"RelatedItem": h.made(s.cases(caseID, "related-items")+"/", comment("x"), "relatedItemArn"),
	}, caseID
}

// tags gives the path of a resource's tags.
func tags(arn string) string { return "/tags/" + url.PathEscape(arn) }

func TestEveryKindOfResourceHasTags(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		arns, caseID := h.tagged(s)
		h.events()
		before := h.must("POST", s.cases(caseID), `{"fields":[{"id":"last_updated_datetime"}]}`).body
		h.clock.advance(1e9)
		d := "/domains/" + s.domain
		shown := map[string]func() any{
			"Domain": func() any { return h.must("POST", d, "").body["tags"] },
			"Field": func() any {
				return h.must("POST", d+"/fields-batch", `{"fields":[{"id":"title"}]}`).body["fields"].([]any)[0].(map[string]any)["tags"]
			},
			"Layout": func() any {
				return h.must("POST", d+"/layouts/"+arns["Layout"][strings.LastIndex(arns["Layout"], "/")+1:], "").body["tags"]
			},
			"Template": func() any { return h.must("POST", d+"/templates/"+s.template, "").body["tags"] },
			"CaseRule": func() any {
				id := arns["CaseRule"][strings.LastIndex(arns["CaseRule"], "/")+1:]
				return h.must("POST", d+"/rules-batch", `{"caseRules":[{"id":"`+id+`"}]}`).body["caseRules"].([]any)[0].(map[string]any)["tags"]
			},
			"Case": func() any { return h.must("POST", s.cases(caseID), `{"fields":[{"id":"title"}]}`).body["tags"] },
			"RelatedItem": func() any {
				return h.must("POST", s.cases(caseID, "related-items-search"), `{}`).body["relatedItems"].([]any)[0].(map[string]any)["tags"]
			},
		}
		for kind, arn := range arns {
			is := func(step string, want map[string]any) {
				h.same(kind+" "+step, map[string]any{"tags": want}, h.must("GET", tags(arn), "").body)
				h.same(kind+" itself "+step, any(want), shown[kind]())
			}
			is("at first", map[string]any{})
			h.same("TagResource", map[string]any(nil), h.must("POST", tags(arn), `{"tags":{"a":"1","b c":"","Ünï":null}}`).body)
			is("with tags", map[string]any{"a": "1", "b c": "", "Ünï": ""})
			h.must("POST", tags(arn), `{"tags":{"a":"2","d":"@"}}`)
			is("with others", map[string]any{"a": "2", "b c": "", "Ünï": "", "d": "@"})
			h.must("DELETE", tags(arn)+"?tagKeys=a&tagKeys=unknown", "")
			is("with less", map[string]any{"b c": "", "Ünï": "", "d": "@"})
		}
		h.none()
		after := h.must("POST", s.cases(caseID), `{"fields":[{"id":"last_updated_datetime"}]}`).body
		h.same("time of the update", before["fields"], after["fields"])
		if n := h.rows("cases_audit"); n != 2 { // of the case and of its comment
			h.Errorf("%d rows of history, want 2", n)
		}
	})
}

func TestSearchFollowsTheTagsOfCases(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		id := h.create(s)
		h.create(s)
		arn := tags("arn:aws:cases:us-west-2:111122223333:domain/" + s.domain + "/case/" + id)
		found := func(value string) (ids []string) {
			a := h.must("POST", "/domains/"+s.domain+"/cases-search", `{"filter":{"tag":{"equalTo":{"key":"team","value":"`+value+`"}}}}`)
			for _, c := range a.body["cases"].([]any) {
				ids = append(ids, c.(map[string]any)["caseId"].(string))
			}
			return ids
		}
		h.same("before", []string(nil), found("north"))
		h.must("POST", arn, `{"tags":{"team":"north"}}`)
		h.same("tagged", []string{id}, found("north"))
		h.must("POST", arn, `{"tags":{"team":"south"}}`)
		h.same("tagged anew, before", []string(nil), found("north"))
		h.same("tagged anew, after", []string{id}, found("south"))
		h.must("DELETE", arn+"?tagKeys=team", "")
		h.same("untagged", []string(nil), found("south"))
	})
}

func TestTagsAreRefusedForTheirReason(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		arns, caseID := h.tagged(s)
		domain := arns["Domain"]
		fifty := make([]string, 50)
		for n := range fifty {
			fifty[n] = fmt.Sprintf(`"k%d":"v"`, n)
		}
		for kind, arn := range arns {
			h.must("POST", tags(arn), `{"tags":{`+strings.Join(fifty, ",")+`}}`)
			h.must("POST", tags(arn), `{"tags":{"k1":"again"}}`)
			h.refused([]refusal{{"51 tags of a " + kind, "POST", tags(arn), `{"tags":{"more":"v"}}`, invalid, "50 tags"}})
		}
		list := []refusal{
			{"no tags", "POST", tags(domain), `{}`, invalid, "tags"},
			{"AWS's key", "POST", tags(domain), `{"tags":{"Aws:x":"v"}}`, invalid, "aws:"},
			{"empty key", "POST", tags(domain), `{"tags":{"":"v"}}`, invalid, "1 to 128"},
			{"long key", "POST", tags(domain), `{"tags":{"` + strings.Repeat("k", 129) + `":"v"}}`, invalid, "1 to 128"},
			{"long value", "POST", tags(domain), `{"tags":{"k":"` + strings.Repeat("v", 257) + `"}}`, invalid, "256"},
			{"bad key", "POST", tags(domain), `{"tags":{"a!":"v"}}`, invalid, "a!"},
			{"bad value", "POST", tags(domain), `{"tags":{"a":"<"}}`, invalid, "not allowed"},
			{"AWS's key taken away", "DELETE", tags(domain) + "?tagKeys=aws:x", "", invalid, "tagKeys"},
			{"nothing taken away", "DELETE", tags(domain), "", invalid, "tagKeys"},
		}
		for name, test := range map[string]struct{ arn, code, msg string }{
			"no ARN":                    {"title", invalid, "title"},
			"ARN of another service":    {"arn:aws:connect:us-west-2:111122223333:domain/" + s.domain, invalid, "connect"},
			"ARN of no kind":            {domain + "/queue/x", invalid, "queue"},
			"ARN of half a kind":        {domain + "/field", invalid, "field"},
			"ARN with a part too much":  {domain + "/field/title/x", invalid, "title/x"},
			"item of a field":           {domain + "/field/title/related-item/x", invalid, "related-item"},
			"empty id":                  {domain + "/field/", invalid, "field/"},
			"ARN of another account":    {strings.Replace(domain, "111122223333", "444455556666", 1), absent, "444455556666"},
			"ARN of another Region":     {strings.Replace(domain, "us-west-2", "eu-west-2", 1), absent, "eu-west-2"},
			"ARN of another partition":  {strings.Replace(domain, "arn:aws:", "arn:aws-cn:", 1), absent, "aws-cn"},
			"no domain":                 {strings.Replace(domain, s.domain, "none", 1), absent, "domain none"},
			"field in no domain":        {strings.Replace(arns["Field"], s.domain, "none", 1), absent, "domain none"},
			"no field":                  {domain + "/field/none", absent, "field none"},
			"no layout":                 {domain + "/layout/none", absent, "layout none"},
			"no template":               {domain + "/template/none", absent, "template none"},
			"no rule":                   {domain + "/case-rule/none", absent, "case rule none"},
			"no case":                   {domain + "/case/none", absent, "case none"},
			"item of no case":           {domain + "/case/none/related-item/x", absent, "case none"},
			"no item":                   {domain + "/case/" + caseID + "/related-item/none", absent, "related item none"},
			"case in no domain":         {strings.Replace(arns["Case"], s.domain, "none", 1), absent, "domain none"},
			"related item in no domain": {strings.Replace(arns["RelatedItem"], s.domain, "none", 1), absent, "domain none"},
		} {
			list = append(list,
				refusal{name + " tagged", "POST", tags(test.arn), `{"tags":{"a":"b"}}`, test.code, test.msg},
				refusal{name + " untagged", "DELETE", tags(test.arn) + "?tagKeys=a", "", test.code, test.msg},
				refusal{name + " listed", "GET", tags(test.arn), "", test.code, test.msg})
		}
		h.refused(list)
		a := h.call("GET", tags(domain+"/case-rule/none"), "")
		if e := fmt.Sprint(a.err); a.err == nil || !strings.Contains(e, "none") {
			h.Errorf("the answer does not name the resource: %v", e)
		}
	})
}

// FuzzResource reads what may be an ARN: what it gives makes up the same ARN.
func FuzzResource(f *testing.F) {
	domain := "arn:aws:cases:us-west-2:111122223333:domain/d"
	for _, text := range []string{
		"", domain, domain + "/field/f", domain + "/layout/l", domain + "/template/t", domain + "/case-rule/r", domain + "/case/c",
		domain + "/case/c/related-item/i", domain + "/", domain + "//", domain + "/case/c/related-item", "arn:aws:cases:::domain/d", "arn:aws:cases:us-west-2:111122223333:x",
	} {
		f.Add(text)
	}
	h := open(f, storetest.SQLite(f))
	places := map[string]string{"Field": "/field/", "Layout": "/layout/", "Template": "/template/", "CaseRule": "/case-rule/", "Case": "/case/", "RelatedItem": "/case/"}
	f.Fuzz(func(t *testing.T, text string) {
		kind, ids, err := h.svc.ParseResource(text)
		if err != nil {
			return
		}
		want := "arn:aws:cases:us-west-2:111122223333:domain/" + ids[0]
		if place := places[kind]; place != "" {
			want += place + ids[1]
		} else if kind != "Domain" {
			t.Errorf("%q is of kind %q", text, kind)
		}
		if kind == "RelatedItem" {
			want += "/related-item/" + ids[2]
		}
		if want != text {
			t.Errorf("%q is read as %q", text, want)
		}
	})
}

// TestTagsMayDifferOnlyBehindWhatTheSearchKeeps tags a case with keys of more bytes than the search's tables keep.
func TestTagsMayDifferOnlyBehindWhatTheSearchKeeps(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		id := h.create(s)
		arn := "arn:aws:cases:us-west-2:111122223333:domain/" + s.domain + "/case/" + id
		long := strings.Repeat("箱", 120)
		h.must("POST", tags(arn), `{"tags":{"`+long+`a":"1","`+long+`b":"1"}}`)
		h.consistent(s)
		h.same("tags", map[string]any{"tags": map[string]any{long + "a": "1", long + "b": "1"}}, h.must("GET", tags(arn), "").body)
		h.must("DELETE", s.cases(id), "")
		h.consistent(s)
	})
}
