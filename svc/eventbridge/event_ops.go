package eventbridge

import (
	"cmp"
	"context"
	"strings"

	api "github.com/casestream/casestream/awsapi/eventbridge"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/wire"
)

// maxPutSize bounds the entries of one PutEvents together.
const maxPutSize = 1 << 20

// PutEvents publishes events. Each entry is accepted or refused by itself; what is accepted is published in
// one transaction, in order.
func (s *Service) PutEvents(ctx context.Context, in *api.PutEventsInput) (*api.PutEventsOutput, error) {
	if value(in.EndpointId) != "" {
		return nil, unsupported("EndpointId")
	}
	size := 0
	for i := range in.Entries {
		size += entrySize(&in.Entries[i])
	}
	if size > maxPutSize {
		return nil, invalid("Total size of the entries in the request is over the limit.")
	}
	by := s.caller(ctx)
	results := make([]api.PutEventsResultEntry, len(in.Entries))
	var list []bus.Outgoing
	var at []int // where in the results each of the list belongs
	for i := range in.Entries {
		o, refused := s.readEntry(&in.Entries[i])
		if refused != nil {
			results[i] = *refused
			continue
		}
		o.By = by
		list, at = append(list, o), append(at, i)
	}
	if len(list) > 0 {
		errs, err := s.bus.PublishAll(ctx, list)
		if err != nil {
			return nil, err
		}
		for n, i := range at {
			switch {
			case fault.KindOf(errs[n]) == fault.Denied:
				results[i] = *refuse("AccessDeniedException", errs[n].Error())
				continue
			case errs[n] != nil:
				results[i] = *refuse("MalformedDetail", "Detail is malformed.")
				continue
			}
			results[i].EventId = &list[n].Event.ID
		}
	}
	failed := int32(0)
	for i := range results {
		if results[i].ErrorCode != nil {
			failed++
		}
	}
	return &api.PutEventsOutput{FailedEntryCount: &failed, Entries: results}, nil
}

// caller gives whom the policies of buses are asked about. The front door lets no call pass that nobody signed: one
// without a principal comes from this program, and so from the account.
func (s *Service) caller(ctx context.Context) *bus.Caller {
	call := wire.CallOf(ctx)
	return &bus.Caller{
		ARN: call.Principal.ARN, Account: cmp.Or(call.Principal.Account, s.arns.Account),
		SourceIP: call.SourceIP, Secure: call.Scheme == "https",
	}
}

// timeSize is what an entry's Time counts for, however it is written.
const timeSize = 14

// entrySize is what an entry counts against maxPutSize.
func entrySize(e *api.PutEventsRequestEntry) int {
	n := len(value(e.Source)) + len(value(e.DetailType)) + len(value(e.Detail))
	if e.Time != nil {
		n += timeSize
	}
	for _, r := range e.Resources {
		n += len(r)
	}
	return n
}

// refuse makes the answer for an entry that is not accepted.
func refuse(code, msg string) *api.PutEventsResultEntry {
	return &api.PutEventsResultEntry{ErrorCode: &code, ErrorMessage: &msg}
}

// readEntry makes an event of an entry, or says why not. A bus that is not ours is one that does not exist:
// the entry is accepted and its event dropped.
func (s *Service) readEntry(e *api.PutEventsRequestEntry) (bus.Outgoing, *api.PutEventsResultEntry) {
	var none bus.Outgoing
	for _, m := range []struct {
		name  string
		value *string
	}{{"Source", e.Source}, {"DetailType", e.DetailType}, {"Detail", e.Detail}} {
		if value(m.value) == "" {
			return none, refuse("InvalidArgument", "Parameter "+m.name+" is not valid. Reason: "+m.name+" is a required argument.")
		}
	}
	if strings.ContainsFunc(value(e.TraceHeader), func(r rune) bool { return r < ' ' || r > '~' }) {
		return none, refuse("InvalidArgument", "Parameter TraceHeader is not valid.") // no target could pass it on
	}
	if strings.HasPrefix(*e.Source, "aws.") {
		return none, refuse("NotAuthorizedForSourceException", "Not authorized for the source.")
	}
	name, ok := s.bus.NameOf(value(e.EventBusName))
	if !ok {
		name = *e.EventBusName
	}
	ev := &bus.Event{
		Source: *e.Source, DetailType: *e.DetailType, Resources: e.Resources, Detail: []byte(*e.Detail), TraceHeader: value(e.TraceHeader),
	}
	if e.Time != nil {
		ev.Time = *e.Time
	}
	return bus.Outgoing{Bus: name, Event: ev}, nil
}
