package model

import "slices"

// caseRule is a case rule of a domain.
type caseRule struct {
	id, name          string
	description       any    // a text, or nil
	rule              object // the union of what it says
	deleted           bool
	created, modified int
	tags              map[string]string
}

// key is the rule's id.
func (r *caseRule) key() string { return r.id }

// ruleKinds are the members of the union and the types that lists show.
var ruleKinds = map[string]string{"required": "Required", "hidden": "Hidden", "fieldOptions": "FieldOptions"}

// kind gives the member of the union that a rule has.
func kind(rule object) string { return sorted(rule)[0] }

// comparisons walks the conditions of a rule and gives the comparisons and the depth of the deepest.
func comparisons(conditions []object, depth int) (all []object, deepest int) {
	for _, c := range conditions {
		member := kind(c)
		if member == "equalTo" || member == "notEqualTo" {
			all = append(all, obj(c, member))
			deepest = max(deepest, depth)
			continue
		}
		more, d := comparisons(list(obj(c, member), "conditions"), depth+1)
		all, deepest = append(all, more...), max(deepest, d)
	}
	return all, deepest
}

// ruleFields gives the fields that a rule reads.
func ruleFields(rule object) []string {
	body := obj(rule, kind(rule))
	var out []string
	for _, member := range []string{"parentFieldId", "childFieldId"} {
		if id := str(body, member); id != "" {
			out = append(out, id)
		}
	}
	all, _ := comparisons(list(body, "conditions"), 1)
	for _, c := range all {
		out = append(out, str(obj(c, "operandOne"), "fieldId"))
	}
	return out
}

// goodRule says whether a rule can be kept: its fields exist, it is not too big, its options have a parent.
func (d *domain) goodRule(rule object) bool {
	all, deepest := comparisons(list(obj(rule, kind(rule)), "conditions"), 1)
	if len(all) > 5 || deepest > 2 || !d.live(ruleFields(rule)) {
		return false
	}
	if kind(rule) != "fieldOptions" {
		return true
	}
	body := obj(rule, "fieldOptions")
	parent, child := str(body, "parentFieldId"), str(body, "childFieldId")
	var parents []string
	for _, m := range list(body, "parentChildFieldOptionsMappings") {
		parents = append(parents, str(m, "parentFieldOptionValue"))
	}
	return parent != "" && child != "" && parent != child && !repeated(parents) &&
		find(d.fields, parent).kind == "SingleSelect" && find(d.fields, child).kind == "SingleSelect"
}

// ruleNamed finds a live rule by its name, but for one.
func (d *domain) ruleNamed(name, except string) bool {
	return slices.ContainsFunc(d.rules, func(r *caseRule) bool { return r.name == name && !r.deleted && r.id != except })
}

// createCaseRule is CreateCaseRule.
func createCaseRule(w *world, c call) outcome {
	d := w.domain(str(c.In, "domainId"))
	r := &caseRule{
		id: symbol("rule", c.N), name: str(c.In, "name"), description: c.In["description"], rule: obj(c.In, "rule"),
		created: c.N, modified: c.N, tags: map[string]string{},
	}
	switch {
	case d == nil:
		return refused(notFound)
	case !d.goodRule(r.rule):
		return refused(invalid)
	case d.ruleNamed(r.name, ""):
		return refused(conflict)
	}
	d.rules = append(d.rules, r)
	return said(object{"caseRuleId": r.id, "caseRuleArn": arn(d.id, "case-rule", r.id)})
}

// batchGetCaseRule is BatchGetCaseRule.
func batchGetCaseRule(w *world, c call) outcome {
	d := w.domain(str(c.In, "domainId"))
	if d == nil {
		return refused(notFound)
	}
	asked := ids(c.In, "caseRules")
	if repeated(asked) {
		return refused(invalid)
	}
	found, errs := []any{}, []any{}
	for _, id := range asked {
		r := find(d.rules, id)
		if r == nil {
			errs = append(errs, object{"id": id, "errorCode": "RESOURCE_NOT_FOUND"})
			continue
		}
		o := object{
			"caseRuleId": r.id, "caseRuleArn": arn(d.id, "case-rule", r.id), "name": r.name, "rule": r.rule, "deleted": r.deleted,
			"createdTime": stamp(r.created, 0), "lastModifiedTime": stamp(r.modified, 0), "tags": tagsOf(r.tags),
		}
		if r.description != nil {
			o["description"] = r.description
		}
		found = append(found, o)
	}
	return said(object{"caseRules": found, "errors": errs})
}

// updateCaseRule is UpdateCaseRule. A rule stays of its kind.
func updateCaseRule(w *world, c call) outcome {
	d := w.domain(str(c.In, "domainId"))
	if d == nil {
		return refused(notFound)
	}
	r := find(d.rules, str(c.In, "caseRuleId"))
	switch {
	case r == nil:
		return refused(notFound)
	case r.deleted:
		return refused(invalid)
	case has(c.In, "rule") && (kind(obj(c.In, "rule")) != kind(r.rule) || !d.goodRule(obj(c.In, "rule"))):
		return refused(invalid)
	case has(c.In, "name") && d.ruleNamed(str(c.In, "name"), r.id):
		return refused(conflict)
	}
	if has(c.In, "name") {
		r.name = str(c.In, "name")
	}
	if has(c.In, "description") {
		r.description = c.In["description"]
	}
	if has(c.In, "rule") {
		r.rule = obj(c.In, "rule")
	}
	r.modified = c.N
	return said(object{})
}

// deleteCaseRule is DeleteCaseRule: not while a live template has it.
func deleteCaseRule(w *world, c call) outcome {
	d := w.domain(str(c.In, "domainId"))
	if d == nil {
		return refused(notFound)
	}
	r := find(d.rules, str(c.In, "caseRuleId"))
	if r == nil {
		return refused(notFound)
	}
	if r.deleted {
		return said(object{})
	}
	for _, t := range d.templates {
		for _, attached := range t.rules {
			if !t.deleted && str(attached, "caseRuleId") == r.id {
				return refused(conflict)
			}
		}
	}
	r.deleted, r.modified = true, c.N
	return said(object{})
}

// listCaseRules is ListCaseRules.
func listCaseRules(w *world, c call) outcome {
	d := w.domain(str(c.In, "domainId"))
	if d == nil {
		return refused(notFound)
	}
	out := []any{}
	for _, r := range d.rules {
		if r.deleted {
			continue
		}
		o := object{"caseRuleId": r.id, "caseRuleArn": arn(d.id, "case-rule", r.id), "name": r.name, "ruleType": ruleKinds[kind(r.rule)]}
		if r.description != nil {
			o["description"] = r.description
		}
		out = append(out, o)
	}
	return said(object{"caseRules": out})
}

// holds says whether a condition holds for values, and with which result.
func holds(condition object, get func(string) value) (held, result bool) {
	member := kind(condition)
	body := obj(condition, member)
	if member == "equalTo" || member == "notEqualTo" {
		equal := get(str(obj(body, "operandOne"), "fieldId")) == valueOf(obj(body, "operandTwo"))
		result, _ = body["result"].(bool)
		return equal == (member == "equalTo"), result
	}
	children := list(body, "conditions")
	for i, child := range children {
		h, r := holds(child, get)
		if member == "orAll" && h {
			return true, r
		}
		if member == "andAll" && !h {
			return false, false
		}
		if i == 0 {
			result = r
		}
	}
	return member == "andAll" && len(children) > 0, result
}

// verdict evaluates a required or hidden rule: the first condition that holds decides.
func verdict(body object, get func(string) value) bool {
	for _, c := range list(body, "conditions") {
		if held, result := holds(c, get); held {
			return result
		}
	}
	result, _ := body["defaultValue"].(bool)
	return result
}

// ruled says whether values satisfy the rules of a template.
func (d *domain) ruled(t *template, get func(string) value) bool {
	hidden := map[string]bool{}
	for _, attached := range t.rules {
		if body := obj(find(d.rules, str(attached, "caseRuleId")).rule, "hidden"); body != nil && verdict(body, get) {
			hidden[str(attached, "fieldId")] = true
		}
	}
	for _, attached := range t.rules {
		rule := find(d.rules, str(attached, "caseRuleId")).rule
		id := str(attached, "fieldId")
		if body := obj(rule, "required"); body != nil && d.live([]string{id}) && !hidden[id] && verdict(body, get) && get(id).blank() {
			return false
		}
		if body := obj(rule, "fieldOptions"); body != nil && !allowed(body, get) {
			return false
		}
	}
	return true
}

// allowed says whether the child's value is among those that go with the parent's.
func allowed(body object, get func(string) value) bool {
	child := get(str(body, "childFieldId"))
	if child.blank() {
		return true
	}
	for _, m := range list(body, "parentChildFieldOptionsMappings") {
		if str(m, "parentFieldOptionValue") == get(str(body, "parentFieldId")).text() {
			return slices.Contains(texts(m, "childFieldOptionValues"), child.text())
		}
	}
	return false
}
