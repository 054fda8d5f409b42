package connectcases

import (
	"context"

	"github.com/casestream/casestream/base/page"
	"github.com/casestream/casestream/wire"

	api "github.com/casestream/casestream/awsapi/connectcases"
	"github.com/casestream/casestream/store"
)

// CreateDomain makes a domain; it is active at once.
func (s *Service) CreateDomain(ctx context.Context, in *api.CreateDomainInput) (*api.CreateDomainOutput, error) {
	var id string
	err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
		id, err = s.createDomain(tx, in.Name)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateDomainOutput{DomainId: id, DomainArn: s.domainARN(id), DomainStatus: api.DomainStatusActive}, nil
}

// GetDomain describes a domain.
func (s *Service) GetDomain(ctx context.Context, in *api.GetDomainInput) (*api.GetDomainOutput, error) {
	cat, err := s.readCatalog(ctx, in.DomainId)
	if err != nil {
		return nil, err
	}
	d := cat.domain
	return &api.GetDomainOutput{
		DomainId: d.ID, DomainArn: s.domainARN(d.ID), Name: d.Name, CreatedTime: d.CreatedAt,
		DomainStatus: api.DomainStatusActive, Tags: sparse(d.Tags),
	}, nil
}

// ListDomains lists the account's domains, oldest first.
func (s *Service) ListDomains(ctx context.Context, in *api.ListDomainsInput) (*api.ListDomainsOutput, error) {
	after, err := openToken(in.NextToken, "domains", 1)
	if err != nil {
		return nil, err
	}
	limit := pageSize(in.MaxResults, 10)
	var list []Domain
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = listDomains(tx, after[0], limit+1)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &api.ListDomainsOutput{Domains: []api.DomainSummary{}}
	if len(list) > limit {
		list = list[:limit]
		out.NextToken = wire.Ptr(page.Token("domains", list[limit-1].ID))
	}
	for _, d := range list {
		out.Domains = append(out.Domains, api.DomainSummary{DomainId: d.ID, DomainArn: s.domainARN(d.ID), Name: d.Name})
	}
	return out, nil
}

// DeleteDomain removes a domain with all that is in it. Nothing of it can be reached any more when this answers;
// its cases are removed from the store behind it.
func (s *Service) DeleteDomain(ctx context.Context, in *api.DeleteDomainInput) (*api.DeleteDomainOutput, error) {
	err := s.db.Write(ctx, func(tx *store.Tx) error { return s.deleteDomain(tx, in.DomainId) })
	if err != nil {
		return nil, err
	}
	return new(api.DeleteDomainOutput), nil
}

// readCatalog gives a domain's configuration to an operation that only reads it.
func (s *Service) readCatalog(ctx context.Context, domainID string) (cat *catalog, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) {
		cat, err = s.catalog(tx, domainID)
		return err
	})
	return cat, err
}

// sparse gives tags in the form that answers have; no tags are an empty map.
func sparse(tags map[string]string) map[string]*string {
	m := make(map[string]*string, len(tags))
	for k, v := range tags {
		m[k] = &v
	}
	return m
}
