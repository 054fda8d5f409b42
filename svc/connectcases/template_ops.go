package connectcases

import (
	"context"
	"slices"

	api "github.com/casestream/casestream/awsapi/connectcases"
	"github.com/casestream/casestream/store"
)

// CreateTemplate adds a template; it is active unless the caller says otherwise.
func (s *Service) CreateTemplate(ctx context.Context, in *api.CreateTemplateInput) (*api.CreateTemplateOutput, error) {
	var t Template
	err := s.configure(ctx, in.DomainId, func(tx *store.Tx, cat *catalog) error {
		t = Template{Entry: Entry{Name: in.Name}, Status: templateActive}
		t.apply(templateChange{
			description: in.Description, status: in.Status, layout: templateLayout(in.LayoutConfiguration),
			required: requiredFields(in.RequiredFields), rules: templateRules(in.Rules), propagation: tagPropagation(in.TagPropagationConfigurations),
		})
		return s.createTemplate(tx, cat, &t)
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateTemplateOutput{TemplateId: t.ID, TemplateArn: s.templateARN(in.DomainId, t.ID)}, nil
}

// UpdateTemplate changes what is given of a template, at least one thing; a list replaces the whole list.
func (s *Service) UpdateTemplate(ctx context.Context, in *api.UpdateTemplateInput) (*api.UpdateTemplateOutput, error) {
	change := templateChange{
		name: in.Name, description: in.Description, status: in.Status, layout: templateLayout(in.LayoutConfiguration),
		required: requiredFields(in.RequiredFields), rules: templateRules(in.Rules), propagation: tagPropagation(in.TagPropagationConfigurations),
	}
	err := s.configure(ctx, in.DomainId, func(tx *store.Tx, cat *catalog) error {
		return s.updateTemplate(tx, cat, in.TemplateId, change)
	})
	if err != nil {
		return nil, err
	}
	return new(api.UpdateTemplateOutput), nil
}

// DeleteTemplate takes a template out of use; to delete it again changes nothing.
func (s *Service) DeleteTemplate(ctx context.Context, in *api.DeleteTemplateInput) (*api.DeleteTemplateOutput, error) {
	err := s.configure(ctx, in.DomainId, func(tx *store.Tx, cat *catalog) error {
		return s.deleteTemplate(tx, cat, in.TemplateId)
	})
	if err != nil {
		return nil, err
	}
	return new(api.DeleteTemplateOutput), nil
}

// templateLayout takes a layout configuration out of its shape.
func templateLayout(c *api.LayoutConfiguration) *TemplateLayout {
	if c == nil {
		return nil
	}
	return &TemplateLayout{Default: c.DefaultLayout}
}

// requiredFields takes the ids of fields out of their shapes; no list stays none.
func requiredFields(list []api.RequiredField) []string {
	if list == nil {
		return nil
	}
	ids := make([]string, len(list))
	for i, f := range list {
		ids[i] = f.FieldId
	}
	return ids
}

// templateRules takes the rules of a template out of their shapes; no list stays none.
func templateRules(list []api.TemplateRule) []TemplateRule {
	if list == nil {
		return nil
	}
	rules := make([]TemplateRule, len(list))
	for i, r := range list {
		rules[i] = TemplateRule{CaseRuleID: r.CaseRuleId, FieldID: r.FieldId}
	}
	return rules
}

// tagPropagation takes the tags that a template hands on out of their shapes; no list stays none.
func tagPropagation(list []api.TagPropagationConfiguration) []TagPropagation {
	if list == nil {
		return nil
	}
	tags := make([]TagPropagation, len(list))
	for i, p := range list {
		tags[i] = TagPropagation{ResourceType: p.ResourceType, Tags: p.TagMap}
	}
	return tags
}

// GetTemplate describes a template, a deleted one too. Deleted fields are not among those it requires.
func (s *Service) GetTemplate(ctx context.Context, in *api.GetTemplateInput) (*api.GetTemplateOutput, error) {
	cat, err := s.readCatalog(ctx, in.DomainId)
	if err != nil {
		return nil, err
	}
	t, err := cat.template(in.TemplateId)
	if err != nil {
		return nil, err
	}
	out := &api.GetTemplateOutput{
		TemplateId: t.ID, TemplateArn: s.templateARN(in.DomainId, t.ID), Name: t.Name, Description: t.Description,
		Tags: sparse(t.Tags), Status: t.Status, Deleted: &t.Deleted, CreatedTime: &t.CreatedAt, LastModifiedTime: &t.ModifiedAt,
		TagPropagationConfigurations: propagation(t),
	}
	if t.Layout != nil {
		out.LayoutConfiguration = &api.LayoutConfiguration{DefaultLayout: t.Layout.Default}
	}
	for _, id := range t.Required {
		if f := cat.fieldByID[id]; f != nil && !f.Deleted {
			out.RequiredFields = append(out.RequiredFields, api.RequiredField{FieldId: id})
		}
	}
	for _, r := range t.Rules {
		if r.FieldID != nil && cat.liveFields([]string{*r.FieldID}) != nil {
			continue
		}
		out.Rules = append(out.Rules, api.TemplateRule{CaseRuleId: r.CaseRuleID, FieldId: r.FieldID})
	}
	return out, nil
}

// ListTemplates lists templates that are not deleted, oldest first.
func (s *Service) ListTemplates(ctx context.Context, in *api.ListTemplatesInput) (*api.ListTemplatesOutput, error) {
	cat, after, err := s.openList(ctx, in.DomainId, "templates", in.NextToken)
	if err != nil {
		return nil, err
	}
	keep := func(t *Template) bool {
		return !t.Deleted && (len(in.Status) == 0 || slices.Contains(in.Status, t.Status))
	}
	list, next := entryPage(cat.templates, "templates", keep, after, in.MaxResults)
	out := &api.ListTemplatesOutput{Templates: []api.TemplateSummary{}, NextToken: next}
	for _, t := range list {
		out.Templates = append(out.Templates, api.TemplateSummary{
			TemplateId: t.ID, TemplateArn: s.templateARN(in.DomainId, t.ID), Name: t.Name, Status: t.Status,
			TagPropagationConfigurations: propagation(t),
		})
	}
	return out, nil
}

// propagation gives the tags that a template hands on.
func propagation(t *Template) []api.TagPropagationConfiguration {
	var list []api.TagPropagationConfiguration
	for _, p := range t.Propagation {
		list = append(list, api.TagPropagationConfiguration{ResourceType: p.ResourceType, TagMap: p.Tags})
	}
	return list
}
