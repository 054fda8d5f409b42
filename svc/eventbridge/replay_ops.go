package eventbridge

import (
	"context"
	"slices"

	api "github.com/casestream/casestream/awsapi/eventbridge"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
)

// StartReplay begins to put what an archive holds on its bus again.
func (s *Service) StartReplay(ctx context.Context, in *api.StartReplayInput) (*api.StartReplayOutput, error) {
	to, err := s.busOfARN("Destination.Arn", in.Destination.Arn)
	if err != nil {
		return nil, err
	}
	archive, ours, ok := s.resourceOf(in.EventSourceArn, "archive")
	switch {
	case !ok:
		return nil, invalid("Parameter EventSourceArn is not valid. Reason: Must contain an archive ARN.")
	case !ours:
		return nil, invalid("Parameter EventSourceArn is not valid. Reason: Archive " + archive + " does not exist.")
	}
	var r bus.Replay
	err = s.db.Write(ctx, func(tx *store.Tx) (err error) {
		r, err = s.bus.StartReplay(tx, bus.Replay{
			Name: in.ReplayName, Description: value(in.Description), Archive: archive, Bus: to, FilterARNs: in.Destination.FilterArns,
			From: in.EventStartTime, To: in.EventEndTime,
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.StartReplayOutput{ReplayArn: &r.ARN, State: &r.State, ReplayStartTime: &r.Started}, nil
}

// CancelReplay ends a replay before its time.
func (s *Service) CancelReplay(ctx context.Context, in *api.CancelReplayInput) (*api.CancelReplayOutput, error) {
	var r bus.Replay
	err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
		r, err = s.bus.CancelReplay(tx, in.ReplayName)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.CancelReplayOutput{ReplayArn: &r.ARN, State: &r.State}, nil
}

// DescribeReplay gives one replay.
func (s *Service) DescribeReplay(ctx context.Context, in *api.DescribeReplayInput) (*api.DescribeReplayOutput, error) {
	var r bus.Replay
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		r, err = s.bus.Replay(tx, in.ReplayName)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.DescribeReplayOutput{
		ReplayName: &r.Name, ReplayArn: &r.ARN, Description: optional(r.Description), State: &r.State, StateReason: optional(r.Reason),
		EventSourceArn: &r.ArchiveARN, Destination: &api.ReplayDestination{Arn: r.BusARN, FilterArns: r.FilterARNs},
		EventStartTime: &r.From, EventEndTime: &r.To, EventLastReplayedTime: since(r.LastReplayed),
		ReplayStartTime: &r.Started, ReplayEndTime: since(r.Ended),
	}, nil
}

// ListReplays lists replays in name order: all, or those of one filter.
func (s *Service) ListReplays(ctx context.Context, in *api.ListReplaysInput) (*api.ListReplaysOutput, error) {
	if err := oneFilter("ListReplays", in.State, in.EventSourceArn, in.NamePrefix); err != nil {
		return nil, err
	}
	var list []bus.Replay
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = s.bus.Replays(tx, value(in.NamePrefix))
		return err
	})
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(r bus.Replay) bool {
		return in.State != nil && r.State != *in.State || in.EventSourceArn != nil && r.ArchiveARN != *in.EventSourceArn
	})
	list, next, err := cut(list, "replays", func(r bus.Replay) string { return r.Name }, in.NextToken, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &api.ListReplaysOutput{Replays: make([]api.Replay, len(list)), NextToken: next}
	for i, r := range list {
		out.Replays[i] = api.Replay{
			ReplayName: &r.Name, EventSourceArn: &r.ArchiveARN, State: &r.State, StateReason: optional(r.Reason),
			EventStartTime: &r.From, EventEndTime: &r.To, EventLastReplayedTime: since(r.LastReplayed),
			ReplayStartTime: &r.Started, ReplayEndTime: since(r.Ended),
		}
	}
	return out, nil
}
