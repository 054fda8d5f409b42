package connect

import (
	"context"

	"github.com/casestream/casestream/base/page"

	api "github.com/casestream/casestream/awsapi/connect"
	"github.com/casestream/casestream/base/id"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/wire"
)

// CreateIntegrationAssociation ties an instance to a resource: one Cases domain at most, and any other
// resource once.
func (s *Service) CreateIntegrationAssociation(ctx context.Context, in *api.CreateIntegrationAssociationInput) (*api.CreateIntegrationAssociationOutput, error) {
	a := association{
		InstanceID: in.InstanceId, ID: id.New(), Type: in.IntegrationType, ARN: in.IntegrationArn,
		SourceURL: deref(in.SourceApplicationUrl), SourceName: deref(in.SourceApplicationName), SourceType: deref(in.SourceType),
		Tags: in.Tags,
	}
	if err := a.check(); err != nil {
		return nil, err
	}
	if err := s.db.Write(ctx, func(tx *store.Tx) error { return createAssociation(tx, &a) }); err != nil {
		return nil, err
	}
	return &api.CreateIntegrationAssociationOutput{
		IntegrationAssociationId: wire.Ptr(a.ID), IntegrationAssociationArn: wire.Ptr(s.associationARN(&a)),
	}, nil
}

// ListIntegrationAssociations lists what an instance is tied to, oldest first.
func (s *Service) ListIntegrationAssociations(ctx context.Context, in *api.ListIntegrationAssociationsInput) (*api.ListIntegrationAssociationsOutput, error) {
	kind, arn := deref(in.IntegrationType), deref(in.IntegrationArn)
	if err := checkText(in.InstanceId, arn); err != nil {
		return nil, err
	}
	after, err := goOn("associations", in.NextToken)
	if err != nil {
		return nil, err
	}
	size := 100
	if in.MaxResults != nil {
		size = int(*in.MaxResults)
	}
	var list []association
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) {
		if _, err = getInstance(tx, in.InstanceId); err != nil {
			return err
		}
		list, err = listAssociations(tx, in.InstanceId, kind, arn, after, size+1)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &api.ListIntegrationAssociationsOutput{IntegrationAssociationSummaryList: []api.IntegrationAssociationSummary{}}
	list, more := page.Cut(list, size)
	if more {
		out.NextToken = wire.Ptr(page.Token("associations", list[size-1].ID))
	}
	for _, a := range list {
		out.IntegrationAssociationSummaryList = append(out.IntegrationAssociationSummaryList, api.IntegrationAssociationSummary{
			IntegrationAssociationId: wire.Ptr(a.ID), IntegrationAssociationArn: wire.Ptr(s.associationARN(&a)), InstanceId: wire.Ptr(a.InstanceID),
			IntegrationType: wire.Ptr(a.Type), IntegrationArn: wire.Ptr(a.ARN),
			SourceApplicationUrl: given(a.SourceURL), SourceApplicationName: given(a.SourceName), SourceType: given(a.SourceType),
		})
	}
	return out, nil
}

// DeleteIntegrationAssociation unties an instance from a resource.
func (s *Service) DeleteIntegrationAssociation(ctx context.Context, in *api.DeleteIntegrationAssociationInput) (*api.DeleteIntegrationAssociationOutput, error) {
	if err := checkText(in.InstanceId, in.IntegrationAssociationId); err != nil {
		return nil, err
	}
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		if err := lockInstance(tx, in.InstanceId); err != nil {
			return err
		}
		return deleteAssociation(tx, in.InstanceId, in.IntegrationAssociationId)
	})
	if err != nil {
		return nil, err
	}
	return &api.DeleteIntegrationAssociationOutput{}, nil
}
