package customerprofiles

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/casestream/casestream/base/page"

	api "github.com/casestream/casestream/awsapi/customerprofiles"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/wire"
)

// CreateDomain makes a domain. Encryption key, dead-letter queue and matching are kept and shown; they have
// no effect here.
func (s *Service) CreateDomain(ctx context.Context, in *api.CreateDomainInput) (*api.CreateDomainOutput, error) {
	settings, err := membersOf(in)
	if err != nil {
		return nil, err
	}
	var at time.Time
	err = s.db.Write(ctx, func(tx *store.Tx) (err error) {
		at, err = s.createDomain(tx, in.DomainName, string(settings))
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &api.CreateDomainOutput{}
	if err := json.Unmarshal(settings, out); err != nil {
		return nil, err
	}
	out.CreatedAt, out.LastUpdatedAt = at, at
	out.RuleBasedMatching = withStatus(out.RuleBasedMatching)
	return out, nil
}

// GetDomain describes a domain and counts its profiles.
func (s *Service) GetDomain(ctx context.Context, in *api.GetDomainInput) (*api.GetDomainOutput, error) {
	var d domain
	var profiles int64
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		if d, err = getDomain(tx, in.DomainName); err != nil {
			return err
		}
		profiles, err = countProfiles(tx, d.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &api.GetDomainOutput{}
	if err := d.into(out); err != nil {
		return nil, err
	}
	out.CreatedAt, out.LastUpdatedAt = d.Created, d.Updated
	out.RuleBasedMatching = withStatus(out.RuleBasedMatching)
	out.Stats = &api.DomainStats{ProfileCount: wire.Ptr(profiles), MeteringProfileCount: wire.Ptr(profiles)}
	return out, nil
}

// ListDomains lists the account's domains by name.
func (s *Service) ListDomains(ctx context.Context, in *api.ListDomainsInput) (*api.ListDomainsOutput, error) {
	after, err := goOn("domains", in.NextToken)
	if err != nil {
		return nil, err
	}
	size := pageSize(in.MaxResults, 100)
	var list []domain
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = listDomains(tx, after, size+1)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &api.ListDomainsOutput{Items: []api.ListDomainItem{}}
	list, more := page.Cut(list, size)
	if more {
		out.NextToken = wire.Ptr(page.Token("domains", list[size-1].Name))
	}
	for _, d := range list {
		item := api.ListDomainItem{}
		if err := d.into(&item); err != nil {
			return nil, err
		}
		item.CreatedAt, item.LastUpdatedAt = d.Created, d.Updated
		out.Items = append(out.Items, item)
	}
	return out, nil
}

// DeleteDomain removes a domain with its profiles and integrations.
func (s *Service) DeleteDomain(ctx context.Context, in *api.DeleteDomainInput) (*api.DeleteDomainOutput, error) {
	var profiles int64
	err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
		profiles, err = removeDomain(tx, in.DomainName)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.log.InfoContext(ctx, "profiles domain deleted", slog.String("domain", in.DomainName), slog.Int64("profiles", profiles))
	return &api.DeleteDomainOutput{Message: "OK"}, nil
}

// into puts the settings into the members of the same names.
func (d domain) into(shape any) error {
	if err := json.Unmarshal([]byte(d.Settings), shape); err != nil {
		return fmt.Errorf("settings of profiles domain %s: %w", d.Name, err)
	}
	return nil
}

// withStatus adds to the settings of rule-based matching what is not a setting.
func withStatus(m *api.RuleBasedMatchingResponse) *api.RuleBasedMatchingResponse {
	if m != nil && m.Enabled != nil && *m.Enabled {
		m.Status = wire.Ptr(api.RuleBasedMatchingStatusActive)
	}
	return m
}
