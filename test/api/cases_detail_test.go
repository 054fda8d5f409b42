package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/connectcases"
	"github.com/aws/aws-sdk-go-v2/service/connectcases/types"
	"github.com/google/go-cmp/cmp"
)

func TestUsersAndTagsAreHeldToTheirPatterns(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		id := s.openCase(t, f)
		many := map[string]string{}
		for i := range 51 {
			many[fmt.Sprint("tag-", i)] = "x"
		}
		create := func(edit func(*connectcases.CreateCaseInput)) error {
			in := f.newCase()
			edit(in)
			return only(s.cases.CreateCase(ctx, in))
		}
		tags := func(tags map[string]string) error {
			return create(func(in *connectcases.CreateCaseInput) { in.Tags = tags })
		}
		propagated := func(tags map[string]string) error {
			return only(s.cases.CreateTemplate(ctx, &connectcases.CreateTemplateInput{DomainId: &f.domain, Name: new(name("t")), TagPropagationConfigurations: []types.TagPropagationConfiguration{
				{ResourceType: types.TagPropagationResourceTypeCases, TagMap: tags},
			}}))
		}
		const bad = "ValidationException"
		for _, who := range []types.UserUnion{
			&types.UserUnionMemberCustomEntity{Value: "ends in a space "}, &types.UserUnionMemberCustomEntity{Value: "ümlaut"}, &types.UserUnionMemberCustomEntity{Value: ""},
			&types.UserUnionMemberCustomEntity{Value: strings.Repeat("x", 501)}, &types.UserUnionMemberUserArn{Value: ""}, &types.UserUnionMemberUserArn{Value: strings.Repeat("x", 501)},
		} {
			note := comment(f.domain, id, "x")
			note.PerformedBy = who
			refuse(t, []refusal{
				{"CreateCase", create(func(in *connectcases.CreateCaseInput) { in.PerformedBy = who }), bad, 400, ""},
				{"UpdateCase", only(s.cases.UpdateCase(ctx, &connectcases.UpdateCaseInput{DomainId: &f.domain, CaseId: &id, Fields: []types.FieldValue{text("title", "x")}, PerformedBy: who})), bad, 400, ""},
				{"CreateRelatedItem", only(s.cases.CreateRelatedItem(ctx, note)), bad, 400, ""},
			})
		}
		refuse(t, []refusal{
			{"AWS's tag", tags(map[string]string{"aWs:x": "y"}), bad, 400, "pattern"},
			{"a tag's key with other signs", tags(map[string]string{"a*b": "y"}), bad, 400, "pattern"},
			{"a tag's value with other signs", tags(map[string]string{"a": "y*"}), bad, 400, "pattern"},
			{"long tag", tags(map[string]string{strings.Repeat("k", 129): "y"}), bad, 400, ""},
			{"51 tags", tags(many), bad, 400, "less than or equal to 50"},
			{"11 propagated tags", propagated(map[string]string{"a": "", "b": "", "c": "", "d": "", "e": "", "f": "", "g": "", "h": "", "i": "", "j": "", "k": ""}), bad, 400, "less than or equal to 10"},
			{"AWS's propagated tag", propagated(map[string]string{"AWS:x": "y"}), bad, 400, "pattern"},
		})
	})
}

func TestInactiveOptionStaysOnCasesAndIsNotChosenAnew(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		choice := s.newChoice(t, f.domain, "old", "new")
		id := s.openCase(t, f, text(choice, "old"))
		retired := option("old", "Old")
		retired.Active = new(false)
		put := func(options ...types.FieldOption) *connectcases.BatchPutFieldOptionsOutput {
			return got(s.cases.BatchPutFieldOptions(ctx, &connectcases.BatchPutFieldOptionsInput{DomainId: &f.domain, FieldId: &choice, Options: options}))(t)
		}
		if out := put(retired); len(out.Errors) != 0 {
			t.Errorf("got %+v", out)
		}
		if out := put([]types.FieldOption{}...); len(out.Errors) != 0 {
			t.Errorf("no options: got %+v", out)
		}
		update := func(v string) error {
			return only(s.cases.UpdateCase(ctx, &connectcases.UpdateCaseInput{DomainId: &f.domain, CaseId: &id, Fields: []types.FieldValue{text(choice, v)}}))
		}
		if err := update("old"); err != nil {
			t.Errorf("the value that the case has: %v", err)
		}
		if err := update("new"); err != nil {
			t.Error(err)
		}
		refuse(t, []refusal{
			{"UpdateCase", update("old"), "ValidationException", 400, choice},
			{"CreateCase", only(s.cases.CreateCase(ctx, f.newCase(text(choice, "old")))), "ValidationException", 400, choice},
		})
	})
}

func TestAssignmentsAreTakenAsTextsAndAsUsers(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f := s.inDomain(t)
		queue := "arn:aws:connect:us-east-1:111122223333:instance/11111111-2222-4333-8444-555555555555/queue/q-1"
		for _, who := range []types.FieldValue{user("assigned_user", agent), text("assigned_user", agent)} {
			id := s.openCase(t, f, who, text("assigned_queue", queue))
			if diff := cmp.Diff(map[string]any{"assigned_user": agent, "assigned_queue": queue}, s.values(t, f.domain, id, "assigned_user", "assigned_queue")); diff != "" {
				t.Error(diff)
			}
		}
	})
}

func TestSearchesOfRelatedItemsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		id := s.openCase(t, f)
		for range 3 {
			s.attach(t, f.domain, id, note("x"))
		}
		one := func(edit func(*connectcases.SearchRelatedItemsInput)) error {
			in := &connectcases.SearchRelatedItemsInput{DomainId: &f.domain, CaseId: &id}
			edit(in)
			return only(s.cases.SearchRelatedItems(ctx, in))
		}
		all := func(edit func(*connectcases.SearchAllRelatedItemsInput)) error {
			in := &connectcases.SearchAllRelatedItemsInput{DomainId: &f.domain}
			edit(in)
			return only(s.cases.SearchAllRelatedItems(ctx, in))
		}
		first := got(s.cases.SearchAllRelatedItems(ctx, &connectcases.SearchAllRelatedItemsInput{DomainId: &f.domain, MaxResults: new(int32(1))}))(t)
		sort := types.SearchAllRelatedItemsSort{SortProperty: types.SearchAllRelatedItemsSortPropertyCaseId, SortOrder: types.OrderAscending}
		const bad = "ValidationException"
		for what, filters := range map[string][]types.RelatedItemTypeFilter{
			"11 filters":          slices.Repeat([]types.RelatedItemTypeFilter{&types.RelatedItemTypeFilterMemberComment{}}, 11),
			"four channels":       {&types.RelatedItemTypeFilterMemberContact{Value: types.ContactFilter{Channel: []string{"VOICE", "CHAT", "TASK", "EMAIL"}}}},
			"a status of no SLA":  {&types.RelatedItemTypeFilterMemberSla{Value: types.SlaFilter{Status: "Late"}}},
			"an empty case id":    {&types.RelatedItemTypeFilterMemberConnectCase{Value: types.ConnectCaseFilter{CaseId: new("")}}},
			"an unknown field":    {customFilter(text(nowhere, "x"))},
			"a value of no field": {customFilter(number(f.field, 1))},
		} {
			refuse(t, []refusal{
				{"of a case: " + what, one(func(in *connectcases.SearchRelatedItemsInput) { in.Filters = filters }), bad, 400, ""},
				{"of all cases: " + what, all(func(in *connectcases.SearchAllRelatedItemsInput) { in.Filters = filters }), bad, 400, ""},
			})
		}
		refuse(t, []refusal{
			{"three sorts", all(func(in *connectcases.SearchAllRelatedItemsInput) {
				in.Sorts = slices.Repeat([]types.SearchAllRelatedItemsSort{sort}, 3)
			}), bad, 400, "less than or equal to 2"},
			{"bad property", all(func(in *connectcases.SearchAllRelatedItemsInput) {
				in.Sorts = []types.SearchAllRelatedItemsSort{{SortProperty: "Mood", SortOrder: types.OrderAscending}}
			}), bad, 400, "enum value set"},
			{"the token of another order", all(func(in *connectcases.SearchAllRelatedItemsInput) {
				in.NextToken, in.Sorts = first.NextToken, []types.SearchAllRelatedItemsSort{sort}
			}), bad, 400, ""},
			{"the token of another search", one(func(in *connectcases.SearchRelatedItemsInput) { in.NextToken = first.NextToken }), bad, 400, ""},
		})
	})
}

// customFilter finds custom related items by a field.
func customFilter(v types.FieldValue) types.RelatedItemTypeFilter {
	return &types.RelatedItemTypeFilterMemberCustom{Value: types.CustomFilter{Fields: &types.CustomFieldsFilterMemberField{Value: &types.FieldFilterMemberEqualTo{Value: v}}}}
}

func TestEmptyListsInFiltersAreNoRiddle(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		l := s.newLibrary(t)
		for _, row := range []struct {
			name   string
			filter types.CaseFilter
			want   string
		}{
			{"all of nothing", and([]types.CaseFilter{}...), "f e d c b a"},
			{"any of nothing", or([]types.CaseFilter{}...), ""},
			{"not all of nothing", not(and([]types.CaseFilter{}...)), ""},
		} {
			if diff := cmp.Diff(row.want, l.find(t, 100, connectcases.SearchCasesInput{Filter: row.filter, SearchTerm: new("")})); diff != "" {
				t.Errorf("%s: %s", row.name, diff)
			}
		}
	})
}

func TestNullTagsAreTakenAsEmpty(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f := s.inDomain(t)
		arn := f.domainARN + "/case/" + s.openCase(t, f)
		got(s.cases.TagResource(t.Context(), &connectcases.TagResourceInput{Arn: &arn, Tags: map[string]*string{"a": nil, "b": new("")}}))(t)
		tags := s.tags(t, arn)
		if _, there := tags["a"]; !there || deref(tags["a"]) != "" || len(tags) != 2 {
			t.Errorf("got %v", tags)
		}
	})
}

func TestBodiesWhereNoneIsAskedForAreTaken(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f := s.inDomain(t)
		for _, body := range []string{"", "{}", "{ }", `{"ignored":1}`} {
			for _, r := range []request{
				inCases("POST", "/domains/"+f.domain, body), inCases("POST", "/domains-list", body), inCases("POST", "/domains/"+f.domain+"/templates/"+f.template, body),
				inCases("POST", "/domains/"+f.domain+"/fields-list?maxResults=5", body), inCases("POST", "/domains/"+f.domain+"/case-event-configuration", body),
				inCases("POST", "/domains/"+f.domain+"/templates-list?status=Active&status=Inactive", body),
			} {
				if a := s.do(t, r); a.status != 200 || a.header.Get("Content-Type") != "application/json" {
					t.Errorf("%s with %q: got %d %s", r.path, body, a.status, a.body)
				}
			}
		}
		a := s.do(t, inCases("POST", "/domains/"+f.domain+"/cases/"+nowhere, `{"fields":[{"id":"title"}]}`))
		if want := `{"message":"The case ` + nowhere + ` does not exist.","resourceId":"` + nowhere + `","resourceType":"Case"}`; a.status != 404 || a.body != want || a.header.Get("X-Amzn-Errortype") != "ResourceNotFoundException" {
			t.Errorf("got %d %v %s", a.status, a.header, a.body)
		}
	})
}
