package api_test

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/connectcases"
	"github.com/aws/aws-sdk-go-v2/service/connectcases/types"
)

// operations has a row for each operation of Cases.
var operations = []operation{
	{
		name: "BatchGetCaseRule", unset: "CaseRules.Deleted UnprocessedCaseRules",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.BatchGetCaseRule(ctx, &connectcases.BatchGetCaseRuleInput{DomainId: &w.domain, CaseRules: []types.CaseRuleIdentifier{{Id: &w.rule}}})
		},
	},
	{
		name: "BatchGetField", unset: "Fields.Deleted",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.BatchGetField(ctx, &connectcases.BatchGetFieldInput{DomainId: &w.domain, Fields: ids(w.field)})
		},
	},
	{
		name: "BatchPutFieldOptions", unset: "Errors", misses: "Field", also: "Quota",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.BatchPutFieldOptions(ctx, &connectcases.BatchPutFieldOptionsInput{DomainId: &w.domain, FieldId: &w.choice, Options: []types.FieldOption{option("green", "Green")}})
		},
	},
	{
		name: "CreateCase", misses: "Template", also: "Conflict",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.CreateCase(ctx, w.newCase(text("summary", "Broken")))
		},
	},
	{
		name: "CreateCaseRule", also: "Conflict Quota",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.CreateCaseRule(ctx, &connectcases.CreateCaseRuleInput{DomainId: &w.domain, Name: new("Never"), Rule: required(false)})
		},
	},
	{
		name: "CreateDomain", also: "Conflict Quota",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.CreateDomain(ctx, &connectcases.CreateDomainInput{Name: new("The one of CreateDomain")})
		},
	},
	{
		name: "CreateField", also: "Conflict Quota",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.CreateField(ctx, &connectcases.CreateFieldInput{DomainId: &w.domain, Name: new("Colour"), Type: types.FieldTypeText})
		},
	},
	{
		name: "CreateLayout", also: "Conflict Quota",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.CreateLayout(ctx, &connectcases.CreateLayoutInput{DomainId: &w.domain, Name: new("Narrow"), Content: panels(w.field)})
		},
	},
	{
		name: "CreateRelatedItem", misses: "Case", also: "Quota",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.CreateRelatedItem(ctx, comment(w.domain, w.caseID, "Wrote back"))
		},
	},
	{
		name: "CreateTemplate", misses: "Layout CaseRule", also: "Conflict Quota",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.CreateTemplate(ctx, &connectcases.CreateTemplateInput{
				DomainId: &w.domain, Name: new("Refund"), LayoutConfiguration: &types.LayoutConfiguration{DefaultLayout: &w.layout},
				Rules: []types.TemplateRule{{CaseRuleId: &w.rule, FieldId: &w.field}},
			})
		},
	},
	{
		name: "DeleteCase", misses: "Case",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.DeleteCase(ctx, &connectcases.DeleteCaseInput{DomainId: &w.domain, CaseId: &w.caseID})
		},
	},
	{
		name: "DeleteCaseRule", misses: "CaseRule", also: "Conflict",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.DeleteCaseRule(ctx, &connectcases.DeleteCaseRuleInput{DomainId: &w.domain, CaseRuleId: &w.spareRule})
		},
	},
	{
		name: "DeleteDomain", also: "Conflict",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.DeleteDomain(ctx, &connectcases.DeleteDomainInput{DomainId: &w.domain})
		},
	},
	{
		name: "DeleteField", misses: "Field", also: "Conflict Quota",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.DeleteField(ctx, &connectcases.DeleteFieldInput{DomainId: &w.domain, FieldId: &w.spareField})
		},
	},
	{
		name: "DeleteLayout", misses: "Layout", also: "Conflict",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.DeleteLayout(ctx, &connectcases.DeleteLayoutInput{DomainId: &w.domain, LayoutId: &w.spareLayout})
		},
	},
	{
		name: "DeleteRelatedItem", misses: "Case RelatedItem",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.DeleteRelatedItem(ctx, &connectcases.DeleteRelatedItemInput{DomainId: &w.domain, CaseId: &w.caseID, RelatedItemId: &w.item})
		},
	},
	{
		name: "DeleteTemplate", misses: "Template", also: "Conflict",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.DeleteTemplate(ctx, &connectcases.DeleteTemplateInput{DomainId: &w.domain, TemplateId: &w.template})
		},
	},
	{
		name: "GetCase", unset: "NextToken", misses: "Case",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.GetCase(ctx, &connectcases.GetCaseInput{DomainId: &w.domain, CaseId: &w.caseID, Fields: ids("title", "status", "last_updated_user")})
		},
	},
	{
		name: "GetCaseAuditEvents", unset: "NextToken AuditEvents.RelatedItemType AuditEvents.Fields.OldValue", misses: "Case",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.GetCaseAuditEvents(ctx, &connectcases.GetCaseAuditEventsInput{DomainId: &w.domain, CaseId: &w.caseID})
		},
	},
	{
		name: "GetCaseEventConfiguration", unset: "EventBridge.IncludedData",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.GetCaseEventConfiguration(ctx, &connectcases.GetCaseEventConfigurationInput{DomainId: &w.domain})
		},
	},
	{
		name: "GetDomain",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.GetDomain(ctx, &connectcases.GetDomainInput{DomainId: &w.domain})
		},
	},
	{
		name: "GetLayout", unset: "Deleted", misses: "Layout",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.GetLayout(ctx, &connectcases.GetLayoutInput{DomainId: &w.domain, LayoutId: &w.layout})
		},
	},
	{
		name: "GetTemplate", unset: "Deleted", misses: "Template",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.GetTemplate(ctx, &connectcases.GetTemplateInput{DomainId: &w.domain, TemplateId: &w.template})
		},
	},
	{
		name: "ListCaseRules", unset: "NextToken",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.ListCaseRules(ctx, &connectcases.ListCaseRulesInput{DomainId: &w.domain})
		},
	},
	{
		name: "ListCasesForContact", unset: "NextToken",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.ListCasesForContact(ctx, &connectcases.ListCasesForContactInput{DomainId: &w.domain, ContactArn: &w.contact})
		},
	},
	{
		name: "ListDomains", unset: "NextToken",
		call: func(ctx context.Context, c *connectcases.Client, _ *world) (any, error) {
			return c.ListDomains(ctx, &connectcases.ListDomainsInput{})
		},
	},
	{
		name: "ListFieldOptions", unset: "NextToken", misses: "Field",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.ListFieldOptions(ctx, &connectcases.ListFieldOptionsInput{DomainId: &w.domain, FieldId: &w.choice})
		},
	},
	{
		name: "ListFields", unset: "NextToken Fields.Attributes",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.ListFields(ctx, &connectcases.ListFieldsInput{DomainId: &w.domain})
		},
	},
	{
		name: "ListLayouts", unset: "NextToken",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.ListLayouts(ctx, &connectcases.ListLayoutsInput{DomainId: &w.domain})
		},
	},
	{
		name: "ListTagsForResource", misses: "Case",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.ListTagsForResource(ctx, &connectcases.ListTagsForResourceInput{Arn: w.arn()})
		},
	},
	{
		name: "ListTemplates", unset: "NextToken Templates.TagPropagationConfigurations",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.ListTemplates(ctx, &connectcases.ListTemplatesInput{DomainId: &w.domain})
		},
	},
	{
		name: "PutCaseEventConfiguration", also: "Conflict",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.PutCaseEventConfiguration(ctx, &connectcases.PutCaseEventConfigurationInput{DomainId: &w.domain, EventBridge: included(true, "title")})
		},
	},
	{
		name: "SearchAllRelatedItems", unset: "NextToken",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.SearchAllRelatedItems(ctx, &connectcases.SearchAllRelatedItemsInput{DomainId: &w.domain})
		},
	},
	{
		name: "SearchCases", unset: "NextToken",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.SearchCases(ctx, &connectcases.SearchCasesInput{DomainId: &w.domain, Fields: ids("title", "status")})
		},
	},
	{
		name: "SearchRelatedItems", unset: "NextToken", misses: "Case",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.SearchRelatedItems(ctx, &connectcases.SearchRelatedItemsInput{DomainId: &w.domain, CaseId: &w.caseID})
		},
	},
	{
		name: "TagResource", misses: "Case",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.TagResource(ctx, &connectcases.TagResourceInput{Arn: w.arn(), Tags: map[string]*string{"colour": new("red")}})
		},
	},
	{
		name: "UntagResource", misses: "Case",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.UntagResource(ctx, &connectcases.UntagResourceInput{Arn: w.arn(), TagKeys: []string{"team"}})
		},
	},
	{
		name: "UpdateCase", misses: "Case",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.UpdateCase(ctx, &connectcases.UpdateCaseInput{DomainId: &w.domain, CaseId: &w.caseID, Fields: []types.FieldValue{text("title", "Found")}})
		},
	},
	{
		name: "UpdateCaseRule", misses: "CaseRule", also: "Conflict Quota",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.UpdateCaseRule(ctx, &connectcases.UpdateCaseRuleInput{DomainId: &w.domain, CaseRuleId: &w.rule, Description: new("Changed")})
		},
	},
	{
		name: "UpdateField", misses: "Field", also: "Conflict",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.UpdateField(ctx, &connectcases.UpdateFieldInput{DomainId: &w.domain, FieldId: &w.field, Description: new("Changed")})
		},
	},
	{
		name: "UpdateLayout", misses: "Layout", also: "Conflict Quota",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.UpdateLayout(ctx, &connectcases.UpdateLayoutInput{DomainId: &w.domain, LayoutId: &w.layout, Content: panels("title")})
		},
	},
	{
		name: "UpdateRelatedItem", misses: "Case RelatedItem", also: "Quota",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			in := reword(w.domain, w.caseID, w.item, "Called back twice")
			in.PerformedBy = &types.UserUnionMemberCustomEntity{Value: "dialler"}
			return c.UpdateRelatedItem(ctx, in)
		},
	},
	{
		name: "UpdateTemplate", misses: "Template Layout CaseRule", also: "Conflict Quota",
		call: func(ctx context.Context, c *connectcases.Client, w *world) (any, error) {
			return c.UpdateTemplate(ctx, &connectcases.UpdateTemplateInput{
				DomainId: &w.domain, TemplateId: &w.template, LayoutConfiguration: &types.LayoutConfiguration{DefaultLayout: &w.spareLayout},
				Rules: []types.TemplateRule{{CaseRuleId: &w.spareRule, FieldId: &w.field}},
			})
		},
	},
}
