package api_test

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/connectcases"
	"github.com/aws/aws-sdk-go-v2/service/connectcases/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"
)

// operation is a row about one operation of Cases. Its call is a good one in a world, and what is asked of
// every operation is asked through it: what it answers with, and how it fails when something in the world is
// not what it should be.
type operation struct {
	name   string
	call   func(context.Context, *connectcases.Client, *world) (any, error)
	unset  string // the members that the answer does not have, as paths: "NextToken Fields.Attributes"
	misses string // the kinds of resources, beside the domain, that it says it misses
	// also has the errors that the model lists beside those of every operation: "Conflict Quota".
	also string
}

// world is a domain with something of each kind in it, and spare things that nothing refers to.
type world struct {
	fixture
	choice, spareField  string // a SingleSelect field with the options red and blue; a Number field
	layout, spareLayout string
	rule, spareRule     string
	caseID, item        string
	contact             string
}

// newWorld makes a world in a domain of its own.
func (s *server) newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{fixture: s.newFixture(t.Context(), name("world")), contact: contact()}
	if w.err != nil {
		t.Fatal(w.err)
	}
	w.field = *got(s.cases.CreateField(t.Context(), &connectcases.CreateFieldInput{
		DomainId: &w.domain, Name: new(name("lines")), Type: types.FieldTypeText, Description: new("Has all that a field can have"),
		Attributes: &types.FieldAttributesMemberText{Value: types.TextAttributes{IsMultiline: new(false)}},
	}))(t).FieldId
	w.choice, w.spareField = s.newChoice(t, w.domain, "red", "blue"), s.newField(t, w.domain, types.FieldTypeNumber)
	w.layout, w.spareLayout = s.newLayout(t, w.domain, w.field), s.newLayout(t, w.domain, "summary")
	w.rule, w.spareRule = s.newRule(t, w.domain, required(false, when(w.choice, "red", true))), s.newRule(t, w.domain, required(false))
	w.template = *got(s.cases.CreateTemplate(t.Context(), &connectcases.CreateTemplateInput{
		DomainId: &w.domain, Name: new(name("whole")), Description: new("Has everything that a template can have"),
		LayoutConfiguration: &types.LayoutConfiguration{DefaultLayout: &w.layout}, RequiredFields: []types.RequiredField{{FieldId: new("summary")}},
		Rules: []types.TemplateRule{{CaseRuleId: &w.rule, FieldId: &w.field}}, TagPropagationConfigurations: propagate("team", "refunds"),
	}))(t).TemplateId
	in := w.newCase(text("summary", "Lost on the way"))
	in.PerformedBy = &types.UserUnionMemberUserArn{Value: agent}
	w.caseID = *got(s.cases.CreateCase(t.Context(), in))(t).CaseId
	note := comment(w.domain, w.caseID, "Called back")
	note.PerformedBy = &types.UserUnionMemberUserArn{Value: agent}
	w.item = *got(s.cases.CreateRelatedItem(t.Context(), note))(t).RelatedItemId
	by := link(w.domain, w.caseID, w.contact)
	by.PerformedBy = &types.UserUnionMemberUserArn{Value: agent}
	got(s.cases.CreateRelatedItem(t.Context(), by))(t)
	return w
}

// without gives a copy of the world in which the resource of a kind is not the one that is there.
func (w world) without(kind, id string) *world {
	for _, place := range map[string][]*string{
		"Domain": {&w.domain}, "Field": {&w.field, &w.choice, &w.spareField}, "Layout": {&w.layout, &w.spareLayout}, "Template": {&w.template},
		"Case": {&w.caseID}, "RelatedItem": {&w.item}, "CaseRule": {&w.rule, &w.spareRule},
	}[kind] {
		*place = id
	}
	return &w
}

// nothing is a world whose resources do not exist.
func nothing() *world {
	w := &world{contact: contact()}
	for _, kind := range []string{"Domain", "Field", "Layout", "Template", "Case", "RelatedItem", "CaseRule"} {
		w = w.without(kind, nowhere)
	}
	return w
}

// arn names the world's case.
func (w *world) arn() *string {
	return new("arn:aws:cases:" + region + ":" + account + ":domain/" + w.domain + "/case/" + w.caseID)
}

func TestEveryOperationOfTheClientHasARow(t *testing.T) {
	var rows, methods []string
	for _, o := range operations {
		rows = append(rows, o.name)
	}
	for m := range reflect.TypeFor[*connectcases.Client]().Methods() {
		if f := m.Type; f.NumIn() == 4 && f.In(2).Elem().Name() == m.Name+"Input" {
			methods = append(methods, m.Name)
		}
	}
	slices.Sort(rows)
	if diff := cmp.Diff(methods, rows); diff != "" {
		t.Errorf("the client's operations and the rows differ: %s", diff)
	}
	if len(methods) != 43 {
		t.Errorf("the client has %d operations, want 43", len(methods))
	}
}

func TestEveryOperationAnswersWithAllItsMembers(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		for _, o := range operations {
			t.Run(o.name, func(t *testing.T) {
				w := s.newWorld(t)
				out, err := o.call(t.Context(), s.cases, w)
				if err != nil {
					t.Fatal(err)
				}
				want, unset := map[string]bool{}, map[string]bool{}
				for _, path := range strings.Fields(o.unset) {
					want[path] = true
				}
				findUnset(reflect.ValueOf(out).Elem(), "", unset)
				if diff := cmp.Diff(want, unset); diff != "" {
					t.Errorf("members that are not set (-want +got): %s", diff)
				}
				meta := reflect.ValueOf(out).Elem().FieldByName("ResultMetadata").Interface().(middleware.Metadata)
				if id, _ := awsmiddleware.GetRequestIDMetadata(meta); id == "" {
					t.Error("the answer carries no request id")
				}
				// An account has room for few domains.
				if err := only(s.cases.DeleteDomain(t.Context(), &connectcases.DeleteDomainInput{DomainId: &w.domain})); err != nil && o.name != "DeleteDomain" {
					t.Error(err)
				}
			})
		}
	})
}

// findUnset collects the paths of the members that are nil; of those that cannot be nil, of those that are false, or
// empty, or 0. In a list a member counts as unset when one item lacks it.
func findUnset(v reflect.Value, path string, unset map[string]bool) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			unset[path] = true
		} else if e := v.Elem(); e.Kind() == reflect.Pointer || e.Kind() == reflect.Struct && e.Type() != reflect.TypeFor[time.Time]() {
			findUnset(e, path, unset)
		}
	case reflect.Slice:
		if v.IsNil() {
			unset[path] = true
		}
		for i := range v.Len() {
			findUnset(v.Index(i), path, unset)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			switch {
			case !f.IsExported() || f.Type == reflect.TypeFor[middleware.Metadata]():
			case f.Name == "Value" && strings.Contains(v.Type().Name(), "Member"): // of a union
				findUnset(v.Field(i), path, unset)
			default:
				findUnset(v.Field(i), strings.TrimPrefix(path+"."+f.Name, "."), unset)
			}
		}
	default: // for a map that is nil, too
		if v.IsZero() {
			unset[path] = true
		}
	}
}

func TestEveryOperationNamesWhatItMisses(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		w := s.newWorld(t)
		for _, id := range []string{nowhere, "other", "ü ☎%2F?a=b&c#d+e", "a/b"} {
			for _, kind := range []string{"Domain", "Field", "Layout", "Template", "Case", "RelatedItem", "CaseRule"} {
				for _, o := range operations {
					if kind == "Domain" && !o.inDomain() || kind != "Domain" && !slices.Contains(strings.Fields(o.misses), kind) {
						continue
					}
					if strings.HasSuffix(o.name, "Resource") && strings.Contains(id, "/") {
						continue // an ARN with such an id says something else
					}
					_, err := o.call(t.Context(), s.cases, w.without(kind, id))
					t.Run(o.name+" "+kind, func(t *testing.T) { gone(t, err, id, kind) })
				}
			}
		}
	})
}

// inDomain tells operations about something in a domain from those about domains of the account.
func (o operation) inDomain() bool { return o.name != "CreateDomain" && o.name != "ListDomains" }

func TestEveryOperationRefusesStrangers(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		for code, k := range map[string]aws.Credentials{
			"UnrecognizedClientException": {AccessKeyID: "AKIASTRANGERSTRANGE1", SecretAccessKey: key.SecretAccessKey},
			"InvalidSignatureException":   {AccessKeyID: key.AccessKeyID, SecretAccessKey: "guessed"},
		} {
			stranger := clientsFor(s.addr, k)
			for _, o := range operations {
				_, err := o.call(t.Context(), stranger.cases, nothing())
				refuse(t, []refusal{{o.name, err, code, 403, ""}})
			}
		}
	})
}

func TestEveryOperationLooksAtTheFormOfItsInput(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		w := nothing().without("Domain", strings.Repeat("d", 501))
		for _, o := range operations {
			if !o.inDomain() || o.name == "DeleteCaseRule" { // the one that the model gives no ValidationException
				continue
			}
			_, err := o.call(t.Context(), s.cases, w)
			refuse(t, []refusal{{o.name, err, "ValidationException", 400, "less than or equal to 500"}})
			if as[*types.ValidationException](err) == nil {
				t.Errorf("%s: got %T", o.name, err)
			}
		}
	})
}

// rate is how often an account may call: calls a second, and at once.
type rate struct{ perSecond, burst int }

// rate gives the rate that AWS publishes for an operation, and the default's for the others.
func (o operation) rate() rate {
	switch o.name {
	case "CreateCase", "SearchCases", "ListTemplates", "ListLayouts", "CreateRelatedItem", "SearchRelatedItems", "ListCaseRules",
		"ListTagsForResource", "TagResource", "UntagResource", "GetCaseAuditEvents", "GetCaseEventConfiguration", "PutCaseEventConfiguration":
		return rate{2, 10}
	case "GetCase":
		return rate{4, 10}
	case "UpdateCase", "ListCasesForContact":
		return rate{2, 2}
	case "BatchGetField", "BatchGetCaseRule":
		return rate{8, 25}
	case "ListFieldOptions":
		return rate{6, 16}
	case "GetTemplate", "GetLayout":
		return rate{6, 20}
	}
	return rate{2, 5}
}

func TestEveryOperationKeepsToItsRate(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		w := nothing()
		for _, o := range operations {
			began, served, limit := time.Now(), 0, o.rate()
			var err error
			for ; served < 100; served++ {
				if _, err = o.call(t.Context(), s.cases, w); as[*types.ThrottlingException](err) != nil {
					break
				}
			}
			refuse(t, []refusal{{o.name, err, "ThrottlingException", 429, "Rate exceeded"}})
			most := limit.burst + int(time.Since(began).Seconds()*float64(limit.perSecond)) + 1
			if served < limit.burst || served > most {
				t.Errorf("%s: served %d calls, want %d to %d", o.name, served, limit.burst, most)
			}
		}
	}, "--aws-request-rates")
}
