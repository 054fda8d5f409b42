package api_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/connectcases"
	"github.com/aws/aws-sdk-go-v2/service/connectcases/types"
	"github.com/google/go-cmp/cmp"
)

// agent is a Connect user.
const agent = "arn:aws:connect:us-east-1:111122223333:instance/11111111-2222-4333-8444-555555555555/agent/22222222-3333-4444-8555-666666666666"

// instant reads a DateTime field.
func instant(t *testing.T, v any) time.Time {
	t.Helper()
	s, _ := v.(string)
	return got(time.Parse(time.RFC3339Nano, s))(t)
}

func TestCaseIsCreatedWithItsServiceFields(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f := s.inDomain(t)
		in := f.newCase(text(f.field, "CC-1"))
		in.PerformedBy = &types.UserUnionMemberUserArn{Value: agent}
		made := got(s.cases.CreateCase(t.Context(), in))(t)
		if !uuid.MatchString(*made.CaseId) || *made.CaseArn != f.domainARN+"/case/"+*made.CaseId {
			t.Errorf("got id %s and ARN %s", *made.CaseId, *made.CaseArn)
		}
		all := []string{f.field}
		for id := range systemFields {
			all = append(all, id)
		}
		v := s.values(t, f.domain, *made.CaseId, all...)
		if n, _ := v["reference_number"].(string); !regexp.MustCompile(`^\d{8}$`).MatchString(n) {
			t.Errorf("got reference number %q", n)
		}
		created, updated := instant(t, v["created_datetime"]), instant(t, v["last_updated_datetime"])
		if age := time.Since(created); age < -time.Second || age > time.Minute || !updated.Equal(created) {
			t.Errorf("created %v, updated %v", created, updated)
		}
		for _, id := range []string{"reference_number", "created_datetime", "last_updated_datetime"} {
			delete(v, id)
		}
		want := map[string]any{
			"case_id": *made.CaseId, "title": "Parcel did not arrive", "customer_id": customer, "status": "open",
			"last_updated_user": agent, f.field: "CC-1",
		}
		if diff := cmp.Diff(want, v); diff != "" {
			t.Error(diff)
		}
		read := got(s.cases.GetCase(t.Context(), &connectcases.GetCaseInput{DomainId: &f.domain, CaseId: made.CaseId, Fields: ids("title")}))(t)
		if *read.TemplateId != f.template {
			t.Errorf("got template %s, want %s", *read.TemplateId, f.template)
		}
	})
}

func TestCaseHoldsValuesOfEachType(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		field := map[types.FieldType]string{}
		for _, kind := range types.FieldType("").Values() {
			field[kind] = *got(s.cases.CreateField(ctx, &connectcases.CreateFieldInput{DomainId: &f.domain, Name: new(name("typed")), Type: kind}))(t).FieldId
		}
		got(s.cases.BatchPutFieldOptions(ctx, &connectcases.BatchPutFieldOptionsInput{
			DomainId: &f.domain, FieldId: new(field[types.FieldTypeSingleSelect]), Options: []types.FieldOption{option("Shipment lost", "Lost")},
		}))(t)
		id := s.openCase(t, f,
			text(field[types.FieldTypeText], "ü ☎ \U0001F4E6 \"quoted\"\nnew line"), number(field[types.FieldTypeNumber], -12.5), boolean(field[types.FieldTypeBoolean], false),
			text(field[types.FieldTypeDateTime], "2026-01-02T03:04:05.678Z"), text(field[types.FieldTypeSingleSelect], "Shipment lost"),
			text(field[types.FieldTypeUrl], "https://example.com/?a=1&b=2"), user(field[types.FieldTypeUser], agent))
		var asked []string
		for _, one := range field {
			asked = append(asked, one)
		}
		want := map[string]any{
			field[types.FieldTypeText]: "ü ☎ \U0001F4E6 \"quoted\"\nnew line", field[types.FieldTypeNumber]: -12.5, field[types.FieldTypeBoolean]: false,
			field[types.FieldTypeDateTime]: "2026-01-02T03:04:05.678Z", field[types.FieldTypeSingleSelect]: "Shipment lost",
			field[types.FieldTypeUrl]: "https://example.com/?a=1&b=2", field[types.FieldTypeUser]: agent,
		}
		if diff := cmp.Diff(want, s.values(t, f.domain, id, asked...)); diff != "" {
			t.Error(diff)
		}
		wrong := map[types.FieldType]types.FieldValue{
			types.FieldTypeText: number(field[types.FieldTypeText], 1), types.FieldTypeNumber: text(field[types.FieldTypeNumber], "1"),
			types.FieldTypeBoolean: text(field[types.FieldTypeBoolean], "true"), types.FieldTypeDateTime: boolean(field[types.FieldTypeDateTime], true),
			types.FieldTypeSingleSelect: number(field[types.FieldTypeSingleSelect], 1), types.FieldTypeUrl: user(field[types.FieldTypeUrl], agent),
			types.FieldTypeUser: boolean(field[types.FieldTypeUser], true),
		}
		for kind, value := range wrong {
			refuse(t, []refusal{
				{"create with another type than " + string(kind), only(s.cases.CreateCase(ctx, f.newCase(value))), "ValidationException", 400, field[kind]},
				{"update with another type than " + string(kind), only(s.cases.UpdateCase(ctx, &connectcases.UpdateCaseInput{DomainId: &f.domain, CaseId: &id, Fields: []types.FieldValue{value}})), "ValidationException", 400, field[kind]},
			})
		}
	})
}

func TestCaseIsUpdatedClosedReopenedAndCleared(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		id := s.openCase(t, f, text("summary", "First"), text(f.field, "CC-2"))
		update := func(by types.UserUnion, fields ...types.FieldValue) {
			t.Helper()
			got(s.cases.UpdateCase(ctx, &connectcases.UpdateCaseInput{DomainId: &f.domain, CaseId: &id, Fields: fields, PerformedBy: by}))(t)
		}
		read := func(fields ...string) map[string]any { t.Helper(); return s.values(t, f.domain, id, fields...) }
		const closed, reopened = "last_closed_datetime", "last_reopened_datetime"
		opened := instant(t, read("created_datetime")["created_datetime"])
		update(&types.UserUnionMemberUserArn{Value: agent}, text("status", "closed"), text("summary", "Second"))
		v := read("status", "summary", closed, reopened, "last_updated_user", "last_updated_datetime")
		if v["status"] != "closed" || v["summary"] != "Second" || v[reopened] != nil || v["last_updated_user"] != agent {
			t.Errorf("closed: got %v", v)
		}
		if at := instant(t, v[closed]); at.Before(opened) || !at.Equal(instant(t, v["last_updated_datetime"])) {
			t.Errorf("closed at %v, opened at %v: got %v", at, opened, v)
		}
		update(nil, text("status", "open"), none("summary"))
		w := read("status", "summary", closed, reopened, f.field)
		if w["status"] != "open" || w["summary"] != nil || w[closed] != v[closed] || w[f.field] != "CC-2" {
			t.Errorf("reopened: got %v, closed %v", w, v)
		}
		if instant(t, w[reopened]).Before(instant(t, w[closed])) {
			t.Errorf("reopened: got %v", w)
		}
		before := read("last_updated_datetime")
		update(nil, []types.FieldValue{}...)
		if diff := cmp.Diff(before, read("last_updated_datetime")); diff != "" {
			t.Errorf("an update of no fields: %s", diff)
		}
	})
}

func TestDeletedCaseIsGone(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		id := s.openCase(t, f)
		got(s.cases.DeleteCase(ctx, &connectcases.DeleteCaseInput{DomainId: &f.domain, CaseId: &id}))(t)
		for _, err := range s.caseCalls(t, f, f.domain, id) {
			gone(t, err, id, "Case")
		}
	})
}

// caseCalls makes each call that names a case, and gives their errors.
func (s *server) caseCalls(t *testing.T, f *fixture, domain, id string) []error {
	ctx := t.Context()
	return []error{
		only(s.cases.GetCase(ctx, &connectcases.GetCaseInput{DomainId: &domain, CaseId: &id, Fields: ids("title")})),
		only(s.cases.UpdateCase(ctx, &connectcases.UpdateCaseInput{DomainId: &domain, CaseId: &id, Fields: []types.FieldValue{text("title", "x")}})),
		only(s.cases.DeleteCase(ctx, &connectcases.DeleteCaseInput{DomainId: &domain, CaseId: &id})),
		only(s.cases.CreateRelatedItem(ctx, comment(domain, id, "x"))),
		only(s.cases.SearchRelatedItems(ctx, &connectcases.SearchRelatedItemsInput{DomainId: &domain, CaseId: &id})),
	}
}

func TestCaseCallsNameWhatTheyMiss(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f := s.inDomain(t)
		for _, err := range s.caseCalls(t, f, f.domain, nowhere) {
			gone(t, err, nowhere, "Case")
		}
		id := s.openCase(t, f)
		for _, err := range s.caseCalls(t, f, nowhere, id) {
			gone(t, err, nowhere, "Domain")
		}
		in := f.newCase()
		in.TemplateId = new(nowhere)
		gone(t, only(s.cases.CreateCase(t.Context(), in)), nowhere, "Template")
		in = f.newCase()
		in.DomainId = new(nowhere)
		gone(t, only(s.cases.CreateCase(t.Context(), in)), nowhere, "Domain")
	})
}

func TestCaseFieldsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		id := s.openCase(t, f)
		create := func(edit func(*connectcases.CreateCaseInput)) error {
			in := f.newCase()
			edit(in)
			return only(s.cases.CreateCase(ctx, in))
		}
		with := func(fields ...types.FieldValue) error { return only(s.cases.CreateCase(ctx, f.newCase(fields...))) }
		just := func(fields ...types.FieldValue) error {
			return create(func(in *connectcases.CreateCaseInput) { in.Fields = fields })
		}
		update := func(fields ...types.FieldValue) error {
			return only(s.cases.UpdateCase(ctx, &connectcases.UpdateCaseInput{DomainId: &f.domain, CaseId: &id, Fields: fields}))
		}
		read := func(fields ...string) error {
			return only(s.cases.GetCase(ctx, &connectcases.GetCaseInput{DomainId: &f.domain, CaseId: &id, Fields: ids(fields...)}))
		}
		many := make([]types.FieldValue, 221)
		for i := range many {
			many[i] = text(fmt.Sprint("field-", i), "x")
		}
		const bad = "ValidationException"
		rows := []refusal{
			{"no title", just(text("customer_id", customer)), bad, 400, "title"},
			{"no customer", just(text("title", "x")), bad, 400, "customer_id"},
			{"bad customer", just(text("title", "x"), text("customer_id", "Jane")), bad, 400, "customer_id"},
			{"unknown field", with(text(nowhere, "x")), bad, 400, nowhere},
			{"a field twice", with(text("summary", "x"), text("summary", "y")), bad, 400, "summary"},
			{"no such option", with(text("status", "Open")), bad, 400, "status"},
			{"service's field", with(text("reference_number", "12345678")), bad, 400, "reference_number"},
			{"long text", with(text(f.field, strings.Repeat("x", 4101))), bad, 400, ""},
			{"long summary", with(text("summary", strings.Repeat("x", 3001))), bad, 400, ""},
			{"a NUL", with(text("summary", "a\x00b")), bad, 400, ""},
			{"221 fields", just(many...), bad, 400, "less than or equal to 220"},
			{"long client token", create(func(in *connectcases.CreateCaseInput) { in.ClientToken = new(strings.Repeat("t", 65)) }), bad, 400, "less than or equal to 64"},
			{"update: unknown field", update(text(nowhere, "x")), bad, 400, nowhere},
			{"update: a field twice", update(text("summary", "x"), text("summary", "y")), bad, 400, "summary"},
			{"update: no such option", update(text("status", "gone")), bad, 400, "status"},
			{"update: service's field", update(text("created_datetime", "2026-01-02T03:04:05Z")), bad, 400, "created_datetime"},
			{"update: title cleared", update(none("title")), bad, 400, "title"},
			{"update: customer cleared", update(none("customer_id")), bad, 400, "customer_id"},
			{"update: 221 fields", update(many...), bad, 400, "less than or equal to 220"},
			{"read: unknown field", read(nowhere), bad, 400, nowhere},
			{"read: no field", read(), bad, 400, "greater than or equal to 1"},
		}
		refuse(t, rows)
		if diff := cmp.Diff(map[string]any{"title": "Parcel did not arrive", "status": "open"}, s.values(t, f.domain, id, "title", "status", "summary")); diff != "" {
			t.Errorf("a refused update changed the case: %s", diff)
		}
	})
}

func TestTemplateDecidesWhatACaseNeeds(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		strict := *f
		made := got(s.cases.CreateTemplate(ctx, &connectcases.CreateTemplateInput{
			DomainId: &f.domain, Name: new(name("strict")), RequiredFields: []types.RequiredField{{FieldId: &f.field}},
			TagPropagationConfigurations: []types.TagPropagationConfiguration{{ResourceType: types.TagPropagationResourceTypeCases, TagMap: map[string]string{"team": "refunds", "tier": "1"}}},
		}))(t)
		strict.template = *made.TemplateId
		asleep := *f
		asleep.template = *got(s.cases.CreateTemplate(ctx, &connectcases.CreateTemplateInput{DomainId: &f.domain, Name: new(name("asleep")), Status: types.TemplateStatusInactive}))(t).TemplateId

		in := strict.newCase(text(f.field, "CC-3"))
		in.Tags = map[string]string{"tier": "2", "colour": "red"}
		id := *got(s.cases.CreateCase(ctx, in))(t).CaseId
		tags := map[string]string{}
		for k, v := range got(s.cases.GetCase(ctx, &connectcases.GetCaseInput{DomainId: &f.domain, CaseId: &id, Fields: ids("title")}))(t).Tags {
			tags[k] = deref(v)
		}
		if diff := cmp.Diff(map[string]string{"team": "refunds", "tier": "2", "colour": "red"}, tags); diff != "" {
			t.Error(diff)
		}
		refuse(t, []refusal{
			{"required field missing", only(s.cases.CreateCase(ctx, strict.newCase())), "ValidationException", 400, f.field},
			{"required field cleared", only(s.cases.UpdateCase(ctx, &connectcases.UpdateCaseInput{DomainId: &f.domain, CaseId: &id, Fields: []types.FieldValue{none(f.field)}})), "ValidationException", 400, f.field},
			{"inactive template", only(s.cases.CreateCase(ctx, asleep.newCase())), "ValidationException", 400, ""},
		})
	})
}

func TestClientTokenMakesCreateCaseIdempotent(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		in := f.newCase()
		in.ClientToken = new(name("token"))
		first := got(s.cases.CreateCase(ctx, in))(t)
		again := got(s.cases.CreateCase(ctx, in))(t)
		if *first.CaseId != *again.CaseId || *first.CaseArn != *again.CaseArn {
			t.Errorf("got %s, then %s", *first.CaseId, *again.CaseId)
		}
		other := f.newCase(text("summary", "Something else"))
		other.ClientToken = in.ClientToken
		refuse(t, []refusal{{"another request", only(s.cases.CreateCase(ctx, other)), "ConflictException", 409, ""}})
		other.ClientToken = new(name("token"))
		if third := got(s.cases.CreateCase(ctx, other))(t); *third.CaseId == *first.CaseId {
			t.Error("another token gave the same case")
		}
	})
}
