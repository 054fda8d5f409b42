package connectcases

import (
	"context"

	api "github.com/casestream/casestream/awsapi/connectcases"
	"github.com/casestream/casestream/store"
)

// CreateRelatedItem puts something on a case.
func (s *Service) CreateRelatedItem(ctx context.Context, in *api.CreateRelatedItemInput) (*api.CreateRelatedItemOutput, error) {
	by := s.actor(ctx, in.PerformedBy)
	var id string
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		content, err := newContent(&in.Content)
		if err != nil {
			return err
		}
		id, err = s.createRelatedItem(tx, in.DomainId, in.CaseId, RelatedItem{Type: in.Type, By: by, Content: content})
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateRelatedItemOutput{RelatedItemId: id, RelatedItemArn: s.relatedItemARN(in.DomainId, in.CaseId, id)}, nil
}

// UpdateRelatedItem replaces what a comment or a custom item holds.
func (s *Service) UpdateRelatedItem(ctx context.Context, in *api.UpdateRelatedItemInput) (*api.UpdateRelatedItemOutput, error) {
	by := s.actor(ctx, in.PerformedBy)
	var item *RelatedItem
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		content, err := replacement(&in.Content)
		if err != nil {
			return err
		}
		item, err = s.updateRelatedItem(tx, in.DomainId, in.CaseId, in.RelatedItemId, content, by)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.UpdateRelatedItemOutput{
		RelatedItemId: item.ID, RelatedItemArn: s.relatedItemARN(in.DomainId, in.CaseId, item.ID), Type: item.Type,
		Content: contentShape(&item.Content), AssociationTime: item.AssociatedAt, Tags: sparse(item.Tags),
		LastUpdatedUser: userUnion(by), CreatedBy: userUnion(item.By),
	}, nil
}

// DeleteRelatedItem takes something off a case.
func (s *Service) DeleteRelatedItem(ctx context.Context, in *api.DeleteRelatedItemInput) (*api.DeleteRelatedItemOutput, error) {
	by := s.actor(ctx, nil)
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		return s.deleteRelatedItem(tx, in.DomainId, in.CaseId, in.RelatedItemId, by)
	})
	if err != nil {
		return nil, err
	}
	return new(api.DeleteRelatedItemOutput), nil
}

// userUnion gives the user on whose behalf something was done, if one was named.
func userUnion(a Actor) *api.UserUnion {
	switch {
	case a.User == nil:
		return nil
	case a.User.ARN != "":
		return &api.UserUnion{UserArn: &a.User.ARN}
	}
	return &api.UserUnion{CustomEntity: &a.User.Entity}
}
