package customerprofiles

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/casestream/casestream/base/page"
	"github.com/casestream/casestream/wire"

	api "github.com/casestream/casestream/awsapi/customerprofiles"
	"github.com/casestream/casestream/store"
)

// PutIntegration adds an integration to a domain, or replaces its settings. A Connect instance belongs to one
// domain at most.
func (s *Service) PutIntegration(ctx context.Context, in *api.PutIntegrationInput) (*api.PutIntegrationOutput, error) {
	if in.FlowDefinition != nil {
		return nil, invalid("FlowDefinition needs Amazon AppFlow, which Casestream does not have.")
	}
	if in.Uri == nil {
		return nil, invalid("Uri is required without a FlowDefinition.")
	}
	settings, err := membersOf(in)
	if err != nil {
		return nil, err
	}
	var i integration
	err = s.db.Write(ctx, func(tx *store.Tx) (err error) {
		i, err = s.putIntegration(tx, in.DomainName, *in.Uri, string(settings))
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &api.PutIntegrationOutput{}
	err = i.into(out)
	out.CreatedAt, out.LastUpdatedAt = i.Created, i.Updated
	return out, err
}

// GetIntegration describes an integration.
func (s *Service) GetIntegration(ctx context.Context, in *api.GetIntegrationInput) (*api.GetIntegrationOutput, error) {
	if _, err := membersOf(in); err != nil { // for the characters that it refuses
		return nil, err
	}
	var i integration
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		d, err := domainID(tx, in.DomainName)
		if err != nil {
			return err
		}
		i, err = getIntegration(tx, d, in.Uri)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &api.GetIntegrationOutput{}
	err = i.into(out)
	out.CreatedAt, out.LastUpdatedAt = i.Created, i.Updated
	return out, err
}

// ListIntegrations lists a domain's integrations by uri. None is ever hidden.
func (s *Service) ListIntegrations(ctx context.Context, in *api.ListIntegrationsInput) (*api.ListIntegrationsOutput, error) {
	after, err := goOn("integrations", in.NextToken)
	if err != nil {
		return nil, err
	}
	size := pageSize(in.MaxResults, 100)
	var list []integration
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		d, err := domainID(tx, in.DomainName)
		if err != nil {
			return err
		}
		list, err = listIntegrations(tx, d, after, size+1)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &api.ListIntegrationsOutput{Items: []api.ListIntegrationItem{}}
	list, more := page.Cut(list, size)
	if more {
		out.NextToken = wire.Ptr(page.Token("integrations", list[size-1].URI))
	}
	for _, i := range list {
		item := api.ListIntegrationItem{}
		if err := i.into(&item); err != nil {
			return nil, err
		}
		item.CreatedAt, item.LastUpdatedAt = i.Created, i.Updated
		out.Items = append(out.Items, item)
	}
	return out, nil
}

// into puts the settings into the members of the same names.
func (i integration) into(shape any) error {
	if err := json.Unmarshal([]byte(i.Settings), shape); err != nil {
		return fmt.Errorf("settings of integration %s: %w", i.URI, err)
	}
	return nil
}
