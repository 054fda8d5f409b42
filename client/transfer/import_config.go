package transfer

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/casestream/casestream/client"
)

// names is what the domain has of each kind, by name. It is read when the first line of the kind comes.
type names struct {
	fields                    map[string]fieldOf
	layouts, rules, templates map[string]string
}

// fieldOf is a field that the domain has.
type fieldOf struct{ id, kind string }

// importConfig makes what the domain lacks, and notes which id became which. A request that an earlier run gave up
// may be carried out after this run has looked at what is there: then the name is taken, and a second look finds it.
func (m *importer) importConfig(ctx context.Context, r Record) error {
	kind, id, made, err := m.config(ctx, r)
	if client.Code(err) == "ConflictException" {
		m.names = names{}
		kind, id, made, err = m.config(ctx, r)
	}
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.position.IDs[kind+" "+id] = made
	return nil
}

// config finds or makes a part of the configuration. It gives its kind, its id in the file and in the domain.
func (m *importer) config(ctx context.Context, r Record) (kind, id, made string, err error) {
	kind = r.kind()
	switch r := r.(type) {
	case *Field:
		id = r.ID
		made, err = m.field(ctx, r)
	case *Layout:
		id = r.ID
		made, err = m.layout(ctx, r)
	case *Rule:
		id = r.ID
		made, err = m.rule(ctx, r)
	case *Template:
		id = r.ID
		made, err = m.template(ctx, r)
	}
	return kind, id, made, err
}

// id gives what became of something of the file.
func (m *importer) id(kind, old string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if made, ok := m.position.IDs[kind+" "+old]; ok {
		return made, nil
	}
	return "", fmt.Errorf("no line before this one tells of the %s %s", kind, old)
}

// fieldID gives what became of a field.
func (m *importer) fieldID(old string) (string, error) { return m.id(kindField, old) }

// create makes a part of the configuration. The answer has its id and its ARN.
func (m *importer) create(ctx context.Context, path string, in object) (string, error) {
	var out map[string]any
	if err := m.To.post(ctx, path, in, &out); err != nil {
		return "", err
	}
	for member, v := range out {
		if id, ok := v.(string); ok && strings.HasSuffix(member, "Id") {
			return id, nil
		}
	}
	return "", fmt.Errorf("the answer to POST %s has no id", path)
}

// field finds or makes a field, and makes the options that lack.
func (m *importer) field(ctx context.Context, f *Field) (string, error) {
	if m.names.fields == nil {
		known := make(map[string]fieldOf)
		err := m.To.list(ctx, "/fields-list", func(p *listed) {
			for _, f := range p.Fields {
				known[f.Namespace+" "+f.Name] = fieldOf{f.FieldID, f.Type}
				if f.Namespace != namespaceOwn {
					known[f.Namespace+" "+f.FieldID] = fieldOf{f.FieldID, f.Type}
				}
			}
		})
		if err != nil {
			return "", err
		}
		m.names.fields = known
	}
	name := f.Namespace + " " + f.Name
	if f.Namespace != namespaceOwn {
		name = f.Namespace + " " + f.ID // what AWS calls its own fields may change, their ids do not
	}
	have, ok := m.names.fields[name]
	switch {
	case !ok && f.Namespace != namespaceOwn:
		return f.ID, nil // a system field that the domain does not know: if a case has a value of it, the server will say so
	case !ok:
		in := object{"name": f.Name, "type": f.FieldType}
		if f.Description != "" {
			in["description"] = f.Description
		}
		if f.Attributes != nil {
			in["attributes"] = f.Attributes
		}
		if err := m.tagLater(f, f.ID, f.Tags); err != nil {
			return "", err
		}
		id, err := m.create(ctx, "/fields", in)
		if err != nil {
			return "", err
		}
		have = fieldOf{id, f.FieldType}
		m.names.fields[name] = have
	case have.kind != f.FieldType:
		return "", fmt.Errorf("the domain has a field %q of type %s, the file one of type %s", f.Name, have.kind, f.FieldType)
	}
	return have.id, m.options(ctx, have.id, f.Options)
}

// options makes the options that a field lacks. They are active until all cases are there.
func (m *importer) options(ctx context.Context, field string, list []Option) error {
	if len(list) == 0 {
		return nil
	}
	have, err := m.To.options(ctx, field)
	if err != nil {
		return err
	}
	known := make(map[string]bool)
	for _, o := range have {
		known[o.Value] = true
	}
	var lack []Option
	for _, o := range list {
		if !known[o.Value] {
			if !o.Active {
				if err := m.later(finish{Field: field, Option: &o}); err != nil {
					return err
				}
			}
			lack = append(lack, Option{o.Name, o.Value, true})
		}
	}
	for batch := range slices.Chunk(lack, maxBatch) {
		if err := m.putOptions(ctx, field, batch); err != nil {
			return err
		}
	}
	return nil
}

// putOptions puts options. The API refuses single ones in its answer.
func (m *importer) putOptions(ctx context.Context, field string, list []Option) error {
	var put struct {
		Errors []struct{ Value, Message string }
	}
	if err := m.To.call(ctx, http.MethodPut, "/fields/"+url.PathEscape(field)+"/options", object{"options": list}, &put); err != nil {
		return err
	}
	if len(put.Errors) > 0 {
		return fmt.Errorf("option %q: %s", put.Errors[0].Value, put.Errors[0].Message)
	}
	return nil
}

// byName reads a list into a table, once.
func (m *importer) byName(ctx context.Context, table *map[string]string, path string, add func(*listed, map[string]string)) error {
	if *table != nil {
		return nil
	}
	known := make(map[string]string)
	err := m.To.list(ctx, path, func(p *listed) { add(p, known) })
	if err == nil {
		*table = known
	}
	return err
}

// layout finds or makes a layout.
func (m *importer) layout(ctx context.Context, l *Layout) (string, error) {
	err := m.byName(ctx, &m.names.layouts, "/layouts-list", func(p *listed, known map[string]string) {
		for _, l := range p.Layouts {
			known[l.Name] = l.LayoutID
		}
	})
	if err != nil {
		return "", err
	}
	if id, ok := m.names.layouts[l.Name]; ok {
		return id, nil
	}
	content, err := remap(l.Content, m.fieldID)
	if err != nil {
		return "", err
	}
	if err := m.tagLater(l, l.ID, l.Tags); err != nil {
		return "", err
	}
	id, err := m.create(ctx, "/layouts", object{"name": l.Name, "content": content})
	m.names.layouts[l.Name] = id
	return id, err
}

// rule finds or makes a case rule.
func (m *importer) rule(ctx context.Context, r *Rule) (string, error) {
	err := m.byName(ctx, &m.names.rules, "/rules-list/", func(p *listed, known map[string]string) {
		for _, r := range p.Rules {
			known[r.Name] = r.RuleID
		}
	})
	if err != nil {
		return "", err
	}
	if id, ok := m.names.rules[r.Name]; ok {
		return id, nil
	}
	rule, err := remap(r.Rule, m.fieldID)
	if err != nil {
		return "", err
	}
	in := object{"name": r.Name, "rule": rule}
	if r.Description != "" {
		in["description"] = r.Description
	}
	if err := m.tagLater(r, r.ID, r.Tags); err != nil {
		return "", err
	}
	id, err := m.create(ctx, "/case-rules", in)
	m.names.rules[r.Name] = id
	return id, err
}

// template finds or makes a template. One that it makes is bare until all cases are there.
func (m *importer) template(ctx context.Context, t *Template) (string, error) {
	if err := m.listTemplates(ctx); err != nil {
		return "", err
	}
	if id, ok := m.names.templates[t.Name]; ok {
		return id, nil
	}
	update, err := m.whole(t)
	if err != nil {
		return "", err
	}
	if err := m.tagLater(t, t.ID, t.Tags); err != nil { // before the deletion: what is deleted takes no tags
		return "", err
	}
	if update != nil || t.Deleted {
		if err := m.later(finish{Template: t.Name, Delete: t.Deleted, Update: update}); err != nil {
			return "", err
		}
	}
	in := object{"name": t.Name}
	if t.Description != "" {
		in["description"] = t.Description
	}
	id, err := m.create(ctx, "/templates", in)
	m.names.templates[t.Name] = id
	return id, err
}

// listTemplates reads which templates there are.
func (m *importer) listTemplates(ctx context.Context) error {
	return m.byName(ctx, &m.names.templates, "/templates-list", func(p *listed, known map[string]string) {
		for _, t := range p.Templates {
			known[t.Name] = t.TemplateID
		}
	})
}

// whole gives the input of UpdateTemplate that makes a bare template what it is in the file; nil when it is that
// already.
func (m *importer) whole(t *Template) (json.RawMessage, error) {
	in := object{}
	if t.Status != "" && t.Status != "Active" {
		in["status"] = t.Status
	}
	for member, text := range map[string]json.RawMessage{
		"requiredFields": t.Required, "rules": t.Rules, "layoutConfiguration": t.Layout, "tagPropagationConfigurations": t.Propagation,
	} {
		if len(text) == 0 || string(text) == "[]" || string(text) == "{}" {
			continue
		}
		v, err := m.member(member, text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", member, err)
		}
		in[member] = v
	}
	if len(in) == 0 || t.Deleted {
		return nil, nil
	}
	return json.Marshal(in)
}

// member changes the ids in one member of a template.
func (m *importer) member(name string, text json.RawMessage) (json.RawMessage, error) {
	switch name {
	case "tagPropagationConfigurations":
		return text, nil
	case "layoutConfiguration":
		var l struct {
			Default string `json:"defaultLayout"`
		}
		if err := json.Unmarshal(text, &l); err != nil {
			return nil, err
		}
		id, err := m.id(kindLayout, l.Default)
		if err != nil {
			return nil, err
		}
		return json.Marshal(object{"defaultLayout": id})
	case "rules":
		var list []object
		if err := json.Unmarshal(text, &list); err != nil {
			return nil, err
		}
		for _, r := range list {
			old, _ := r["caseRuleId"].(string)
			id, err := m.id(kindRule, old)
			if err != nil {
				return nil, err
			}
			r["caseRuleId"] = id
		}
		changed, err := json.Marshal(list)
		if err != nil {
			return nil, err
		}
		return remap(changed, m.fieldID)
	}
	return remap(text, m.fieldID)
}
