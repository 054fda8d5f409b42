package eventbridge

import (
	"context"
	"maps"
	"slices"

	api "github.com/casestream/casestream/awsapi/eventbridge"
	"github.com/casestream/casestream/store"
)

// TagResource adds tags to a bus or a rule; a tag of the same key is replaced.
func (s *Service) TagResource(ctx context.Context, in *api.TagResourceInput) (*api.TagResourceOutput, error) {
	err := s.db.Write(ctx, func(tx *store.Tx) error { return s.bus.Tag(tx, in.ResourceARN, readTags(in.Tags), nil) })
	if err != nil {
		return nil, err
	}
	return &api.TagResourceOutput{}, nil
}

// UntagResource takes tags from a bus or a rule; keys that it does not have are passed over.
func (s *Service) UntagResource(ctx context.Context, in *api.UntagResourceInput) (*api.UntagResourceOutput, error) {
	err := s.db.Write(ctx, func(tx *store.Tx) error { return s.bus.Tag(tx, in.ResourceARN, nil, in.TagKeys) })
	if err != nil {
		return nil, err
	}
	return &api.UntagResourceOutput{}, nil
}

// ListTagsForResource lists the tags of a bus or a rule, by key.
func (s *Service) ListTagsForResource(ctx context.Context, in *api.ListTagsForResourceInput) (*api.ListTagsForResourceOutput, error) {
	var tags map[string]string
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		tags, err = s.bus.Tags(tx, in.ResourceARN)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &api.ListTagsForResourceOutput{Tags: make([]api.Tag, 0, len(tags))}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		out.Tags = append(out.Tags, api.Tag{Key: key, Value: tags[key]})
	}
	return out, nil
}

// readTags reads a list of tags; of several with one key the last counts.
func readTags(list []api.Tag) map[string]string {
	tags := make(map[string]string, len(list))
	for _, t := range list {
		tags[t.Key] = t.Value
	}
	return tags
}
