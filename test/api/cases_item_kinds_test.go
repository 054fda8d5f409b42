package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/connectcases"
	"github.com/aws/aws-sdk-go-v2/service/connectcases/types"
	"github.com/google/go-cmp/cmp"
)

func TestRelatedItemsOfEachKindAreFound(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		h := s.newShelf(t, s.inDomain(t))
		find := func(size int32, filters []types.RelatedItemTypeFilter) (shown []string) {
			in := &connectcases.SearchRelatedItemsInput{DomainId: &h.domain, CaseId: &h.caseID, MaxResults: &size, Filters: filters}
			for p := connectcases.NewSearchRelatedItemsPaginator(s.cases, in); p.HasMorePages(); {
				for _, i := range got(p.NextPage(t.Context()))(t).RelatedItems {
					shown = append(shown, showContent(i.Content))
					if by, ok := i.PerformedBy.(*types.UserUnionMemberUserArn); !ok || by.Value != agent || *i.RelatedItemId != h.id[i.Type] || i.Tags == nil {
						t.Errorf("got %+v", i)
					}
				}
			}
			return shown
		}
		field := func(f types.FieldFilter) types.CustomFieldsFilter {
			return &types.CustomFieldsFilterMemberField{Value: f}
		}
		where := func(f types.CustomFieldsFilter) types.RelatedItemTypeFilter {
			return &types.RelatedItemTypeFilterMemberCustom{Value: types.CustomFilter{Fields: f}}
		}
		many := field(&types.FieldFilterMemberGreaterThan{Value: number(h.count, 2)})
		none := field(&types.FieldFilterMemberEqualTo{Value: text(h.field, "X-2")})
		const comment, contact, file, linked, clock, own = types.RelatedItemTypeComment, types.RelatedItemTypeContact, types.RelatedItemTypeFile, types.RelatedItemTypeConnectCase, types.RelatedItemTypeSla, types.RelatedItemTypeCustom
		for _, row := range []struct {
			name    string
			filters []types.RelatedItemTypeFilter
			want    []types.RelatedItemType
		}{
			{"all", nil, h.order},
			{"comments", []types.RelatedItemTypeFilter{&types.RelatedItemTypeFilterMemberComment{}}, []types.RelatedItemType{comment}},
			{"contacts of a channel", []types.RelatedItemTypeFilter{&types.RelatedItemTypeFilterMemberContact{Value: types.ContactFilter{Channel: []string{"CHAT", "VOICE"}}}}, []types.RelatedItemType{contact}},
			{"contacts of another channel", []types.RelatedItemTypeFilter{&types.RelatedItemTypeFilterMemberContact{Value: types.ContactFilter{Channel: []string{"CHAT"}, ContactArn: &h.contact}}}, nil},
			{"files", []types.RelatedItemTypeFilter{&types.RelatedItemTypeFilterMemberFile{}}, []types.RelatedItemType{file}},
			{"a file", []types.RelatedItemTypeFilter{&types.RelatedItemTypeFilterMemberFile{Value: types.FileFilter{FileArn: &h.file}}}, []types.RelatedItemType{file}},
			{"another file", []types.RelatedItemTypeFilter{&types.RelatedItemTypeFilterMemberFile{Value: types.FileFilter{FileArn: new(fileARN())}}}, nil},
			{"cases", []types.RelatedItemTypeFilter{&types.RelatedItemTypeFilterMemberConnectCase{}}, []types.RelatedItemType{linked}},
			{"a case", []types.RelatedItemTypeFilter{&types.RelatedItemTypeFilterMemberConnectCase{Value: types.ConnectCaseFilter{CaseId: &h.other}}}, []types.RelatedItemType{linked}},
			{"an SLA by name", []types.RelatedItemTypeFilter{&types.RelatedItemTypeFilterMemberSla{Value: types.SlaFilter{Name: new("First answer")}}}, []types.RelatedItemType{clock}},
			{"SLAs by status", []types.RelatedItemTypeFilter{&types.RelatedItemTypeFilterMemberSla{Value: types.SlaFilter{Status: types.SlaStatusActive}}}, []types.RelatedItemType{clock}},
			{"SLAs by another status", []types.RelatedItemTypeFilter{&types.RelatedItemTypeFilterMemberSla{Value: types.SlaFilter{Name: new("First answer"), Status: types.SlaStatusMet}}}, nil},
			{"custom ones", []types.RelatedItemTypeFilter{&types.RelatedItemTypeFilterMemberCustom{}}, []types.RelatedItemType{own}},
			{"custom ones by a field", []types.RelatedItemTypeFilter{where(many)}, []types.RelatedItemType{own}},
			{"custom ones by another value", []types.RelatedItemTypeFilter{where(none)}, nil},
			{"custom ones by both", []types.RelatedItemTypeFilter{where(&types.CustomFieldsFilterMemberAndAll{Value: []types.CustomFieldsFilter{many, &types.CustomFieldsFilterMemberNot{Value: none}}})}, []types.RelatedItemType{own}},
			{"custom ones by either", []types.RelatedItemTypeFilter{where(&types.CustomFieldsFilterMemberOrAll{Value: []types.CustomFieldsFilter{none, many}})}, []types.RelatedItemType{own}},
			{"either of two", []types.RelatedItemTypeFilter{&types.RelatedItemTypeFilterMemberComment{}, where(many)}, []types.RelatedItemType{comment, own}},
		} {
			for _, size := range []int32{1, 2, 25} {
				if diff := cmp.Diff(h.newestFirst(row.want...), find(size, row.filters)); diff != "" {
					t.Errorf("%s, pages of %d: %s", row.name, size, diff)
				}
			}
		}
	})
}

func TestRelatedItemsOfAllCasesAreFoundAndSorted(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		f := s.newFixture(t.Context(), "all related items")
		if f.err != nil {
			t.Fatal(f.err)
		}
		var cases, made []string
		for i := range 3 {
			cases = append(cases, s.openCase(t, &f))
			for j := range 3 {
				s.attach(t, f.domain, cases[i], note(fmt.Sprint(i, j)))
				made = append(made, fmt.Sprint("comment ", i, " ", j))
			}
		}
		s.attach(t, f.domain, cases[1], otherCase(cases[2]))
		find := func(size int32, filter types.RelatedItemTypeFilter, sorts ...types.SearchAllRelatedItemsSort) (shown []string) {
			in := &connectcases.SearchAllRelatedItemsInput{DomainId: &f.domain, MaxResults: &size, Sorts: sorts}
			if filter != nil {
				in.Filters = append(in.Filters, filter)
			}
			for p := connectcases.NewSearchAllRelatedItemsPaginator(s.cases, in); p.HasMorePages(); {
				for _, i := range got(p.NextPage(t.Context()))(t).RelatedItems {
					shown = append(shown, showContent(i.Content))
					if c, ok := i.Content.(*types.RelatedItemContentMemberComment); ok && *i.CaseId != cases[int((*c.Value.Body)[0]-'0')] {
						t.Errorf("%s is on case %s", *c.Value.Body, *i.CaseId)
					}
				}
			}
			return shown
		}
		sort := func(p types.SearchAllRelatedItemsSortProperty, o types.Order) types.SearchAllRelatedItemsSort {
			return types.SearchAllRelatedItemsSort{SortProperty: p, SortOrder: o}
		}
		const byTime, byCase = types.SearchAllRelatedItemsSortPropertyAssociationTime, types.SearchAllRelatedItemsSortPropertyCaseId
		comments := &types.RelatedItemTypeFilterMemberComment{}
		reversed := func(list []string) (out []string) {
			for i := len(list) - 1; i >= 0; i-- {
				out = append(out, list[i])
			}
			return out
		}
		// Ids of cases rise with time, so that the order by case is known.
		perCase := []string{made[2], made[1], made[0], made[5], made[4], made[3], made[8], made[7], made[6]}
		for _, row := range []struct {
			name   string
			filter types.RelatedItemTypeFilter
			sorts  []types.SearchAllRelatedItemsSort
			want   []string
		}{
			{"newest first", nil, nil, append([]string{"case " + cases[2]}, reversed(made)...)},
			{"comments", comments, nil, reversed(made)},
			{"linked cases", &types.RelatedItemTypeFilterMemberConnectCase{}, nil, []string{"case " + cases[2]}},
			{"oldest first", comments, []types.SearchAllRelatedItemsSort{sort(byTime, types.OrderAscending)}, made},
			{"by case, newest first", comments, []types.SearchAllRelatedItemsSort{sort(byCase, types.OrderAscending), sort(byTime, types.OrderDescending)}, perCase},
			{"by case, falling, oldest first", comments, []types.SearchAllRelatedItemsSort{sort(byCase, types.OrderDescending), sort(byTime, types.OrderAscending)}, reversed(perCase)},
		} {
			for _, size := range []int32{1, 4, 25} {
				if diff := cmp.Diff(row.want, find(size, row.filter, row.sorts...)); diff != "" {
					t.Errorf("%s, pages of %d: %s", row.name, size, diff)
				}
			}
		}
	})
}

func TestCommentsAndCustomItemsAreChanged(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		h, ctx := s.newShelf(t, s.inDomain(t)), t.Context()
		before := map[types.RelatedItemType]time.Time{}
		for _, i := range s.relatedItems(t, h.domain, h.caseID, 25) {
			before[i.Type] = *i.AssociationTime
		}
		refill := &types.RelatedItemUpdateContentMemberCustom{Value: types.CustomUpdateContent{Fields: []types.FieldValue{number(h.count, 7)}}}
		for kind, row := range map[types.RelatedItemType]struct {
			content types.RelatedItemUpdateContent
			shown   string
		}{
			types.RelatedItemTypeComment: {reword("", "", "", "Called twice").Content, "comment Called twice"},
			types.RelatedItemTypeCustom:  {refill, "custom " + h.count + "=7"},
		} {
			out := got(s.cases.UpdateRelatedItem(ctx, &connectcases.UpdateRelatedItemInput{
				DomainId: &h.domain, CaseId: &h.caseID, RelatedItemId: new(h.id[kind]), Content: row.content, PerformedBy: &types.UserUnionMemberCustomEntity{Value: "billing robot"},
			}))(t)
			if showContent(out.Content) != row.shown || out.Type != kind || *out.RelatedItemId != h.id[kind] || !out.AssociationTime.Equal(before[kind]) || out.Tags == nil ||
				*out.RelatedItemArn != h.domainARN+"/case/"+h.caseID+"/related-item/"+h.id[kind] {
				t.Errorf("%s: got %+v", kind, out)
			}
			maker, _ := out.CreatedBy.(*types.UserUnionMemberUserArn)
			last, _ := out.LastUpdatedUser.(*types.UserUnionMemberCustomEntity)
			if maker == nil || maker.Value != agent || last == nil || last.Value != "billing robot" {
				t.Errorf("%s: created by %v, changed by %v", kind, out.CreatedBy, out.LastUpdatedUser)
			}
			h.shown[kind] = row.shown
		}
		var shown []string
		for _, i := range s.relatedItems(t, h.domain, h.caseID, 25) {
			shown = append(shown, showContent(i.Content))
		}
		if diff := cmp.Diff(h.newestFirst(h.order...), shown); diff != "" {
			t.Error(diff)
		}
		for _, kind := range h.order {
			if kind == types.RelatedItemTypeComment {
				continue
			}
			in := reword(h.domain, h.caseID, h.id[kind], "x")
			refuse(t, []refusal{{"a comment for a " + string(kind), only(s.cases.UpdateRelatedItem(ctx, in)), "ValidationException", 400, ""}})
		}
		refuse(t, []refusal{
			{"empty comment", only(s.cases.UpdateRelatedItem(ctx, reword(h.domain, h.caseID, h.id[types.RelatedItemTypeComment], ""))), "ValidationException", 400, "greater than or equal to 1"},
			{"long comment", only(s.cases.UpdateRelatedItem(ctx, reword(h.domain, h.caseID, h.id[types.RelatedItemTypeComment], strings.Repeat("x", 15001)))), "ValidationException", 400, "less than or equal to 15000"},
		})
	})
}

func TestRelatedItemsAreDeletedButFilesAreNot(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		h, ctx := s.newShelf(t, s.inDomain(t)), t.Context()
		remove := func(kind types.RelatedItemType) error {
			return only(s.cases.DeleteRelatedItem(ctx, &connectcases.DeleteRelatedItemInput{DomainId: &h.domain, CaseId: &h.caseID, RelatedItemId: new(h.id[kind])}))
		}
		for _, kind := range h.order {
			if kind == types.RelatedItemTypeFile {
				refuse(t, []refusal{{"delete a file", remove(kind), "ValidationException", 400, ""}})
				continue
			}
			if err := remove(kind); err != nil {
				t.Errorf("delete a %s: %v", kind, err)
			}
			gone(t, remove(kind), h.id[kind], "RelatedItem")
			gone(t, only(s.cases.UpdateRelatedItem(ctx, reword(h.domain, h.caseID, h.id[kind], "x"))), h.id[kind], "RelatedItem")
		}
		left := s.relatedItems(t, h.domain, h.caseID, 25)
		if len(left) != 1 || left[0].Type != types.RelatedItemTypeFile {
			t.Errorf("left: %+v", left)
		}
		if v := s.values(t, h.domain, h.caseID, "next_sla_breach_datetime"); len(v) != 0 {
			t.Errorf("without an SLA the case has %v", v)
		}
		// A contact that was taken off can be put on again.
		s.attach(t, h.domain, h.caseID, call(h.contact))
	})
}

func TestRelatedItemContentIsRefused(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		id := s.openCase(t, f)
		make := func(c types.RelatedItemInputContent) error {
			return only(s.cases.CreateRelatedItem(ctx, item(f.domain, id, c)))
		}
		count := s.newField(t, f.domain, types.FieldTypeNumber)
		clock := func(edit func(*types.SlaInputConfiguration)) error {
			c := sla("Answer", 60, "closed").(*types.RelatedItemInputContentMemberSla)
			in := c.Value.(*types.SlaInputContentMemberSlaInputConfiguration)
			edit(&in.Value)
			return make(c)
		}
		many := []types.FieldValue{}
		for i := range 51 {
			many = append(many, text(fmt.Sprint("field-", i), "x"))
		}
		value := func(v string) types.FieldValueUnion { return &types.FieldValueUnionMemberStringValue{Value: v} }
		wrong := item(f.domain, id, file(fileARN()))
		wrong.Type = types.RelatedItemTypeCustom
		const bad = "ValidationException"
		refuse(t, []refusal{
			{"a file as a custom item", only(s.cases.CreateRelatedItem(ctx, wrong)), bad, 400, ""},
			{"empty file", make(file("")), bad, 400, "greater than or equal to 1"},
			{"a case of itself", make(otherCase(id)), bad, 400, ""},
			{"no custom field", make(custom([]types.FieldValue{}...)), bad, 400, "greater than or equal to 1"},
			{"51 custom fields", make(custom(many...)), bad, 400, "less than or equal to 50"},
			{"system field", make(custom(text("title", "x"))), bad, 400, "title"},
			{"unknown custom field", make(custom(text(nowhere, "x"))), bad, 400, nowhere},
			{"a custom field twice", make(custom(text(f.field, "x"), text(f.field, "y"))), bad, 400, f.field},
			{"a text for a number", make(custom(text(count, "x"))), bad, 400, count},
			{"no time at all", clock(func(c *types.SlaInputConfiguration) { c.TargetSlaMinutes = new(int64(0)) }), bad, 400, "greater than or equal to 1"},
			{"more than two years", clock(func(c *types.SlaInputConfiguration) { c.TargetSlaMinutes = new(int64(1051201)) }), bad, 400, "less than or equal to 1051200"},
			{"another type of SLA", clock(func(c *types.SlaInputConfiguration) { c.Type = "Tea" }), bad, 400, "enum value set"},
			{"another field than status", clock(func(c *types.SlaInputConfiguration) { c.FieldId = new("title") }), bad, 400, ""},
			{"two target values", clock(func(c *types.SlaInputConfiguration) {
				c.TargetFieldValues = []types.FieldValueUnion{value("open"), value("closed")}
			}), bad, 400, "less than or equal to 1"},
			{"a target that is no option", clock(func(c *types.SlaInputConfiguration) { c.TargetFieldValues = []types.FieldValueUnion{value("frozen")} }), bad, 400, ""},
			{"long name", clock(func(c *types.SlaInputConfiguration) { c.Name = new(strings.Repeat("n", 501)) }), bad, 400, "less than or equal to 500"},
		})
		gone(t, make(otherCase(nowhere)), nowhere, "Case")
		if n := len(s.relatedItems(t, f.domain, id, 25)); n != 0 {
			t.Errorf("refused calls left %d related items", n)
		}
	})
}

func TestCasesOfAContactAreListed(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, arn := s.inDomain(t), contact()
		want := map[string]string{}
		for range 5 {
			id := s.openCase(t, f)
			s.attach(t, f.domain, id, call(arn))
			want[id] = f.template
		}
		s.attach(t, f.domain, s.openCase(t, f), call(contact()))
		read := func(arn string, size int32) map[string]string {
			found := map[string]string{}
			in := &connectcases.ListCasesForContactInput{DomainId: &f.domain, ContactArn: &arn, MaxResults: &size}
			for p := connectcases.NewListCasesForContactPaginator(s.cases, in); p.HasMorePages(); {
				out := got(p.NextPage(t.Context()))(t)
				for _, c := range out.Cases {
					if found[*c.CaseId] != "" || len(out.Cases) > int(size) {
						t.Errorf("got %+v", out.Cases)
					}
					found[*c.CaseId] = *c.TemplateId
				}
			}
			return found
		}
		for _, size := range []int32{1, 2, 10} {
			if diff := cmp.Diff(want, read(arn, size)); diff != "" {
				t.Errorf("pages of %d: %s", size, diff)
			}
		}
		if found := read(contact(), 10); len(found) != 0 {
			t.Errorf("an unknown contact has %v", found)
		}
	})
}
