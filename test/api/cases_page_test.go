package api_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/connectcases"
	"github.com/aws/aws-sdk-go-v2/service/connectcases/types"
	"github.com/google/go-cmp/cmp"
)

// list is a row about an operation that answers in pages.
type list struct {
	name string
	most int32 // the largest page
	// call asks for one page.
	call func(ctx context.Context, c *connectcases.Client, w *world, size *int32, token *string) error
	// all reads the whole list with the SDK's paginator and gives the sizes of its pages and the ids; nil:
	// other tests do.
	all func(ctx context.Context, c *connectcases.Client, w *world, size *int32) ([]int, []string, error)
}

// pages reads a list to its end: next gives a page's ids.
func pages(more func() bool, next func() ([]string, error)) (sizes []int, ids []string, err error) {
	for more() {
		page, err := next()
		if err != nil {
			return nil, nil, err
		}
		sizes, ids = append(sizes, len(page)), append(ids, page...)
	}
	return sizes, ids, nil
}

// idsOf gives the ids of a page.
func idsOf[T any](page []T, id func(T) *string) (found []string) {
	for _, item := range page {
		found = append(found, *id(item))
	}
	return found
}

// lists has a row for each operation with a page size.
var lists = []list{
	{
		"ListDomains", 10,
		func(ctx context.Context, c *connectcases.Client, _ *world, size *int32, token *string) error {
			return only(c.ListDomains(ctx, &connectcases.ListDomainsInput{MaxResults: size, NextToken: token}))
		},
		func(ctx context.Context, c *connectcases.Client, _ *world, size *int32) ([]int, []string, error) {
			p := connectcases.NewListDomainsPaginator(c, &connectcases.ListDomainsInput{MaxResults: size})
			return pages(p.HasMorePages, func() ([]string, error) {
				out, err := p.NextPage(ctx)
				if err != nil {
					return nil, err
				}
				return idsOf(out.Domains, func(d types.DomainSummary) *string { return d.DomainId }), nil
			})
		},
	},
	{
		"ListFields", 100,
		func(ctx context.Context, c *connectcases.Client, w *world, size *int32, token *string) error {
			return only(c.ListFields(ctx, &connectcases.ListFieldsInput{DomainId: &w.domain, MaxResults: size, NextToken: token}))
		},
		func(ctx context.Context, c *connectcases.Client, w *world, size *int32) ([]int, []string, error) {
			p := connectcases.NewListFieldsPaginator(c, &connectcases.ListFieldsInput{DomainId: &w.domain, MaxResults: size})
			return pages(p.HasMorePages, func() ([]string, error) {
				out, err := p.NextPage(ctx)
				if err != nil {
					return nil, err
				}
				return idsOf(out.Fields, func(f types.FieldSummary) *string { return f.FieldId }), nil
			})
		},
	},
	{
		"ListFieldOptions", 100,
		func(ctx context.Context, c *connectcases.Client, w *world, size *int32, token *string) error {
			return only(c.ListFieldOptions(ctx, &connectcases.ListFieldOptionsInput{DomainId: &w.domain, FieldId: &w.choice, MaxResults: size, NextToken: token}))
		},
		func(ctx context.Context, c *connectcases.Client, w *world, size *int32) ([]int, []string, error) {
			p := connectcases.NewListFieldOptionsPaginator(c, &connectcases.ListFieldOptionsInput{DomainId: &w.domain, FieldId: &w.choice, MaxResults: size})
			return pages(p.HasMorePages, func() ([]string, error) {
				out, err := p.NextPage(ctx)
				if err != nil {
					return nil, err
				}
				return idsOf(out.Options, func(o types.FieldOption) *string { return o.Value }), nil
			})
		},
	},
	{
		"ListLayouts", 100,
		func(ctx context.Context, c *connectcases.Client, w *world, size *int32, token *string) error {
			return only(c.ListLayouts(ctx, &connectcases.ListLayoutsInput{DomainId: &w.domain, MaxResults: size, NextToken: token}))
		},
		func(ctx context.Context, c *connectcases.Client, w *world, size *int32) ([]int, []string, error) {
			p := connectcases.NewListLayoutsPaginator(c, &connectcases.ListLayoutsInput{DomainId: &w.domain, MaxResults: size})
			return pages(p.HasMorePages, func() ([]string, error) {
				out, err := p.NextPage(ctx)
				if err != nil {
					return nil, err
				}
				return idsOf(out.Layouts, func(l types.LayoutSummary) *string { return l.LayoutId }), nil
			})
		},
	},
	{
		"ListTemplates", 100,
		func(ctx context.Context, c *connectcases.Client, w *world, size *int32, token *string) error {
			return only(c.ListTemplates(ctx, &connectcases.ListTemplatesInput{DomainId: &w.domain, MaxResults: size, NextToken: token}))
		},
		func(ctx context.Context, c *connectcases.Client, w *world, size *int32) ([]int, []string, error) {
			p := connectcases.NewListTemplatesPaginator(c, &connectcases.ListTemplatesInput{DomainId: &w.domain, MaxResults: size})
			return pages(p.HasMorePages, func() ([]string, error) {
				out, err := p.NextPage(ctx)
				if err != nil {
					return nil, err
				}
				return idsOf(out.Templates, func(x types.TemplateSummary) *string { return x.TemplateId }), nil
			})
		},
	},
	{
		"ListCaseRules", 100,
		func(ctx context.Context, c *connectcases.Client, w *world, size *int32, token *string) error {
			return only(c.ListCaseRules(ctx, &connectcases.ListCaseRulesInput{DomainId: &w.domain, MaxResults: size, NextToken: token}))
		},
		func(ctx context.Context, c *connectcases.Client, w *world, size *int32) ([]int, []string, error) {
			p := connectcases.NewListCaseRulesPaginator(c, &connectcases.ListCaseRulesInput{DomainId: &w.domain, MaxResults: size})
			return pages(p.HasMorePages, func() ([]string, error) {
				out, err := p.NextPage(ctx)
				if err != nil {
					return nil, err
				}
				return idsOf(out.CaseRules, func(r types.CaseRuleSummary) *string { return r.CaseRuleId }), nil
			})
		},
	},
	{
		"ListCasesForContact", 10,
		func(ctx context.Context, c *connectcases.Client, w *world, size *int32, token *string) error {
			return only(c.ListCasesForContact(ctx, &connectcases.ListCasesForContactInput{DomainId: &w.domain, ContactArn: &w.contact, MaxResults: size, NextToken: token}))
		},
		nil,
	},
	{
		"GetCaseAuditEvents", 25,
		func(ctx context.Context, c *connectcases.Client, w *world, size *int32, token *string) error {
			return only(c.GetCaseAuditEvents(ctx, &connectcases.GetCaseAuditEventsInput{DomainId: &w.domain, CaseId: &w.caseID, MaxResults: size, NextToken: token}))
		},
		nil,
	},
	{
		"SearchCases", 100,
		func(ctx context.Context, c *connectcases.Client, w *world, size *int32, token *string) error {
			return only(c.SearchCases(ctx, &connectcases.SearchCasesInput{DomainId: &w.domain, MaxResults: size, NextToken: token}))
		},
		nil,
	},
	{
		"SearchRelatedItems", 25,
		func(ctx context.Context, c *connectcases.Client, w *world, size *int32, token *string) error {
			return only(c.SearchRelatedItems(ctx, &connectcases.SearchRelatedItemsInput{DomainId: &w.domain, CaseId: &w.caseID, MaxResults: size, NextToken: token}))
		},
		nil,
	},
	{
		"SearchAllRelatedItems", 25,
		func(ctx context.Context, c *connectcases.Client, w *world, size *int32, token *string) error {
			return only(c.SearchAllRelatedItems(ctx, &connectcases.SearchAllRelatedItemsInput{DomainId: &w.domain, MaxResults: size, NextToken: token}))
		},
		nil,
	},
}

func TestPageSizesAndTokensAreChecked(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		w := s.newWorld(t)
		for _, l := range lists {
			ask := func(size int32, token *string) error { return l.call(t.Context(), s.cases, w, &size, token) }
			if err := ask(l.most, nil); err != nil {
				t.Errorf("%s: the largest page: %v", l.name, err)
			}
			const bad = "ValidationException"
			refuse(t, []refusal{
				{l.name + ": page too large", ask(l.most+1, nil), bad, 400, fmt.Sprint("less than or equal to ", l.most)},
				{l.name + ": page too small", ask(0, nil), bad, 400, "greater than or equal to 1"},
				{l.name + ": foreign token", ask(1, new("nonsense")), bad, 400, ""},
				{l.name + ": token of bytes", ask(1, new("AAAA\x01/+==")), bad, 400, ""},
			})
		}
	})
}

func TestPaginatorsGoThroughEachListOnce(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		w := s.newWorld(t)
		for range 3 {
			s.newFixture(t.Context(), name("more"))
			s.newLayout(t, w.domain, "title")
			s.newRule(t, w.domain, required(true))
			s.newTemplate(t, &w.fixture, func(*connectcases.CreateTemplateInput) {})
			got(s.cases.BatchPutFieldOptions(t.Context(), &connectcases.BatchPutFieldOptionsInput{DomainId: &w.domain, FieldId: &w.choice, Options: []types.FieldOption{option(name("value"), "x")}}))(t)
		}
		for _, l := range lists {
			if l.all == nil {
				continue
			}
			_, want, err := l.all(t.Context(), s.cases, w, nil)
			if err != nil || len(want) < 4 {
				t.Errorf("%s: got %v, %v", l.name, want, err)
				continue
			}
			for size := int32(1); size <= 4; size++ {
				sizes, found, err := l.all(t.Context(), s.cases, w, &size)
				if err != nil {
					t.Errorf("%s: pages of %d: %v", l.name, size, err)
				}
				if diff := cmp.Diff(want, found); diff != "" {
					t.Errorf("%s: pages of %d: %s", l.name, size, diff)
				}
				for i, n := range sizes {
					if n != int(size) && i < len(sizes)-1 || n == 0 {
						t.Errorf("%s: pages of %d have the sizes %v", l.name, size, sizes)
					}
				}
			}
		}
	})
}

func TestGetCaseGivesManyFieldsInPagesOrAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f := s.inDomain(t)
		var values []types.FieldValue
		var asked []string
		for i := range 60 {
			id := s.newField(t, f.domain, types.FieldTypeNumber)
			values, asked = append(values, number(id, float64(i))), append(asked, id)
		}
		id := s.openCase(t, f, values...)
		var found []types.FieldValue
		for p := connectcases.NewGetCasePaginator(s.cases, &connectcases.GetCaseInput{DomainId: &f.domain, CaseId: &id, Fields: ids(asked...)}); p.HasMorePages(); {
			found = append(found, got(p.NextPage(t.Context()))(t).Fields...)
		}
		if diff := cmp.Diff(values, found, whole); diff != "" {
			t.Error(diff)
		}
	})
}
