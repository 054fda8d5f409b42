package model

import "fmt"

// newField makes up CreateField.
func (g *gen) newField(d *domain, kind string) call {
	in := object{"domainId": d.id, "name": g.name("Field"), "type": kind}
	if g.chance(0.5) {
		in["description"] = oneOf(g, []string{"", "what it is for"})
	}
	if kind == "Text" && g.chance(0.6) || g.chance(0.05) {
		in["attributes"] = object{"text": object{"isMultiline": g.chance(0.5)}}
	}
	return g.make("CreateField", in)
}

// updateField makes up UpdateField.
func (g *gen) updateField(d *domain) call {
	in := object{"domainId": d.id, "fieldId": g.fieldID(d)}
	if g.chance(0.5) {
		in["name"] = g.name("Field")
	}
	if g.chance(0.5) || !has(in, "name") {
		in["description"] = oneOf(g, []string{"", "another", "purpose"})
	}
	if g.chance(0.2) {
		in["attributes"] = object{"text": object{"isMultiline": g.chance(0.5)}}
	}
	return g.make("UpdateField", in)
}

// deleteField makes up DeleteField.
func (g *gen) deleteField(d *domain) call { return g.about(d, "DeleteField", "fieldId", g.fieldID(d)) }

// batchGetField makes up BatchGetField.
func (g *gen) batchGetField(d *domain) call {
	return g.make("BatchGetField", object{"domainId": d.id, "fields": identifiers(g.fieldIDs(d, 6))})
}

// fieldIDs picks up to so many fields; rarely one twice.
func (g *gen) fieldIDs(d *domain, most int) []string {
	var out []string
	seen := map[string]bool{}
	for range 1 + g.IntN(most) {
		if id := g.fieldID(d); !seen[id] || g.chance(0.02) {
			out, seen[id] = append(out, id), true
		}
	}
	return out
}

// putOptions makes up BatchPutFieldOptions.
func (g *gen) putOptions(d *domain) call {
	id := g.fieldID(d)
	if all := d.selects(); len(all) > 0 && g.chance(0.9) {
		id = oneOf(g, all).id
	}
	options, seen := []any{}, map[string]bool{}
	for range g.IntN(4) {
		value := oneOf(g, []string{"red", "green", "Shipment lost", "open", "closed", "pending", "ünïcode", "blue"})
		if seen[value] && g.chance(0.95) {
			continue
		}
		seen[value] = true
		options = append(options, object{"name": oneOf(g, []string{"Open", "Name of " + value}), "value": value, "active": g.chance(0.85)})
	}
	if g.chance(0.03) {
		options = append(options, object{"name": "", "value": "x", "active": true})
	}
	return g.make("BatchPutFieldOptions", object{"domainId": d.id, "fieldId": id, "options": options})
}

// listOptions makes up ListFieldOptions.
func (g *gen) listOptions(d *domain) call {
	in := object{"domainId": d.id, "fieldId": g.fieldID(d)}
	if all := d.selects(); len(all) > 0 && g.chance(0.9) {
		in["fieldId"] = oneOf(g, all).id
	}
	if g.chance(0.2) {
		in["values"] = []any{oneOf(g, []string{"red", "open", "nothing"})}
	}
	return g.make("ListFieldOptions", g.sized(in, 5))
}

// content makes up a layout's content.
func (g *gen) content(d *domain) object {
	all := g.fieldIDs(d, 8)
	cut := g.IntN(len(all) + 1)
	basic := object{}
	for i, part := range [][]string{all[:cut], all[cut:]} {
		if g.chance(0.2) {
			continue
		}
		sections := []any{}
		if g.chance(0.95) {
			group := object{"fields": identifiers(part)}
			if g.chance(0.5) {
				group["name"] = "Group"
			}
			sections = append(sections, object{"fieldGroup": group})
		}
		basic[panels[i]] = object{"sections": sections}
	}
	return object{"basic": basic}
}

// newLayout makes up CreateLayout.
func (g *gen) newLayout(d *domain) call {
	return g.make("CreateLayout", object{"domainId": d.id, "name": g.name("Layout"), "content": g.content(d)})
}

// updateLayout makes up UpdateLayout.
func (g *gen) updateLayout(d *domain) call {
	in := object{"domainId": d.id, "layoutId": g.layoutID(d)}
	if g.chance(0.5) {
		in["name"] = g.name("Layout")
	}
	if g.chance(0.5) || !has(in, "name") {
		in["content"] = g.content(d)
	}
	return g.make("UpdateLayout", in)
}

// deleteLayout makes up DeleteLayout.
func (g *gen) deleteLayout(d *domain) call {
	return g.about(d, "DeleteLayout", "layoutId", g.layoutID(d))
}

// layoutID picks a layout.
func (g *gen) layoutID(d *domain) string {
	if len(d.layouts) == 0 || g.chance(0.03) {
		return g.nobody()
	}
	return oneOf(g, d.layouts).id
}

// templateID picks a template: most often one that cases can be made from.
func (g *gen) templateID(d *domain) string {
	if len(d.templates) == 0 || g.chance(0.02) {
		return g.nobody()
	}
	for range 20 {
		if t := oneOf(g, d.templates); !t.deleted && t.status == "Active" || g.chance(0.05) {
			return t.id
		}
	}
	return oneOf(g, d.templates).id
}

// ruleID picks a case rule.
func (g *gen) ruleID(d *domain) string {
	if len(d.rules) == 0 || g.chance(0.03) {
		return g.nobody()
	}
	return oneOf(g, d.rules).id
}

// template makes up what a template can have, each with a chance.
func (g *gen) template(d *domain, in object, p float64) object {
	if g.chance(p) {
		in["description"] = oneOf(g, []string{"", "what for"})
	}
	if g.chance(p) {
		in["layoutConfiguration"] = object{}
		if g.chance(0.8) {
			in["layoutConfiguration"] = object{"defaultLayout": g.layoutID(d)}
		}
	}
	if g.chance(p) {
		required := []any{}
		for _, id := range g.fieldIDs(d, 2) {
			required = append(required, object{"fieldId": id})
		}
		in["requiredFields"] = required[:g.IntN(len(required)+1)]
	}
	if g.chance(p) {
		in["status"] = oneOf(g, []string{"Active", "Active", "Active", "Inactive"})
	}
	if g.chance(p) {
		in["rules"] = g.attach(d)
	}
	if g.chance(p) {
		tags := object{}
		for range g.IntN(3) {
			tags[g.tagKey()] = g.tagValue()
		}
		in["tagPropagationConfigurations"] = []any{object{"resourceType": "Cases", "tagMap": tags}}
	}
	return in
}

// attach makes up the rules of a template.
func (g *gen) attach(d *domain) []any {
	out := []any{}
	for range g.IntN(3) {
		id := g.ruleID(d)
		one := object{"caseRuleId": id}
		if r := find(d.rules, id); r == nil || kind(r.rule) != "fieldOptions" {
			one["fieldId"] = g.fieldID(d)
		}
		out = append(out, one)
	}
	return out
}

// newTemplate makes up CreateTemplate.
func (g *gen) newTemplate(d *domain) call {
	return g.make("CreateTemplate", g.template(d, object{"domainId": d.id, "name": g.name("Template")}, 0.3))
}

// updateTemplate makes up UpdateTemplate.
func (g *gen) updateTemplate(d *domain) call {
	in := object{"domainId": d.id, "templateId": g.templateID(d)}
	if g.chance(0.3) {
		in["name"] = g.name("Template")
	}
	return g.make("UpdateTemplate", g.template(d, in, 0.25))
}

// listTemplates makes up ListTemplates.
func (g *gen) listTemplates(d *domain) call {
	in := object{"domainId": d.id}
	if g.chance(0.5) {
		in["status"] = oneOf(g, [][]any{{"Active"}, {"Inactive"}, {"Active", "Inactive"}})
	}
	return g.make("ListTemplates", g.sized(in, 10))
}

// condition makes up a condition of a rule, some of them nested.
func (g *gen) condition(d *domain, depth int) object {
	if depth < 3 && g.chance(0.3) {
		children := []any{}
		for range 1 + g.IntN(2) {
			children = append(children, g.condition(d, depth+1))
		}
		return object{oneOf(g, []string{"andAll", "orAll"}): object{"conditions": children}}
	}
	id := g.fieldID(d)
	operand := object{"emptyValue": object{}}
	f := find(d.fields, id)
	if f != nil && memberOf[f.kind] != "userArnValue" && g.chance(0.8) {
		if v := g.value(f); v.member != "userArnValue" && v.v != "" && len(v.text()) < 1500 {
			operand = v.union()
		}
	}
	return object{oneOf(g, []string{"equalTo", "notEqualTo"}): object{
		"operandOne": object{"fieldId": id}, "operandTwo": operand, "result": g.chance(0.5),
	}}
}

// rule makes up what a rule says.
func (g *gen) rule(d *domain) object {
	if g.chance(0.3) {
		return g.optionsRule(d)
	}
	conditions := []any{}
	for range g.IntN(4) {
		conditions = append(conditions, g.condition(d, 1))
	}
	return object{oneOf(g, []string{"required", "hidden"}): object{"defaultValue": g.chance(0.2), "conditions": conditions}}
}

// optionsRule makes up a rule that lets the options of one field depend on the value of another.
func (g *gen) optionsRule(d *domain) object {
	body := object{}
	all := d.selects()
	parent, child := g.fieldID(d), g.fieldID(d)
	if len(all) > 0 && g.chance(0.9) {
		parent, child = oneOf(g, all).id, oneOf(g, all).id
	}
	body["parentFieldId"], body["childFieldId"] = parent, child
	values := func(id string) []string {
		out := []string{""}
		if f := find(d.fields, id); f != nil {
			for _, o := range f.options {
				out = append(out, str(o, "value"))
			}
		}
		return out
	}
	mappings := []any{}
	for i, p := range values(parent) {
		if i > 0 && g.chance(0.3) {
			continue
		}
		children := []any{}
		for _, c := range values(child) {
			if c != "" && g.chance(0.7) {
				children = append(children, c)
			}
		}
		mappings = append(mappings, object{"parentFieldOptionValue": p, "childFieldOptionValues": children})
	}
	body["parentChildFieldOptionsMappings"] = mappings
	return object{"fieldOptions": body}
}

// newRule makes up CreateCaseRule.
func (g *gen) newRule(d *domain) call {
	in := object{"domainId": d.id, "name": g.name("Rule"), "rule": g.rule(d)}
	if g.chance(0.5) {
		in["description"] = "why"
	}
	return g.make("CreateCaseRule", in)
}

// updateRule makes up UpdateCaseRule.
func (g *gen) updateRule(d *domain) call {
	in := object{"domainId": d.id, "caseRuleId": g.ruleID(d)}
	if g.chance(0.4) {
		in["name"] = g.name("Rule")
	}
	if g.chance(0.3) {
		in["description"] = "why not"
	}
	if len(in) == 2 || g.chance(0.5) {
		in["rule"] = g.rule(d)
	}
	return g.make("UpdateCaseRule", in)
}

// batchGetRule makes up BatchGetCaseRule.
func (g *gen) batchGetRule(d *domain) call {
	var ids []string
	seen := map[string]bool{}
	for range 1 + g.IntN(4) {
		if id := g.ruleID(d); !seen[id] || g.chance(0.05) {
			ids, seen[id] = append(ids, id), true
		}
	}
	return g.make("BatchGetCaseRule", object{"domainId": d.id, "caseRules": identifiers(ids)})
}

// putEvents makes up PutCaseEventConfiguration.
func (g *gen) putEvents(d *domain) call {
	events := object{"enabled": g.chance(0.9)}
	if g.chance(0.9) {
		data := object{}
		if g.chance(0.85) {
			data["caseData"] = object{"fields": identifiers(g.fieldIDs(d, 12))}
		}
		if g.chance(0.85) {
			data["relatedItemData"] = object{"includeContent": g.chance(0.85)}
		}
		events["includedData"] = data
	}
	return g.make("PutCaseEventConfiguration", object{"domainId": d.id, "eventBridge": events})
}

// tagKey makes up the key of a tag.
func (g *gen) tagKey() string { return oneOf(g, []string{"team", "tier", "Team", "a:b/c", "x_y"}) }

// tagValue makes up the value of a tag.
func (g *gen) tagValue() string { return oneOf(g, []string{"", "gold", "silver", "north @ 1"}) }

// tagged picks something that can have tags.
func (g *gen) tagged(d *domain) string {
	switch g.IntN(8) {
	case 0:
		return arn(d.id)
	case 1:
		return arn(d.id, "field", g.fieldID(d))
	case 2:
		return arn(d.id, "layout", g.layoutID(d))
	case 3:
		return arn(d.id, "template", g.templateID(d))
	case 4:
		return arn(d.id, "case-rule", g.ruleID(d))
	case 5:
		if k := g.kase(d); k != nil && len(k.items) > 0 {
			return arn(d.id, "case", k.id, "related-item", oneOf(g, k.items).id)
		}
	}
	if k := g.kase(d); k != nil {
		return arn(d.id, "case", k.id)
	}
	return arn(d.id, "case", g.nobody())
}

// tag makes up TagResource.
func (g *gen) tag(d *domain) call {
	tags := object{}
	for range 1 + g.IntN(2) {
		tags[g.tagKey()] = g.tagValue()
	}
	if g.chance(0.02) {
		for i := range 51 {
			tags[fmt.Sprint("many", i)] = ""
		}
	}
	return g.make("TagResource", object{"arn": g.tagged(d), "tags": tags})
}

// untag makes up UntagResource.
func (g *gen) untag(d *domain) call {
	return g.make("UntagResource", object{"arn": g.tagged(d), "tagKeys": []any{oneOf(g, []string{"team", "tier", "Team", "a:b/c"})}})
}

// listTags makes up ListTagsForResource.
func (g *gen) listTags(d *domain) call {
	return g.make("ListTagsForResource", object{"arn": g.tagged(d)})
}
