package connectcases_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/svc/connectcases"
)

// layoutOf gives a layout's JSON with fields in its top panel.
func layoutOf(name string, fields ...string) string {
	var items []string
	for _, f := range fields {
		items = append(items, `{"id":"`+f+`"}`)
	}
	return `{"name":"` + name + `","content":{"basic":{"topPanel":{"sections":[{"fieldGroup":{"fields":[` + strings.Join(items, ",") + `]}}]}}}}`
}

func TestLayoutIsGivenBackAsItWasMade(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		d := "/domains/" + s.domain
		made := h.must("POST", d+"/layouts", `{"name":"full","content":{"basic":{
			"topPanel":{"sections":[{"fieldGroup":{"name":"above","fields":[{"id":"status"},{"id":"`+s.note+`"}]}}]},"moreInfo":{"sections":[]}}}}`)
		id := made.text("layoutId")
		if want := "arn:aws:cases:us-west-2:111122223333:domain/" + s.domain + "/layout/" + id; made.text("layoutArn") != want {
			h.Errorf("ARN %s, want %s", made.text("layoutArn"), want)
		}
		now := "2026-03-01T12:00:00.123Z"
		field := func(id string) map[string]any { return map[string]any{"id": id} }
		want := map[string]any{
			"layoutId": id, "layoutArn": made.text("layoutArn"), "name": "full", "tags": map[string]any{}, "deleted": false, "createdTime": now, "lastModifiedTime": now,
			"content": map[string]any{"basic": map[string]any{
				"topPanel": map[string]any{"sections": []any{map[string]any{"fieldGroup": map[string]any{"name": "above", "fields": []any{field("status"), field(s.note)}}}}},
				"moreInfo": map[string]any{"sections": []any{}},
			}},
		}
		h.same("GetLayout", want, h.must("POST", d+"/layouts/"+id, "").body)
		h.clock.advance(time.Second)
		h.must("PUT", d+"/layouts/"+id, `{"name":"less"}`)
		want["name"], want["lastModifiedTime"] = "less", "2026-03-01T12:00:01.123Z"
		h.same("GetLayout after a new name", want, h.must("POST", d+"/layouts/"+id, "").body)
		h.must("PUT", d+"/layouts/"+id, `{"content":{"basic":{"topPanel":{}}}}`)
		want["content"] = map[string]any{"basic": map[string]any{"topPanel": map[string]any{}}}
		h.same("GetLayout after a new content", want, h.must("POST", d+"/layouts/"+id, "").body)

		for range 2 {
			h.must("DELETE", d+"/layouts/"+id, "")
		}
		want["deleted"] = true
		h.same("GetLayout after its deletion", want, h.must("POST", d+"/layouts/"+id, "").body)
		h.same("ListLayouts", []string(nil), h.list(d+"/layouts-list", "layouts", "layoutId"))
		h.made(d+"/layouts", layoutOf("less"), "layoutId") // the name is free
		h.refused([]refusal{
			{"UpdateLayout of a deleted one", "PUT", d + "/layouts/" + id, `{"name":"a"}`, invalid, "deleted"},
			{"CreateTemplate with a deleted one", "POST", d + "/templates", `{"name":"a","layoutConfiguration":{"defaultLayout":"` + id + `"}}`, invalid, "deleted"},
		})
	})
}

func TestLayoutsComeInPagesAndAreRefusedForTheirReason(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		d := "/domains/" + s.domain
		id := ""
		for n := range 5 {
			id = h.made(d+"/layouts", layoutOf(fmt.Sprint("layout ", n), "title"), "layoutId")
		}
		if names, pages := h.pages(d+"/layouts-list", "layouts", "name", 2); pages != 3 || strings.Join(names, ",") != "layout 0,layout 1,layout 2,layout 3,layout 4" {
			h.Errorf("%d pages with %v", pages, names)
		}
		many := make([]string, 101)
		for n := range many {
			many[n] = h.made(d+"/fields", fmt.Sprintf(`{"name":"f%d","type":"Text"}`, n), "fieldId")
		}
		h.made(d+"/layouts", layoutOf("all", many[:100]...), "layoutId")
		template := h.made(d+"/templates", `{"name":"laid out","layoutConfiguration":{"defaultLayout":"`+id+`"}}`, "templateId")
		h.refused([]refusal{
			{"name twice", "POST", d + "/layouts", layoutOf("layout 1"), conflict, "layout 1"},
			{"name of another", "PUT", d + "/layouts/" + id, `{"name":"layout 1"}`, conflict, "layout 1"},
			{"unknown fields", "POST", d + "/layouts", layoutOf("a", "x", "title", "y"), invalid, "x, y"},
			{"unknown fields in an update", "PUT", d + "/layouts/" + id, layoutOf("a", "x"), invalid, "x"},
			{"field twice", "POST", d + "/layouts", layoutOf("a", "title", "title"), invalid, "more than once"},
			{"101 fields", "POST", d + "/layouts", layoutOf("a", many...), quota, "100 fields"},
			{"101 fields in an update", "PUT", d + "/layouts/" + id, layoutOf("a", many...), quota, "100 fields"},
			{"no content", "POST", d + "/layouts", `{"name":"a"}`, invalid, "content"},
			{"content of no kind", "POST", d + "/layouts", `{"name":"a","content":{}}`, invalid, "basic"},
			{"two sections", "POST", d + "/layouts", `{"name":"a","content":{"basic":{"topPanel":{"sections":[{"fieldGroup":{"fields":[]}},{"fieldGroup":{"fields":[]}}]}}}}`, invalid, "sections"},
			{"no layout", "POST", d + "/layouts/none", "", absent, "layout none"},
			{"no layout to change", "PUT", d + "/layouts/none", `{}`, absent, "layout none"},
			{"no layout to delete", "DELETE", d + "/layouts/none", "", absent, "layout none"},
			{"no domain", "POST", "/domains/none/layouts", layoutOf("a"), absent, "domain none"},
			{"no domain to list", "POST", "/domains/none/layouts-list", "", absent, "domain none"},
			{"bad token", "POST", d + "/layouts-list?nextToken=x", "", invalid, "nextToken"},
			{"layout of a template", "DELETE", d + "/layouts/" + id, "", conflict, template},
		})
		h.must("PUT", d+"/templates/"+template, `{"layoutConfiguration":{}}`)
		h.must("DELETE", d+"/layouts/"+id, "")
	})
}

func TestDomainDeletesAHundredLayoutsAndTemplates(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		h := build(t, d.Open(t, store.Options{}), connectcases.Config{Quotas: connectcases.Quotas{LayoutsPerDomain: 1, TemplatesPerDomain: 2}})
		s := h.shop()
		path := "/domains/" + s.domain
		var layout, template string
		for n := range 101 {
			layout = h.made(path+"/layouts", layoutOf("l"), "layoutId")
			template = h.made(path+"/templates", `{"name":"t"}`, "templateId")
			if n == 100 {
				break
			}
			h.must("DELETE", path+"/layouts/"+layout, "")
			h.must("DELETE", path+"/templates/"+template, "")
		}
		h.refused([]refusal{
			{"second layout", "POST", path + "/layouts", layoutOf("m"), quota, "layouts"},
			{"third template", "POST", path + "/templates", `{"name":"m"}`, quota, "templates"},
			{"101st layout", "DELETE", path + "/layouts/" + layout, "", conflict, "100"},
			{"101st template", "DELETE", path + "/templates/" + template, "", conflict, "100"},
		})
	})
}
