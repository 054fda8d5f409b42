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
	for _, c := range all {
		takes, operand := memberOf[find(d.fields, str(obj(c, "operandOne"), "fieldId")).kind], valueOf(obj(c, "operandTwo")).member
		if operand != "" && operand != takes && !(operand == "stringValue" && takes == "userArnValue") {
			return false
		}
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
	case count(d.rules, func(r *caseRule) bool { return !r.deleted }) >= quotas["case-rules-per-domain"]:
		return refused(quota)
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

// equals says whether a value is an operand: the empty text is no value, and users are compared with texts.
func equals(v, operand value) bool {
	if operand == (value{}) {
		return v.blank()
	}
	return v == operand || v.member == "userArnValue" && operand.member == "stringValue" && v.v == operand.v
}

// holds says whether a condition holds for values.
func holds(condition object, get func(string) value) bool {
	member := kind(condition)
	body := obj(condition, member)
	children := list(body, "conditions")
	switch member {
	case "andAll":
		return !slices.ContainsFunc(children, func(c object) bool { return !holds(c, get) })
	case "orAll":
		return slices.ContainsFunc(children, func(c object) bool { return holds(c, get) })
	}
	equal := equals(get(str(obj(body, "operandOne"), "fieldId")), valueOf(obj(body, "operandTwo")))
	return equal == (member == "equalTo")
}

// result gives what a condition comes to when it holds: one that joins others, what the first of them does.
func result(condition object) bool {
	body := obj(condition, kind(condition))
	if has(body, "conditions") {
		return result(list(body, "conditions")[0])
	}
	return body["result"] == true
}

// verdict evaluates a required or hidden rule: the first condition that holds decides.
func verdict(body object, get func(string) value) bool {
	for _, c := range list(body, "conditions") {
		if holds(c, get) {
			return result(c)
		}
	}
	return body["defaultValue"] == true
}

// attached gives what the live rules of a kind say that a template has, with the fields that they are applied to.
func (d *domain) attached(t *template, member string) (fields []string, bodies []object) {
	for _, r := range t.rules {
		rule := find(d.rules, str(r, "caseRuleId"))
		if body := obj(rule.rule, member); body != nil && !rule.deleted {
			fields, bodies = append(fields, str(r, "fieldId")), append(bodies, body)
		}
	}
	return fields, bodies
}

// hides says whether a template's rules hide a field.
func (d *domain) hides(t *template, id string, get func(string) value) bool {
	fields, bodies := d.attached(t, "hidden")
	for i, f := range fields {
		if f == id && d.live([]string{f}) && verdict(bodies[i], get) {
			return true
		}
	}
	return false
}

// missing gives the fields that a template and its rules demand and that have no value. What is hidden, deleted
// or set by the service is not demanded.
func (d *domain) missing(t *template, get func(string) value) (out []string) {
	demanded := slices.Clone(t.required)
	fields, bodies := d.attached(t, "required")
	for i, f := range fields {
		if verdict(bodies[i], get) {
			demanded = append(demanded, f)
		}
	}
	for _, id := range demanded {
		if d.live([]string{id}) && !slices.Contains(serviceSet, id) && get(id).blank() && !d.hides(t, id, get) {
			out = append(out, id)
		}
	}
	return out
}

// ruled says whether a case may be as it is now: nothing that the template and its rules demand may be missing, and
// no option chosen that does not go with another, but for what was so before. before is nil of a new case.
func (d *domain) ruled(t *template, before, now func(string) value) bool {
	var was []string
	if before != nil {
		was = d.missing(t, before)
	}
	for _, id := range d.missing(t, now) {
		if !slices.Contains(was, id) {
			return false
		}
	}
	_, bodies := d.attached(t, "fieldOptions")
	for _, body := range bodies {
		parent, child := str(body, "parentFieldId"), str(body, "childFieldId")
		if !d.live([]string{parent, child}) || before != nil && before(parent) == now(parent) && before(child) == now(child) {
			continue
		}
		if !goTogether(body, now(parent), now(child)) {
			return false
		}
	}
	return true
}

// goTogether says whether an option of the child goes with the parent's. A parent that is not mapped leaves the
// child free.
func goTogether(body object, parent, child value) bool {
	for _, m := range list(body, "parentChildFieldOptionsMappings") {
		if str(m, "parentFieldOptionValue") == parent.text() {
			return child.blank() || slices.Contains(texts(m, "childFieldOptionValues"), child.text())
		}
	}
	return true
}
