package model

import "slices"

// layout is a layout of a domain.
type layout struct {
	id, name          string
	content           object
	deleted           bool
	created, modified int
	tags              map[string]string
}

// key is the layout's id.
func (l *layout) key() string { return l.id }

// panels are the members of a layout's content.
var panels = []string{"topPanel", "moreInfo"}

// layoutFields gives the ids of all fields in a layout.
func layoutFields(content object) []string {
	var out []string
	for _, panel := range panels {
		for _, section := range list(obj(obj(content, "basic"), panel), "sections") {
			out = append(out, ids(obj(section, "fieldGroup"), "fields")...)
		}
	}
	return out
}

// goodLayout says whether a layout shows fields that exist, each once.
func (d *domain) goodLayout(content object) bool {
	all := layoutFields(content)
	return !repeated(all) && d.live(all)
}

// live says whether all ids are those of fields that are not deleted.
func (d *domain) live(ids []string) bool {
	for _, id := range ids {
		if f := find(d.fields, id); f == nil || f.deleted {
			return false
		}
	}
	return true
}

// layoutNamed finds a live layout by its name, but for one.
func (d *domain) layoutNamed(name, except string) bool {
	return slices.ContainsFunc(d.layouts, func(l *layout) bool { return l.name == name && !l.deleted && l.id != except })
}

// createLayout is CreateLayout.
func createLayout(w *world, c call) outcome {
	d := w.domain(str(c.In, "domainId"))
	l := &layout{id: symbol("layout", c.N), name: str(c.In, "name"), content: obj(c.In, "content"), created: c.N, modified: c.N, tags: map[string]string{}}
	switch {
	case d == nil:
		return refused(notFound)
	case !d.goodLayout(l.content):
		return refused(invalid)
	case d.layoutNamed(l.name, ""):
		return refused(conflict)
	case count(d.layouts, func(l *layout) bool { return !l.deleted }) >= quotas["layouts-per-domain"]:
		return refused(quota)
	}
	d.layouts = append(d.layouts, l)
	return said(object{"layoutId": l.id, "layoutArn": arn(d.id, "layout", l.id)})
}

// getLayout is GetLayout: deleted fields do not show.
func getLayout(w *world, c call) outcome {
	d := w.domain(str(c.In, "domainId"))
	if d == nil {
		return refused(notFound)
	}
	l := find(d.layouts, str(c.In, "layoutId"))
	if l == nil {
		return refused(notFound)
	}
	content := normal(l.content).(object)
	for _, panel := range panels {
		for _, section := range list(obj(obj(content, "basic"), panel), "sections") {
			group := obj(section, "fieldGroup")
			group["fields"] = identifiers(slices.DeleteFunc(ids(group, "fields"), func(id string) bool { return !d.live([]string{id}) }))
		}
	}
	return said(object{
		"layoutId": l.id, "layoutArn": arn(d.id, "layout", l.id), "name": l.name, "content": content, "tags": tagsOf(l.tags),
		"deleted": l.deleted, "createdTime": stamp(l.created, 0), "lastModifiedTime": stamp(l.modified, 0),
	})
}

// updateLayout is UpdateLayout.
func updateLayout(w *world, c call) outcome {
	d := w.domain(str(c.In, "domainId"))
	if d == nil {
		return refused(notFound)
	}
	l := find(d.layouts, str(c.In, "layoutId"))
	switch {
	case l == nil:
		return refused(notFound)
	case l.deleted || has(c.In, "content") && !d.goodLayout(obj(c.In, "content")):
		return refused(invalid)
	case has(c.In, "name") && d.layoutNamed(str(c.In, "name"), l.id):
		return refused(conflict)
	}
	if has(c.In, "name") {
		l.name = str(c.In, "name")
	}
	if has(c.In, "content") {
		l.content = obj(c.In, "content")
	}
	l.modified = c.N
	return said(object{})
}

// maxDeletions is how many layouts, and how many templates, a domain may delete.
const maxDeletions = 100

// deleteLayout is DeleteLayout: not while a live template shows its cases with it.
func deleteLayout(w *world, c call) outcome {
	d := w.domain(str(c.In, "domainId"))
	if d == nil {
		return refused(notFound)
	}
	l := find(d.layouts, str(c.In, "layoutId"))
	switch {
	case l == nil:
		return refused(notFound)
	case l.deleted:
		return said(object{})
	case slices.ContainsFunc(d.templates, func(t *template) bool { return !t.deleted && str(t.layout, "defaultLayout") == l.id }):
		return refused(conflict)
	case count(d.layouts, func(l *layout) bool { return l.deleted }) >= maxDeletions:
		return refused(conflict)
	}
	l.deleted, l.modified = true, c.N
	return said(object{})
}

// listLayouts is ListLayouts.
func listLayouts(w *world, c call) outcome {
	d := w.domain(str(c.In, "domainId"))
	if d == nil {
		return refused(notFound)
	}
	out := []any{}
	for _, l := range d.layouts {
		if !l.deleted {
			out = append(out, object{"layoutId": l.id, "layoutArn": arn(d.id, "layout", l.id), "name": l.name})
		}
	}
	return said(object{"layouts": out})
}

// template is what cases are made from.
type template struct {
	id, name, status  string
	description       any    // a text, or nil
	layout            object // layoutConfiguration, or nil
	required          []string
	rules             []object // {"caseRuleId", "fieldId"}
	propagation       []object // {"resourceType", "tagMap"}
	deleted           bool
	created, modified int
	tags              map[string]string
}

// key is the template's id.
func (t *template) key() string { return t.id }

// fill takes the attributes that a call names; the others stay.
func (t *template) fill(in object) {
	if has(in, "name") {
		t.name = str(in, "name")
	}
	if has(in, "status") {
		t.status = str(in, "status")
	}
	if has(in, "description") {
		t.description = in["description"]
	}
	if has(in, "layoutConfiguration") {
		t.layout = obj(in, "layoutConfiguration")
	}
	if has(in, "requiredFields") {
		t.required = nil
		for _, f := range list(in, "requiredFields") {
			t.required = append(t.required, str(f, "fieldId"))
		}
	}
	if has(in, "rules") {
		t.rules = list(in, "rules")
	}
	if has(in, "tagPropagationConfigurations") {
		t.propagation = list(in, "tagPropagationConfigurations")
	}
}

// checkTemplate says what is wrong with what a call wants of a template: its references, then its name.
func (d *domain) checkTemplate(in object, except string) string {
	if l := str(obj(in, "layoutConfiguration"), "defaultLayout"); l != "" {
		found := find(d.layouts, l)
		if found == nil {
			return notFound
		}
		if found.deleted {
			return invalid
		}
	}
	var required, rules []string
	for _, f := range list(in, "requiredFields") {
		required = append(required, str(f, "fieldId"))
	}
	if repeated(required) || !d.live(required) {
		return invalid
	}
	for _, r := range list(in, "rules") {
		rule := find(d.rules, str(r, "caseRuleId"))
		if rule == nil {
			return notFound
		}
		needsField := kind(rule.rule) != "fieldOptions"
		rules = append(rules, rule.id+str(r, "fieldId"))
		if rule.deleted || needsField && !has(r, "fieldId") || has(r, "fieldId") && !d.live([]string{str(r, "fieldId")}) || repeated(rules) {
			return invalid
		}
	}
	if slices.ContainsFunc(d.templates, func(t *template) bool { return t.name == str(in, "name") && !t.deleted && t.id != except }) {
		return conflict
	}
	return ""
}

// createTemplate is CreateTemplate.
func createTemplate(w *world, c call) outcome {
	d := w.domain(str(c.In, "domainId"))
	if d == nil {
		return refused(notFound)
	}
	if code := d.checkTemplate(c.In, ""); code != "" {
		return refused(code)
	}
	if count(d.templates, func(t *template) bool { return !t.deleted }) >= quotas["templates-per-domain"] {
		return refused(quota)
	}
	t := &template{id: symbol("template", c.N), status: "Active", created: c.N, modified: c.N, tags: map[string]string{}}
	t.fill(c.In)
	d.templates = append(d.templates, t)
	return said(object{"templateId": t.id, "templateArn": arn(d.id, "template", t.id)})
}

// getTemplate is GetTemplate: deleted fields do not show.
func getTemplate(w *world, c call) outcome {
	d := w.domain(str(c.In, "domainId"))
	if d == nil {
		return refused(notFound)
	}
	t := find(d.templates, str(c.In, "templateId"))
	if t == nil {
		return refused(notFound)
	}
	out := object{
		"templateId": t.id, "templateArn": arn(d.id, "template", t.id), "name": t.name, "tags": tagsOf(t.tags), "status": t.status,
		"deleted": t.deleted, "createdTime": stamp(t.created, 0), "lastModifiedTime": stamp(t.modified, 0),
	}
	if t.description != nil {
		out["description"] = t.description
	}
	if t.layout != nil {
		out["layoutConfiguration"] = t.layout
	}
	var required []any
	for _, id := range t.required {
		if d.live([]string{id}) {
			required = append(required, object{"fieldId": id})
		}
	}
	if required != nil {
		out["requiredFields"] = required
	}
	var rules []any
	for _, r := range t.rules {
		if !has(r, "fieldId") || d.live([]string{str(r, "fieldId")}) {
			rules = append(rules, r)
		}
	}
	if rules != nil {
		out["rules"] = rules
	}
	if len(t.propagation) > 0 {
		out["tagPropagationConfigurations"] = t.propagation
	}
	return said(out)
}

// updateTemplate is UpdateTemplate.
func updateTemplate(w *world, c call) outcome {
	d := w.domain(str(c.In, "domainId"))
	if d == nil {
		return refused(notFound)
	}
	t := find(d.templates, str(c.In, "templateId"))
	switch {
	case t == nil:
		return refused(notFound)
	case t.deleted || len(c.In) == 2: // nothing but the ids
		return refused(invalid)
	}
	if code := d.checkTemplate(c.In, t.id); code != "" {
		return refused(code)
	}
	t.fill(c.In)
	t.modified = c.N
	return said(object{})
}

// deleteTemplate is DeleteTemplate.
func deleteTemplate(w *world, c call) outcome {
	d := w.domain(str(c.In, "domainId"))
	if d == nil {
		return refused(notFound)
	}
	t := find(d.templates, str(c.In, "templateId"))
	switch {
	case t == nil:
		return refused(notFound)
	case t.deleted:
		return said(object{})
	case count(d.templates, func(t *template) bool { return t.deleted }) >= maxDeletions:
		return refused(conflict)
	}
	t.deleted, t.modified = true, c.N
	return said(object{})
}

// listTemplates is ListTemplates.
func listTemplates(w *world, c call) outcome {
	d := w.domain(str(c.In, "domainId"))
	if d == nil {
		return refused(notFound)
	}
	out := []any{}
	for _, t := range d.templates {
		if wanted := texts(c.In, "status"); t.deleted || len(wanted) > 0 && !slices.Contains(wanted, t.status) {
			continue
		}
		o := object{"templateId": t.id, "templateArn": arn(d.id, "template", t.id), "name": t.name, "status": t.status}
		if len(t.propagation) > 0 {
			o["tagPropagationConfigurations"] = t.propagation
		}
		out = append(out, o)
	}
	return said(object{"templates": out})
}
