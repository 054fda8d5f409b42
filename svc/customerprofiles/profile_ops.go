package customerprofiles

import (
	"context"

	api "github.com/casestream/casestream/awsapi/customerprofiles"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/wire"
)

// CreateProfile makes a profile. Nothing is required, and two profiles may be alike.
func (s *Service) CreateProfile(ctx context.Context, in *api.CreateProfileInput) (*api.CreateProfileOutput, error) {
	members, err := membersOf(in)
	if err != nil {
		return nil, err
	}
	id := newProfileID()
	err = s.db.Write(ctx, func(tx *store.Tx) error { return createProfile(tx, in.DomainName, id, members) })
	if err != nil {
		return nil, err
	}
	return &api.CreateProfileOutput{ProfileId: id}, nil
}

// UpdateProfile changes the members that the request has.
func (s *Service) UpdateProfile(ctx context.Context, in *api.UpdateProfileInput) (*api.UpdateProfileOutput, error) {
	members, err := membersOf(in)
	if err != nil {
		return nil, err
	}
	err = s.db.Write(ctx, func(tx *store.Tx) error { return updateProfile(tx, in.DomainName, in.ProfileId, members) })
	if err != nil {
		return nil, err
	}
	return &api.UpdateProfileOutput{ProfileId: in.ProfileId}, nil
}

// DeleteProfile removes a profile.
func (s *Service) DeleteProfile(ctx context.Context, in *api.DeleteProfileInput) (*api.DeleteProfileOutput, error) {
	err := s.db.Write(ctx, func(tx *store.Tx) error { return removeProfile(tx, in.DomainName, in.ProfileId) })
	if err != nil {
		return nil, err
	}
	return &api.DeleteProfileOutput{Message: wire.Ptr("OK")}, nil
}
