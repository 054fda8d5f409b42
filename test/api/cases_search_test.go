package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/connectcases"
	"github.com/aws/aws-sdk-go-v2/service/connectcases/types"
	"github.com/google/go-cmp/cmp"
)

// The filters of Cases, as short as they can be written.
func equal(v types.FieldValue) types.CaseFilter {
	return &types.CaseFilterMemberField{Value: &types.FieldFilterMemberEqualTo{Value: v}}
}

func contains(v types.FieldValue) types.CaseFilter {
	return &types.CaseFilterMemberField{Value: &types.FieldFilterMemberContains{Value: v}}
}

func greater(v types.FieldValue) types.CaseFilter {
	return &types.CaseFilterMemberField{Value: &types.FieldFilterMemberGreaterThan{Value: v}}
}

func atLeast(v types.FieldValue) types.CaseFilter {
	return &types.CaseFilterMemberField{Value: &types.FieldFilterMemberGreaterThanOrEqualTo{Value: v}}
}

func less(v types.FieldValue) types.CaseFilter {
	return &types.CaseFilterMemberField{Value: &types.FieldFilterMemberLessThan{Value: v}}
}

func atMost(v types.FieldValue) types.CaseFilter {
	return &types.CaseFilterMemberField{Value: &types.FieldFilterMemberLessThanOrEqualTo{Value: v}}
}

func hasTag(key, value *string) types.CaseFilter {
	return &types.CaseFilterMemberTag{Value: &types.TagFilterMemberEqualTo{Value: types.TagValue{Key: key, Value: value}}}
}

func not(f types.CaseFilter) types.CaseFilter { return &types.CaseFilterMemberNot{Value: f} }

func and(list ...types.CaseFilter) types.CaseFilter {
	return &types.CaseFilterMemberAndAll{Value: list}
}

func or(list ...types.CaseFilter) types.CaseFilter { return &types.CaseFilterMemberOrAll{Value: list} }

// by gives a sort: "title Asc", or two.
func by(keys ...string) []types.Sort {
	var sorts []types.Sort
	for _, k := range keys {
		field, order, _ := strings.Cut(k, " ")
		sorts = append(sorts, types.Sort{FieldId: &field, SortOrder: types.Order(order)})
	}
	return sorts
}

// library is a domain with cases to search, each with a name that is its case_reason.
type library struct {
	fixture
	s                                        *server
	colour, count, sure, day, site, who, was string // fields of each type; was is deleted
	names                                    map[string]string
	ids                                      map[string]string
}

// newLibrary makes the cases a to f, one after the other. f has what every case has, and no more.
func (s *server) newLibrary(t *testing.T) *library {
	t.Helper()
	l := &library{fixture: s.newFixture(t.Context(), name("library")), s: s, names: map[string]string{}, ids: map[string]string{}}
	if l.err != nil {
		t.Fatal(l.err)
	}
	l.colour, l.count = s.newChoice(t, l.domain, "red", "blue", "deep blue"), s.newField(t, l.domain, types.FieldTypeNumber)
	l.sure, l.day = s.newField(t, l.domain, types.FieldTypeBoolean), s.newField(t, l.domain, types.FieldTypeDateTime)
	l.site, l.who = s.newField(t, l.domain, types.FieldTypeUrl), s.newField(t, l.domain, types.FieldTypeUser)
	l.was = s.newField(t, l.domain, types.FieldTypeText)
	for _, row := range []struct {
		name, title string
		tags        map[string]string
		more        []types.FieldValue
	}{
		{"a", "Parcel lost in Zürich", map[string]string{"team": "one"}, []types.FieldValue{text(l.colour, "red"), number(l.count, 1), boolean(l.sure, true), text(l.day, "2026-01-01T10:00:00Z"), text(l.site, "https://example.com/track/17"), user(l.who, agent), text(l.was, "Gone tomorrow")}},
		{"b", "Parcel late", map[string]string{"team": "two"}, []types.FieldValue{text(l.colour, "blue"), number(l.count, 10), boolean(l.sure, false), text(l.day, "2026-01-01T11:30:00+01:00")}},
		{"c", "Refund asked for", map[string]string{"team": "one", "vip": ""}, []types.FieldValue{text(l.colour, "red"), number(l.count, -2.5), text(l.day, "2026-02-01T00:00:00.5Z"), text("summary", "The PARCEL was broken")}},
		{"d", "Invoice 4711 is wrong", nil, []types.FieldValue{text(l.colour, "deep blue"), number(l.count, 10), text(l.field, "DE-4711/x")}},
		{"e", "invoice missing", nil, []types.FieldValue{boolean(l.sure, true), text("status", "closed")}},
		{"f", "100% wrong_", nil, nil},
	} {
		in := l.newCase(row.more...)
		in.Fields[0], in.Tags = text("title", row.title), row.tags
		id := *got(s.cases.CreateCase(t.Context(), in))(t).CaseId
		l.names[id], l.ids[row.name] = row.name, id
	}
	got(s.cases.DeleteField(t.Context(), &connectcases.DeleteFieldInput{DomainId: &l.domain, FieldId: &l.was}))(t)
	return l
}

// find gives the names of the cases that a search finds, in order, reading pages of a size with the SDK's paginator.
func (l *library) find(t *testing.T, size int32, in connectcases.SearchCasesInput) string {
	t.Helper()
	in.DomainId, in.MaxResults = &l.domain, &size
	var found []string
	for p := connectcases.NewSearchCasesPaginator(l.s.cases, &in); p.HasMorePages(); {
		out := got(p.NextPage(t.Context()))(t)
		if len(out.Cases) > int(size) {
			t.Fatalf("a page of %d has %d cases", size, len(out.Cases))
		}
		for _, c := range out.Cases {
			found = append(found, l.names[*c.CaseId])
		}
	}
	return strings.Join(found, " ")
}

func TestSearchFindsWhatFiltersSay(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		l := s.newLibrary(t)
		for _, row := range []struct {
			name   string
			filter types.CaseFilter
			want   string // newest first
		}{
			{"everything", nil, "f e d c b a"},
			{"text equal", equal(text("title", "Parcel late")), "b"},
			{"text equal with regard to case", equal(text("title", "parcel late")), ""},
			{"text contains without regard to case", contains(text("title", "PARCEL")), "b a"},
			{"text contains letters beyond ASCII", contains(text("title", "zÜRICH")), "a"},
			{"text contains a part of a word", contains(text("title", "nvoi")), "e d"},
			{"signs stand for themselves", contains(text("title", "%")), "f"},
			{"an underscore stands for itself", contains(text("title", "_")), "f"},
			{"custom text equal", equal(text(l.field, "DE-4711/x")), "d"},
			{"custom text contains", contains(text(l.field, "4711/X")), "d"},
			{"status", equal(text("status", "closed")), "e"},
			{"option", equal(text(l.colour, "blue")), "b"},
			{"case id", equal(text("case_id", l.ids["c"])), "c"},
			{"customer", equal(text("customer_id", customer)), "f e d c b a"},
			{"number equal", equal(number(l.count, 10)), "d b"},
			{"number greater", greater(number(l.count, 1)), "d b"},
			{"number at least", atLeast(number(l.count, 1)), "d b a"},
			{"number less", less(number(l.count, 1)), "c"},
			{"number at most", atMost(number(l.count, 1)), "c a"},
			{"flag set", equal(boolean(l.sure, true)), "e a"},
			{"flag not set", equal(boolean(l.sure, false)), "b"},
			{"time equal in another zone", equal(text(l.day, "2026-01-01T10:30:00Z")), "b"},
			{"time greater", greater(text(l.day, "2026-01-01T10:00:00Z")), "c b"},
			{"time at most", atMost(text(l.day, "2026-01-01T10:30:00.000Z")), "b a"},
			{"time between", and(atLeast(text(l.day, "2026-01-01T10:15:00Z")), less(text(l.day, "2026-02-01T00:00:00.6Z"))), "c b"},
			{"url contains", contains(text(l.site, "track")), "a"},
			{"user equal", equal(user(l.who, agent)), "a"},
			{"created since", atLeast(text("created_datetime", "2020-01-01T00:00:00Z")), "f e d c b a"},
			{"no value", equal(none(l.count)), "f e"},
			{"a value", not(equal(none(l.count))), "d c b a"},
			{"deleted field", equal(text(l.was, "Gone tomorrow")), "a"},
			{"tag", hasTag(new("team"), new("one")), "c a"},
			{"tag of any value", hasTag(new("team"), nil), "c b a"},
			{"tag without value", hasTag(new("vip"), new("")), "c"},
			{"tag of another value", hasTag(new("team"), new("three")), ""},
			{"not", not(equal(text(l.colour, "red"))), "f e d b"},
			{"and", and(equal(text(l.colour, "red")), greater(number(l.count, 0))), "a"},
			{"or", or(equal(text(l.colour, "red")), equal(text("status", "closed"))), "e c a"},
			{"all of it", and(or(contains(text("title", "parcel")), contains(text("title", "invoice"))), not(or(equal(text("status", "closed")), hasTag(new("team"), new("two"))))), "d a"},
		} {
			for _, size := range []int32{1, 2, 100} {
				if diff := cmp.Diff(row.want, l.find(t, size, connectcases.SearchCasesInput{Filter: row.filter})); diff != "" {
					t.Errorf("%s, pages of %d: %s", row.name, size, diff)
				}
			}
			want := int64(len(strings.Fields(row.want)))
			for _, size := range []int32{1, 100} {
				out := got(s.cases.SearchCases(t.Context(), &connectcases.SearchCasesInput{DomainId: &l.domain, Filter: row.filter, MaxResults: &size}))(t)
				// A total that would be dear to count is left out, which the SDK shows as 0.
				if out.TotalCount != want && (out.TotalCount != 0 || out.NextToken == nil) {
					t.Errorf("%s, pages of %d: total %d, want that of %q", row.name, size, out.TotalCount, row.want)
				}
			}
		}
	})
}

func TestSearchTermsAndSorts(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		l := s.newLibrary(t)
		for _, row := range []struct {
			name, term string
			filter     types.CaseFilter
			sorts      []types.Sort
			want       string
		}{
			{"a word in any field", "parcel", nil, nil, "c b a"},
			{"a word of letters beyond ASCII", "ZÜRICH", nil, nil, "a"},
			{"a word of an option", "blue", nil, nil, "d b"},
			{"a word of a custom field", "de", nil, nil, "d"},
			{"a number in a text", "4711", nil, nil, "d"},
			{"a word of a deleted field", "tomorrow", nil, nil, "a"},
			{"two words", "invoice wrong", nil, nil, "d"},
			{"no such word", "gloves", nil, nil, ""},
			{"an id", l.ids["b"], nil, nil, "b"},
			{"a word and a filter", "parcel", equal(text(l.colour, "red")), nil, "c a"},
			{"by number, rising", "", not(equal(none(l.count))), by(l.count+" Asc", "created_datetime Asc"), "c a b d"},
			{"by number, falling", "", not(equal(none(l.count))), by(l.count+" Desc", "created_datetime Asc"), "b d a c"},
			{"by time", "", not(equal(none(l.day))), by(l.day + " Desc"), "c b a"},
			{"by creation", "", nil, by("created_datetime Asc"), "a b c d e f"},
			{"by update, rising", "", nil, by("last_updated_datetime Asc"), "a b c d e f"},
			{"by status, then creation", "", nil, by("status Asc", "created_datetime Asc"), "e a b c d f"},
		} {
			for _, size := range []int32{1, 2, 100} {
				if diff := cmp.Diff(row.want, l.find(t, size, connectcases.SearchCasesInput{SearchTerm: &row.term, Filter: row.filter, Sorts: row.sorts})); diff != "" {
					t.Errorf("%s, pages of %d: %s", row.name, size, diff)
				}
			}
		}
	})
}

func TestSearchKnowsEachChangeAtOnce(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		l, ctx := s.newLibrary(t), t.Context()
		red := connectcases.SearchCasesInput{Filter: equal(text(l.colour, "red"))}
		expect := func(step, want string, in connectcases.SearchCasesInput) {
			t.Helper()
			if diff := cmp.Diff(want, l.find(t, 100, in)); diff != "" {
				t.Errorf("%s: %s", step, diff)
			}
		}
		update := func(c string, fields ...types.FieldValue) {
			t.Helper()
			got(s.cases.UpdateCase(ctx, &connectcases.UpdateCaseInput{DomainId: &l.domain, CaseId: new(l.ids[c]), Fields: fields}))(t)
		}
		update("b", text(l.colour, "red"), text("title", "Gloves"))
		expect("an update brings it in, and to the front", "b c a", red)
		expect("its new word", "b", connectcases.SearchCasesInput{SearchTerm: new("gloves")})
		expect("its old word", "c a", connectcases.SearchCasesInput{SearchTerm: new("parcel")})
		update("a", none(l.colour))
		expect("an update takes it out", "b c", red)
		arn := l.domainARN + "/case/" + l.ids["d"]
		got(s.cases.TagResource(ctx, &connectcases.TagResourceInput{Arn: &arn, Tags: tagged("team", "four")}))(t)
		expect("a tag", "d", connectcases.SearchCasesInput{Filter: hasTag(new("team"), new("four"))})
		expect("a tag is no update", "a b f e d c", connectcases.SearchCasesInput{})
		got(s.cases.UntagResource(ctx, &connectcases.UntagResourceInput{Arn: &arn, TagKeys: []string{"team"}}))(t)
		expect("a tag less", "", connectcases.SearchCasesInput{Filter: hasTag(new("team"), new("four"))})
		got(s.cases.DeleteCase(ctx, &connectcases.DeleteCaseInput{DomainId: &l.domain, CaseId: new(l.ids["c"])}))(t)
		expect("a deleted case", "b", red)
	})
}

func TestSearchShowsTheFieldsThatAreAskedFor(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		l := s.newLibrary(t)
		search := func(fields ...string) *types.SearchCasesResponseItem {
			t.Helper()
			out := got(s.cases.SearchCases(t.Context(), &connectcases.SearchCasesInput{DomainId: &l.domain, Filter: equal(text("case_id", l.ids["a"])), Fields: ids(fields...)}))(t)
			if len(out.Cases) != 1 || out.TotalCount != 1 || out.NextToken != nil {
				t.Fatalf("got %+v", out)
			}
			return out.Cases[0]
		}
		if c := search(); *c.CaseId != l.ids["a"] || *c.TemplateId != l.template || c.Fields == nil || len(c.Fields) != 0 {
			t.Errorf("got %+v", c)
		}
		c := search(l.count, "title", "summary", l.sure, l.who, l.day)
		want := []types.FieldValue{number(l.count, 1), text("title", "Parcel lost in Zürich"), boolean(l.sure, true), user(l.who, agent), text(l.day, "2026-01-01T10:00:00Z")}
		order := func(list []types.FieldValue) []types.FieldValue {
			return slices.SortedFunc(slices.Values(list), func(a, b types.FieldValue) int { return strings.Compare(*a.Id, *b.Id) })
		}
		if diff := cmp.Diff(order(want), order(c.Fields), whole); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(tagged("team", "one"), c.Tags); diff != "" {
			t.Error(diff)
		}
	})
}

func TestSearchPagesHoldWhileCasesChange(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		l, ctx := s.newLibrary(t), t.Context()
		for i := range 30 {
			in := l.newCase(number(l.count, float64(i%4)))
			id := *got(s.cases.CreateCase(ctx, in))(t).CaseId
			l.names[id] = fmt.Sprint("n", i)
		}
		for _, sorts := range [][]types.Sort{nil, by("last_updated_datetime Asc"), by("created_datetime Asc")} {
			seen := map[string]int{}
			in := &connectcases.SearchCasesInput{DomainId: &l.domain, MaxResults: new(int32(7)), Sorts: sorts}
			for p := connectcases.NewSearchCasesPaginator(s.cases, in); p.HasMorePages(); {
				out := got(p.NextPage(ctx))(t)
				for i, c := range out.Cases {
					seen[l.names[*c.CaseId]]++
					if i%2 == 0 {
						got(s.cases.UpdateCase(ctx, &connectcases.UpdateCaseInput{DomainId: &l.domain, CaseId: c.CaseId, Fields: []types.FieldValue{text("summary", time.Now().String())}}))(t)
					}
				}
			}
			for id, n := range l.names {
				if seen[n] != 1 {
					t.Errorf("sorts %v: case %s (%s) came %d times", sorts, n, id, seen[n])
				}
			}
		}
	})
}

func TestSearchesAreRefused(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		l, ctx := s.newLibrary(t), t.Context()
		search := func(edit func(*connectcases.SearchCasesInput)) error {
			in := &connectcases.SearchCasesInput{DomainId: &l.domain}
			edit(in)
			return only(s.cases.SearchCases(ctx, in))
		}
		filter := func(f types.CaseFilter) error {
			return search(func(in *connectcases.SearchCasesInput) { in.Filter = f })
		}
		sorted := func(keys ...string) error {
			return search(func(in *connectcases.SearchCasesInput) { in.Sorts = by(keys...) })
		}
		title := equal(text("title", "x"))
		token := got(s.cases.SearchCases(ctx, &connectcases.SearchCasesInput{DomainId: &l.domain, MaxResults: new(int32(1))}))(t).NextToken
		if token == nil {
			t.Fatal("the first of six pages gives no token")
		}
		const bad = "ValidationException"
		refuse(t, []refusal{
			{"unknown field", filter(equal(text(nowhere, "x"))), bad, 400, nowhere},
			{"unknown field, deep inside", filter(and(title, not(or(title, contains(text(nowhere, "x")))))), bad, 400, nowhere},
			{"unknown field in a sort", sorted(nowhere + " Asc"), bad, 400, nowhere},
			{"unknown field to show", search(func(in *connectcases.SearchCasesInput) { in.Fields = ids(nowhere) }), bad, 400, nowhere},
			{"contains on a number", filter(contains(number(l.count, 1))), bad, 400, ""},
			{"greater on a text", filter(greater(text("title", "x"))), bad, 400, ""},
			{"less on a flag", filter(less(boolean(l.sure, true))), bad, 400, ""},
			{"a text for a number", filter(equal(text(l.count, "1"))), bad, 400, ""},
			{"a number for a flag", filter(equal(number(l.sure, 1))), bad, 400, ""},
			{"greater than nothing", filter(greater(none(l.count))), bad, 400, ""},
			{"11 in a list", filter(and(slices.Repeat([]types.CaseFilter{title}, 11)...)), bad, 400, "less than or equal to 10"},
			{"three sorts", sorted("title Asc", "status Asc", "summary Asc"), bad, 400, "less than or equal to 2"},
			{"bad order", sorted("title Up"), bad, 400, "enum value set"},
			{"26 fields", search(func(in *connectcases.SearchCasesInput) { in.Fields = slices.Repeat(ids("title"), 26) }), bad, 400, "less than or equal to 25"},
			{"long term", search(func(in *connectcases.SearchCasesInput) { in.SearchTerm = new(strings.Repeat("x", 256)) }), bad, 400, "less than or equal to 255"},
			{"page too large", search(func(in *connectcases.SearchCasesInput) { in.MaxResults = new(int32(101)) }), bad, 400, "less than or equal to 100"},
			{"page too small", search(func(in *connectcases.SearchCasesInput) { in.MaxResults = new(int32(0)) }), bad, 400, "greater than or equal to 1"},
			{"foreign token", search(func(in *connectcases.SearchCasesInput) { in.NextToken = new("nonsense") }), bad, 400, ""},
			{"token of another search", search(func(in *connectcases.SearchCasesInput) { in.NextToken, in.Filter = token, title }), bad, 400, ""},
		})
	})
}
