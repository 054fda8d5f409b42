package customerprofiles

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/casestream/casestream/base/page"

	api "github.com/casestream/casestream/awsapi/customerprofiles"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/wire"
)

// SearchProfiles finds profiles by their keys. Values are compared whole, without regard to case.
func (s *Service) SearchProfiles(ctx context.Context, in *api.SearchProfilesInput) (*api.SearchProfilesOutput, error) {
	if _, err := membersOf(in); err != nil { // for the characters that it refuses
		return nil, err
	}
	q := search{all: in.LogicalOperator != nil && *in.LogicalOperator == api.LogicalOperatorAnd}
	q.clauses = append(q.clauses, newClause(in.KeyName, in.Values))
	for _, more := range in.AdditionalSearchKeys {
		q.clauses = append(q.clauses, newClause(more.KeyName, more.Values))
	}
	if err := q.check(); err != nil {
		return nil, err
	}
	after, err := goOn("profiles", in.NextToken)
	if err != nil {
		return nil, err
	}
	size := pageSize(in.MaxResults, 20)
	var hits []hit
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		d, err := domainID(tx, in.DomainName)
		if err != nil {
			return err
		}
		hits, err = q.page(tx, d, after, size+1)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &api.SearchProfilesOutput{Items: []api.Profile{}}
	hits, more := page.Cut(hits, size)
	if more {
		out.NextToken = wire.Ptr(page.Token("profiles", behind(hits[size-1].ID)))
	}
	for _, h := range hits {
		p, err := h.profile()
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, p)
	}
	return out, nil
}

// profile gives the profile that was found, and by what.
func (h *hit) profile() (api.Profile, error) {
	var p api.Profile
	if err := json.Unmarshal([]byte(h.Document), &p); err != nil {
		return p, fmt.Errorf("document of profile %s: %w", h.ID, err)
	}
	p.ProfileId = wire.Ptr(h.ID)
	for _, c := range h.By {
		p.FoundByItems = append(p.FoundByItems, api.FoundByKeyValue{KeyName: wire.Ptr(c.key), Values: c.values})
	}
	return p, nil
}
