package transfer

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
)

// configuration reads what cases need: fields first, then layouts and rules, which name fields, then templates,
// which name all of them.
func (w *exporter) configuration(ctx context.Context) ([]Record, error) {
	var list []Record
	for _, read := range []func(context.Context) ([]Record, error){w.readFields, w.readLayouts, w.readRules, w.readTemplates} {
		some, err := read(ctx)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	return list, nil
}

// readFields reads the fields that are not deleted.
func (w *exporter) readFields(ctx context.Context) ([]Record, error) {
	err := w.From.list(ctx, "/fields-list", func(p *listed) {
		for _, f := range p.Fields {
			w.fields = append(w.fields, f.FieldID)
		}
	})
	if err != nil {
		return nil, err
	}
	var list []Record
	for batch := range slices.Chunk(w.fields, maxBatch) {
		var ids []object
		for _, id := range batch {
			ids = append(ids, object{"id": id})
		}
		var got struct {
			Fields []struct {
				FieldID     string            `json:"fieldId"`
				Name        string            `json:"name"`
				Type        string            `json:"type"`
				Namespace   string            `json:"namespace"`
				Description string            `json:"description"`
				Attributes  json.RawMessage   `json:"attributes"`
				Tags        map[string]string `json:"tags"`
			} `json:"fields"`
		}
		if err := w.From.post(ctx, "/fields-batch", object{"fields": ids}, &got); err != nil {
			return nil, err
		}
		for _, f := range got.Fields {
			line := &Field{
				Type: kindField, ID: f.FieldID, Name: f.Name, FieldType: f.Type, Namespace: f.Namespace,
				Description: f.Description, Attributes: something(f.Attributes), Tags: ownTags(f.Tags),
			}
			if f.Type == "SingleSelect" {
				if line.Options, err = w.From.options(ctx, f.FieldID); err != nil {
					return nil, err
				}
			}
			list = append(list, line)
		}
	}
	return list, nil
}

// something leaves null out.
func something(v json.RawMessage) json.RawMessage {
	if string(v) == "null" {
		return nil
	}
	return v
}

// readLayouts reads the layouts that are not deleted.
func (w *exporter) readLayouts(ctx context.Context) ([]Record, error) {
	var ids []string
	err := w.From.list(ctx, "/layouts-list", func(p *listed) {
		for _, l := range p.Layouts {
			ids = append(ids, l.LayoutID)
		}
	})
	if err != nil {
		return nil, err
	}
	var list []Record
	for _, id := range ids {
		var got struct {
			Name    string            `json:"name"`
			Content json.RawMessage   `json:"content"`
			Tags    map[string]string `json:"tags"`
		}
		if err := w.From.post(ctx, "/layouts/"+url.PathEscape(id), nil, &got); err != nil {
			return nil, err
		}
		list = append(list, &Layout{Type: kindLayout, ID: id, Name: got.Name, Content: got.Content, Tags: ownTags(got.Tags)})
	}
	return list, nil
}

// readRules reads the case rules that are not deleted.
func (w *exporter) readRules(ctx context.Context) ([]Record, error) {
	var ids []object
	err := w.From.list(ctx, "/rules-list/", func(p *listed) {
		for _, r := range p.Rules {
			ids = append(ids, object{"id": r.RuleID})
		}
	})
	if err != nil {
		return nil, err
	}
	var list []Record
	for len(ids) > 0 {
		batch := ids[:min(len(ids), maxBatch)]
		ids = ids[len(batch):]
		var got struct {
			Rules []struct {
				RuleID      string            `json:"caseRuleId"`
				Name        string            `json:"name"`
				Description string            `json:"description"`
				Rule        json.RawMessage   `json:"rule"`
				Tags        map[string]string `json:"tags"`
			} `json:"caseRules"`
			Unprocessed []string `json:"unprocessedCaseRules"`
		}
		if err := w.From.post(ctx, "/rules-batch", object{"caseRules": batch}, &got); err != nil {
			return nil, err
		}
		for _, r := range got.Rules {
			list = append(list, &Rule{Type: kindRule, ID: r.RuleID, Name: r.Name, Description: r.Description, Rule: r.Rule, Tags: ownTags(r.Tags)})
		}
		for _, id := range got.Unprocessed {
			ids = append(ids, object{"id": id})
		}
	}
	return list, nil
}

// readTemplates reads the templates that are not deleted.
func (w *exporter) readTemplates(ctx context.Context) ([]Record, error) {
	w.templates = make(map[string]bool)
	var ids []string
	err := w.From.list(ctx, "/templates-list", func(p *listed) {
		for _, t := range p.Templates {
			ids = append(ids, t.TemplateID)
		}
	})
	if err != nil {
		return nil, err
	}
	var list []Record
	for _, id := range ids {
		t, err := w.readTemplate(ctx, id)
		if err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	return list, nil
}

// readTemplate reads a template, also a deleted one.
func (w *exporter) readTemplate(ctx context.Context, id string) (*Template, error) {
	var got struct {
		Name        string            `json:"name"`
		Description string            `json:"description"`
		Status      string            `json:"status"`
		Deleted     bool              `json:"deleted"`
		Layout      json.RawMessage   `json:"layoutConfiguration"`
		Required    json.RawMessage   `json:"requiredFields"`
		Rules       json.RawMessage   `json:"rules"`
		Propagation json.RawMessage   `json:"tagPropagationConfigurations"`
		Tags        map[string]string `json:"tags"`
	}
	if err := w.From.post(ctx, "/templates/"+url.PathEscape(id), nil, &got); err != nil {
		return nil, err
	}
	w.templates[id] = true
	t := &Template{
		Type: kindTemplate, ID: id, Name: got.Name, Description: got.Description, Status: got.Status, Deleted: got.Deleted,
		Tags: ownTags(got.Tags),
	}
	if !t.Deleted { // what a deleted one names may be gone as well, and nothing will be made from it
		t.Layout, t.Required, t.Rules, t.Propagation = something(got.Layout), something(got.Required), something(got.Rules), something(got.Propagation)
	}
	return t, nil
}
