package connectcases

import (
	"context"
	"math"
	"strconv"

	"github.com/casestream/casestream/base/page"
	"github.com/casestream/casestream/wire"

	api "github.com/casestream/casestream/awsapi/connectcases"
	"github.com/casestream/casestream/store"
)

// CreateRelatedItem puts a comment or a contact on a case.
func (s *Service) CreateRelatedItem(ctx context.Context, in *api.CreateRelatedItemInput) (*api.CreateRelatedItemOutput, error) {
	item := RelatedItem{Type: in.Type, By: s.actor(ctx, in.PerformedBy)}
	if c := in.Content.Comment; c != nil {
		item.Comment = &Comment{Body: c.Body, ContentType: c.ContentType}
	}
	if c := in.Content.Contact; c != nil {
		item.Contact = &Contact{ARN: c.ContactArn}
	}
	var id string
	err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
		id, err = s.createRelatedItem(tx, in.DomainId, in.CaseId, item)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateRelatedItemOutput{RelatedItemId: id, RelatedItemArn: s.relatedItemARN(in.DomainId, in.CaseId, id)}, nil
}

// SearchRelatedItems lists what is on a case, newest first.
func (s *Service) SearchRelatedItems(ctx context.Context, in *api.SearchRelatedItemsInput) (*api.SearchRelatedItemsOutput, error) {
	behind, err := openPlace(in.NextToken, in.CaseId)
	if err != nil {
		return nil, err
	}
	filters, size := itemFilters(in.Filters), pageSize(in.MaxResults, 25)
	var list []*RelatedItem
	more := false
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		list, more = nil, false
		if _, err := s.catalog(tx, in.DomainId); err != nil {
			return err
		}
		if _, err := getCase(tx, in.DomainId, in.CaseId); err != nil {
			return err
		}
		return listRelatedItems(tx, in.DomainId, in.CaseId, behind, func(item *RelatedItem) bool {
			if !item.pass(filters) {
				return false
			}
			if more = len(list) == size; !more {
				list = append(list, item)
			}
			return more
		})
	})
	if err != nil {
		return nil, err
	}
	out := &api.SearchRelatedItemsOutput{RelatedItems: []*api.SearchRelatedItemsResponseItem{}}
	for _, item := range list {
		out.RelatedItems = append(out.RelatedItems, &api.SearchRelatedItemsResponseItem{
			RelatedItemId: item.ID, Type: item.Type, AssociationTime: item.AssociatedAt, Content: itemContent(item),
			Tags: sparse(item.Tags), PerformedBy: userUnion(item.By),
		})
	}
	if more {
		last := list[len(list)-1]
		out.NextToken = wire.Ptr(page.Token("related-items", in.CaseId, strconv.FormatInt(last.AssociatedAt.UnixMicro(), 10), last.ID))
	}
	return out, nil
}

// openPlace reads where a page of a case's related items begins.
func openPlace(token *string, caseID string) (place, error) {
	parts, err := openToken(token, "related-items", 3)
	if err != nil {
		return place{}, err
	}
	if parts[0] == "" && parts[1] == "" {
		return place{at: math.MaxInt64}, nil
	}
	at, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || parts[0] != caseID {
		return place{}, invalid("The nextToken is not valid for this request.")
	}
	return place{at: at, id: parts[2]}, nil
}

// itemFilters takes filters out of their shapes.
func itemFilters(list []api.RelatedItemTypeFilter) []itemFilter {
	filters := make([]itemFilter, len(list))
	for i, f := range list {
		switch {
		case f.Comment != nil:
			filters[i].Type = itemComment
		case f.Contact != nil:
			filters[i] = itemFilter{Type: itemContact, Channels: f.Contact.Channel}
			if f.Contact.ContactArn != nil {
				filters[i].ARN = *f.Contact.ContactArn
			}
		}
	}
	return filters
}

// itemContent puts an item's content into its shape.
func itemContent(item *RelatedItem) api.RelatedItemContent {
	if c := item.Comment; c != nil {
		return api.RelatedItemContent{Comment: &api.CommentContent{Body: c.Body, ContentType: c.ContentType}}
	}
	c := item.Contact
	return api.RelatedItemContent{Contact: &api.ContactContent{ContactArn: c.ARN, Channel: c.Channel, ConnectedToSystemTime: c.ConnectedAt}}
}

// userUnion gives the user on whose behalf something was done, if one was named.
func userUnion(a Actor) *api.UserUnion {
	switch {
	case a.User == nil:
		return nil
	case a.User.ARN != "":
		return &api.UserUnion{UserArn: &a.User.ARN}
	}
	return &api.UserUnion{CustomEntity: &a.User.Entity}
}
