package cloudwatchlogs

import (
	"context"
	"math"
	"strconv"

	api "github.com/casestream/casestream/awsapi/cloudwatchlogs"
	"github.com/casestream/casestream/base/page"
	"github.com/casestream/casestream/loggroup"
	"github.com/casestream/casestream/store"
)

// FilterLogEvents finds events of a group. A page may be empty and yet have a token, which leads on.
func (s *Service) FilterLogEvents(ctx context.Context, in *api.FilterLogEventsInput) (*api.FilterLogEventsOutput, error) {
	name, err := s.meant(in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	q, err := searchOf(in)
	if err != nil {
		return nil, err
	}
	var list []loggroup.Stored
	var next *loggroup.Position
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		group, err := s.groups.Group(tx, name)
		if err == nil {
			list, next, err = s.groups.Search(tx, group, q)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &api.FilterLogEventsOutput{Events: []api.FilteredLogEvent{}, SearchedLogStreams: []api.SearchedLogStream{}}
	for i := range list {
		e := &list[i]
		out.Events = append(out.Events, api.FilteredLogEvent{
			LogStreamName: &e.Stream, Timestamp: &e.Event.Time, Message: &e.Message, IngestionTime: &e.Ingested, EventId: new(digits(e.Position)),
		})
	}
	if next != nil {
		out.NextToken = new(page.Token("events", strconv.FormatInt(next.Time, 10), strconv.FormatInt(next.Seq, 10)))
	}
	return out, nil
}

// searchOf reads what a request looks for.
func searchOf(in *api.FilterLogEventsInput) (q loggroup.Search, err error) {
	if in.LogStreamNames != nil && in.LogStreamNamePrefix != nil {
		return q, invalid("logStreamNames and logStreamNamePrefix cannot both be specified.")
	}
	q = loggroup.Search{Streams: in.LogStreamNames, Prefix: value(in.LogStreamNamePrefix), From: value(in.StartTime), To: math.MaxInt64, Limit: int(value(in.Limit))}
	if in.EndTime != nil {
		q.To = *in.EndTime
	}
	if q.Filter, err = loggroup.ParseFilter(value(in.FilterPattern)); err != nil {
		return q, err
	}
	parts, err := openToken(in.NextToken, "events", 2)
	if err != nil || parts[0] == "" {
		return q, err
	}
	time, err1 := strconv.ParseInt(parts[0], 10, 64)
	seq, err2 := strconv.ParseInt(parts[1], 10, 64)
	if err1 != nil || err2 != nil {
		return q, invalid("The specified nextToken is invalid.")
	}
	q.After = loggroup.Position{Time: time, Seq: seq}
	return q, nil
}
