package eventbridge

import (
	"context"

	api "github.com/casestream/casestream/awsapi/eventbridge"
	"github.com/casestream/casestream/destination"
	"github.com/casestream/casestream/store"
)

// rateOf reads a rate limit; 0 where none is given.
func rateOf(given *int32) int {
	if given == nil {
		return 0
	}
	return int(*given)
}

// CreateApiDestination makes an API destination.
func (s *Service) CreateApiDestination(ctx context.Context, in *api.CreateApiDestinationInput) (*api.CreateApiDestinationOutput, error) {
	var a destination.APIDestination
	err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
		a, err = s.destinations.CreateAPIDestination(tx, destination.APIDestination{
			Name: in.Name, Description: value(in.Description), ConnectionARN: in.ConnectionArn,
			Endpoint: in.InvocationEndpoint, Method: in.HttpMethod, Rate: rateOf(in.InvocationRateLimitPerSecond),
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateApiDestinationOutput{
		ApiDestinationArn: &a.ARN, ApiDestinationState: &a.State, CreationTime: &a.Created, LastModifiedTime: &a.Modified,
	}, nil
}

// UpdateApiDestination changes what is given of an API destination.
func (s *Service) UpdateApiDestination(ctx context.Context, in *api.UpdateApiDestinationInput) (*api.UpdateApiDestinationOutput, error) {
	u := destination.APIUpdate{Description: in.Description, ConnectionARN: in.ConnectionArn, Endpoint: in.InvocationEndpoint, Method: in.HttpMethod}
	if in.InvocationRateLimitPerSecond != nil {
		u.Rate = new(rateOf(in.InvocationRateLimitPerSecond))
	}
	var a destination.APIDestination
	err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
		a, err = s.destinations.UpdateAPIDestination(tx, in.Name, u)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.UpdateApiDestinationOutput{
		ApiDestinationArn: &a.ARN, ApiDestinationState: &a.State, CreationTime: &a.Created, LastModifiedTime: &a.Modified,
	}, nil
}

// DescribeApiDestination describes one API destination.
func (s *Service) DescribeApiDestination(ctx context.Context, in *api.DescribeApiDestinationInput) (*api.DescribeApiDestinationOutput, error) {
	var a destination.APIDestination
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		a, err = s.destinations.APIDestination(tx, in.Name)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.DescribeApiDestinationOutput{
		ApiDestinationArn: &a.ARN, Name: &a.Name, Description: optional(a.Description), ApiDestinationState: &a.State, ConnectionArn: &a.ConnectionARN,
		InvocationEndpoint: &a.Endpoint, HttpMethod: &a.Method, InvocationRateLimitPerSecond: new(int32(a.Rate)),
		CreationTime: &a.Created, LastModifiedTime: &a.Modified,
	}, nil
}

// ListApiDestinations lists the API destinations of the account, or those of a connection.
func (s *Service) ListApiDestinations(ctx context.Context, in *api.ListApiDestinationsInput) (*api.ListApiDestinationsOutput, error) {
	wanted, err := readSpan("api-destinations", in.NextToken, in.Limit)
	if err != nil {
		return nil, err
	}
	var list []destination.APIDestination
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = s.destinations.APIDestinations(tx, value(in.NamePrefix), value(in.ConnectionArn), wanted.after, wanted.size+1)
		return err
	})
	if err != nil {
		return nil, err
	}
	list, next := first(list, wanted, func(a destination.APIDestination) string { return a.Name })
	out := &api.ListApiDestinationsOutput{ApiDestinations: make([]api.ApiDestination, len(list)), NextToken: next}
	for i := range list {
		a := &list[i]
		out.ApiDestinations[i] = api.ApiDestination{
			ApiDestinationArn: &a.ARN, Name: &a.Name, ApiDestinationState: &a.State, ConnectionArn: &a.ConnectionARN,
			InvocationEndpoint: &a.Endpoint, HttpMethod: &a.Method, InvocationRateLimitPerSecond: new(int32(a.Rate)),
			CreationTime: &a.Created, LastModifiedTime: &a.Modified,
		}
	}
	return out, nil
}

// DeleteApiDestination removes an API destination.
func (s *Service) DeleteApiDestination(ctx context.Context, in *api.DeleteApiDestinationInput) (*api.DeleteApiDestinationOutput, error) {
	err := s.db.Write(ctx, func(tx *store.Tx) error { return s.destinations.DeleteAPIDestination(tx, in.Name) })
	if err != nil {
		return nil, err
	}
	return &api.DeleteApiDestinationOutput{}, nil
}
