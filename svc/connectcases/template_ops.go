package connectcases

import (
	"context"
	"slices"
	"strconv"

	"github.com/casestream/casestream/base/page"
	"github.com/casestream/casestream/wire"

	api "github.com/casestream/casestream/awsapi/connectcases"
	"github.com/casestream/casestream/store"
)

// CreateTemplate adds a template; it is active unless the caller says otherwise.
func (s *Service) CreateTemplate(ctx context.Context, in *api.CreateTemplateInput) (*api.CreateTemplateOutput, error) {
	t := Template{Name: in.Name, Status: templateActive, TemplateBody: TemplateBody{Description: in.Description}}
	if in.Status != nil {
		t.Status = *in.Status
	}
	if in.LayoutConfiguration != nil {
		t.HasLayout, t.DefaultLayout = true, in.LayoutConfiguration.DefaultLayout
	}
	for _, f := range in.RequiredFields {
		t.Required = append(t.Required, f.FieldId)
	}
	for _, r := range in.Rules {
		t.Rules = append(t.Rules, TemplateRule{CaseRuleID: r.CaseRuleId, FieldID: r.FieldId})
	}
	for _, p := range in.TagPropagationConfigurations {
		t.Propagation = append(t.Propagation, TagPropagation{ResourceType: p.ResourceType, Tags: p.TagMap})
	}
	var id string
	err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
		id, err = s.createTemplate(tx, in.DomainId, t)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateTemplateOutput{TemplateId: id, TemplateArn: s.templateARN(in.DomainId, id)}, nil
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
	if t.HasLayout {
		out.LayoutConfiguration = &api.LayoutConfiguration{DefaultLayout: t.DefaultLayout}
	}
	for _, id := range t.Required {
		if f := cat.fieldByID[id]; f != nil && !f.Deleted {
			out.RequiredFields = append(out.RequiredFields, api.RequiredField{FieldId: id})
		}
	}
	for _, r := range t.Rules {
		out.Rules = append(out.Rules, api.TemplateRule{CaseRuleId: r.CaseRuleID, FieldId: r.FieldID})
	}
	return out, nil
}

// ListTemplates lists templates that are not deleted, oldest first.
func (s *Service) ListTemplates(ctx context.Context, in *api.ListTemplatesInput) (*api.ListTemplatesOutput, error) {
	after, err := openPosition(in.NextToken, "templates")
	if err != nil {
		return nil, err
	}
	cat, err := s.readCatalog(ctx, in.DomainId)
	if err != nil {
		return nil, err
	}
	keep := func(t *Template) bool {
		return !t.Deleted && (len(in.Status) == 0 || slices.Contains(in.Status, t.Status))
	}
	list, more := pageOf(cat.templates, func(t *Template) int64 { return t.Position }, keep, after, pageSize(in.MaxResults, 100))
	out := &api.ListTemplatesOutput{Templates: []api.TemplateSummary{}}
	for _, t := range list {
		out.Templates = append(out.Templates, api.TemplateSummary{
			TemplateId: t.ID, TemplateArn: s.templateARN(in.DomainId, t.ID), Name: t.Name, Status: t.Status,
			TagPropagationConfigurations: propagation(t),
		})
	}
	if more {
		out.NextToken = wire.Ptr(page.Token("templates", strconv.FormatInt(list[len(list)-1].Position, 10)))
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
