package connect

import (
	"context"
	"log/slog"

	"github.com/casestream/casestream/base/page"

	api "github.com/casestream/casestream/awsapi/connect"
	"github.com/casestream/casestream/base/id"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/wire"
)

// CreateInstance makes an instance, which is active at once. The same ClientToken gives the same instance
// for as long as that lives.
func (s *Service) CreateInstance(ctx context.Context, in *api.CreateInstanceInput) (*api.CreateInstanceOutput, error) {
	asked := instance{
		ID: id.New(), Alias: deref(in.InstanceAlias), Token: deref(in.ClientToken),
		Identity: in.IdentityManagementType, Directory: deref(in.DirectoryId),
		Inbound: in.InboundCallsEnabled, Outbound: in.OutboundCallsEnabled, Tags: in.Tags,
	}
	if err := asked.check(); err != nil {
		return nil, err
	}
	var made *instance
	err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
		made, err = s.createInstance(tx, &asked)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateInstanceOutput{Id: wire.Ptr(made.ID), Arn: wire.Ptr(s.instanceARN(made.ID))}, nil
}

// DescribeInstance describes an instance.
func (s *Service) DescribeInstance(ctx context.Context, in *api.DescribeInstanceInput) (*api.DescribeInstanceOutput, error) {
	if err := checkText(in.InstanceId); err != nil {
		return nil, err
	}
	var i *instance
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		i, err = getInstance(tx, in.InstanceId)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.DescribeInstanceOutput{Instance: &api.Instance{
		Id: wire.Ptr(i.ID), Arn: wire.Ptr(s.instanceARN(i.ID)), IdentityManagementType: wire.Ptr(i.Identity),
		InstanceAlias: given(i.Alias), CreatedTime: wire.Ptr(i.Created), ServiceRole: wire.Ptr(s.roleARN(i.ID)),
		InstanceStatus: wire.Ptr(api.InstanceStatusActive), InboundCallsEnabled: wire.Ptr(i.Inbound),
		OutboundCallsEnabled: wire.Ptr(i.Outbound), InstanceAccessUrl: given(i.accessURL()), Tags: i.Tags,
	}}, nil
}

// ListInstances lists the account's instances, oldest first.
func (s *Service) ListInstances(ctx context.Context, in *api.ListInstancesInput) (*api.ListInstancesOutput, error) {
	after, err := goOn("instances", in.NextToken)
	if err != nil {
		return nil, err
	}
	size := 10
	if in.MaxResults != nil {
		size = int(*in.MaxResults)
	}
	var list []instance
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = listInstances(tx, after, size+1)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &api.ListInstancesOutput{InstanceSummaryList: []api.InstanceSummary{}}
	list, more := page.Cut(list, size)
	if more {
		out.NextToken = wire.Ptr(page.Token("instances", list[size-1].ID))
	}
	for _, i := range list {
		out.InstanceSummaryList = append(out.InstanceSummaryList, api.InstanceSummary{
			Id: wire.Ptr(i.ID), Arn: wire.Ptr(s.instanceARN(i.ID)), IdentityManagementType: wire.Ptr(i.Identity),
			InstanceAlias: given(i.Alias), CreatedTime: wire.Ptr(i.Created), ServiceRole: wire.Ptr(s.roleARN(i.ID)),
			InstanceStatus: wire.Ptr(api.InstanceStatusActive), InboundCallsEnabled: wire.Ptr(i.Inbound),
			OutboundCallsEnabled: wire.Ptr(i.Outbound), InstanceAccessUrl: given(i.accessURL()),
		})
	}
	return out, nil
}

// DeleteInstance removes an instance and its associations. What they named stays.
func (s *Service) DeleteInstance(ctx context.Context, in *api.DeleteInstanceInput) (*api.DeleteInstanceOutput, error) {
	if err := checkText(in.InstanceId); err != nil {
		return nil, err
	}
	err := s.db.Write(ctx, func(tx *store.Tx) error { return deleteInstance(tx, in.InstanceId) })
	if err != nil {
		return nil, err
	}
	s.log.InfoContext(ctx, "instance deleted", slog.String("instance", in.InstanceId))
	return &api.DeleteInstanceOutput{}, nil
}
