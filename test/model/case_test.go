package model

import (
	"maps"
	"reflect"
	"slices"
)

// kase is a case.
type kase struct {
	id, template     string
	created, updated int // the calls that made it and that updated it last
	values           map[string]value
	tags             map[string]string
	items            []*item // oldest first
	audits           []object
}

// key is the case's id.
func (k *kase) key() string { return k.id }

// token is a client token that was used.
type token struct {
	request []any // what it was used for
	caseID  string
}

// fieldValue is a value with the id of its field.
type fieldValue struct {
	id string
	value
}

// fieldValues reads a list of fields with values.
func fieldValues(o object, member string) []fieldValue {
	var out []fieldValue
	for _, f := range list(o, member) {
		out = append(out, fieldValue{str(f, "id"), valueOf(obj(f, "value"))})
	}
	return out
}

// get gives a value of a case.
func (k *kase) get(id string) value {
	switch id {
	case "case_id":
		return texty(k.id)
	case "created_datetime":
		return texty(stamp(k.created, 0))
	case "last_updated_datetime":
		return texty(stamp(k.updated, 0))
	}
	return k.values[id]
}

// performer gives who did something, as events have it.
func performer(user object) object {
	if user == nil {
		return object{"iamPrincipalArn": principal}
	}
	return object{"iamPrincipalArn": principal, "user": user}
}

// settable says whether a case that holds values can take others.
func (d *domain) settable(fields []fieldValue, held map[string]value) bool {
	var seen []string
	for _, f := range fields {
		seen = append(seen, f.id)
		known := find(d.fields, f.id)
		if known == nil || known.deleted && held[f.id] == (value{}) || slices.Contains(serviceSet, f.id) || !known.takes(f.value, held[f.id]) {
			return false
		}
	}
	return !repeated(seen)
}

// createCase is CreateCase.
func createCase(w *world, c call) outcome {
	d := w.domain(str(c.In, "domainId"))
	if d == nil {
		return refused(notFound)
	}
	id := symbol("case", c.N)
	answer := func(id string) object { return object{"caseId": id, "caseArn": arn(d.id, "case", id)} }
	request := []any{c.In["templateId"], c.In["fields"], c.In["tags"], c.In["performedBy"]}
	used := str(c.In, "clientToken")
	if before, ok := d.tokens[used]; ok && used != "" {
		if !reflect.DeepEqual(before.request, request) {
			return refused(conflict)
		}
		return said(answer(before.caseID))
	}
	t := find(d.templates, str(c.In, "templateId"))
	if t == nil {
		return refused(notFound)
	}
	fields := fieldValues(c.In, "fields")
	if t.deleted || t.status != "Active" || !d.settable(fields, nil) {
		return refused(invalid)
	}
	k := &kase{id: id, template: t.id, created: c.N, updated: c.N, values: map[string]value{}, tags: map[string]string{}}
	user := obj(c.In, "performedBy")
	changed := k.fill(fields, user, c.N)
	if k.get("title").blank() || k.get("customer_id").blank() || !d.ruled(t, nil, k.get) {
		return refused(invalid)
	}
	for _, p := range t.propagation {
		maps.Copy(k.tags, textMap(p, "tagMap"))
	}
	maps.Copy(k.tags, textMap(c.In, "tags"))
	if len(k.tags) > maxTags {
		return refused(invalid)
	}
	if used != "" {
		d.tokens[used] = token{request, id}
	}
	d.cases = append(d.cases, k)
	var history []any
	for _, f := range changed {
		if f != "case_id" && f != "created_datetime" && f != "last_updated_datetime" {
			history = append(history, audited(f, value{}, k.get(f)))
		}
	}
	k.record(c.N, "Case.Created", "", performer(user), history)
	return outcome{out: answer(id), events: d.tell(k.event(d, "CASE.CREATED", changed, user, c.N))}
}

// fill gives a new case its values, and tells which fields got one.
func (k *kase) fill(fields []fieldValue, user object, n int) []string {
	for _, f := range fields {
		if f.value != (value{}) {
			k.values[f.id] = f.value
		}
	}
	if k.values["status"] == (value{}) {
		k.values["status"] = texty("open")
	}
	if k.values["status"] == texty("closed") {
		k.values["last_closed_datetime"] = texty(stamp(n, 0))
	}
	k.values["reference_number"] = texty(symbol("reference", n))
	if arn := str(user, "userArn"); arn != "" {
		k.values["last_updated_user"] = value{"userArnValue", arn}
	}
	return append(sorted(k.values), "case_id", "created_datetime", "last_updated_datetime")
}

// getCase is GetCase.
func getCase(w *world, c call) outcome {
	d, k := w.kase(c.In)
	if k == nil {
		return refused(notFound)
	}
	asked := ids(c.In, "fields")
	if len(asked) == 0 {
		return refused(invalid)
	}
	fields := []any{}
	for _, id := range asked {
		if find(d.fields, id) == nil {
			return refused(invalid)
		}
		if v := k.get(id); v != (value{}) {
			fields = append(fields, object{"id": id, "value": v.union()})
		}
	}
	if repeated(asked) {
		return refused(invalid)
	}
	return said(object{"fields": fields, "templateId": k.template, "tags": tagsOf(k.tags)})
}

// kase finds the case that an input is about.
func (w *world) kase(in object) (*domain, *kase) {
	d := w.domain(str(in, "domainId"))
	if d == nil {
		return nil, nil
	}
	return d, find(d.cases, str(in, "caseId"))
}

// updateCase is UpdateCase. Values that are sent again as they are count as an update of nothing but the time.
func updateCase(w *world, c call) outcome {
	d, k := w.kase(c.In)
	if k == nil {
		return refused(notFound)
	}
	fields := fieldValues(c.In, "fields")
	if len(fields) == 0 {
		return said(object{})
	}
	user := obj(c.In, "performedBy")
	if !d.settable(fields, k.values) || !d.changeable(k, fields, user, c.N) {
		return refused(invalid)
	}
	before := maps.Clone(k.values)
	k.apply(fields, user, c.N)
	moved := k.moveSLAs(c.N)
	var changed []string
	var history []any
	for _, f := range d.fields {
		if before[f.id] != k.values[f.id] {
			changed = append(changed, f.id)
			history = append(history, audited(f.id, before[f.id], k.values[f.id]))
		}
	}
	k.record(c.N, "Case.Updated", "", performer(user), history)
	events := []object{k.event(d, "CASE.UPDATED", append(changed, "last_updated_datetime"), user, c.N)}
	for _, i := range moved {
		k.record(c.N, "RelatedItem.Updated", "Sla", performer(user), i.slaHistory())
		events = append(events, i.event(d, k, "RELATED_ITEM.UPDATED", i.slaMoved(), performer(user), c.N))
	}
	return outcome{out: object{}, events: d.tell(events...), moved: len(moved)}
}

// apply changes values, and those that the service sets with them.
func (k *kase) apply(fields []fieldValue, user object, n int) {
	was, closed := k.values["status"], texty("closed")
	for _, f := range fields {
		k.put(f.id, f.value)
	}
	k.updated = n
	switch is := k.values["status"]; {
	case was != closed && is == closed:
		k.put("last_closed_datetime", texty(stamp(n, 0)))
	case was == closed && is != closed:
		k.put("last_reopened_datetime", texty(stamp(n, 0)))
	}
	if arn := str(user, "userArn"); arn != "" {
		k.put("last_updated_user", value{"userArnValue", arn})
	}
}

// put changes a value; none takes the field away.
func (k *kase) put(id string, v value) {
	if v == (value{}) {
		delete(k.values, id)
		return
	}
	k.values[id] = v
}

// changeable says whether a change leaves the case with all that is demanded of it.
func (d *domain) changeable(k *kase, fields []fieldValue, user object, n int) bool {
	t := find(d.templates, k.template)
	after := &kase{id: k.id, created: k.created, values: maps.Clone(k.values)}
	after.apply(fields, user, n)
	for _, f := range fields {
		always := slices.Contains([]string{"title", "status", "customer_id"}, f.id)
		if f.blank() && (always || slices.Contains(t.required, f.id) && d.live([]string{f.id}) && !d.hides(t, f.id, after.get)) {
			return false
		}
	}
	return d.ruled(t, k.get, after.get)
}

// deleteCase is DeleteCase.
func deleteCase(w *world, c call) outcome {
	d, k := w.kase(c.In)
	if k == nil {
		return refused(notFound)
	}
	d.cases = slices.DeleteFunc(d.cases, func(x *kase) bool { return x == k })
	return outcome{out: object{}, events: d.tell(k.event(d, "CASE.DELETED", nil, nil, c.N))}
}

// tell gives events if the domain's are on.
func (d *domain) tell(events ...object) []object {
	if d.events["enabled"] != true {
		return nil
	}
	return events
}

// envelope gives an event with its detail, but for what no model knows.
func (d *domain) envelope(resource string, detail object) object {
	return object{
		"version": "0", "detail-type": "Amazon Connect Cases Change", "source": "aws.cases", "account": account, "region": region,
		"resources": []any{arn(d.id), resource}, "detail": detail,
	}
}

// event gives the event of a change of the case, as the case is now.
func (k *kase) event(d *domain, eventType string, changed []string, user object, n int) object {
	about := object{"caseId": k.id, "templateId": k.template, "createdDateTime": stamp(k.created, 0)}
	if has(obj(d.events, "includedData"), "caseData") {
		fields := object{}
		for _, id := range d.eventFields() {
			if v := k.get(id); v != (value{}) {
				fields[id] = object{"value": v.union()}
			}
		}
		about["fields"] = fields
	}
	slices.Sort(changed)
	return d.envelope(arn(d.id, "case", k.id), object{
		"version": "0", "eventType": eventType, "approximateChangeTime": stamp(n, 0), "changedFieldIds": append([]string{}, changed...),
		"performedBy": performer(user), "case": about,
	})
}

// audited gives one change of a row in a case's history.
func audited(id string, old, now value) object {
	o := object{"eventFieldId": id, "newValue": now.union()}
	if old != (value{}) {
		o["oldValue"] = old.union()
	}
	return o
}

// record adds a row to the case's history.
func (k *kase) record(n int, auditType, itemType string, by object, changes []any) {
	if changes == nil {
		changes = []any{}
	}
	k.audits = append(k.audits, set(object{
		"type": auditType, "performedTime": stamp(n, 0), "fields": changes, "performedBy": by,
	}, "relatedItemType", itemType))
}

// getCaseAuditEvents is GetCaseAuditEvents: newest first.
func getCaseAuditEvents(w *world, c call) outcome {
	_, k := w.kase(c.In)
	if k == nil {
		return refused(notFound)
	}
	out := []any{}
	for _, a := range slices.Backward(k.audits) {
		out = append(out, a)
	}
	return said(object{"auditEvents": out})
}

// listCasesForContact is ListCasesForContact.
func listCasesForContact(w *world, c call) outcome {
	d := w.domain(str(c.In, "domainId"))
	if d == nil {
		return refused(notFound)
	}
	type link struct {
		k *kase
		n int
	}
	var links []link
	for _, k := range d.cases {
		for _, i := range k.items {
			if i.kind == "Contact" && i.content["contactArn"] == c.In["contactArn"] {
				links = append(links, link{k, i.made})
			}
		}
	}
	slices.SortFunc(links, func(a, b link) int { return b.n - a.n })
	out := []any{}
	for _, l := range links {
		out = append(out, object{"caseId": l.k.id, "templateId": l.k.template})
	}
	return said(object{"cases": out})
}
