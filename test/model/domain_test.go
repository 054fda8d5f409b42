package model

import "slices"

// createDomain is CreateDomain.
func createDomain(w *world, c call) outcome {
	name := str(c.In, "name")
	switch {
	case slices.ContainsFunc(w.domains, func(d *domain) bool { return d.name == name }):
		return refused(conflict)
	case len(w.domains) >= quotas["domains"]:
		return refused(quota)
	}
	d := &domain{
		id: symbol("domain", c.N), name: name, created: c.N, tags: map[string]string{}, fields: systemFields(c.N),
		events: object{"enabled": false}, tokens: map[string]token{},
	}
	w.domains = append(w.domains, d)
	return said(object{"domainId": d.id, "domainArn": arn(d.id), "domainStatus": "Active"})
}

// getDomain is GetDomain.
func getDomain(w *world, c call) outcome {
	d := w.domain(str(c.In, "domainId"))
	if d == nil {
		return refused(notFound)
	}
	return said(object{
		"domainId": d.id, "domainArn": arn(d.id), "name": d.name, "createdTime": stamp(d.created, 0), "domainStatus": "Active",
		"tags": tagsOf(d.tags),
	})
}

// listDomains is ListDomains.
func listDomains(w *world, _ call) outcome {
	out := []any{}
	for _, d := range w.domains {
		out = append(out, object{"domainId": d.id, "domainArn": arn(d.id), "name": d.name})
	}
	return said(object{"domains": out})
}

// deleteDomain is DeleteDomain: all that is in it goes, without events.
func deleteDomain(w *world, c call) outcome {
	id := str(c.In, "domainId")
	if w.domain(id) == nil {
		return refused(notFound)
	}
	w.domains = slices.DeleteFunc(w.domains, func(d *domain) bool { return d.id == id })
	return said(object{})
}

// putEventConfiguration is PutCaseEventConfiguration: the whole is replaced.
func putEventConfiguration(w *world, c call) outcome {
	d := w.domain(str(c.In, "domainId"))
	if d == nil {
		return refused(notFound)
	}
	events := obj(c.In, "eventBridge")
	for _, id := range ids(obj(obj(events, "includedData"), "caseData"), "fields") {
		if f := find(d.fields, id); f == nil || f.deleted {
			return refused(invalid)
		}
	}
	d.events = events
	return said(object{})
}

// getEventConfiguration is GetCaseEventConfiguration: without deleted fields, and each field once.
func getEventConfiguration(w *world, c call) outcome {
	d := w.domain(str(c.In, "domainId"))
	if d == nil {
		return refused(notFound)
	}
	out := clone(d.events)
	if data := obj(out, "includedData"); data != nil {
		data = clone(data)
		if has(data, "caseData") {
			data["caseData"] = object{"fields": identifiers(d.eventFields())}
		}
		out["includedData"] = data
	}
	return said(object{"eventBridge": out})
}

// eventFields gives the fields whose values go with case events.
func (d *domain) eventFields() []string {
	var out []string
	for _, id := range ids(obj(obj(d.events, "includedData"), "caseData"), "fields") {
		if f := find(d.fields, id); !f.deleted && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// taggable finds the tags of what an ARN names; nil when nothing has it.
func (w *world) taggable(resource string) map[string]string {
	for _, d := range w.domains {
		if resource == arn(d.id) {
			return d.tags
		}
		for _, f := range d.fields {
			if resource == arn(d.id, "field", f.id) {
				return f.tags
			}
		}
		for _, l := range d.layouts {
			if resource == arn(d.id, "layout", l.id) {
				return l.tags
			}
		}
		for _, t := range d.templates {
			if resource == arn(d.id, "template", t.id) {
				return t.tags
			}
		}
		for _, r := range d.rules {
			if resource == arn(d.id, "case-rule", r.id) {
				return r.tags
			}
		}
		for _, k := range d.cases {
			if resource == arn(d.id, "case", k.id) {
				return k.tags
			}
			for _, i := range k.items {
				if resource == arn(d.id, "case", k.id, "related-item", i.id) {
					return i.tags
				}
			}
		}
	}
	return nil
}

// maxTags is how many tags one thing may have.
const maxTags = 50

// tagResource is TagResource: tags are added, and those of the same key replaced.
func tagResource(w *world, c call) outcome {
	add := textMap(c.In, "tags")
	tags := w.taggable(str(c.In, "arn"))
	if tags == nil {
		return refused(notFound)
	}
	after := map[string]string{}
	for _, m := range []map[string]string{tags, add} {
		for k, v := range m {
			after[k] = v
		}
	}
	if len(after) > maxTags {
		return refused(invalid)
	}
	for k, v := range add {
		tags[k] = v
	}
	return said(object{})
}

// untagResource is UntagResource: tags that are not there are none's business.
func untagResource(w *world, c call) outcome {
	tags := w.taggable(str(c.In, "arn"))
	if tags == nil {
		return refused(notFound)
	}
	for _, k := range texts(c.In, "tagKeys") {
		delete(tags, k)
	}
	return said(object{})
}

// listTags is ListTagsForResource.
func listTags(w *world, c call) outcome {
	tags := w.taggable(str(c.In, "arn"))
	if tags == nil {
		return refused(notFound)
	}
	return said(object{"tags": tagsOf(tags)})
}
