package model

import (
	"fmt"
	"slices"
)

// kase picks a case, nil when there is none: the newer ones more often.
func (g *gen) kase(d *domain) *kase {
	if len(d.cases) == 0 {
		return nil
	}
	if k := len(d.cases); g.chance(0.5) {
		return d.cases[k-1-g.IntN(min(k, 10))]
	}
	return oneOf(g, d.cases)
}

// caseID picks a case, or an id that no case has.
func (g *gen) caseID(d *domain) string {
	k := g.kase(d)
	if k == nil || g.chance(0.02) {
		return g.nobody()
	}
	return k.id
}

// fieldValues makes up values for some fields that callers may set; rarely for others, or for one twice.
func (g *gen) fieldValues(d *domain, seen []string, most int) []any {
	out := []any{}
	for range g.IntN(most + 1) {
		id := g.fieldID(d)
		if (slices.Contains(serviceSet, id) || slices.Contains(seen, id)) && g.chance(0.98) {
			continue
		}
		seen = append(seen, id)
		f := find(d.fields, id)
		switch {
		case f == nil:
			out = append(out, object{"id": id, "value": object{"stringValue": "x"}})
		case g.chance(0.1):
			out = append(out, object{"id": id, "value": object{"emptyValue": object{}}})
		default:
			out = append(out, object{"id": id, "value": g.value(f).union()})
		}
	}
	return out
}

// newCase makes up CreateCase: with a value wherever one is demanded, most often.
func (g *gen) newCase(d *domain) call {
	if len(d.cases) > 300 {
		return g.deleteCase(d) // so that long runs stay fast
	}
	in := object{"domainId": d.id, "templateId": g.templateID(d)}
	need := []string{"title", "customer_id"}
	if t := find(d.templates, str(in, "templateId")); t != nil {
		need = append(need, t.required...)
		for _, r := range t.rules {
			if rule := find(d.rules, str(r, "caseRuleId")).rule; kind(rule) == "required" && g.chance(0.7) {
				need = append(need, str(r, "fieldId"))
			}
		}
	}
	fields, seen := []any{}, []string{}
	for _, id := range need {
		if f := find(d.fields, id); f != nil && !f.deleted && !slices.Contains(seen, id) && !slices.Contains(serviceSet, id) && g.chance(0.98) {
			seen = append(seen, id)
			fields = append(fields, object{"id": id, "value": g.value(f).union()})
		}
	}
	in["fields"] = append(fields, g.fieldValues(d, seen, 6)...)
	if g.chance(0.3) {
		tags := object{}
		for range g.IntN(3) {
			tags[g.tagKey()] = g.tagValue()
		}
		in["tags"] = tags
	}
	if g.chance(0.1) {
		in["clientToken"] = fmt.Sprint("token ", g.IntN(30))
		if used := sorted(d.tokens); len(used) > 0 && g.chance(0.5) {
			t := oneOf(g, used)
			in["clientToken"] = t
			for i, member := range []string{"templateId", "fields", "tags", "performedBy"} {
				if v := d.tokens[t].request[i]; v != nil {
					in[member] = v
				} else {
					delete(in, member)
				}
			}
			return g.make("CreateCase", in)
		}
	}
	return g.make("CreateCase", g.performer(in))
}

// updateCase makes up UpdateCase; status changes often.
func (g *gen) updateCase(d *domain) call {
	in := object{"domainId": d.id, "caseId": g.caseID(d)}
	fields := []any{}
	seen := []string{}
	if g.chance(0.35) {
		seen = append(seen, "status")
		fields = append(fields, object{"id": "status", "value": g.value(find(d.fields, "status")).union()})
	}
	in["fields"] = append(fields, g.fieldValues(d, seen, 4)...)
	return g.make("UpdateCase", g.performer(in))
}

// deleteCase makes up DeleteCase.
func (g *gen) deleteCase(d *domain) call { return g.about(d, "DeleteCase", "caseId", g.caseID(d)) }

// getCase makes up GetCase.
func (g *gen) getCase(d *domain) call {
	return g.make("GetCase", object{"domainId": d.id, "caseId": g.caseID(d), "fields": identifiers(g.fieldIDs(d, 25))})
}

// auditEvents makes up GetCaseAuditEvents.
func (g *gen) auditEvents(d *domain) call {
	return g.make("GetCaseAuditEvents", g.sized(object{"domainId": d.id, "caseId": g.caseID(d)}, 25))
}

// contactARN picks a contact; there are few, so that they are on several cases.
func (g *gen) contactARN() string {
	return fmt.Sprintf("arn:aws:connect:us-east-1:111122223333:instance/i-1/contact/c-%d", g.IntN(25))
}

// casesForContact makes up ListCasesForContact.
func (g *gen) casesForContact(d *domain) call {
	return g.make("ListCasesForContact", g.sized(object{"domainId": d.id, "contactArn": g.contactARN()}, 10))
}

// fileARN picks a file.
func (g *gen) fileARN() string {
	return fmt.Sprintf("arn:aws:connect:us-east-1:111122223333:instance/i-1/file/f-%d", g.IntN(25))
}

// newItem makes up CreateRelatedItem.
func (g *gen) newItem(d *domain) call {
	kind := oneOf(g, []string{"Comment", "Comment", "Contact", "Contact", "File", "Sla", "Sla", "ConnectCase", "Custom", "Custom"})
	in := object{"domainId": d.id, "caseId": g.caseID(d), "type": kind, "content": g.itemContent(d, kind)}
	if g.chance(0.02) {
		in["type"] = oneOf(g, []string{"Comment", "Contact", "File", "Sla"})
	}
	return g.make("CreateRelatedItem", g.performer(in))
}

// itemContent makes up the content of an item.
func (g *gen) itemContent(d *domain, kind string) object {
	switch kind {
	case "Comment":
		return object{"comment": object{"body": g.text(), "contentType": "Text/Plain"}}
	case "Contact":
		if g.chance(0.03) {
			return object{"contact": object{"contactArn": "arn:aws:connect:nonsense"}}
		}
		return object{"contact": object{"contactArn": g.contactARN()}}
	case "File":
		return object{"file": object{"fileArn": g.fileARN()}}
	case "ConnectCase":
		return object{"connectCase": object{"caseId": g.caseID(d)}}
	case "Sla":
		config := object{"name": oneOf(g, []string{"first answer", "solution"}), "type": "CaseField", "targetSlaMinutes": oneOf(g, slaMinutes)}
		if g.chance(0.97) {
			config["fieldId"] = "status"
		}
		if g.chance(0.97) {
			config["targetFieldValues"] = []any{g.value(find(d.fields, "status")).union()}
		}
		return object{"sla": object{"slaInputConfiguration": config}}
	}
	return object{"custom": object{"fields": g.customValues(d)}}
}

// customValues makes up values of custom fields; rarely of system fields, or of too many.
func (g *gen) customValues(d *domain) []any {
	most, out, seen := 4, []any{}, map[string]bool{}
	if g.chance(0.03) {
		most = 10
	}
	for range 1 + g.IntN(most) {
		f := oneOf(g, d.fields)
		if (f.system || f.deleted || seen[f.id]) && g.chance(0.99) {
			continue
		}
		seen[f.id] = true
		v := g.value(f).union()
		if g.chance(0.05) {
			v = value{}.union()
		}
		out = append(out, object{"id": f.id, "value": v})
	}
	if len(out) == 0 {
		out = append(out, object{"id": g.nobody(), "value": object{"stringValue": "x"}})
	}
	return out
}

// itemOf picks an item of a case.
func (g *gen) itemOf(d *domain) (caseID, itemID string, i *item) {
	for range 10 {
		if k := g.kase(d); k != nil && len(k.items) > 0 && g.chance(0.97) {
			i := oneOf(g, k.items)
			return k.id, i.id, i
		}
	}
	return g.caseID(d), g.nobody(), nil
}

// updateItem makes up UpdateRelatedItem: of comments and custom items, most often.
func (g *gen) updateItem(d *domain) call {
	caseID, itemID, i := g.itemOf(d)
	for range 10 {
		if i != nil && (i.kind == "Comment" || i.kind == "Custom" || g.chance(0.05)) {
			break
		}
		caseID, itemID, i = g.itemOf(d)
	}
	kind := oneOf(g, []string{"Comment", "Custom"})
	if i != nil && (i.kind == "Comment" || i.kind == "Custom") && g.chance(0.95) {
		kind = i.kind
	}
	return g.make("UpdateRelatedItem", g.performer(object{
		"domainId": d.id, "caseId": caseID, "relatedItemId": itemID, "content": g.itemContent(d, kind),
	}))
}

// deleteItem makes up DeleteRelatedItem.
func (g *gen) deleteItem(d *domain) call {
	caseID, itemID, _ := g.itemOf(d)
	return g.make("DeleteRelatedItem", object{"domainId": d.id, "caseId": caseID, "relatedItemId": itemID})
}
