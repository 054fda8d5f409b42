package cloudwatchlogs

import (
	"context"

	api "github.com/casestream/casestream/awsapi/cloudwatchlogs"
	"github.com/casestream/casestream/loggroup"
	"github.com/casestream/casestream/store"
)

// tagged gives the name of the log group that an ARN means. Nothing else has tags here.
func (s *Service) tagged(resourceARN string) (string, error) {
	name, ok := s.groups.NameOf(resourceARN)
	if !ok {
		return "", &api.ResourceNotFoundException{Message: "The specified resource does not exist: " + resourceARN}
	}
	return name, nil
}

// TagResource gives a log group tags.
func (s *Service) TagResource(ctx context.Context, in *api.TagResourceInput) (*api.TagResourceOutput, error) {
	name, err := s.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return &api.TagResourceOutput{}, s.write(ctx, func(tx *store.Tx) error { return s.groups.Tag(tx, name, in.Tags) })
}

// UntagResource takes tags from a log group.
func (s *Service) UntagResource(ctx context.Context, in *api.UntagResourceInput) (*api.UntagResourceOutput, error) {
	name, err := s.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return &api.UntagResourceOutput{}, s.write(ctx, func(tx *store.Tx) error { return s.groups.Untag(tx, name, in.TagKeys) })
}

// ListTagsForResource gives a log group's tags.
func (s *Service) ListTagsForResource(ctx context.Context, in *api.ListTagsForResourceInput) (*api.ListTagsForResourceOutput, error) {
	name, err := s.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	var g *loggroup.Group
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) {
		g, err = s.groups.Group(tx, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &api.ListTagsForResourceOutput{Tags: g.Tags}
	if out.Tags == nil {
		out.Tags = map[string]string{}
	}
	return out, nil
}
