package api_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/connectcases"
	"github.com/aws/aws-sdk-go-v2/service/connectcases/types"
)

// newField makes a custom field of a type and gives its id.
func (s *server) newField(t *testing.T, domain string, kind types.FieldType) string {
	t.Helper()
	return *got(s.cases.CreateField(t.Context(), &connectcases.CreateFieldInput{DomainId: &domain, Name: new(name(string(kind))), Type: kind}))(t).FieldId
}

// newChoice makes a SingleSelect field with options and gives its id.
func (s *server) newChoice(t *testing.T, domain string, values ...string) string {
	t.Helper()
	id := s.newField(t, domain, types.FieldTypeSingleSelect)
	var options []types.FieldOption
	for _, v := range values {
		options = append(options, option(v, v))
	}
	got(s.cases.BatchPutFieldOptions(t.Context(), &connectcases.BatchPutFieldOptionsInput{DomainId: &domain, FieldId: &id, Options: options}))(t)
	return id
}

// newLayout makes a layout with fields in its top panel and gives its id.
func (s *server) newLayout(t *testing.T, domain string, fields ...string) string {
	t.Helper()
	return *got(s.cases.CreateLayout(t.Context(), &connectcases.CreateLayoutInput{DomainId: &domain, Name: new(name("layout")), Content: panels(fields...)}))(t).LayoutId
}

// newRule makes a case rule and gives its id.
func (s *server) newRule(t *testing.T, domain string, rule types.CaseRuleDetails) string {
	t.Helper()
	return *got(s.cases.CreateCaseRule(t.Context(), &connectcases.CreateCaseRuleInput{DomainId: &domain, Name: new(name("rule")), Description: new("Says " + name("what")), Rule: rule}))(t).CaseRuleId
}

// newTemplate makes a template as edit says and gives a fixture whose cases are made from it.
func (s *server) newTemplate(t *testing.T, f *fixture, edit func(*connectcases.CreateTemplateInput)) *fixture {
	t.Helper()
	in := &connectcases.CreateTemplateInput{DomainId: &f.domain, Name: new(name("template"))}
	edit(in)
	made := *f
	made.template = *got(s.cases.CreateTemplate(t.Context(), in))(t).TemplateId
	return &made
}

// panels gives a layout that shows fields in its top panel, and the summary in the other.
func panels(fields ...string) types.LayoutContent {
	section := func(title string, ids ...string) *types.LayoutSections {
		group := types.FieldGroup{Name: &title, Fields: []types.FieldItem{}}
		for _, id := range ids {
			group.Fields = append(group.Fields, types.FieldItem{Id: &id})
		}
		return &types.LayoutSections{Sections: []types.Section{&types.SectionMemberFieldGroup{Value: group}}}
	}
	return &types.LayoutContentMemberBasic{Value: types.BasicLayout{TopPanel: section("Top", fields...), MoreInfo: section("More", "reference_number")}}
}

// propagate gives a template's tags for its cases.
func propagate(key, value string) []types.TagPropagationConfiguration {
	return []types.TagPropagationConfiguration{{ResourceType: types.TagPropagationResourceTypeCases, TagMap: map[string]string{key: value}}}
}

// required gives a rule by which a field must have a value, or need not, when a condition says so.
func required(otherwise bool, conditions ...types.BooleanCondition) types.CaseRuleDetails {
	if conditions == nil {
		conditions = []types.BooleanCondition{}
	}
	return &types.CaseRuleDetailsMemberRequired{Value: types.RequiredCaseRule{DefaultValue: &otherwise, Conditions: conditions}}
}

// hidden is required for rules that hide a field.
func hidden(otherwise bool, conditions ...types.BooleanCondition) types.CaseRuleDetails {
	return &types.CaseRuleDetailsMemberHidden{Value: types.HiddenCaseRule{DefaultValue: &otherwise, Conditions: conditions}}
}

// mapped gives a rule by which the options of child depend on the value of parent: pairs of a value of the
// parent and the child's options with it.
func mapped(parent, child string, options map[string][]string) types.CaseRuleDetails {
	rule := types.FieldOptionsCaseRule{ParentFieldId: &parent, ChildFieldId: &child, ParentChildFieldOptionsMappings: []types.ParentChildFieldOptionsMapping{}}
	for value, list := range options {
		rule.ParentChildFieldOptionsMappings = append(rule.ParentChildFieldOptionsMappings, types.ParentChildFieldOptionsMapping{ParentFieldOptionValue: &value, ChildFieldOptionValues: list})
	}
	return &types.CaseRuleDetailsMemberFieldOptions{Value: rule}
}

// when gives a condition: the field equals the value; nil stands for no value.
func when(field string, value any, result bool) types.BooleanCondition {
	return &types.BooleanConditionMemberEqualTo{Value: operands(field, value, result)}
}

// unless is when turned round.
func unless(field string, value any, result bool) types.BooleanCondition {
	return &types.BooleanConditionMemberNotEqualTo{Value: operands(field, value, result)}
}

// all and any join conditions.
func allOf(list ...types.BooleanCondition) types.BooleanCondition {
	return &types.BooleanConditionMemberAndAll{Value: types.CompoundCondition{Conditions: list}}
}

func anyOf(list ...types.BooleanCondition) types.BooleanCondition {
	return &types.BooleanConditionMemberOrAll{Value: types.CompoundCondition{Conditions: list}}
}

// operands gives the two sides of a comparison and what follows when it holds.
func operands(field string, value any, result bool) types.BooleanOperands {
	o := types.BooleanOperands{OperandOne: &types.OperandOneMemberFieldId{Value: field}, Result: &result}
	switch v := value.(type) {
	case string:
		o.OperandTwo = &types.OperandTwoMemberStringValue{Value: v}
	case float64:
		o.OperandTwo = &types.OperandTwoMemberDoubleValue{Value: v}
	case bool:
		o.OperandTwo = &types.OperandTwoMemberBooleanValue{Value: v}
	default:
		o.OperandTwo = &types.OperandTwoMemberEmptyValue{}
	}
	return o
}

// reword gives the input that changes a comment.
func reword(domain, id, item, body string) *connectcases.UpdateRelatedItemInput {
	return &connectcases.UpdateRelatedItemInput{
		DomainId: &domain, CaseId: &id, RelatedItemId: &item,
		Content: &types.RelatedItemUpdateContentMemberComment{Value: types.CommentUpdateContent{Body: &body, ContentType: types.CommentBodyTextTypePlaintext}},
	}
}
