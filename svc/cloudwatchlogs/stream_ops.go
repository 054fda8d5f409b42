package cloudwatchlogs

import (
	"context"
	"strconv"

	api "github.com/casestream/casestream/awsapi/cloudwatchlogs"
	"github.com/casestream/casestream/base/page"
	"github.com/casestream/casestream/loggroup"
	"github.com/casestream/casestream/store"
)

// CreateLogStream makes a log stream.
func (s *Service) CreateLogStream(ctx context.Context, in *api.CreateLogStreamInput) (*api.CreateLogStreamOutput, error) {
	return &api.CreateLogStreamOutput{}, s.write(ctx, func(tx *store.Tx) error {
		return s.groups.CreateStream(tx, in.LogGroupName, in.LogStreamName)
	})
}

// DeleteLogStream removes a log stream with its events.
func (s *Service) DeleteLogStream(ctx context.Context, in *api.DeleteLogStreamInput) (*api.DeleteLogStreamOutput, error) {
	return &api.DeleteLogStreamOutput{}, s.write(ctx, func(tx *store.Tx) error {
		return s.groups.DeleteStream(tx, in.LogGroupName, in.LogStreamName)
	})
}

// DescribeLogStreams lists the log streams of a group, by name or by the time of their last event.
func (s *Service) DescribeLogStreams(ctx context.Context, in *api.DescribeLogStreamsInput) (*api.DescribeLogStreamsOutput, error) {
	name, err := s.meant(in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	q := loggroup.StreamsQuery{
		Prefix: value(in.LogStreamNamePrefix), ByTime: value(in.OrderBy) == api.OrderByLastEventTime, Descending: value(in.Descending),
	}
	if q.ByTime && q.Prefix != "" {
		return nil, invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
	}
	if q.After, err = lastStream(in.NextToken); err != nil {
		return nil, err
	}
	size := sizeOf(in.Limit)
	var list []*loggroup.Stream
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		group, err := s.groups.Group(tx, name)
		if err == nil {
			list, err = s.groups.Streams(tx, group, q, size+1)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &api.DescribeLogStreamsOutput{LogStreams: []api.LogStream{}}
	list, more := page.Cut(list, size)
	if more {
		last := list[size-1]
		out.NextToken = new(page.Token("streams", strconv.FormatInt(last.Last, 10), last.Name))
	}
	for _, stream := range list {
		shape := api.LogStream{
			LogStreamName: &stream.Name, CreationTime: millis(stream.Created), Arn: new(s.groups.StreamARN(name, stream.Name)),
			StoredBytes: new(int64(0)), UploadSequenceToken: &sequenceToken,
		}
		if stream.Ingested > 0 {
			shape.FirstEventTimestamp, shape.LastEventTimestamp, shape.LastIngestionTime = &stream.First, &stream.Last, &stream.Ingested
		}
		out.LogStreams = append(out.LogStreams, shape)
	}
	return out, nil
}

// lastStream gives the log stream that the last page ended with; nil: there was none.
func lastStream(token *string) (*loggroup.Stream, error) {
	parts, err := openToken(token, "streams", 2)
	if err != nil || parts[1] == "" {
		return nil, err
	}
	last, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return nil, invalid("The specified nextToken is invalid.")
	}
	return &loggroup.Stream{Name: parts[1], Last: last}, nil
}
