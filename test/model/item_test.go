package model

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// item is something on a case.
type item struct {
	id, kind string
	made     int    // the call that put it there
	content  object // as answers show it, below the key of its kind; of Custom: fields from id to value instead
	fields   map[string]value
	by       object // performedBy of who put it there; nil when nobody was named
	tags     map[string]string
}

// key is the item's id.
func (i *item) key() string { return i.id }

// contentKey gives the name of the content of a kind: Sla has sla.
func contentKey(kind string) string { return strings.ToLower(kind[:1]) + kind[1:] }

// attribute gives what events call the content of a kind.
var attribute = map[string]string{
	"Comment": "comment.commentText", "Contact": "contact.contactArn", "File": "file.fileArn", "Sla": "sla.slaConfiguration",
	"ConnectCase": "connectCase.caseId", "Custom": "custom.fields",
}

// contactForm is the form of a contact's ARN.
var contactForm = regexp.MustCompile(`^arn:aws[-a-z]*:connect:[^:/]+:\d{12}:instance/[^/]+/contact/[^/]+$`)

// createRelatedItem is CreateRelatedItem. A contact that is on the case already is not put there again.
func createRelatedItem(w *world, c call) outcome {
	d, k := w.kase(c.In)
	if k == nil {
		return refused(notFound)
	}
	i := &item{id: symbol("item", c.N), kind: str(c.In, "type"), made: c.N, by: obj(c.In, "performedBy"), tags: map[string]string{}}
	answer := func(id string) object {
		return object{"relatedItemId": id, "relatedItemArn": arn(d.id, "case", k.id, "related-item", id)}
	}
	given := obj(obj(c.In, "content"), contentKey(i.kind))
	if given == nil {
		return refused(invalid)
	}
	if i.kind == "Contact" {
		for _, other := range k.items {
			if other.kind == "Contact" && other.content["contactArn"] == given["contactArn"] {
				return said(answer(other.id))
			}
		}
	}
	if code := i.place(d, k, given, nil); code != "" {
		return refused(code)
	}
	limit, limited := map[string]int{"File": quotas["files-per-case"], "Sla": quotas["slas-per-case"]}[i.kind]
	if len(k.items) >= quotas["related-items-per-case"] || limited && k.count(i.kind) >= limit {
		return refused(quota)
	}
	k.items = append(k.items, i)
	history := i.history(nil, i.parts(d))
	history = append(history, k.nextBreach()...)
	by := performer(i.by)
	k.record(c.N, "RelatedItem.Created", i.kind, by, history)
	return outcome{out: answer(i.id), events: d.tell(i.event(d, k, "RELATED_ITEM.CREATED", []string{attribute[i.kind]}, by, c.N))}
}

// count says how many items of a kind are on the case.
func (k *kase) count(kind string) int {
	return count(k.items, func(i *item) bool { return i.kind == kind })
}

// place fills the item with content that a caller gave, and says what is wrong with it.
func (i *item) place(d *domain, k *kase, given object, held map[string]value) string {
	switch i.kind {
	case "Contact":
		if !contactForm.MatchString(str(given, "contactArn")) {
			return invalid
		}
		i.content = object{"contactArn": given["contactArn"], "channel": "VOICE", "connectedToSystemTime": stamp(i.made, 0)}
	case "ConnectCase":
		if str(given, "caseId") == k.id {
			return invalid
		}
		if find(d.cases, str(given, "caseId")) == nil {
			return notFound
		}
		i.content = given
	case "Sla":
		return i.placeSLA(d, k, obj(given, "slaInputConfiguration"))
	case "Custom":
		return i.placeCustom(d, fieldValues(given, "fields"), held)
	default:
		i.content = given
	}
	return ""
}

// placeSLA begins an SLA: on a case that has the value already, it is met at once.
func (i *item) placeSLA(d *domain, k *kase, given object) string {
	targets := list(given, "targetFieldValues")
	if str(given, "fieldId") != "status" || len(targets) != 1 {
		return invalid
	}
	target := valueOf(targets[0])
	if target == (value{}) || !find(d.fields, "status").takes(target, value{}) {
		return invalid
	}
	minutes, _ := given["targetSlaMinutes"].(float64)
	config := object{
		"name": given["name"], "type": given["type"], "status": "Active", "fieldId": "status", "targetFieldValues": []any{target.union()},
		"targetTime": stamp(i.made, int(minutes)),
	}
	if k.values["status"] == target {
		config["status"], config["completionTime"] = "Met", stamp(i.made, 0)
	}
	i.content = object{"slaConfiguration": config}
	return ""
}

// placeCustom takes values of custom fields.
func (i *item) placeCustom(d *domain, given []fieldValue, held map[string]value) string {
	for _, g := range given {
		if f := find(d.fields, g.id); f != nil && f.system {
			return invalid
		}
	}
	if !d.settable(given, held) {
		return invalid
	}
	if len(given) > quotas["fields-per-custom-item"] {
		return quota
	}
	i.fields = map[string]value{}
	for _, g := range given {
		if g.value != (value{}) {
			i.fields[g.id] = g.value
		}
	}
	return ""
}

// shown gives the content as answers have it.
func (i *item) shown(d *domain) object {
	if i.kind != "Custom" {
		return object{contentKey(i.kind): i.content}
	}
	fields := []any{}
	for _, f := range d.fields {
		if v := i.fields[f.id]; v != (value{}) {
			fields = append(fields, object{"id": f.id, "value": v.union()})
		}
	}
	return object{"custom": object{"fields": fields}}
}

// parts gives what the history says of the content.
func (i *item) parts(_ *domain) map[string]value {
	if i.kind == "Custom" {
		return maps.Clone(i.fields)
	}
	out := map[string]value{}
	switch i.kind {
	case "Comment":
		body := []rune(str(i.content, "body"))
		out["comment.body"] = texty(string(body[:min(len(body), 4100)]))
	case "Contact":
		out["contact.contactArn"] = texty(str(i.content, "contactArn"))
	case "File":
		out["file.fileArn"] = texty(str(i.content, "fileArn"))
	case "ConnectCase":
		out["connectCase.caseId"] = texty(str(i.content, "caseId"))
	case "Sla":
		config := obj(i.content, "slaConfiguration")
		for member, v := range config {
			if member == "targetFieldValues" {
				out["sla.slaConfiguration."+member] = valueOf(v.([]any)[0].(object))
			} else {
				out["sla.slaConfiguration."+member] = texty(v.(string))
			}
		}
	}
	return out
}

// history gives the changes between two states of the content.
func (i *item) history(before, after map[string]value) []any {
	var out []any
	for _, id := range sorted(before) {
		if after[id] != before[id] {
			out = append(out, audited(id, before[id], after[id]))
		}
	}
	for _, id := range sorted(after) {
		if before[id] == (value{}) {
			out = append(out, audited(id, value{}, after[id]))
		}
	}
	return out
}

// event gives the event of a change of the item.
func (i *item) event(d *domain, k *kase, eventType string, changed []string, by object, n int) object {
	about := object{"relatedItemType": i.kind, "relatedItemId": i.id, "caseId": k.id, "createdDateTime": stamp(i.made, 0)}
	if obj(obj(d.events, "includedData"), "relatedItemData")["includeContent"] == true {
		about[contentKey(i.kind)] = i.told()
	}
	return d.envelope(arn(d.id, "case", k.id, "related-item", i.id), object{
		"version": "0", "eventType": eventType, "approximateChangeTime": stamp(n, 0), "changedAttributes": changed,
		"performedBy": by, "relatedItem": about,
	})
}

// told gives the content as events have it: a comment without its type, fields as a map.
func (i *item) told() object {
	switch i.kind {
	case "Comment":
		return object{"body": i.content["body"]}
	case "Custom":
		fields := object{}
		for id, v := range i.fields {
			fields[id] = object{"value": v.union()}
		}
		return object{"fields": fields}
	}
	return i.content
}

// sla gives the configuration of an SLA, nil of other items.
func (i *item) sla() object { return obj(i.content, "slaConfiguration") }

// moveSLAs ends the SLAs whose target the case's status is now, in call n. No target time of the test comes
// while it runs, so they are met.
func (k *kase) moveSLAs(n int) (moved []*item) {
	for _, i := range k.items {
		if config := i.sla(); config["status"] == "Active" && valueOf(list(config, "targetFieldValues")[0]) == k.values["status"] {
			config["status"], config["completionTime"] = "Met", stamp(n, 0)
			moved = append(moved, i)
		}
	}
	if moved != nil {
		k.nextBreach()
	}
	return moved
}

// slaMoved are the changed attributes of an SLA that has ended.
func (i *item) slaMoved() []string {
	return []string{"sla.slaConfiguration.status", "sla.slaConfiguration.completionTime"}
}

// slaHistory is what the history says of an SLA that has ended.
func (i *item) slaHistory() []any {
	return []any{
		audited("sla.slaConfiguration.status", texty("Active"), texty("Met")),
		audited("sla.slaConfiguration.completionTime", value{}, texty(str(i.sla(), "completionTime"))),
	}
}

// nextBreach sets next_sla_breach_datetime, the earliest target of the SLAs that are not met, and gives the
// change if there is one.
func (k *kase) nextBreach() []any {
	var next value
	earliest := 0.0
	for _, i := range k.items {
		if config := i.sla(); config["status"] == "Active" {
			at, _ := rank(str(config, "targetTime"))
			if next == (value{}) || at < earliest {
				next, earliest = texty(str(config, "targetTime")), at
			}
		}
	}
	old := k.values["next_sla_breach_datetime"]
	k.put("next_sla_breach_datetime", next)
	if old == next {
		return nil
	}
	return []any{audited("next_sla_breach_datetime", old, next)}
}

// updateRelatedItem is UpdateRelatedItem: comments and custom items only.
func updateRelatedItem(w *world, c call) outcome {
	d, k := w.kase(c.In)
	if k == nil {
		return refused(notFound)
	}
	i := find(k.items, str(c.In, "relatedItemId"))
	if i == nil {
		return refused(notFound)
	}
	given := obj(obj(c.In, "content"), contentKey(i.kind))
	if i.kind != "Comment" && i.kind != "Custom" || given == nil {
		return refused(invalid)
	}
	before := i.parts(d)
	if code := i.place(d, k, given, i.fields); code != "" {
		return refused(code)
	}
	user := obj(c.In, "performedBy")
	k.record(c.N, "RelatedItem.Updated", i.kind, performer(user), i.history(before, i.parts(d)))
	out := object{
		"relatedItemId": i.id, "relatedItemArn": arn(d.id, "case", k.id, "related-item", i.id), "type": i.kind, "content": i.shown(d),
		"associationTime": stamp(i.made, 0), "tags": tagsOf(i.tags),
	}
	if user != nil {
		out["lastUpdatedUser"] = user
	}
	if i.by != nil {
		out["createdBy"] = i.by
	}
	return outcome{out: out, events: d.tell(i.event(d, k, "RELATED_ITEM.UPDATED", []string{attribute[i.kind]}, performer(user), c.N))}
}

// deleteRelatedItem is DeleteRelatedItem: not for files.
func deleteRelatedItem(w *world, c call) outcome {
	d, k := w.kase(c.In)
	if k == nil {
		return refused(notFound)
	}
	i := find(k.items, str(c.In, "relatedItemId"))
	if i == nil {
		return refused(notFound)
	}
	if i.kind == "File" {
		return refused(invalid)
	}
	k.items = slices.DeleteFunc(k.items, func(x *item) bool { return x == i })
	history := append(i.history(i.parts(d), nil), k.nextBreach()...)
	k.record(c.N, "RelatedItem.Deleted", i.kind, performer(nil), history)
	return outcome{out: object{}, events: d.tell(i.event(d, k, "CASE.RELATED_ITEM.DELETED", []string{attribute[i.kind]}, performer(nil), c.N))}
}

// result gives the item as searches show it.
func (i *item) result(d *domain) object {
	o := object{
		"relatedItemId": i.id, "type": i.kind, "associationTime": stamp(i.made, 0), "content": i.shown(d), "tags": tagsOf(i.tags),
	}
	if i.by != nil {
		o["performedBy"] = i.by
	}
	return o
}

// searchRelatedItems is SearchRelatedItems: newest first.
func searchRelatedItems(w *world, c call) outcome {
	d, k := w.kase(c.In)
	if k == nil {
		return refused(notFound)
	}
	filters := list(c.In, "filters")
	if !d.goodItemFilters(filters) {
		return refused(invalid)
	}
	out := []any{}
	for _, i := range slices.Backward(k.items) {
		if d.passes(i, filters) {
			out = append(out, i.result(d))
		}
	}
	return said(object{"relatedItems": out})
}

// searchAllRelatedItems is SearchAllRelatedItems.
func searchAllRelatedItems(w *world, c call) outcome {
	filters, sorts := list(c.In, "filters"), list(c.In, "sorts")
	if len(sorts) == 2 && sorts[0]["sortProperty"] == sorts[1]["sortProperty"] {
		return refused(invalid) // whatever domain it is about
	}
	d := w.domain(str(c.In, "domainId"))
	if d == nil {
		return refused(notFound)
	}
	if !d.goodItemFilters(filters) {
		return refused(invalid)
	}
	type found struct {
		k *kase
		i *item
	}
	var all []found
	for _, k := range d.cases {
		for _, i := range k.items {
			if d.passes(i, filters) {
				all = append(all, found{k, i})
			}
		}
	}
	slices.SortFunc(all, func(a, b found) int {
		for _, s := range sorts {
			order := a.i.made - b.i.made
			if s["sortProperty"] == "CaseId" {
				order = a.k.created - b.k.created // ids grow
			}
			if s["sortOrder"] == "Desc" {
				order = -order
			}
			if order != 0 {
				return order
			}
		}
		return b.i.made - a.i.made
	})
	out := []any{}
	for _, f := range all {
		o := f.i.result(d)
		o["caseId"] = f.k.id
		out = append(out, o)
	}
	return said(object{"relatedItems": out})
}

// goodItemFilters says whether filters of items make sense in the domain.
func (d *domain) goodItemFilters(filters []object) bool {
	for _, f := range filters {
		if fields := obj(obj(f, "custom"), "fields"); fields != nil && !d.goodFilter(fields, func(f *field) bool { return !f.system }) {
			return false
		}
	}
	return true
}

// passes says whether an item passes one of the filters, or there are none.
func (d *domain) passes(i *item, filters []object) bool {
	for _, f := range filters {
		member := sorted(f)[0]
		if member != contentKey(i.kind) {
			continue
		}
		want, pass := obj(f, member), true
		for k, v := range want {
			switch k {
			case "channel":
				pass = pass && (len(v.([]any)) == 0 || slices.Contains(v.([]any), i.content[k]))
			case "fields":
				pass = pass && d.matches(v.(object), func(id string) value { return i.fields[id] }, nil)
			case "name", "status":
				pass = pass && reflect.DeepEqual(v, i.sla()[k])
			default:
				pass = pass && reflect.DeepEqual(v, i.content[k])
			}
		}
		if pass {
			return true
		}
	}
	return len(filters) == 0
}
