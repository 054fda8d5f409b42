package api_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/connectcases"
	"github.com/aws/aws-sdk-go-v2/service/connectcases/types"
)

// customer is a customer profile's ARN. Cases looks at its form only.
const customer = "arn:aws:profile:us-east-1:111122223333:domains/api/profiles/0123456789abcdef0123456789abcdef"

// nowhere is an id that nothing has.
const nowhere = "00000000-0000-4000-8000-000000000000"

// contact gives the ARN of a contact that no other test uses.
func contact() string {
	return "arn:aws:connect:us-east-1:111122223333:instance/11111111-2222-4333-8444-555555555555/contact/" + name("contact")
}

// fixture is what tests of Cases share on one server: an account has room for few domains.
type fixture struct {
	domain, domainARN string
	template          string // without required fields
	field             string // a custom Text field
	err               error
}

// inDomain gives the server's shared domain.
func (s *server) inDomain(t *testing.T) *fixture {
	t.Helper()
	s.casesOnce.Do(func() { s.fixture = s.newFixture(context.Background(), name("api")) })
	if s.fixture.err != nil {
		t.Fatal(s.fixture.err)
	}
	return &s.fixture
}

// newFixture makes a domain with a field and a template.
func (s *server) newFixture(ctx context.Context, domain string) (f fixture) {
	made, err := s.cases.CreateDomain(ctx, &connectcases.CreateDomainInput{Name: &domain})
	if err != nil {
		return fixture{err: err}
	}
	f.domain, f.domainARN = *made.DomainId, *made.DomainArn
	field, err := s.cases.CreateField(ctx, &connectcases.CreateFieldInput{DomainId: &f.domain, Name: new("Reference of the carrier"), Type: types.FieldTypeText})
	if err != nil {
		return fixture{err: err}
	}
	f.field = *field.FieldId
	template, err := s.cases.CreateTemplate(ctx, &connectcases.CreateTemplateInput{DomainId: &f.domain, Name: new("General inquiry")})
	if err != nil {
		return fixture{err: err}
	}
	f.template = *template.TemplateId
	return f
}

// text, number, boolean, user and none give a field with a value of each kind.
func text(id, v string) types.FieldValue {
	return types.FieldValue{Id: &id, Value: &types.FieldValueUnionMemberStringValue{Value: v}}
}

func number(id string, v float64) types.FieldValue {
	return types.FieldValue{Id: &id, Value: &types.FieldValueUnionMemberDoubleValue{Value: v}}
}

func boolean(id string, v bool) types.FieldValue {
	return types.FieldValue{Id: &id, Value: &types.FieldValueUnionMemberBooleanValue{Value: v}}
}

func user(id, arn string) types.FieldValue {
	return types.FieldValue{Id: &id, Value: &types.FieldValueUnionMemberUserArnValue{Value: arn}}
}

func none(id string) types.FieldValue {
	return types.FieldValue{Id: &id, Value: &types.FieldValueUnionMemberEmptyValue{}}
}

// ids gives field identifiers.
func ids(names ...string) []types.FieldIdentifier {
	out := make([]types.FieldIdentifier, len(names))
	for i := range names {
		out[i].Id = &names[i]
	}
	return out
}

// newCase gives the input of a case with what every case needs, and more fields.
func (f *fixture) newCase(more ...types.FieldValue) *connectcases.CreateCaseInput {
	return &connectcases.CreateCaseInput{
		DomainId: &f.domain, TemplateId: &f.template,
		Fields: append([]types.FieldValue{text("title", "Parcel did not arrive"), text("customer_id", customer)}, more...),
	}
}

// openCase makes a case and gives its id.
func (s *server) openCase(t *testing.T, f *fixture, more ...types.FieldValue) string {
	t.Helper()
	return *got(s.cases.CreateCase(t.Context(), f.newCase(more...)))(t).CaseId
}

// values reads fields of a case: strings, numbers and flags, by field id.
func (s *server) values(t *testing.T, domain, id string, fields ...string) map[string]any {
	t.Helper()
	out := got(s.cases.GetCase(t.Context(), &connectcases.GetCaseInput{DomainId: &domain, CaseId: &id, Fields: ids(fields...)}))(t)
	values := map[string]any{}
	for _, f := range out.Fields {
		switch v := f.Value.(type) {
		case *types.FieldValueUnionMemberStringValue:
			values[*f.Id] = v.Value
		case *types.FieldValueUnionMemberDoubleValue:
			values[*f.Id] = v.Value
		case *types.FieldValueUnionMemberBooleanValue:
			values[*f.Id] = v.Value
		case *types.FieldValueUnionMemberUserArnValue:
			values[*f.Id] = v.Value
		default:
			t.Errorf("field %s has a value of kind %T", *f.Id, f.Value)
		}
	}
	return values
}

// gone gives the refusals of calls about something that does not exist, and checks what the error says about it.
func gone(t *testing.T, err error, id, kind string) {
	t.Helper()
	refuse(t, []refusal{{"unknown " + kind, err, "ResourceNotFoundException", 404, ""}})
	if e := as[*types.ResourceNotFoundException](err); e == nil {
		t.Errorf("unknown %s: got %T", kind, err)
	} else if deref(e.ResourceId) != id || deref(e.ResourceType) != kind {
		t.Errorf("unknown %s: got resource %q of type %q, want %q", kind, deref(e.ResourceId), deref(e.ResourceType), id)
	}
}
