package connectcases

import (
	"context"

	api "github.com/casestream/casestream/awsapi/connectcases"
	"github.com/casestream/casestream/store"
)

// TagResource puts tags on a resource, over those that it has of the same keys. A tag without a value has an
// empty one.
func (s *Service) TagResource(ctx context.Context, in *api.TagResourceInput) (*api.TagResourceOutput, error) {
	put := make(map[string]string, len(in.Tags))
	for key, value := range in.Tags {
		put[key] = ""
		if value != nil {
			put[key] = *value
		}
	}
	if err := checkTags(put); err != nil {
		return nil, err
	}
	if err := s.changeTags(ctx, in.Arn, tagging{put: put}); err != nil {
		return nil, err
	}
	return new(api.TagResourceOutput), nil
}

// UntagResource takes tags away; those that the resource does not have do not matter.
func (s *Service) UntagResource(ctx context.Context, in *api.UntagResourceInput) (*api.UntagResourceOutput, error) {
	if err := s.changeTags(ctx, in.Arn, tagging{away: in.TagKeys}); err != nil {
		return nil, err
	}
	return new(api.UntagResourceOutput), nil
}

// ListTagsForResource gives the tags of a resource.
func (s *Service) ListTagsForResource(ctx context.Context, in *api.ListTagsForResourceInput) (*api.ListTagsForResourceOutput, error) {
	r, err := s.parseResource(in.Arn)
	if err != nil {
		return nil, err
	}
	var tags map[string]string
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) {
		tags, err = s.tags(tx, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.ListTagsForResourceOutput{Tags: sparse(tags)}, nil
}

// changeTags changes the tags of the resource that an ARN names.
func (s *Service) changeTags(ctx context.Context, arn string, change tagging) error {
	r, err := s.parseResource(arn)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *store.Tx) error { return s.tag(tx, r, change) })
}
