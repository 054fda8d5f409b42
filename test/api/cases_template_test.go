package api_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/connectcases"
	"github.com/aws/aws-sdk-go-v2/service/connectcases/types"
	"github.com/google/go-cmp/cmp"
)

func TestTemplateIsCreatedReadAndListed(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		in := &connectcases.CreateTemplateInput{
			DomainId: &f.domain, Name: new(name("template")), Description: new("For refunds"), Status: types.TemplateStatusInactive,
			RequiredFields: []types.RequiredField{{FieldId: new("summary")}, {FieldId: &f.field}},
			TagPropagationConfigurations: []types.TagPropagationConfiguration{{
				ResourceType: types.TagPropagationResourceTypeCases, TagMap: map[string]string{"team": "refunds"},
			}},
		}
		made := got(s.cases.CreateTemplate(ctx, in))(t)
		if !uuid.MatchString(*made.TemplateId) || *made.TemplateArn != f.domainARN+"/template/"+*made.TemplateId {
			t.Errorf("got id %s and ARN %s", *made.TemplateId, *made.TemplateArn)
		}
		read := got(s.cases.GetTemplate(ctx, &connectcases.GetTemplateInput{DomainId: &f.domain, TemplateId: made.TemplateId}))(t)
		var required []string
		for _, r := range read.RequiredFields {
			required = append(required, *r.FieldId)
		}
		if *read.Name != *in.Name || deref(read.Description) != "For refunds" || read.Status != types.TemplateStatusInactive || read.Deleted ||
			read.CreatedTime == nil || read.LastModifiedTime == nil || *read.TemplateArn != *made.TemplateArn {
			t.Errorf("got %+v", read)
		}
		if diff := cmp.Diff([]string{"summary", f.field}, required); diff != "" {
			t.Error(diff)
		}
		if len(read.TagPropagationConfigurations) != 1 || read.TagPropagationConfigurations[0].TagMap["team"] != "refunds" {
			t.Errorf("got tag propagation %+v", read.TagPropagationConfigurations)
		}
		list := func(status ...types.TemplateStatus) (found []string) {
			t.Helper()
			all := walk(t, 3, func(t types.TemplateSummary) string { return *t.TemplateId }, func(ctx context.Context, token *string) ([]types.TemplateSummary, *string, error) {
				out, err := s.cases.ListTemplates(ctx, &connectcases.ListTemplatesInput{DomainId: &f.domain, MaxResults: new(int32(3)), NextToken: token, Status: status})
				if err != nil {
					return nil, nil, err
				}
				return out.Templates, out.NextToken, nil
			})
			for _, one := range all {
				found = append(found, *one.TemplateId)
			}
			return found
		}
		both := []types.TemplateStatus{types.TemplateStatusActive, types.TemplateStatusInactive}
		for _, row := range []struct {
			status           []types.TemplateStatus
			active, inactive bool
		}{{nil, true, true}, {both, true, true}, {both[:1], true, false}, {both[1:], false, true}} {
			found := list(row.status...)
			if slices.Contains(found, f.template) != row.active || slices.Contains(found, *made.TemplateId) != row.inactive {
				t.Errorf("status %v: got %v", row.status, found)
			}
		}
	})
}

func TestTemplateIsActiveByDefault(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f := s.inDomain(t)
		read := got(s.cases.GetTemplate(t.Context(), &connectcases.GetTemplateInput{DomainId: &f.domain, TemplateId: &f.template}))(t)
		if read.Status != types.TemplateStatusActive || len(read.RequiredFields) > 0 {
			t.Errorf("got %+v", read)
		}
	})
}

func TestTemplateCallsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		create := func(edit func(*connectcases.CreateTemplateInput)) error {
			in := &connectcases.CreateTemplateInput{DomainId: &f.domain, Name: new(name("template"))}
			edit(in)
			return only(s.cases.CreateTemplate(ctx, in))
		}
		required := func(fields ...string) func(*connectcases.CreateTemplateInput) {
			return func(in *connectcases.CreateTemplateInput) {
				for _, id := range fields {
					in.RequiredFields = append(in.RequiredFields, types.RequiredField{FieldId: &id})
				}
			}
		}
		refuse(t, []refusal{
			{"name taken", create(func(in *connectcases.CreateTemplateInput) { in.Name = new("General inquiry") }), "ConflictException", 409, ""},
			{"long name", create(func(in *connectcases.CreateTemplateInput) { in.Name = new(strings.Repeat("n", 101)) }), "ValidationException", 400, "less than or equal to 100"},
			{"long description", create(func(in *connectcases.CreateTemplateInput) { in.Description = new(strings.Repeat("n", 256)) }), "ValidationException", 400, "less than or equal to 255"},
			{"bad status", create(func(in *connectcases.CreateTemplateInput) { in.Status = "Asleep" }), "ValidationException", 400, "enum value set"},
			{"unknown required field", create(required(nowhere)), "ValidationException", 400, nowhere},
			{"required field twice", create(required("summary", "summary")), "ValidationException", 400, "summary"},
			{"bad status filter", only(s.cases.ListTemplates(ctx, &connectcases.ListTemplatesInput{DomainId: &f.domain, Status: []types.TemplateStatus{"Asleep"}})), "ValidationException", 400, "enum value set"},
			{"foreign token", only(s.cases.ListTemplates(ctx, &connectcases.ListTemplatesInput{DomainId: &f.domain, NextToken: new("nonsense")})), "ValidationException", 400, ""},
		})
		gone(t, create(func(in *connectcases.CreateTemplateInput) {
			in.LayoutConfiguration = &types.LayoutConfiguration{DefaultLayout: new(nowhere)}
		}), nowhere, "Layout")
		gone(t, create(func(in *connectcases.CreateTemplateInput) {
			in.Rules = []types.TemplateRule{{CaseRuleId: new(nowhere)}}
		}), nowhere, "CaseRule")
		gone(t, create(func(in *connectcases.CreateTemplateInput) { in.DomainId = new(nowhere) }), nowhere, "Domain")
		gone(t, only(s.cases.GetTemplate(ctx, &connectcases.GetTemplateInput{DomainId: &f.domain, TemplateId: new(nowhere)})), nowhere, "Template")
		gone(t, only(s.cases.GetTemplate(ctx, &connectcases.GetTemplateInput{DomainId: new(nowhere), TemplateId: &f.template})), nowhere, "Domain")
		gone(t, only(s.cases.ListTemplates(ctx, &connectcases.ListTemplatesInput{DomainId: new(nowhere)})), nowhere, "Domain")
	})
}

func TestTemplatesStopAtTheQuota(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		f := s.inDomain(t)
		create := func(i int) error {
			return only(s.cases.CreateTemplate(t.Context(), &connectcases.CreateTemplateInput{DomainId: &f.domain, Name: new(fmt.Sprint("template ", i))}))
		}
		for i := range 99 { // the fixture has made one
			if err := create(i); err != nil {
				t.Fatalf("template %d: %v", i, err)
			}
		}
		refuse(t, []refusal{{"template 101", create(100), "ServiceQuotaExceededException", 402, ""}})
	})
}
