package connectcases

import (
	"context"
	"math"
	"strconv"
	"strings"

	api "github.com/casestream/casestream/awsapi/connectcases"
	"github.com/casestream/casestream/base/page"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/wire"
)

// SearchRelatedItems lists what is on a case, newest first.
func (s *Service) SearchRelatedItems(ctx context.Context, in *api.SearchRelatedItemsInput) (*api.SearchRelatedItemsOutput, error) {
	behind, err := openPlace(in.NextToken, "related-items", in.CaseId)
	if err != nil {
		return nil, err
	}
	filters, err := filtersOf(in.Filters)
	if err != nil {
		return nil, err
	}
	size := pageSize(in.MaxResults, 25)
	var list []*RelatedItem
	more := false
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		list, more = nil, false
		cat, err := s.catalog(tx, in.DomainId)
		if err != nil {
			return err
		}
		if _, err := getCase(tx, in.DomainId, in.CaseId); err != nil {
			return err
		}
		if err := filters.check(cat); err != nil {
			return err
		}
		return listRelatedItems(tx, in.DomainId, in.CaseId, newest(behind), func(item *RelatedItem) bool {
			if !filters.pass(item) {
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
			RelatedItemId: item.ID, Type: item.Type, AssociationTime: item.AssociatedAt, Content: contentShape(&item.Content),
			Tags: sparse(item.Tags), PerformedBy: userUnion(item.By),
		})
	}
	if more {
		out.NextToken = placeOf(list[len(list)-1]).token("related-items", in.CaseId)
	}
	return out, nil
}

// maxLooked bounds how many items one call of SearchAllRelatedItems looks at: a page of rare ones may be short, or
// empty, and have a token to go on.
const maxLooked = 2000

// SearchAllRelatedItems lists what is on any case of a domain, newest first unless it is asked for in another order.
func (s *Service) SearchAllRelatedItems(ctx context.Context, in *api.SearchAllRelatedItemsInput) (*api.SearchAllRelatedItemsOutput, error) {
	order, name, err := orderOf(in.Sorts)
	if err != nil {
		return nil, err
	}
	behind, err := openPlace(in.NextToken, "all-related-items", name)
	if err != nil {
		return nil, err
	}
	filters, err := filtersOf(in.Filters)
	if err != nil {
		return nil, err
	}
	size := pageSize(in.MaxResults, 25)
	limit := maxLooked
	if len(filters) == 0 {
		limit = size + 1
	}
	var list []*RelatedItem
	var next *place
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		list, next = nil, nil
		cat, err := s.catalog(tx, in.DomainId)
		if err != nil {
			return err
		}
		if err := filters.check(cat); err != nil {
			return err
		}
		looked := 0
		var last place
		return listAllRelatedItems(tx, in.DomainId, order, behind, filters.subjects(), limit, func(item *RelatedItem) bool {
			looked++
			pass := filters.pass(item)
			if pass && len(list) == size {
				next = &last
				return true
			}
			if pass {
				list = append(list, item)
			}
			if last = placeOf(item); looked == limit {
				next = &last
			}
			return false
		})
	})
	if err != nil {
		return nil, err
	}
	out := &api.SearchAllRelatedItemsOutput{RelatedItems: []*api.SearchAllRelatedItemsResponseItem{}}
	for _, item := range list {
		out.RelatedItems = append(out.RelatedItems, &api.SearchAllRelatedItemsResponseItem{
			RelatedItemId: item.ID, CaseId: item.CaseID, Type: item.Type, AssociationTime: item.AssociatedAt,
			Content: contentShape(&item.Content), Tags: sparse(item.Tags), PerformedBy: userUnion(item.By),
		})
	}
	if next != nil {
		out.NextToken = next.token("all-related-items", name)
	}
	return out, nil
}

// ListCasesForContact lists the cases that a contact is on, the last one it came to first.
func (s *Service) ListCasesForContact(ctx context.Context, in *api.ListCasesForContactInput) (*api.ListCasesForContactOutput, error) {
	behind, err := openPlace(in.NextToken, "contact-cases", in.ContactArn)
	if err != nil {
		return nil, err
	}
	size := pageSize(in.MaxResults, 10)
	var list []contactCase
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) {
		if _, err := s.catalog(tx, in.DomainId); err != nil {
			return err
		}
		list, err = listContactCases(tx, in.DomainId, in.ContactArn, newest(behind), size+1)
		return err
	})
	if err != nil {
		return nil, err
	}
	list, more := page.Cut(list, size)
	out := &api.ListCasesForContactOutput{Cases: make([]api.CaseSummary, len(list))}
	for i, k := range list {
		out.Cases[i] = api.CaseSummary{CaseId: k.caseID, TemplateId: k.templateID}
	}
	if more {
		out.NextToken = list[len(list)-1].token("contact-cases", in.ContactArn)
	}
	return out, nil
}

// orderOf takes an order out of its shape, with the name that it has in tokens. Items that the order leaves equal
// come newest first, and those of one instant in the order of their ids.
func orderOf(sorts []api.SearchAllRelatedItemsSort) (order []orderKey, name string, err error) {
	columns := map[string]string{api.SearchAllRelatedItemsSortPropertyAssociationTime: columnTime, api.SearchAllRelatedItemsSortPropertyCaseId: columnCase}
	var names []string
	timed := false
	for i, sort := range sorts {
		k := orderKey{columns[sort.SortProperty], sort.SortOrder == api.OrderDesc}
		if i > 0 && order[0].column == k.column {
			return nil, "", invalid("The sorts name " + sort.SortProperty + " more than once.")
		}
		timed = timed || k.column == columnTime
		order, names = append(order, k), append(names, k.term())
	}
	if !timed {
		order = append(order, orderKey{columnTime, true})
	}
	return append(order, orderKey{columnItem, order[len(order)-1].down}), strings.Join(names, ", "), nil
}

// token makes the token of a list, of something, that goes on behind a place.
func (p place) token(list, of string) *string {
	return wire.Ptr(page.Token(list, of, strconv.FormatInt(p.at, 10), p.caseID, p.id))
}

// openPlace reads where a page of a list, of something, begins; nil at its beginning.
func openPlace(token *string, list, of string) (*place, error) {
	if token == nil || *token == "" {
		return nil, nil
	}
	parts, err := openToken(token, list, 4)
	if err != nil {
		return nil, err
	}
	at, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || parts[0] != of {
		return nil, invalid("The nextToken is not valid for this request.")
	}
	return &place{at: at, caseID: parts[2], id: parts[3]}, nil
}

// newest gives a place in a list that begins with the newest, which is before all others.
func newest(behind *place) place {
	if behind == nil {
		return place{at: math.MaxInt64}
	}
	return *behind
}

// filtersOf takes filters out of their shapes.
func filtersOf(list []api.RelatedItemTypeFilter) (itemFilters, error) {
	filters := make(itemFilters, len(list))
	for i := range list {
		var err error
		if filters[i], err = filterOf(&list[i]); err != nil {
			return nil, err
		}
	}
	return filters, nil
}
