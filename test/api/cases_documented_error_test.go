package api_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/connectcases"
	"github.com/aws/aws-sdk-go-v2/service/connectcases/types"
)

// provocation makes an operation answer with an error that the model lists for it.
type provocation struct {
	operation, code string // as in operation.also
	how             string
	call            func(context.Context, *testing.T, *server, *world) error
}

// neverComes says why some errors that the model lists for single operations do not come. Of those that it lists for
// all, AccessDeniedException does not, as every key of a server may do everything, and InternalServerException should
// not.
var neverComes = map[string]string{
	"DeleteDomain Conflict":              "a domain is active from the start",
	"PutCaseEventConfiguration Conflict": "changes at the same time wait for each other",
	"DeleteField Quota":                  "AWS publishes no number",
	"UpdateCaseRule Quota":               "an update adds no rule",
	"UpdateTemplate Quota":               "an update adds no template",
}

func TestEveryDocumentedErrorIsProvoked(t *testing.T) {
	provoked := map[string]bool{}
	for _, p := range provocations {
		provoked[p.operation+" "+p.code] = true
	}
	for _, o := range operations {
		for _, code := range strings.Fields(o.also) {
			pair := o.name + " " + code
			if reason := neverComes[pair]; provoked[pair] == (reason != "") {
				t.Errorf("%s: provoked %v, and the reason why it never comes is %q", pair, provoked[pair], reason)
			}
			delete(provoked, pair)
		}
	}
	for pair := range provoked {
		t.Errorf("the model does not list %s", pair)
	}
}

func TestDocumentedErrorsComeWithTheirTypes(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		w := s.newWorld(t)
		for _, p := range provocations {
			t.Run(p.operation+" "+p.how, func(t *testing.T) {
				err := p.call(t.Context(), t, s, w)
				switch p.code {
				case "Conflict":
					refuse(t, []refusal{{p.operation, err, "ConflictException", 409, ""}})
					if as[*types.ConflictException](err) == nil {
						t.Errorf("got %T", err)
					}
				case "Quota":
					refuse(t, []refusal{{p.operation, err, "ServiceQuotaExceededException", 402, ""}})
					if as[*types.ServiceQuotaExceededException](err) == nil {
						t.Errorf("got %T", err)
					}
				}
			})
		}
	})
}

// until calls with 0, 1, 2 … until a call fails, and gives its error: quotas are reached so. want is how many
// calls succeed, where that is known; otherwise -1.
func until(t *testing.T, want int, call func(i int) error) error {
	t.Helper()
	for i := range 1000 {
		if err := call(i); err != nil {
			if want >= 0 && i != want {
				t.Errorf("call %d failed, want %d", i, want)
			}
			return err
		}
	}
	return nil
}

// provocations has a row for each error that the model lists for single operations. Those of every operation
// are provoked through the rows of operations.
var provocations = []provocation{
	{"CreateCase", "Conflict", "with the token of another request", func(ctx context.Context, t *testing.T, s *server, w *world) error {
		in := w.newCase(text("summary", "First"))
		in.ClientToken = new(name("token"))
		got(s.cases.CreateCase(ctx, in))(t)
		in.Fields = append(in.Fields, text(w.field, "x"))
		return only(s.cases.CreateCase(ctx, in))
	}},
	{"CreateDomain", "Conflict", "with a name that is taken", func(ctx context.Context, t *testing.T, s *server, w *world) error {
		taken := got(s.cases.GetDomain(ctx, &connectcases.GetDomainInput{DomainId: &w.domain}))(t).Name
		return only(s.cases.CreateDomain(ctx, &connectcases.CreateDomainInput{Name: taken}))
	}},
	{"CreateField", "Conflict", "with a name that is taken", func(ctx context.Context, t *testing.T, s *server, w *world) error {
		return only(s.cases.CreateField(ctx, &connectcases.CreateFieldInput{DomainId: &w.domain, Name: s.fieldName(t, w, w.field), Type: types.FieldTypeUrl}))
	}},
	{"UpdateField", "Conflict", "with a name that is taken", func(ctx context.Context, t *testing.T, s *server, w *world) error {
		return only(s.cases.UpdateField(ctx, &connectcases.UpdateFieldInput{DomainId: &w.domain, FieldId: &w.choice, Name: s.fieldName(t, w, w.field)}))
	}},
	{"DeleteField", "Conflict", "that a rule refers to", func(ctx context.Context, _ *testing.T, s *server, w *world) error {
		return only(s.cases.DeleteField(ctx, &connectcases.DeleteFieldInput{DomainId: &w.domain, FieldId: &w.choice}))
	}},
	{"CreateLayout", "Conflict", "with a name that is taken", func(ctx context.Context, t *testing.T, s *server, w *world) error {
		return only(s.cases.CreateLayout(ctx, &connectcases.CreateLayoutInput{DomainId: &w.domain, Name: s.layout(t, w.domain, w.layout).Name, Content: panels("title")}))
	}},
	{"UpdateLayout", "Conflict", "with a name that is taken", func(ctx context.Context, t *testing.T, s *server, w *world) error {
		return only(s.cases.UpdateLayout(ctx, &connectcases.UpdateLayoutInput{DomainId: &w.domain, LayoutId: &w.spareLayout, Name: s.layout(t, w.domain, w.layout).Name}))
	}},
	{"DeleteLayout", "Conflict", "that a template shows", func(ctx context.Context, _ *testing.T, s *server, w *world) error {
		return only(s.cases.DeleteLayout(ctx, &connectcases.DeleteLayoutInput{DomainId: &w.domain, LayoutId: &w.layout}))
	}},
	{"DeleteLayout", "Conflict", "more often than a domain lets", func(ctx context.Context, t *testing.T, s *server, w *world) error {
		return until(t, 100, func(int) error {
			return only(s.cases.DeleteLayout(ctx, &connectcases.DeleteLayoutInput{DomainId: &w.domain, LayoutId: new(s.newLayout(t, w.domain, "title"))}))
		})
	}},
	{"DeleteTemplate", "Conflict", "more often than a domain lets", func(ctx context.Context, t *testing.T, s *server, w *world) error {
		return until(t, 100, func(int) error {
			return only(s.cases.DeleteTemplate(ctx, &connectcases.DeleteTemplateInput{DomainId: &w.domain, TemplateId: new(w.plain(t, s).template)}))
		})
	}},
	{"CreateTemplate", "Conflict", "with a name that is taken", func(ctx context.Context, _ *testing.T, s *server, w *world) error {
		return only(s.cases.CreateTemplate(ctx, &connectcases.CreateTemplateInput{DomainId: &w.domain, Name: new("General inquiry")}))
	}},
	{"UpdateTemplate", "Conflict", "with a name that is taken", func(ctx context.Context, _ *testing.T, s *server, w *world) error {
		return only(s.cases.UpdateTemplate(ctx, &connectcases.UpdateTemplateInput{DomainId: &w.domain, TemplateId: &w.template, Name: new("General inquiry")}))
	}},
	{"CreateCaseRule", "Conflict", "with a name that is taken", func(ctx context.Context, t *testing.T, s *server, w *world) error {
		return only(s.cases.CreateCaseRule(ctx, &connectcases.CreateCaseRuleInput{DomainId: &w.domain, Name: s.caseRule(t, w.domain, w.rule).Name, Rule: required(true)}))
	}},
	{"UpdateCaseRule", "Conflict", "with a name that is taken", func(ctx context.Context, t *testing.T, s *server, w *world) error {
		return only(s.cases.UpdateCaseRule(ctx, &connectcases.UpdateCaseRuleInput{DomainId: &w.domain, CaseRuleId: &w.spareRule, Name: s.caseRule(t, w.domain, w.rule).Name}))
	}},
	{"DeleteCaseRule", "Conflict", "that a template has", func(ctx context.Context, _ *testing.T, s *server, w *world) error {
		return only(s.cases.DeleteCaseRule(ctx, &connectcases.DeleteCaseRuleInput{DomainId: &w.domain, CaseRuleId: &w.rule}))
	}},
	{"CreateDomain", "Quota", "more than an account has", func(ctx context.Context, t *testing.T, s *server, _ *world) error {
		return until(t, 4, func(int) error {
			return only(s.cases.CreateDomain(ctx, &connectcases.CreateDomainInput{Name: new(name("domain"))}))
		})
	}},
	{"CreateField", "Quota", "more than a domain has", func(ctx context.Context, t *testing.T, s *server, w *world) error {
		return until(t, -1, func(int) error {
			return only(s.cases.CreateField(ctx, &connectcases.CreateFieldInput{DomainId: &w.domain, Name: new(name("field")), Type: types.FieldTypeText}))
		})
	}},
	{"BatchPutFieldOptions", "Quota", "more than a field has", func(ctx context.Context, t *testing.T, s *server, w *world) error {
		return until(t, -1, func(i int) error {
			put := make([]types.FieldOption, 50)
			for j := range put {
				put[j] = option(fmt.Sprint("option-", i, "-", j), "x")
			}
			return only(s.cases.BatchPutFieldOptions(ctx, &connectcases.BatchPutFieldOptionsInput{DomainId: &w.domain, FieldId: &w.choice, Options: put}))
		})
	}},
	{"CreateLayout", "Quota", "with more than 100 fields", func(ctx context.Context, t *testing.T, s *server, w *world) error {
		return only(s.cases.CreateLayout(ctx, &connectcases.CreateLayoutInput{DomainId: &w.domain, Name: new(name("layout")), Content: panels(s.customFields(t, w, 101)...)}))
	}},
	{"UpdateLayout", "Quota", "to more than 100 fields", func(ctx context.Context, t *testing.T, s *server, w *world) error {
		return only(s.cases.UpdateLayout(ctx, &connectcases.UpdateLayoutInput{DomainId: &w.domain, LayoutId: &w.layout, Content: panels(s.customFields(t, w, 101)...)}))
	}},
	{"CreateLayout", "Quota", "more than a domain has", func(ctx context.Context, t *testing.T, s *server, w *world) error {
		return until(t, -1, func(int) error {
			return only(s.cases.CreateLayout(ctx, &connectcases.CreateLayoutInput{DomainId: &w.domain, Name: new(name("layout")), Content: panels("title")}))
		})
	}},
	{"CreateTemplate", "Quota", "more than a domain has", func(ctx context.Context, t *testing.T, s *server, w *world) error {
		return until(t, -1, func(int) error {
			return only(s.cases.CreateTemplate(ctx, &connectcases.CreateTemplateInput{DomainId: &w.domain, Name: new(name("template"))}))
		})
	}},
	{"CreateCaseRule", "Quota", "more than a domain has", func(ctx context.Context, t *testing.T, s *server, w *world) error {
		return until(t, -1, func(int) error {
			return only(s.cases.CreateCaseRule(ctx, &connectcases.CreateCaseRuleInput{DomainId: &w.domain, Name: new(name("rule")), Rule: required(true)}))
		})
	}},
	{"CreateRelatedItem", "Quota", "more SLAs than a case has", func(ctx context.Context, t *testing.T, s *server, w *world) error {
		return until(t, 10, func(i int) error {
			return only(s.cases.CreateRelatedItem(ctx, item(w.domain, w.caseID, sla(fmt.Sprint(i), 60, "closed"))))
		})
	}},
	{"CreateRelatedItem", "Quota", "more files than a case has", func(ctx context.Context, t *testing.T, s *server, w *world) error {
		return until(t, 50, func(int) error {
			return only(s.cases.CreateRelatedItem(ctx, item(w.domain, w.caseID, file(fileARN()))))
		})
	}},
	{"CreateRelatedItem", "Quota", "a custom one with more fields than it has", func(ctx context.Context, t *testing.T, s *server, w *world) error {
		return only(s.cases.CreateRelatedItem(ctx, item(w.domain, w.caseID, custom(s.customValues(t, w, 6)...))))
	}},
	{"UpdateRelatedItem", "Quota", "a custom one to more fields than it has", func(ctx context.Context, t *testing.T, s *server, w *world) error {
		values := s.customValues(t, w, 6)
		made := s.attach(t, w.domain, w.caseID, custom(values[:5]...))
		return only(s.cases.UpdateRelatedItem(ctx, &connectcases.UpdateRelatedItemInput{
			DomainId: &w.domain, CaseId: &w.caseID, RelatedItemId: &made,
			Content: &types.RelatedItemUpdateContentMemberCustom{Value: types.CustomUpdateContent{Fields: values}},
		}))
	}},
	{"CreateRelatedItem", "Quota", "more than a case has", func(ctx context.Context, t *testing.T, s *server, w *world) error {
		return until(t, -1, func(i int) error {
			return only(s.cases.CreateRelatedItem(ctx, comment(w.domain, w.caseID, fmt.Sprint(i))))
		})
	}},
}

// fieldName reads a field's name.
func (s *server) fieldName(t *testing.T, w *world, id string) *string {
	t.Helper()
	return got(s.cases.BatchGetField(t.Context(), &connectcases.BatchGetFieldInput{DomainId: &w.domain, Fields: ids(id)}))(t).Fields[0].Name
}

// customFields gives custom Text fields of the world, of which its domain has enough or is given them.
func (s *server) customFields(t *testing.T, w *world, n int) (found []string) {
	t.Helper()
	for _, f := range s.listFields(t, w.domain, 100) {
		if f.Namespace == types.FieldNamespaceCustom && f.Type == types.FieldTypeText {
			found = append(found, *f.FieldId)
		}
	}
	for len(found) < n {
		found = append(found, s.newField(t, w.domain, types.FieldTypeText))
	}
	return found[:n]
}

// customValues gives values of custom fields.
func (s *server) customValues(t *testing.T, w *world, n int) (values []types.FieldValue) {
	t.Helper()
	for _, id := range s.customFields(t, w, n) {
		values = append(values, text(id, "x"))
	}
	return values
}
