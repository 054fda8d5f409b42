package api_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/connectcases"
	"github.com/aws/aws-sdk-go-v2/service/connectcases/types"
	"github.com/google/go-cmp/cmp"
)

// layout reads a layout.
func (s *server) layout(t *testing.T, domain, id string) *connectcases.GetLayoutOutput {
	t.Helper()
	return got(s.cases.GetLayout(t.Context(), &connectcases.GetLayoutInput{DomainId: &domain, LayoutId: &id}))(t)
}

// showLayout writes a layout's content as "Top: a b; More: c".
func showLayout(content types.LayoutContent) string {
	basic, ok := content.(*types.LayoutContentMemberBasic)
	if !ok {
		return fmt.Sprintf("%T", content)
	}
	var parts []string
	for _, panel := range []*types.LayoutSections{basic.Value.TopPanel, basic.Value.MoreInfo} {
		if panel == nil {
			continue
		}
		for _, section := range panel.Sections {
			group := section.(*types.SectionMemberFieldGroup).Value
			line := deref(group.Name) + ":"
			for _, f := range group.Fields {
				line += " " + *f.Id
			}
			parts = append(parts, line)
		}
	}
	return strings.Join(parts, "; ")
}

func TestLayoutIsCreatedReadListedAndChanged(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		called := name("wide")
		made := got(s.cases.CreateLayout(ctx, &connectcases.CreateLayoutInput{DomainId: &f.domain, Name: &called, Content: panels("status", f.field)}))(t)
		if !uuid.MatchString(*made.LayoutId) || *made.LayoutArn != f.domainARN+"/layout/"+*made.LayoutId {
			t.Errorf("got id %s and ARN %s", *made.LayoutId, *made.LayoutArn)
		}
		read := s.layout(t, f.domain, *made.LayoutId)
		if *read.Name != called || *read.LayoutArn != *made.LayoutArn || *read.LayoutId != *made.LayoutId || read.Deleted || !read.LastModifiedTime.Equal(*read.CreatedTime) {
			t.Errorf("got %+v", read)
		}
		if diff := cmp.Diff("Top: status "+f.field+"; More: reference_number", showLayout(read.Content)); diff != "" {
			t.Error(diff)
		}
		renamed := name("renamed")
		got(s.cases.UpdateLayout(ctx, &connectcases.UpdateLayoutInput{DomainId: &f.domain, LayoutId: made.LayoutId, Name: &renamed}))(t)
		after := s.layout(t, f.domain, *made.LayoutId)
		if *after.Name != renamed || showLayout(after.Content) != showLayout(read.Content) || !after.LastModifiedTime.After(*read.LastModifiedTime) || !after.CreatedTime.Equal(*read.CreatedTime) {
			t.Errorf("renamed: got %+v", after)
		}
		bare := &types.LayoutContentMemberBasic{Value: types.BasicLayout{}}
		got(s.cases.UpdateLayout(ctx, &connectcases.UpdateLayoutInput{DomainId: &f.domain, LayoutId: made.LayoutId, Content: bare}))(t)
		if after = s.layout(t, f.domain, *made.LayoutId); *after.Name != renamed || showLayout(after.Content) != "" {
			t.Errorf("emptied: got %+v", after)
		}
		if n := s.listLayouts(t, f.domain)[*made.LayoutId]; n != renamed {
			t.Errorf("the list calls it %q", n)
		}
	})
}

// listLayouts gives the names of a domain's layouts by their ids.
func (s *server) listLayouts(t *testing.T, domain string) map[string]string {
	t.Helper()
	names := map[string]string{}
	for _, l := range walk(t, 3, func(l types.LayoutSummary) string { return *l.LayoutId }, func(ctx context.Context, token *string) ([]types.LayoutSummary, *string, error) {
		out, err := s.cases.ListLayouts(ctx, &connectcases.ListLayoutsInput{DomainId: &domain, MaxResults: new(int32(3)), NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.Layouts, out.NextToken, nil
	}) {
		names[*l.LayoutId] = *l.Name
	}
	return names
}

func TestDeletedLayoutIsKeptForThoseWhoAskForIt(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		id := s.newLayout(t, f.domain, "title")
		was := s.layout(t, f.domain, id)
		for range 2 {
			got(s.cases.DeleteLayout(ctx, &connectcases.DeleteLayoutInput{DomainId: &f.domain, LayoutId: &id}))(t)
		}
		if read := s.layout(t, f.domain, id); !read.Deleted || *read.Name != *was.Name || showLayout(read.Content) != showLayout(was.Content) {
			t.Errorf("got %+v", read)
		}
		if n, there := s.listLayouts(t, f.domain)[id]; there {
			t.Errorf("the list has %s", n)
		}
		refuse(t, []refusal{
			{"update", only(s.cases.UpdateLayout(ctx, &connectcases.UpdateLayoutInput{DomainId: &f.domain, LayoutId: &id, Name: new(name("again"))})), "ValidationException", 400, ""},
		})
		// Its name is free again.
		got(s.cases.CreateLayout(ctx, &connectcases.CreateLayoutInput{DomainId: &f.domain, Name: was.Name, Content: panels("title")}))(t)
	})
}

func TestLayoutCallsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		id := s.newLayout(t, f.domain, "title")
		many := make([]string, 221)
		for i := range many {
			many[i] = fmt.Sprint("field-", i)
		}
		two := panels("title").(*types.LayoutContentMemberBasic)
		two.Value.TopPanel.Sections = append(two.Value.TopPanel.Sections, two.Value.TopPanel.Sections[0])
		const bad = "ValidationException"
		for verb, put := range map[string]func(*string, types.LayoutContent) error{
			"create": func(n *string, c types.LayoutContent) error {
				return only(s.cases.CreateLayout(ctx, &connectcases.CreateLayoutInput{DomainId: &f.domain, Name: n, Content: c}))
			},
			"update": func(n *string, c types.LayoutContent) error {
				return only(s.cases.UpdateLayout(ctx, &connectcases.UpdateLayoutInput{DomainId: &f.domain, LayoutId: &id, Name: n, Content: c}))
			},
		} {
			refuse(t, []refusal{
				{verb + ": unknown field", put(new(name("l")), panels(nowhere)), bad, 400, nowhere},
				{verb + ": a field twice", put(new(name("l")), panels("title", "title")), bad, 400, "title"},
				{verb + ": 221 fields", put(new(name("l")), panels(many...)), bad, 400, "less than or equal to 220"},
				{verb + ": two sections", put(new(name("l")), two), bad, 400, "less than or equal to 1"},
				{verb + ": empty name", put(new(""), panels("title")), bad, 400, "greater than or equal to 1"},
				{verb + ": long name", put(new(strings.Repeat("l", 101)), panels("title")), bad, 400, "less than or equal to 100"},
				{verb + ": name ending in a space", put(new("l "), panels("title")), bad, 400, "pattern"},
			})
		}
		if read := s.layout(t, f.domain, id); showLayout(read.Content) != showLayout(panels("title")) {
			t.Errorf("a refused update changed the layout: %+v", read)
		}
	})
}
