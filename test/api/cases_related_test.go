package api_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/connectcases"
	"github.com/aws/aws-sdk-go-v2/service/connectcases/types"
	"github.com/google/go-cmp/cmp"
)

// comment gives the input of a comment.
func comment(domain, id, body string) *connectcases.CreateRelatedItemInput {
	return &connectcases.CreateRelatedItemInput{
		DomainId: &domain, CaseId: &id, Type: types.RelatedItemTypeComment,
		Content: &types.RelatedItemInputContentMemberComment{Value: types.CommentContent{Body: &body, ContentType: types.CommentBodyTextTypePlaintext}},
	}
}

// link gives the input of a contact.
func link(domain, id, arn string) *connectcases.CreateRelatedItemInput {
	return &connectcases.CreateRelatedItemInput{
		DomainId: &domain, CaseId: &id, Type: types.RelatedItemTypeContact,
		Content: &types.RelatedItemInputContentMemberContact{Value: types.Contact{ContactArn: &arn}},
	}
}

// relatedItems reads a case's related items in pages.
func (s *server) relatedItems(t *testing.T, domain, id string, limit int32, filters ...types.RelatedItemTypeFilter) []*types.SearchRelatedItemsResponseItem {
	t.Helper()
	return walk(t, int(limit), func(i *types.SearchRelatedItemsResponseItem) string { return *i.RelatedItemId }, func(ctx context.Context, token *string) ([]*types.SearchRelatedItemsResponseItem, *string, error) {
		out, err := s.cases.SearchRelatedItems(ctx, &connectcases.SearchRelatedItemsInput{DomainId: &domain, CaseId: &id, MaxResults: &limit, NextToken: token, Filters: filters})
		if err != nil {
			return nil, nil, err
		}
		return out.RelatedItems, out.NextToken, nil
	})
}

func TestCommentsAndContactsAreFoundNewestFirst(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		id := s.openCase(t, f)
		first, second := contact(), contact()
		by := comment(f.domain, id, "Gave a $5 refund")
		by.PerformedBy = &types.UserUnionMemberUserArn{Value: agent}
		robot := link(f.domain, id, second)
		robot.PerformedBy = &types.UserUnionMemberCustomEntity{Value: "billing robot"}
		made := map[string]string{}
		for i, in := range []*connectcases.CreateRelatedItemInput{link(f.domain, id, first), by, robot, comment(f.domain, id, "ü ☎\nsecond line")} {
			out := got(s.cases.CreateRelatedItem(ctx, in))(t)
			if !uuid.MatchString(*out.RelatedItemId) || *out.RelatedItemArn != f.domainARN+"/case/"+id+"/related-item/"+*out.RelatedItemId {
				t.Errorf("got id %s and ARN %s", *out.RelatedItemId, *out.RelatedItemArn)
			}
			made[*out.RelatedItemId] = fmt.Sprint(i)
		}
		show := func(items []*types.SearchRelatedItemsResponseItem) (shown []string) {
			for _, item := range items {
				line := made[*item.RelatedItemId] + " " + string(item.Type)
				switch c := item.Content.(type) {
				case *types.RelatedItemContentMemberComment:
					line += " " + *c.Value.Body + " " + string(c.Value.ContentType)
				case *types.RelatedItemContentMemberContact:
					line += " " + *c.Value.ContactArn
					if deref(c.Value.Channel) == "" || c.Value.ConnectedToSystemTime == nil {
						t.Errorf("got contact %+v", c.Value)
					}
				}
				switch by := item.PerformedBy.(type) {
				case *types.UserUnionMemberUserArn:
					line += " by " + by.Value
				case *types.UserUnionMemberCustomEntity:
					line += " by " + by.Value
				}
				if age := time.Since(*item.AssociationTime); age < -time.Second || age > time.Minute {
					t.Errorf("associated %v ago", age)
				}
				shown = append(shown, line)
			}
			return shown
		}
		want := []string{
			"3 Comment ü ☎\nsecond line Text/Plain", "2 Contact " + second + " by billing robot",
			"1 Comment Gave a $5 refund Text/Plain by " + agent, "0 Contact " + first,
		}
		for _, row := range []struct {
			filters []types.RelatedItemTypeFilter
			want    []string
		}{
			{nil, want},
			{[]types.RelatedItemTypeFilter{&types.RelatedItemTypeFilterMemberComment{}}, []string{want[0], want[2]}},
			{[]types.RelatedItemTypeFilter{&types.RelatedItemTypeFilterMemberContact{}}, []string{want[1], want[3]}},
			{[]types.RelatedItemTypeFilter{&types.RelatedItemTypeFilterMemberContact{Value: types.ContactFilter{ContactArn: &first}}}, []string{want[3]}},
			{[]types.RelatedItemTypeFilter{
				&types.RelatedItemTypeFilterMemberContact{Value: types.ContactFilter{ContactArn: &second}}, &types.RelatedItemTypeFilterMemberComment{},
			}, []string{want[0], want[1], want[2]}},
			{[]types.RelatedItemTypeFilter{&types.RelatedItemTypeFilterMemberContact{Value: types.ContactFilter{ContactArn: new(contact())}}}, nil},
		} {
			for _, limit := range []int32{1, 3, 25} {
				if diff := cmp.Diff(row.want, show(s.relatedItems(t, f.domain, id, limit, row.filters...))); diff != "" {
					t.Errorf("filters %v, pages of %d: %s", row.filters, limit, diff)
				}
			}
		}
	})
}

func TestContactIsLinkedOnce(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f := s.inDomain(t)
		id, arn := s.openCase(t, f), contact()
		first := got(s.cases.CreateRelatedItem(t.Context(), link(f.domain, id, arn)))(t)
		again := got(s.cases.CreateRelatedItem(t.Context(), link(f.domain, id, arn)))(t)
		if *first.RelatedItemId != *again.RelatedItemId || *first.RelatedItemArn != *again.RelatedItemArn {
			t.Errorf("got %s, then %s", *first.RelatedItemId, *again.RelatedItemId)
		}
		if n := len(s.relatedItems(t, f.domain, id, 25)); n != 1 {
			t.Errorf("the case has %d related items, want 1", n)
		}
	})
}

func TestRelatedItemCallsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		id := s.openCase(t, f)
		create := func(in *connectcases.CreateRelatedItemInput, edit func(*connectcases.CreateRelatedItemInput)) error {
			if edit != nil {
				edit(in)
			}
			return only(s.cases.CreateRelatedItem(ctx, in))
		}
		search := func(edit func(*connectcases.SearchRelatedItemsInput)) error {
			in := &connectcases.SearchRelatedItemsInput{DomainId: &f.domain, CaseId: &id}
			edit(in)
			return only(s.cases.SearchRelatedItems(ctx, in))
		}
		as := func(kind types.RelatedItemType) func(*connectcases.CreateRelatedItemInput) {
			return func(in *connectcases.CreateRelatedItemInput) { in.Type = kind }
		}
		const bad = "ValidationException"
		refuse(t, []refusal{
			{"comment as contact", create(comment(f.domain, id, "x"), as(types.RelatedItemTypeContact)), bad, 400, ""},
			{"contact as comment", create(link(f.domain, id, contact()), as(types.RelatedItemTypeComment)), bad, 400, ""},
			{"bad type", create(comment(f.domain, id, "x"), as("Poem")), bad, 400, "enum value set"},
			{"empty comment", create(comment(f.domain, id, ""), nil), bad, 400, "greater than or equal to 1"},
			{"long comment", create(comment(f.domain, id, strings.Repeat("x", 15001)), nil), bad, 400, "less than or equal to 15000"},
			{"a NUL in a comment", create(comment(f.domain, id, "a\x00b"), nil), bad, 400, ""},
			{"bad content type", create(comment(f.domain, id, "x"), func(in *connectcases.CreateRelatedItemInput) {
				in.Content = &types.RelatedItemInputContentMemberComment{Value: types.CommentContent{Body: new("x"), ContentType: "Text/Html"}}
			}), bad, 400, "enum value set"},
			{"bad contact", create(link(f.domain, id, "contact 5"), nil), bad, 400, ""},
			{"page too large", search(func(in *connectcases.SearchRelatedItemsInput) { in.MaxResults = new(int32(26)) }), bad, 400, "less than or equal to 25"},
			{"foreign token", search(func(in *connectcases.SearchRelatedItemsInput) { in.NextToken = new("nonsense") }), bad, 400, ""},
			{"11 filters", search(func(in *connectcases.SearchRelatedItemsInput) {
				for range 11 {
					in.Filters = append(in.Filters, &types.RelatedItemTypeFilterMemberComment{})
				}
			}), bad, 400, "less than or equal to 10"},
		})
		if n := len(s.relatedItems(t, f.domain, id, 25)); n != 0 {
			t.Errorf("refused calls left %d related items", n)
		}
	})
}

func TestRelatedItemsStopAtTheQuota(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f := s.inDomain(t)
		id := s.openCase(t, f)
		for i := range 200 {
			got(s.cases.CreateRelatedItem(t.Context(), comment(f.domain, id, fmt.Sprint(i))))(t)
		}
		refuse(t, []refusal{{"item 201", only(s.cases.CreateRelatedItem(t.Context(), comment(f.domain, id, "201"))), "ServiceQuotaExceededException", 402, ""}})
		if n := len(s.relatedItems(t, f.domain, id, 25)); n != 200 {
			t.Errorf("got %d related items", n)
		}
	})
}
