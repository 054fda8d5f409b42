package eventbridge

import (
	"context"
	"time"

	api "github.com/casestream/casestream/awsapi/eventbridge"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
)

// DescribeEventBus describes one bus, the default one where no name is given.
func (s *Service) DescribeEventBus(ctx context.Context, in *api.DescribeEventBusInput) (*api.DescribeEventBusOutput, error) {
	name, err := s.busName(in.Name)
	if err != nil {
		return nil, err
	}
	var e bus.EventBus
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		e, err = s.bus.EventBus(tx, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.DescribeEventBusOutput{
		Name: &e.Name, Arn: &e.ARN, CreationTime: since(e.Created), LastModifiedTime: since(e.Modified),
	}, nil
}

// ListEventBuses lists the buses of the account.
func (s *Service) ListEventBuses(ctx context.Context, in *api.ListEventBusesInput) (*api.ListEventBusesOutput, error) {
	var list []bus.EventBus
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = s.bus.EventBuses(tx, value(in.NamePrefix))
		return err
	})
	if err != nil {
		return nil, err
	}
	list, next, err := cut(list, "buses", func(e bus.EventBus) string { return e.Name }, in.NextToken, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &api.ListEventBusesOutput{EventBuses: make([]api.EventBus, len(list)), NextToken: next}
	for i, e := range list {
		out.EventBuses[i] = api.EventBus{Name: &e.Name, Arn: &e.ARN, CreationTime: since(e.Created), LastModifiedTime: since(e.Modified)}
	}
	return out, nil
}

// since makes an optional time, absent for what was always there.
func since(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
