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

// systemFields are the fields that every domain has.
var systemFields = map[string]types.FieldType{
	"case_id": types.FieldTypeText, "reference_number": types.FieldTypeText, "title": types.FieldTypeText,
	"status": types.FieldTypeSingleSelect, "summary": types.FieldTypeText, "case_reason": types.FieldTypeSingleSelect,
	"customer_id": types.FieldTypeText, "assigned_queue": types.FieldTypeText, "assigned_user": types.FieldTypeText,
	"created_datetime": types.FieldTypeDateTime, "last_updated_datetime": types.FieldTypeDateTime,
	"last_closed_datetime": types.FieldTypeDateTime, "last_reopened_datetime": types.FieldTypeDateTime,
	"last_updated_user": types.FieldTypeUser, "next_sla_breach_datetime": types.FieldTypeDateTime,
}

// listFields reads all fields of a domain in pages.
func (s *server) listFields(t *testing.T, domain string, limit int32) []types.FieldSummary {
	t.Helper()
	return walk(t, int(limit), func(f types.FieldSummary) string { return *f.FieldId }, func(ctx context.Context, token *string) ([]types.FieldSummary, *string, error) {
		out, err := s.cases.ListFields(ctx, &connectcases.ListFieldsInput{DomainId: &domain, MaxResults: &limit, NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.Fields, out.NextToken, nil
	})
}

func TestSystemFieldsAreThereFromTheStart(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f := s.inDomain(t)
		kinds := map[string]types.FieldType{}
		for _, field := range s.listFields(t, f.domain, 4) {
			if field.Namespace != types.FieldNamespaceSystem {
				continue
			}
			kinds[*field.FieldId] = field.Type
			if want := f.domainARN + "/field/" + *field.FieldId; *field.FieldArn != want {
				t.Errorf("got ARN %s, want %s", *field.FieldArn, want)
			}
			if deref(field.Name) == "" {
				t.Errorf("%s has no name", *field.FieldId)
			}
		}
		if diff := cmp.Diff(systemFields, kinds); diff != "" {
			t.Error(diff)
		}
		out := got(s.cases.ListFieldOptions(t.Context(), &connectcases.ListFieldOptionsInput{DomainId: &f.domain, FieldId: new("status")}))(t)
		options := map[string]string{}
		for _, o := range out.Options {
			if *o.Value == "open" || *o.Value == "closed" { // other tests add more
				options[*o.Value] = fmt.Sprint(*o.Name, " ", *o.Active)
			}
		}
		if diff := cmp.Diff(map[string]string{"open": "Open true", "closed": "Closed true"}, options); diff != "" {
			t.Error(diff)
		}
	})
}

func TestFieldsOfEachTypeAreCreatedListedAndRead(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f := s.inDomain(t)
		want := map[string]types.FieldType{}
		for _, kind := range types.FieldType("").Values() {
			made := got(s.cases.CreateField(t.Context(), &connectcases.CreateFieldInput{DomainId: &f.domain, Name: new(name("field")), Type: kind, Description: new("About " + string(kind))}))(t)
			if !uuid.MatchString(*made.FieldId) || *made.FieldArn != f.domainARN+"/field/"+*made.FieldId {
				t.Errorf("got id %s and ARN %s", *made.FieldId, *made.FieldArn)
			}
			want[*made.FieldId] = kind
		}
		var asked []string
		for _, field := range s.listFields(t, f.domain, 7) {
			if kind, ok := want[*field.FieldId]; ok {
				asked = append(asked, *field.FieldId)
				if field.Type != kind || field.Namespace != types.FieldNamespaceCustom {
					t.Errorf("got type %s in namespace %s, want %s", field.Type, field.Namespace, kind)
				}
			}
		}
		if len(asked) != len(want) {
			t.Errorf("the list has %d of %d fields", len(asked), len(want))
		}
		out := got(s.cases.BatchGetField(t.Context(), &connectcases.BatchGetFieldInput{DomainId: &f.domain, Fields: ids(append(asked, nowhere)...)}))(t)
		if len(out.Fields) != len(want) {
			t.Errorf("read %d of %d fields", len(out.Fields), len(want))
		}
		for _, field := range out.Fields {
			if field.Type != want[*field.FieldId] || deref(field.Description) != "About "+string(field.Type) || field.Deleted || field.CreatedTime == nil || field.LastModifiedTime == nil {
				t.Errorf("got %+v", field)
			}
		}
		if len(out.Errors) != 1 || *out.Errors[0].Id != nowhere || deref(out.Errors[0].ErrorCode) == "" {
			t.Errorf("got errors %+v", out.Errors)
		}
	})
}

func TestTextFieldKeepsItsAttributes(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f := s.inDomain(t)
		made := got(s.cases.CreateField(t.Context(), &connectcases.CreateFieldInput{
			DomainId: &f.domain, Name: new(name("lines")), Type: types.FieldTypeText,
			Attributes: &types.FieldAttributesMemberText{Value: types.TextAttributes{IsMultiline: new(true)}},
		}))(t)
		out := got(s.cases.BatchGetField(t.Context(), &connectcases.BatchGetFieldInput{DomainId: &f.domain, Fields: ids(*made.FieldId)}))(t)
		if len(out.Fields) != 1 {
			t.Fatalf("got %+v", out)
		}
		attributes, ok := out.Fields[0].Attributes.(*types.FieldAttributesMemberText)
		if !ok || attributes.Value.IsMultiline == nil || !*attributes.Value.IsMultiline {
			t.Errorf("got attributes %+v", out.Fields[0].Attributes)
		}
	})
}

func TestFieldCallsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		create := func(n string, kind types.FieldType, edit func(*connectcases.CreateFieldInput)) error {
			in := &connectcases.CreateFieldInput{DomainId: &f.domain, Name: &n, Type: kind}
			if edit != nil {
				edit(in)
			}
			return only(s.cases.CreateField(ctx, in))
		}
		taken := name("taken")
		if err := create(taken, types.FieldTypeNumber, nil); err != nil {
			t.Fatal(err)
		}
		many := make([]string, 51)
		for i := range many {
			many[i] = fmt.Sprintf("field-%d", i)
		}
		refuse(t, []refusal{
			{"name taken", create(taken, types.FieldTypeText, nil), "ConflictException", 409, ""},
			{"bad type", create(name("f"), "Colour", nil), "ValidationException", 400, "enum value set"},
			{"long name", create(strings.Repeat("n", 101), types.FieldTypeText, nil), "ValidationException", 400, "less than or equal to 100"},
			{"long description", create(name("f"), types.FieldTypeText, func(in *connectcases.CreateFieldInput) { in.Description = new(strings.Repeat("d", 256)) }), "ValidationException", 400, "less than or equal to 255"},
			{"text attributes on a number", create(name("f"), types.FieldTypeNumber, func(in *connectcases.CreateFieldInput) {
				in.Attributes = &types.FieldAttributesMemberText{Value: types.TextAttributes{IsMultiline: new(true)}}
			}), "ValidationException", 400, ""},
			{"a field twice", only(s.cases.BatchGetField(ctx, &connectcases.BatchGetFieldInput{DomainId: &f.domain, Fields: ids("title", "title")})), "ValidationException", 400, ""},
			{"51 fields", only(s.cases.BatchGetField(ctx, &connectcases.BatchGetFieldInput{DomainId: &f.domain, Fields: ids(many...)})), "ValidationException", 400, "less than or equal to 50"},
			{"no fields", only(s.cases.BatchGetField(ctx, &connectcases.BatchGetFieldInput{DomainId: &f.domain, Fields: ids()})), "ValidationException", 400, "greater than or equal to 1"},
			{"page too large", only(s.cases.ListFields(ctx, &connectcases.ListFieldsInput{DomainId: &f.domain, MaxResults: new(int32(101))})), "ValidationException", 400, "less than or equal to 100"},
			{"foreign token", only(s.cases.ListFields(ctx, &connectcases.ListFieldsInput{DomainId: &f.domain, NextToken: new("nonsense")})), "ValidationException", 400, ""},
		})
		gone(t, create(name("f"), types.FieldTypeText, func(in *connectcases.CreateFieldInput) { in.DomainId = new(nowhere) }), nowhere, "Domain")
		gone(t, only(s.cases.ListFields(ctx, &connectcases.ListFieldsInput{DomainId: new(nowhere)})), nowhere, "Domain")
		gone(t, only(s.cases.BatchGetField(ctx, &connectcases.BatchGetFieldInput{DomainId: new(nowhere), Fields: ids("title")})), nowhere, "Domain")
	})
}

// option gives an option that may be chosen.
func option(value, label string) types.FieldOption {
	return types.FieldOption{Value: &value, Name: &label, Active: new(true)}
}

func TestFieldOptionsAreAddedChangedAndListed(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		field := *got(s.cases.CreateField(ctx, &connectcases.CreateFieldInput{DomainId: &f.domain, Name: new(name("select")), Type: types.FieldTypeSingleSelect}))(t).FieldId
		put := func(options ...types.FieldOption) []types.FieldOptionError {
			t.Helper()
			return got(s.cases.BatchPutFieldOptions(ctx, &connectcases.BatchPutFieldOptionsInput{DomainId: &f.domain, FieldId: &field, Options: options}))(t).Errors
		}
		if errs := put(option("lost", "Lost"), option("late", "Late"), option("Shipment broken", "Broken")); len(errs) > 0 {
			t.Errorf("got errors %+v", errs)
		}
		late := option("late", "Too late")
		late.Active = new(false)
		if errs := put(late); len(errs) > 0 {
			t.Errorf("got errors %+v", errs)
		}
		list := func(limit int32, values ...string) []string {
			t.Helper()
			all := walk(t, int(limit), func(o types.FieldOption) string { return *o.Value }, func(ctx context.Context, token *string) ([]types.FieldOption, *string, error) {
				out, err := s.cases.ListFieldOptions(ctx, &connectcases.ListFieldOptionsInput{DomainId: &f.domain, FieldId: &field, MaxResults: &limit, NextToken: token, Values: values})
				if err != nil {
					return nil, nil, err
				}
				return out.Options, out.NextToken, nil
			})
			var shown []string
			for _, o := range all {
				shown = append(shown, fmt.Sprintf("%s=%s %v", *o.Value, *o.Name, *o.Active))
			}
			return shown
		}
		want := []string{"lost=Lost true", "late=Too late false", "Shipment broken=Broken true"}
		if diff := cmp.Diff(want, list(2)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(want[1:2], list(10, "late")); diff != "" {
			t.Error(diff)
		}
	})
}

func TestFieldOptionCallsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		put := func(field string, options ...types.FieldOption) error {
			return only(s.cases.BatchPutFieldOptions(ctx, &connectcases.BatchPutFieldOptionsInput{DomainId: &f.domain, FieldId: &field, Options: options}))
		}
		many := make([]types.FieldOption, 51)
		for i := range many {
			many[i] = option(fmt.Sprint(i), fmt.Sprint(i))
		}
		refuse(t, []refusal{
			{"options of a text", put(f.field, option("a", "A")), "ValidationException", 400, ""},
			{"list of options of a text", only(s.cases.ListFieldOptions(ctx, &connectcases.ListFieldOptionsInput{DomainId: &f.domain, FieldId: &f.field})), "ValidationException", 400, ""},
			{"51 options", put("case_reason", many...), "ValidationException", 400, "less than or equal to 50"},
			{"value ending in a space", put("case_reason", option("a ", "A")), "ValidationException", 400, "pattern"},
			{"long value", put("case_reason", option(strings.Repeat("v", 101), "A")), "ValidationException", 400, "less than or equal to 100"},
			{"two values", only(s.cases.ListFieldOptions(ctx, &connectcases.ListFieldOptionsInput{DomainId: &f.domain, FieldId: new("status"), Values: []string{"open", "closed"}})), "ValidationException", 400, "less than or equal to 1"},
			{"foreign token", only(s.cases.ListFieldOptions(ctx, &connectcases.ListFieldOptionsInput{DomainId: &f.domain, FieldId: new("status"), NextToken: new("nonsense")})), "ValidationException", 400, ""},
		})
		gone(t, put(nowhere, option("a", "A")), nowhere, "Field")
		gone(t, only(s.cases.ListFieldOptions(ctx, &connectcases.ListFieldOptionsInput{DomainId: &f.domain, FieldId: new(nowhere)})), nowhere, "Field")
		gone(t, only(s.cases.ListFieldOptions(ctx, &connectcases.ListFieldOptionsInput{DomainId: new(nowhere), FieldId: new("status")})), nowhere, "Domain")
		out := got(s.cases.BatchPutFieldOptions(ctx, &connectcases.BatchPutFieldOptionsInput{DomainId: &f.domain, FieldId: new("status"), Options: []types.FieldOption{option("open", "Opened"), option(name("waiting"), "Waiting")}}))(t)
		if len(out.Errors) != 1 || *out.Errors[0].Value != "open" || deref(out.Errors[0].ErrorCode) == "" || deref(out.Errors[0].Message) == "" {
			t.Errorf("renaming an option of status: got errors %+v", out.Errors)
		}
	})
}

func TestFieldsStopAtTheQuota(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		f := s.inDomain(t)
		create := func(i int) error {
			return only(s.cases.CreateField(t.Context(), &connectcases.CreateFieldInput{DomainId: &f.domain, Name: new(fmt.Sprint("field ", i)), Type: types.FieldTypeBoolean}))
		}
		for i := range 499 { // the fixture has made one
			if err := create(i); err != nil {
				t.Fatalf("field %d: %v", i, err)
			}
		}
		refuse(t, []refusal{{"field 501", create(500), "ServiceQuotaExceededException", 402, ""}})
		if n := len(s.listFields(t, f.domain, 100)); n != 500+len(systemFields) {
			t.Errorf("got %d fields", n)
		}
		for i := 0; i < 500; i += 50 {
			options := make([]types.FieldOption, 50)
			for j := range options {
				options[j] = option(fmt.Sprint(i+j), fmt.Sprint(i+j))
			}
			got(s.cases.BatchPutFieldOptions(t.Context(), &connectcases.BatchPutFieldOptionsInput{DomainId: &f.domain, FieldId: new("case_reason"), Options: options}))(t)
		}
		refuse(t, []refusal{{"option 501", only(s.cases.BatchPutFieldOptions(t.Context(), &connectcases.BatchPutFieldOptionsInput{
			DomainId: &f.domain, FieldId: new("case_reason"), Options: []types.FieldOption{option("more", "More")},
		})), "ServiceQuotaExceededException", 402, ""}})
	})
}
