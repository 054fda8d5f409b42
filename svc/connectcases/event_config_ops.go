package connectcases

import (
	"context"
	"slices"

	api "github.com/casestream/casestream/awsapi/connectcases"
	"github.com/casestream/casestream/store"
)

// PutCaseEventConfiguration replaces the whole of a domain's event configuration.
func (s *Service) PutCaseEventConfiguration(ctx context.Context, in *api.PutCaseEventConfigurationInput) (*api.PutCaseEventConfigurationOutput, error) {
	config := eventConfig{Enabled: in.EventBridge.Enabled}
	if data := in.EventBridge.IncludedData; data != nil {
		config.Included = true
		if data.CaseData != nil {
			fields := []string{}
			for _, id := range identifiers(data.CaseData.Fields) {
				if !slices.Contains(fields, id) {
					fields = append(fields, id)
				}
			}
			config.Fields = &fields
		}
		if data.RelatedItemData != nil {
			config.Content = &data.RelatedItemData.IncludeContent
		}
	}
	err := s.configure(ctx, in.DomainId, func(tx *store.Tx, cat *catalog) error {
		return s.putEventConfig(tx, cat, config)
	})
	if err != nil {
		return nil, err
	}
	return new(api.PutCaseEventConfigurationOutput), nil
}

// GetCaseEventConfiguration gives a domain's event configuration, without deleted fields; before any was
// put, events are off.
func (s *Service) GetCaseEventConfiguration(ctx context.Context, in *api.GetCaseEventConfigurationInput) (*api.GetCaseEventConfigurationOutput, error) {
	cat, err := s.readCatalog(ctx, in.DomainId)
	if err != nil {
		return nil, err
	}
	c := cat.events
	out := &api.GetCaseEventConfigurationOutput{EventBridge: api.EventBridgeConfiguration{Enabled: c.Enabled}}
	if !c.Included {
		return out, nil
	}
	data := new(api.EventIncludedData)
	if c.Fields != nil {
		data.CaseData = &api.CaseEventIncludedData{Fields: []api.FieldIdentifier{}}
		for _, id := range *c.Fields {
			if f := cat.fieldByID[id]; f != nil && !f.Deleted {
				data.CaseData.Fields = append(data.CaseData.Fields, api.FieldIdentifier{Id: id})
			}
		}
	}
	if c.Content != nil {
		data.RelatedItemData = &api.RelatedItemEventIncludedData{IncludeContent: *c.Content}
	}
	out.EventBridge.IncludedData = data
	return out, nil
}
