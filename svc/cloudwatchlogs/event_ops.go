package cloudwatchlogs

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	api "github.com/casestream/casestream/awsapi/cloudwatchlogs"
	"github.com/casestream/casestream/loggroup"
	"github.com/casestream/casestream/store"
)

// sequenceToken is the token of every batch: they have no meaning any more, but some clients want to see one.
var sequenceToken = strings.Repeat("0", 55) + "1"

// PutLogEvents stores events in a stream. A sequence token is not looked at, as on AWS.
func (s *Service) PutLogEvents(ctx context.Context, in *api.PutLogEventsInput) (*api.PutLogEventsOutput, error) {
	events := make([]loggroup.Event, len(in.LogEvents))
	for i, e := range in.LogEvents {
		events[i] = loggroup.Event{Time: e.Timestamp, Message: e.Message}
	}
	var rejected loggroup.Rejected
	err := s.write(ctx, func(tx *store.Tx) (err error) {
		rejected, err = s.groups.Put(tx, in.LogGroupName, in.LogStreamName, events)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &api.PutLogEventsOutput{NextSequenceToken: &sequenceToken}
	if rejected.Any() {
		info := &api.RejectedLogEventsInfo{}
		if rejected.Expired > 0 {
			info.ExpiredLogEventEndIndex = new(int32(rejected.Expired))
		}
		if rejected.TooOld > 0 {
			info.TooOldLogEventEndIndex = new(int32(rejected.TooOld))
		}
		if rejected.TooNew >= 0 {
			info.TooNewLogEventStartIndex = new(int32(rejected.TooNew))
		}
		out.RejectedLogEventsInfo = info
	}
	return out, nil
}

// GetLogEvents reads a stream in pages, forward and backward from any of them. At either end a token comes back as it
// was given.
func (s *Service) GetLogEvents(ctx context.Context, in *api.GetLogEventsInput) (*api.GetLogEventsOutput, error) {
	name, err := s.meant(in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	p := loggroup.Page{From: value(in.StartTime), Before: value(in.EndTime), Limit: int(value(in.Limit)), Backward: !value(in.StartFromHead)}
	if in.NextToken != nil {
		if p.At, p.Backward, err = openPlace(*in.NextToken); err != nil {
			return nil, err
		}
	}
	var list []loggroup.Stored
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		group, err := s.groups.Group(tx, name)
		if err != nil {
			return err
		}
		stream, err := s.groups.Stream(tx, group, in.LogStreamName)
		if err == nil {
			list, err = s.groups.Read(tx, group, stream, p)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	first, last := value(p.At), value(p.At)
	if len(list) > 0 {
		first, last = list[0].Position, list[len(list)-1].Position
	}
	out := &api.GetLogEventsOutput{
		Events: []api.OutputLogEvent{}, NextForwardToken: new(place("f/", last)), NextBackwardToken: new(place("b/", first)),
	}
	for i := range list {
		e := &list[i]
		out.Events = append(out.Events, api.OutputLogEvent{Timestamp: &e.Event.Time, Message: &e.Message, IngestionTime: &e.Ingested})
	}
	return out, nil
}

// Digits of a time and of a number in tokens and ids of events, which have 56 as on AWS.
const timeDigits, seqDigits = 28, 28

// digits writes the place of an event.
func digits(p loggroup.Position) string {
	return fmt.Sprintf("%0*d%0*d", timeDigits, p.Time, seqDigits, p.Seq)
}

// place makes the token of a place in a stream, for reading on in a direction.
func place(direction string, p loggroup.Position) string { return direction + digits(p) + "/s" }

// openPlace reads such a token.
func openPlace(token string) (at *loggroup.Position, backward bool, err error) {
	wrong := invalid("The specified nextToken is invalid.")
	text, forward := strings.CutPrefix(token, "f/")
	if !forward {
		if text, backward = strings.CutPrefix(token, "b/"); !backward {
			return nil, false, wrong
		}
	}
	text, ok := strings.CutSuffix(text, "/s")
	if !ok || len(text) != timeDigits+seqDigits {
		return nil, false, wrong
	}
	time, err1 := strconv.ParseUint(text[:timeDigits], 10, 63)
	seq, err2 := strconv.ParseUint(text[timeDigits:], 10, 63)
	if err1 != nil || err2 != nil {
		return nil, false, wrong
	}
	return &loggroup.Position{Time: int64(time), Seq: int64(seq)}, backward, nil
}
