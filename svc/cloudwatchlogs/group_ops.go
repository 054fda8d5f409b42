package cloudwatchlogs

import (
	"context"

	api "github.com/casestream/casestream/awsapi/cloudwatchlogs"
	"github.com/casestream/casestream/base/page"
	"github.com/casestream/casestream/loggroup"
	"github.com/casestream/casestream/store"
)

// CreateLogGroup makes a log group. Its class is kept and shown; it has no effect here.
func (s *Service) CreateLogGroup(ctx context.Context, in *api.CreateLogGroupInput) (*api.CreateLogGroupOutput, error) {
	if in.KmsKeyId != nil {
		return nil, unsupported("kmsKeyId")
	}
	class := value(in.LogGroupClass)
	if class == api.LogGroupClassDelivery {
		return nil, unsupported("The log group class DELIVERY")
	}
	return &api.CreateLogGroupOutput{}, s.write(ctx, func(tx *store.Tx) error {
		return s.groups.Create(tx, loggroup.Group{Name: in.LogGroupName, Class: class, Tags: in.Tags, Protected: value(in.DeletionProtectionEnabled)})
	})
}

// DeleteLogGroup removes a log group with all that is in it.
func (s *Service) DeleteLogGroup(ctx context.Context, in *api.DeleteLogGroupInput) (*api.DeleteLogGroupOutput, error) {
	return &api.DeleteLogGroupOutput{}, s.write(ctx, func(tx *store.Tx) error { return s.groups.Delete(tx, in.LogGroupName) })
}

// DescribeLogGroups lists log groups by name. Nobody links accounts here, so that those of others are never asked for.
func (s *Service) DescribeLogGroups(ctx context.Context, in *api.DescribeLogGroupsInput) (*api.DescribeLogGroupsOutput, error) {
	if in.LogGroupNamePrefix != nil && in.LogGroupNamePattern != nil {
		return nil, invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
	}
	from, err := after(in.NextToken, "groups")
	if err != nil {
		return nil, err
	}
	q := loggroup.GroupsQuery{Prefix: value(in.LogGroupNamePrefix), Part: value(in.LogGroupNamePattern), Class: value(in.LogGroupClass)}
	for _, identifier := range in.LogGroupIdentifiers {
		q.Names = append(q.Names, s.identified(identifier))
	}
	size := sizeOf(in.Limit)
	var list []*loggroup.Group
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = s.groups.List(tx, q, from, size+1)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &api.DescribeLogGroupsOutput{LogGroups: []api.LogGroup{}}
	list, more := page.Cut(list, size)
	if more {
		out.NextToken = new(page.Token("groups", list[size-1].Name))
	}
	for _, g := range list {
		out.LogGroups = append(out.LogGroups, s.shapeOf(g))
	}
	return out, nil
}

// shapeOf describes a log group. What it stores is not counted.
func (s *Service) shapeOf(g *loggroup.Group) api.LogGroup {
	shape := api.LogGroup{
		LogGroupName: &g.Name, Arn: new(s.groups.ARN(g.Name) + ":*"), LogGroupArn: new(s.groups.ARN(g.Name)), CreationTime: millis(g.Created),
		MetricFilterCount: new(int32(0)), StoredBytes: new(int64(0)), LogGroupClass: &g.Class, DeletionProtectionEnabled: &g.Protected,
	}
	if g.RetentionDays > 0 {
		shape.RetentionInDays = new(int32(g.RetentionDays))
	}
	return shape
}

// PutRetentionPolicy says for how many days a log group keeps its events.
func (s *Service) PutRetentionPolicy(ctx context.Context, in *api.PutRetentionPolicyInput) (*api.PutRetentionPolicyOutput, error) {
	days := int(in.RetentionInDays)
	if days == 0 {
		days = -1 // which is none of those that may be
	}
	return &api.PutRetentionPolicyOutput{}, s.write(ctx, func(tx *store.Tx) error { return s.groups.SetRetention(tx, in.LogGroupName, days) })
}

// DeleteRetentionPolicy has a log group keep its events for ever.
func (s *Service) DeleteRetentionPolicy(ctx context.Context, in *api.DeleteRetentionPolicyInput) (*api.DeleteRetentionPolicyOutput, error) {
	return &api.DeleteRetentionPolicyOutput{}, s.write(ctx, func(tx *store.Tx) error { return s.groups.SetRetention(tx, in.LogGroupName, 0) })
}

// PutLogGroupDeletionProtection says whether a log group can be deleted.
func (s *Service) PutLogGroupDeletionProtection(ctx context.Context, in *api.PutLogGroupDeletionProtectionInput) (*api.PutLogGroupDeletionProtectionOutput, error) {
	return &api.PutLogGroupDeletionProtectionOutput{}, s.write(ctx, func(tx *store.Tx) error {
		return s.groups.SetProtected(tx, s.identified(in.LogGroupIdentifier), in.DeletionProtectionEnabled)
	})
}
