package connectcases

import (
	"context"

	api "github.com/casestream/casestream/awsapi/connectcases"
	"github.com/casestream/casestream/store"
)

// CreateLayout adds a layout.
func (s *Service) CreateLayout(ctx context.Context, in *api.CreateLayoutInput) (*api.CreateLayoutOutput, error) {
	var l Layout
	err := s.configure(ctx, in.DomainId, func(tx *store.Tx, cat *catalog) error {
		l = Layout{Entry: Entry{Name: in.Name}, Content: layoutContent(in.Content)}
		return s.createLayout(tx, cat, &l)
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateLayoutOutput{LayoutId: l.ID, LayoutArn: s.layoutARN(in.DomainId, l.ID)}, nil
}

// GetLayout describes a layout, a deleted one too. Deleted fields are not in it.
func (s *Service) GetLayout(ctx context.Context, in *api.GetLayoutInput) (*api.GetLayoutOutput, error) {
	cat, err := s.readCatalog(ctx, in.DomainId)
	if err != nil {
		return nil, err
	}
	l, err := cat.layout(in.LayoutId)
	if err != nil {
		return nil, err
	}
	return &api.GetLayoutOutput{
		LayoutId: l.ID, LayoutArn: s.layoutARN(in.DomainId, l.ID), Name: l.Name, Tags: sparse(l.Tags),
		Content: api.LayoutContent{Basic: &api.BasicLayout{TopPanel: cat.sections(l.Content.TopPanel), MoreInfo: cat.sections(l.Content.MoreInfo)}},
		Deleted: &l.Deleted, CreatedTime: &l.CreatedAt, LastModifiedTime: &l.ModifiedAt,
	}, nil
}

// UpdateLayout changes a layout's name and content; what is not given stays, and a content replaces the whole.
func (s *Service) UpdateLayout(ctx context.Context, in *api.UpdateLayoutInput) (*api.UpdateLayoutOutput, error) {
	var content *LayoutContent
	if in.Content != nil {
		c := layoutContent(*in.Content)
		content = &c
	}
	err := s.configure(ctx, in.DomainId, func(tx *store.Tx, cat *catalog) error {
		return s.updateLayout(tx, cat, in.LayoutId, in.Name, content)
	})
	if err != nil {
		return nil, err
	}
	return new(api.UpdateLayoutOutput), nil
}

// DeleteLayout takes a layout out of use; to delete it again changes nothing.
func (s *Service) DeleteLayout(ctx context.Context, in *api.DeleteLayoutInput) (*api.DeleteLayoutOutput, error) {
	err := s.configure(ctx, in.DomainId, func(tx *store.Tx, cat *catalog) error {
		return s.deleteLayout(tx, cat, in.LayoutId)
	})
	if err != nil {
		return nil, err
	}
	return new(api.DeleteLayoutOutput), nil
}

// ListLayouts lists layouts that are not deleted, oldest first.
func (s *Service) ListLayouts(ctx context.Context, in *api.ListLayoutsInput) (*api.ListLayoutsOutput, error) {
	cat, after, err := s.openList(ctx, in.DomainId, "layouts", in.NextToken)
	if err != nil {
		return nil, err
	}
	list, next := entryPage(cat.layouts, "layouts", isLive, after, in.MaxResults)
	out := &api.ListLayoutsOutput{Layouts: []api.LayoutSummary{}, NextToken: next}
	for _, l := range list {
		out.Layouts = append(out.Layouts, api.LayoutSummary{LayoutId: l.ID, LayoutArn: s.layoutARN(in.DomainId, l.ID), Name: l.Name})
	}
	return out, nil
}

// layoutContent takes a layout's content out of its shape.
func layoutContent(c api.LayoutContent) LayoutContent {
	if c.Basic == nil {
		return LayoutContent{}
	}
	return LayoutContent{TopPanel: layoutPanel(c.Basic.TopPanel), MoreInfo: layoutPanel(c.Basic.MoreInfo)}
}

// layoutPanel takes a panel out of its shape.
func layoutPanel(p *api.LayoutSections) *LayoutPanel {
	if p == nil {
		return nil
	}
	if p.Sections == nil {
		return new(LayoutPanel)
	}
	panel := &LayoutPanel{Sections: []FieldGroup{}}
	for _, section := range p.Sections {
		if section.FieldGroup == nil {
			continue
		}
		group := FieldGroup{Name: section.FieldGroup.Name, Fields: []string{}}
		for _, f := range section.FieldGroup.Fields {
			group.Fields = append(group.Fields, f.Id)
		}
		panel.Sections = append(panel.Sections, group)
	}
	return panel
}

// sections puts a panel into its shape, without deleted fields.
func (c *catalog) sections(p *LayoutPanel) *api.LayoutSections {
	if p == nil {
		return nil
	}
	if p.Sections == nil {
		return new(api.LayoutSections)
	}
	out := &api.LayoutSections{Sections: []api.Section{}}
	for _, g := range p.Sections {
		group := &api.FieldGroup{Name: g.Name, Fields: []api.FieldItem{}}
		for _, id := range g.Fields {
			if f := c.fieldByID[id]; f != nil && !f.Deleted {
				group.Fields = append(group.Fields, api.FieldItem{Id: id})
			}
		}
		out.Sections = append(out.Sections, api.Section{FieldGroup: group})
	}
	return out
}
