package api_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/connectcases"
	"github.com/aws/aws-sdk-go-v2/service/connectcases/types"
	"github.com/google/go-cmp/cmp"
)

// field reads a field.
func (s *server) field(t *testing.T, domain, id string) types.GetFieldResponse {
	t.Helper()
	out := got(s.cases.BatchGetField(t.Context(), &connectcases.BatchGetFieldInput{DomainId: &domain, Fields: ids(id)}))(t)
	if len(out.Fields) != 1 || len(out.Errors) != 0 {
		t.Fatalf("got %+v", out)
	}
	return out.Fields[0]
}

// template reads a template.
func (s *server) template(t *testing.T, domain, id string) *connectcases.GetTemplateOutput {
	t.Helper()
	return got(s.cases.GetTemplate(t.Context(), &connectcases.GetTemplateInput{DomainId: &domain, TemplateId: &id}))(t)
}

func TestFieldIsChangedInWhatIsGiven(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		multiline := func(v bool) types.FieldAttributes {
			return &types.FieldAttributesMemberText{Value: types.TextAttributes{IsMultiline: &v}}
		}
		id := *got(s.cases.CreateField(ctx, &connectcases.CreateFieldInput{DomainId: &f.domain, Name: new(name("f")), Type: types.FieldTypeText, Description: new("First"), Attributes: multiline(true)}))(t).FieldId
		was := s.field(t, f.domain, id)
		update := func(edit func(*connectcases.UpdateFieldInput)) error {
			in := &connectcases.UpdateFieldInput{DomainId: &f.domain, FieldId: &id}
			edit(in)
			return only(s.cases.UpdateField(ctx, in))
		}
		renamed := name("renamed")
		for _, step := range []struct {
			edit func(*connectcases.UpdateFieldInput)
			want func(*types.GetFieldResponse)
		}{
			{func(in *connectcases.UpdateFieldInput) { in.Name = &renamed }, func(f *types.GetFieldResponse) { f.Name = &renamed }},
			{func(in *connectcases.UpdateFieldInput) { in.Description = new("Second") }, func(f *types.GetFieldResponse) { f.Description = new("Second") }},
			{func(in *connectcases.UpdateFieldInput) { in.Attributes = multiline(false) }, func(f *types.GetFieldResponse) { f.Attributes = multiline(false) }},
			{func(in *connectcases.UpdateFieldInput) { in.Name = &renamed }, func(*types.GetFieldResponse) {}}, // its own name is not taken
		} {
			if err := update(step.edit); err != nil {
				t.Error(err)
			}
			read := s.field(t, f.domain, id)
			if read.LastModifiedTime.Before(*was.LastModifiedTime) {
				t.Errorf("changed at %v, before %v", read.LastModifiedTime, was.LastModifiedTime)
			}
			step.want(&was)
			was.LastModifiedTime = read.LastModifiedTime
			if diff := cmp.Diff(was, read, whole); diff != "" {
				t.Error(diff)
			}
		}
		const bad = "ValidationException"
		refuse(t, []refusal{
			{"long name", update(func(in *connectcases.UpdateFieldInput) { in.Name = new(strings.Repeat("n", 101)) }), bad, 400, "less than or equal to 100"},
			{"long description", update(func(in *connectcases.UpdateFieldInput) { in.Description = new(strings.Repeat("n", 256)) }), bad, 400, "less than or equal to 255"},
			{"system field", update(func(in *connectcases.UpdateFieldInput) { in.FieldId, in.Name = new("title"), new(name("t")) }), bad, 400, "title"},
			{"text attributes on a choice", update(func(in *connectcases.UpdateFieldInput) {
				in.FieldId, in.Attributes = new(s.newChoice(t, f.domain, "x")), multiline(true)
			}), bad, 400, ""},
		})
	})
}

func TestDeletedFieldStaysWhereItIs(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		w, ctx := s.newWorld(t), t.Context()
		dead, choice := s.newField(t, w.domain, types.FieldTypeText), s.newChoice(t, w.domain, "x")
		layout := s.newLayout(t, w.domain, dead, "title")
		needs := s.newTemplate(t, &w.fixture, func(in *connectcases.CreateTemplateInput) {
			in.RequiredFields = []types.RequiredField{{FieldId: &dead}, {FieldId: new("summary")}}
		})
		got(s.cases.PutCaseEventConfiguration(ctx, &connectcases.PutCaseEventConfigurationInput{DomainId: &w.domain, EventBridge: included(true, "title", dead)}))(t)
		with := s.openCase(t, w.plain(t, s), text(dead, "kept"))
		without := s.openCase(t, w.plain(t, s))
		for range 2 {
			got(s.cases.DeleteField(ctx, &connectcases.DeleteFieldInput{DomainId: &w.domain, FieldId: &dead}))(t)
		}
		got(s.cases.DeleteField(ctx, &connectcases.DeleteFieldInput{DomainId: &w.domain, FieldId: &choice}))(t)

		if read := s.field(t, w.domain, dead); !read.Deleted {
			t.Errorf("got %+v", read)
		}
		if slices.ContainsFunc(s.listFields(t, w.domain, 100), func(f types.FieldSummary) bool { return *f.FieldId == dead || *f.FieldId == choice }) {
			t.Error("the list has deleted fields")
		}
		if shown := showLayout(s.layout(t, w.domain, layout).Content); shown != "Top: title; More: reference_number" {
			t.Errorf("the layout has %q", shown)
		}
		if list := s.template(t, w.domain, needs.template).RequiredFields; len(list) != 1 || *list[0].FieldId != "summary" {
			t.Errorf("the template requires %+v", list)
		}
		config := got(s.cases.GetCaseEventConfiguration(ctx, &connectcases.GetCaseEventConfigurationInput{DomainId: &w.domain}))(t).EventBridge
		if list := config.IncludedData.CaseData.Fields; len(list) != 1 || *list[0].Id != "title" {
			t.Errorf("the configuration has %+v", list)
		}
		if v := s.values(t, w.domain, with, dead); v[dead] != "kept" {
			t.Errorf("the case has %v", v)
		}
		s.openCase(t, needs, text("summary", "x")) // the deleted one is no longer required
		update := func(id string, v types.FieldValue) error {
			return only(s.cases.UpdateCase(ctx, &connectcases.UpdateCaseInput{DomainId: &w.domain, CaseId: &id, Fields: []types.FieldValue{v}}))
		}
		const bad = "ValidationException"
		refuse(t, []refusal{
			{"UpdateField", only(s.cases.UpdateField(ctx, &connectcases.UpdateFieldInput{DomainId: &w.domain, FieldId: &dead, Name: new("Again")})), bad, 400, ""},
			{"BatchPutFieldOptions", only(s.cases.BatchPutFieldOptions(ctx, &connectcases.BatchPutFieldOptionsInput{DomainId: &w.domain, FieldId: &choice, Options: []types.FieldOption{option("y", "Y")}})), bad, 400, ""},
			{"CreateCase", only(s.cases.CreateCase(ctx, w.newCase(text("summary", "x"), text(dead, "x")))), bad, 400, dead},
			{"UpdateCase of a case without a value", update(without, text(dead, "x")), bad, 400, dead},
			{"CreateLayout", only(s.cases.CreateLayout(ctx, &connectcases.CreateLayoutInput{DomainId: &w.domain, Name: new("l"), Content: panels(dead)})), bad, 400, dead},
			{"DeleteField of a system field", only(s.cases.DeleteField(ctx, &connectcases.DeleteFieldInput{DomainId: &w.domain, FieldId: new("title")})), bad, 400, "title"},
		})
		for _, v := range []types.FieldValue{text(dead, "changed"), none(dead)} {
			if err := update(with, v); err != nil {
				t.Errorf("UpdateCase of a case with a value: %v", err)
			}
		}
		if v := s.values(t, w.domain, with, dead); len(v) != 0 {
			t.Errorf("cleared: the case has %v", v)
		}
	})
}

// plain gives a fixture in the world's domain whose template requires nothing.
func (w *world) plain(t *testing.T, s *server) *fixture {
	t.Helper()
	return s.newTemplate(t, &w.fixture, func(*connectcases.CreateTemplateInput) {})
}

func TestTemplateIsChangedInWhatIsGiven(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		w, ctx := s.newWorld(t), t.Context()
		want := s.template(t, w.domain, w.template)
		update := func(edit func(*connectcases.UpdateTemplateInput)) error {
			in := &connectcases.UpdateTemplateInput{DomainId: &w.domain, TemplateId: &w.template}
			edit(in)
			return only(s.cases.UpdateTemplate(ctx, in))
		}
		for _, step := range []func(*connectcases.UpdateTemplateInput){
			func(in *connectcases.UpdateTemplateInput) { in.Name, want.Name = new("Renamed"), new("Renamed") },
			func(in *connectcases.UpdateTemplateInput) {
				in.Description, want.Description = new("Other"), new("Other")
			},
			func(in *connectcases.UpdateTemplateInput) {
				in.Status, want.Status = types.TemplateStatusInactive, types.TemplateStatusInactive
			},
			func(in *connectcases.UpdateTemplateInput) {
				in.LayoutConfiguration = &types.LayoutConfiguration{DefaultLayout: &w.spareLayout}
				want.LayoutConfiguration = in.LayoutConfiguration
			},
			func(in *connectcases.UpdateTemplateInput) {
				in.RequiredFields = []types.RequiredField{{FieldId: &w.field}, {FieldId: &w.choice}}
				want.RequiredFields = in.RequiredFields
			},
			func(in *connectcases.UpdateTemplateInput) {
				in.Rules = []types.TemplateRule{{CaseRuleId: &w.spareRule, FieldId: &w.field}}
				want.Rules = in.Rules
			},
			func(in *connectcases.UpdateTemplateInput) {
				in.TagPropagationConfigurations = propagate("team", "parcels")
				want.TagPropagationConfigurations = in.TagPropagationConfigurations
			},
			func(in *connectcases.UpdateTemplateInput) {
				in.RequiredFields, want.RequiredFields = []types.RequiredField{}, nil
			},
		} {
			if err := update(step); err != nil {
				t.Error(err)
			}
			read := s.template(t, w.domain, w.template)
			if read.LastModifiedTime.Before(*want.LastModifiedTime) {
				t.Errorf("changed at %v, before %v", read.LastModifiedTime, want.LastModifiedTime)
			}
			want.LastModifiedTime = read.LastModifiedTime
			if diff := cmp.Diff(want, read, whole); diff != "" {
				t.Error(diff)
			}
		}
		const bad = "ValidationException"
		refuse(t, []refusal{
			{"nothing to change", update(func(*connectcases.UpdateTemplateInput) {}), bad, 400, ""},
			{"bad status", update(func(in *connectcases.UpdateTemplateInput) { in.Status = "Asleep" }), bad, 400, "enum value set"},
			{"unknown required field", update(func(in *connectcases.UpdateTemplateInput) {
				in.RequiredFields = []types.RequiredField{{FieldId: new(nowhere)}}
			}), bad, 400, nowhere},
			{"required field twice", update(func(in *connectcases.UpdateTemplateInput) {
				in.RequiredFields = []types.RequiredField{{FieldId: &w.field}, {FieldId: &w.field}}
			}), bad, 400, w.field},
		})
	})
}

func TestDeletedTemplateMakesNoCases(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.newTemplate(t, s.inDomain(t), func(*connectcases.CreateTemplateInput) {}), t.Context()
		id := s.openCase(t, f)
		was := s.template(t, f.domain, f.template)
		for range 2 {
			got(s.cases.DeleteTemplate(ctx, &connectcases.DeleteTemplateInput{DomainId: &f.domain, TemplateId: &f.template}))(t)
		}
		if read := s.template(t, f.domain, f.template); !read.Deleted || *read.Name != *was.Name {
			t.Errorf("got %+v", read)
		}
		for p := connectcases.NewListTemplatesPaginator(s.cases, &connectcases.ListTemplatesInput{DomainId: &f.domain}); p.HasMorePages(); {
			if slices.ContainsFunc(got(p.NextPage(ctx))(t).Templates, func(x types.TemplateSummary) bool { return *x.TemplateId == f.template }) {
				t.Error("the list has it")
			}
		}
		refuse(t, []refusal{
			{"UpdateTemplate", only(s.cases.UpdateTemplate(ctx, &connectcases.UpdateTemplateInput{DomainId: &f.domain, TemplateId: &f.template, Name: new(name("t"))})), "ValidationException", 400, ""},
			{"CreateCase", only(s.cases.CreateCase(ctx, f.newCase())), "ValidationException", 400, ""},
		})
		// Its cases go on.
		got(s.cases.UpdateCase(ctx, &connectcases.UpdateCaseInput{DomainId: &f.domain, CaseId: &id, Fields: []types.FieldValue{text("summary", "x")}}))(t)
		if read := got(s.cases.GetCase(ctx, &connectcases.GetCaseInput{DomainId: &f.domain, CaseId: &id, Fields: ids("title")}))(t); *read.TemplateId != f.template {
			t.Errorf("the case has template %s", *read.TemplateId)
		}
	})
}

func TestDeletedDomainIsGoneWithAllThatIsInIt(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		w, ctx := s.newWorld(t), t.Context()
		called := got(s.cases.GetDomain(ctx, &connectcases.GetDomainInput{DomainId: &w.domain}))(t).Name
		got(s.cases.DeleteDomain(ctx, &connectcases.DeleteDomainInput{DomainId: &w.domain}))(t)
		for _, o := range operations {
			if o.inDomain() {
				_, err := o.call(ctx, s.cases, w)
				t.Run(o.name, func(t *testing.T) { gone(t, err, w.domain, "Domain") })
			}
		}
		for _, d := range got(s.cases.ListDomains(ctx, &connectcases.ListDomainsInput{}))(t).Domains {
			t.Errorf("the list has %s", *d.Name)
		}
		again := got(s.cases.CreateDomain(ctx, &connectcases.CreateDomainInput{Name: called}))(t)
		if out := got(s.cases.SearchCases(ctx, &connectcases.SearchCasesInput{DomainId: again.DomainId}))(t); len(out.Cases) != 0 || out.TotalCount != 0 {
			t.Errorf("a new domain of the same name has %+v", out)
		}
	})
}
