package model

import (
	"slices"
	"strings"
)

// itemFilters makes up filters of items.
func (g *gen) itemFilters(d *domain) []any {
	out := []any{}
	for range g.IntN(4) {
		switch g.IntN(6) {
		case 0:
			out = append(out, object{"comment": object{}})
		case 1:
			f := object{}
			if g.chance(0.5) {
				f["contactArn"] = g.contactARN()
			}
			if g.chance(0.3) {
				f["channel"] = oneOf(g, [][]any{{"VOICE"}, {"CHAT"}, {"CHAT", "VOICE"}, {}})
			}
			out = append(out, object{"contact": f})
		case 2:
			f := object{}
			if g.chance(0.5) {
				f["fileArn"] = g.fileARN()
			}
			out = append(out, object{"file": f})
		case 3:
			f := object{}
			if g.chance(0.5) {
				f["name"] = oneOf(g, []string{"first answer", "solution", "nothing"})
			}
			if g.chance(0.5) {
				f["status"] = oneOf(g, []string{"Active", "Met", "Overdue", "NotMet"})
			}
			out = append(out, object{"sla": f})
		case 4:
			f := object{}
			if g.chance(0.5) {
				f["caseId"] = g.caseID(d)
			}
			out = append(out, object{"connectCase": f})
		case 5:
			f := object{}
			if g.chance(0.8) {
				f["fields"] = g.filter(d, 1, func(f *field) bool { return !f.system || g.chance(0.02) })
			}
			out = append(out, object{"custom": f})
		}
	}
	return out
}

// searchItems makes up SearchRelatedItems.
func (g *gen) searchItems(d *domain) call {
	return g.make("SearchRelatedItems", g.sized(object{"domainId": d.id, "caseId": g.caseID(d), "filters": g.itemFilters(d)}, 25))
}

// searchAllItems makes up SearchAllRelatedItems.
func (g *gen) searchAllItems(d *domain) call {
	in := object{"domainId": d.id, "filters": g.itemFilters(d)}
	sorts := []any{}
	for range g.IntN(3) {
		sorts = append(sorts, object{"sortProperty": oneOf(g, []string{"AssociationTime", "CaseId"}), "sortOrder": oneOf(g, []string{"Asc", "Desc"})})
	}
	in["sorts"] = sorts
	in["maxResults"] = 5 + g.IntN(21)
	return g.make("SearchAllRelatedItems", in)
}

// filter makes up a filter of fields.
func (g *gen) filter(d *domain, depth int, usable func(*field) bool) object {
	if depth < 4 && g.chance(0.35) {
		member := oneOf(g, []string{"andAll", "orAll", "not"})
		if member == "not" {
			return object{member: g.filter(d, depth+1, usable)}
		}
		parts := []any{}
		for range g.IntN(4) {
			parts = append(parts, g.filter(d, depth+1, usable))
		}
		return object{member: parts}
	}
	f := oneOf(g, d.fields)
	for !usable(f) || f.deleted && g.chance(0.5) {
		f = oneOf(g, d.fields)
		if g.chance(0.01) {
			f = &field{id: g.nobody(), kind: "Text"}
			break
		}
	}
	v := g.compared(d, f)
	operators := []string{"equalTo"}
	switch f.kind {
	case "Number", "DateTime":
		operators = append(operators, "greaterThan", "greaterThanOrEqualTo", "lessThan", "lessThanOrEqualTo")
	case "Boolean":
	default:
		operators = append(operators, "contains")
	}
	if g.chance(0.02) {
		operators = []string{"equalTo", "contains", "lessThan"}
	}
	if f.id == "case_id" || f.id == "reference_number" {
		operators = operators[:1] // no model knows what is in them
	}
	operator := oneOf(g, operators)
	if g.chance(0.1) {
		v = value{}
	}
	return object{"field": object{operator: object{"id": f.id, "value": v.union()}}}
}

// compared makes up a value that a field is compared with: one that a case has, most often.
func (g *gen) compared(d *domain, f *field) value {
	if k := g.kase(d); k != nil && g.chance(0.5) {
		if v := k.get(f.id); v != (value{}) {
			if s := v.text(); v.member == "stringValue" && f.kind == "Text" && g.chance(0.3) && !strings.Contains(s, "«") {
				r := []rune(s)
				return texty(string(r[:g.IntN(len(r)+1)]))
			}
			return v
		}
	}
	return g.value(f)
}

// searchCases makes up SearchCases.
func (g *gen) searchCases(d *domain) call {
	in := object{"domainId": d.id}
	if g.chance(0.6) {
		in["filter"] = g.filter(d, 1, func(*field) bool { return true })
		if g.chance(0.15) {
			tag := object{"key": g.tagKey()}
			if g.chance(0.5) {
				tag["value"] = g.tagValue()
			}
			in["filter"] = object{"andAll": []any{object{"tag": object{"equalTo": tag}}}}
		}
	}
	if g.chance(0.3) {
		in["searchTerm"] = g.text()
		if len(str(in, "searchTerm")) > 255 {
			in["searchTerm"] = "cup"
		}
	}
	sorts := []any{}
	for range g.IntN(3) {
		if id := g.fieldID(d); id != "reference_number" { // drawn at random: no model knows their order
			sorts = append(sorts, object{"fieldId": id, "sortOrder": oneOf(g, []string{"Asc", "Desc"})})
		}
	}
	in["sorts"] = sorts
	in["fields"] = identifiers(g.fieldIDs(d, 4))
	if g.chance(0.2) {
		delete(in, "fields")
	}
	in["maxResults"] = 10 + g.IntN(91)
	return g.make("SearchCases", in)
}

// firstPage makes up a search that is read page by page, with other calls in between.
func (g *gen) firstPage(*domain) call {
	c := g.searchCases(g.w.domains[0])
	c.OnePage = true
	c.In["maxResults"] = float64(3 + g.IntN(20))
	sorts := []any{}
	for _, s := range list(c.In, "sorts") {
		if s["fieldId"] != "next_sla_breach_datetime" { // moves without an update: the server takes such cases where they are
			sorts = append(sorts, s)
		}
	}
	c.In["sorts"] = sorts
	return c
}

// nextPage makes up the next page of a search. A few are those of another one.
func (g *gen) nextPage(d *domain) call {
	// A token is good for a quarter of an hour; those of the last thousand calls are not nearly so old.
	young := slices.DeleteFunc(sorted(g.w.searches), func(token string) bool { return g.w.searches[token].made < g.n-1000 })
	if len(young) == 0 {
		return g.firstPage(d)
	}
	of := oneOf(g, young)
	c := g.make("SearchCases", g.w.searches[of].in)
	c.In["nextToken"], c.OnePage = of, true
	if g.chance(0.02) {
		c.In["searchTerm"] = "another"
	}
	return c
}
