package api_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/connectcases"
	"github.com/aws/aws-sdk-go-v2/service/connectcases/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// whole lets cmp look at the SDK's shapes, which have unexported markers, and not at how they came.
var whole = cmp.Options{cmp.Exporter(func(reflect.Type) bool { return true }), cmpopts.IgnoreTypes(middleware.Metadata{})}

// caseRule reads a case rule.
func (s *server) caseRule(t *testing.T, domain, id string) types.GetCaseRuleResponse {
	t.Helper()
	out := got(s.cases.BatchGetCaseRule(t.Context(), &connectcases.BatchGetCaseRuleInput{DomainId: &domain, CaseRules: []types.CaseRuleIdentifier{{Id: &id}}}))(t)
	if len(out.CaseRules) != 1 || len(out.Errors) != 0 {
		t.Fatalf("got %+v", out)
	}
	return out.CaseRules[0]
}

// listRules gives the summaries of a domain's case rules by their ids.
func (s *server) listRules(t *testing.T, domain string) map[string]types.CaseRuleSummary {
	t.Helper()
	rules := map[string]types.CaseRuleSummary{}
	for _, r := range walk(t, 2, func(r types.CaseRuleSummary) string { return *r.CaseRuleId }, func(ctx context.Context, token *string) ([]types.CaseRuleSummary, *string, error) {
		out, err := s.cases.ListCaseRules(ctx, &connectcases.ListCaseRulesInput{DomainId: &domain, MaxResults: new(int32(2)), NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.CaseRules, out.NextToken, nil
	}) {
		rules[*r.CaseRuleId] = r
	}
	return rules
}

func TestCaseRulesOfEachKindAreCreatedReadAndListed(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		parent, child := s.newChoice(t, f.domain, "fruit", "tree"), s.newChoice(t, f.domain, "apple", "oak", "ash")
		count, sure := s.newField(t, f.domain, types.FieldTypeNumber), s.newField(t, f.domain, types.FieldTypeBoolean)
		for kind, rule := range map[types.RuleType]types.CaseRuleDetails{
			types.RuleTypeRequired:     required(true, when(parent, "fruit", false), anyOf(when(count, 2.5, true), unless(sure, false, true)), unless(f.field, nil, true)),
			types.RuleTypeHidden:       hidden(false, allOf(when(f.field, "x", true), when(sure, true, true))),
			types.RuleTypeFieldOptions: mapped(parent, child, map[string][]string{"tree": {"oak", "ash"}}),
		} {
			called := name("rule")
			made := got(s.cases.CreateCaseRule(ctx, &connectcases.CreateCaseRuleInput{DomainId: &f.domain, Name: &called, Description: new("About it"), Rule: rule}))(t)
			if !uuid.MatchString(*made.CaseRuleId) || *made.CaseRuleArn != f.domainARN+"/case-rule/"+*made.CaseRuleId {
				t.Errorf("got id %s and ARN %s", *made.CaseRuleId, *made.CaseRuleArn)
			}
			read := s.caseRule(t, f.domain, *made.CaseRuleId)
			if *read.Name != called || deref(read.Description) != "About it" || *read.CaseRuleArn != *made.CaseRuleArn || read.Deleted || read.Tags == nil || !read.LastModifiedTime.Equal(*read.CreatedTime) {
				t.Errorf("%s: got %+v", kind, read)
			}
			if diff := cmp.Diff(rule, read.Rule, whole); diff != "" {
				t.Errorf("%s: %s", kind, diff)
			}
			listed := s.listRules(t, f.domain)[*made.CaseRuleId]
			if listed.RuleType != kind || deref(listed.Name) != called || deref(listed.Description) != "About it" || deref(listed.CaseRuleArn) != *made.CaseRuleArn {
				t.Errorf("%s: listed as %+v", kind, listed)
			}
		}
	})
}

func TestCaseRuleIsChangedAndDeleted(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		id := s.newRule(t, f.domain, required(false))
		was := s.caseRule(t, f.domain, id)
		got(s.cases.UpdateCaseRule(ctx, &connectcases.UpdateCaseRuleInput{DomainId: &f.domain, CaseRuleId: &id, Rule: required(true)}))(t)
		read := s.caseRule(t, f.domain, id)
		if *read.Name != *was.Name || *read.Description != *was.Description || !read.LastModifiedTime.After(*was.LastModifiedTime) {
			t.Errorf("got %+v after %+v", read, was)
		}
		if diff := cmp.Diff(required(true), read.Rule, whole); diff != "" {
			t.Error(diff)
		}
		renamed := name("renamed")
		got(s.cases.UpdateCaseRule(ctx, &connectcases.UpdateCaseRuleInput{DomainId: &f.domain, CaseRuleId: &id, Name: &renamed, Description: new("Other")}))(t)
		if read = s.caseRule(t, f.domain, id); *read.Name != renamed || *read.Description != "Other" {
			t.Errorf("got %+v", read)
		}
		for range 2 {
			got(s.cases.DeleteCaseRule(ctx, &connectcases.DeleteCaseRuleInput{DomainId: &f.domain, CaseRuleId: &id}))(t)
		}
		if read = s.caseRule(t, f.domain, id); !read.Deleted || *read.Name != renamed {
			t.Errorf("deleted: got %+v", read)
		}
		if r, there := s.listRules(t, f.domain)[id]; there {
			t.Errorf("the list has %+v", r)
		}
		out := got(s.cases.BatchGetCaseRule(ctx, &connectcases.BatchGetCaseRuleInput{DomainId: &f.domain, CaseRules: []types.CaseRuleIdentifier{{Id: new(nowhere)}, {Id: &id}}}))(t)
		if len(out.CaseRules) != 1 || len(out.Errors) != 1 || deref(out.Errors[0].Id) != nowhere || deref(out.Errors[0].ErrorCode) == "" || deref(out.Errors[0].Message) == "" || len(out.UnprocessedCaseRules) != 0 {
			t.Errorf("got %+v", out)
		}
	})
}

func TestCaseRuleCallsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		parent, child := s.newChoice(t, f.domain, "fruit"), s.newChoice(t, f.domain, "apple")
		id := s.newRule(t, f.domain, required(false))
		c := when(f.field, "x", true)
		long := make([]types.CaseRuleIdentifier, 51)
		for i := range long {
			long[i].Id = new(fmt.Sprint("rule-", i))
		}
		const bad = "ValidationException"
		for verb, put := range map[string]func(string, types.CaseRuleDetails) error{
			"create": func(n string, rule types.CaseRuleDetails) error {
				return only(s.cases.CreateCaseRule(ctx, &connectcases.CreateCaseRuleInput{DomainId: &f.domain, Name: &n, Rule: rule}))
			},
			"update": func(n string, rule types.CaseRuleDetails) error {
				return only(s.cases.UpdateCaseRule(ctx, &connectcases.UpdateCaseRuleInput{DomainId: &f.domain, CaseRuleId: &id, Name: &n, Rule: rule}))
			},
		} {
			try := func(rule types.CaseRuleDetails) error { return put(name("r"), rule) }
			refuse(t, []refusal{
				{verb + ": 6 conditions", try(required(true, c, c, c, c, c, c)), bad, 400, ""},
				{verb + ": 6 conditions in groups", try(required(true, allOf(c, c, c), anyOf(c, c, c))), bad, 400, ""},
				{verb + ": three levels", try(required(true, allOf(anyOf(allOf(c, c), c), c))), bad, 400, ""},
				{verb + ": unknown field", try(required(true, when(nowhere, "x", true))), bad, 400, nowhere},
				{verb + ": long operand", try(required(true, when(f.field, strings.Repeat("x", 1501), true))), bad, 400, "less than or equal to 1500"},
				{verb + ": empty name", put("", required(true)), bad, 400, "greater than or equal to 1"},
				{verb + ": long name", put(strings.Repeat("r", 101), required(true)), bad, 400, "less than or equal to 100"},
			})
		}
		create := func(rule types.CaseRuleDetails) error {
			return only(s.cases.CreateCaseRule(ctx, &connectcases.CreateCaseRuleInput{DomainId: &f.domain, Name: new(name("r")), Rule: rule}))
		}
		refuse(t, []refusal{
			{"parent without options", create(mapped(f.field, child, map[string][]string{"x": {"apple"}})), bad, 400, ""},
			{"child without options", create(mapped(parent, f.field, map[string][]string{"fruit": {"x"}})), bad, 400, ""},
			{"a field of itself", create(mapped(parent, parent, map[string][]string{"fruit": {"fruit"}})), bad, 400, ""},
			{"no mapping", create(mapped(parent, child, map[string][]string{})), bad, 400, ""},
			{"another kind", only(s.cases.UpdateCaseRule(ctx, &connectcases.UpdateCaseRuleInput{DomainId: &f.domain, CaseRuleId: &id, Rule: hidden(true, c)})), bad, 400, ""},
			{"51 rules", only(s.cases.BatchGetCaseRule(ctx, &connectcases.BatchGetCaseRuleInput{DomainId: &f.domain, CaseRules: long})), bad, 400, "less than or equal to 50"},
			{"no rule", only(s.cases.BatchGetCaseRule(ctx, &connectcases.BatchGetCaseRuleInput{DomainId: &f.domain, CaseRules: long[:0]})), bad, 400, "greater than or equal to 1"},
		})
		if read := s.caseRule(t, f.domain, id); cmp.Diff(required(false), read.Rule, whole) != "" {
			t.Errorf("a refused update changed the rule: %+v", read)
		}
	})
}

func TestCaseRulesAreHeldToOnCases(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		kind, why, secret := s.newChoice(t, f.domain, "lost", "late"), s.newField(t, f.domain, types.FieldTypeText), s.newField(t, f.domain, types.FieldTypeText)
		where := s.newChoice(t, f.domain, "sea", "road")
		must := s.newRule(t, f.domain, required(false, when(kind, "lost", true)))
		hide := s.newRule(t, f.domain, hidden(false, when(kind, "lost", true)))
		always := s.newRule(t, f.domain, required(true))
		options := s.newRule(t, f.domain, mapped(kind, where, map[string][]string{"lost": {"sea"}, "late": {"sea", "road"}}))
		ruled := s.newTemplate(t, f, func(in *connectcases.CreateTemplateInput) {
			in.Rules = []types.TemplateRule{{CaseRuleId: &must, FieldId: &why}, {CaseRuleId: &hide, FieldId: &secret}, {CaseRuleId: &always, FieldId: &secret}, {CaseRuleId: &options}}
		})
		id := s.openCase(t, ruled, text(kind, "late"), text(secret, "s"), text(where, "road"))
		lost := s.openCase(t, ruled, text(kind, "lost"), text(why, "storm"), text(where, "sea")) // the hidden field is not required
		create := func(fields ...types.FieldValue) error { return only(s.cases.CreateCase(ctx, ruled.newCase(fields...))) }
		update := func(id string, fields ...types.FieldValue) error {
			return only(s.cases.UpdateCase(ctx, &connectcases.UpdateCaseInput{DomainId: &f.domain, CaseId: &id, Fields: fields}))
		}
		const bad = "ValidationException"
		refuse(t, []refusal{
			{"required by the condition", create(text(kind, "lost"), text(where, "sea")), bad, 400, why},
			{"required always", create(text(kind, "late")), bad, 400, secret},
			{"option of another value", create(text(kind, "lost"), text(why, "w"), text(where, "road")), bad, 400, where},
			{"update: becomes required", update(id, text(kind, "lost"), text(where, "sea")), bad, 400, why},
			{"update: option of another value", update(id, text(kind, "lost"), text(why, "w")), bad, 400, where},
			{"update: required one cleared", update(lost, none(why)), bad, 400, why},
		})
		for _, err := range []error{update(id, text(kind, "lost"), text(why, "w"), text(where, "sea")), update(lost, text(kind, "late"), none(why), text(secret, "s"))} {
			if err != nil {
				t.Error(err)
			}
		}
	})
}
