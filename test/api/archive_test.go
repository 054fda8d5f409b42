package api_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/google/go-cmp/cmp"
)

// defaultBus is the ARN of the bus that every account has.
const defaultBus = "arn:aws:events:us-east-1:111122223333:event-bus/default"

// archive makes an archive of a source's events and gives its name and ARN.
func (s *server) archive(t *testing.T, prefix, source string) (n, arn string) {
	t.Helper()
	n = name(prefix)
	pattern := `{"source":["` + source + `"]}`
	made := got(s.events.CreateArchive(t.Context(), &eventbridge.CreateArchiveInput{ArchiveName: &n, EventSourceArn: new(defaultBus), EventPattern: &pattern}))(t)
	if made.State != types.ArchiveStateEnabled || made.CreationTime == nil {
		t.Errorf("got %+v", made)
	}
	return n, *made.ArchiveArn
}

// replayOf is a replay of an archive, of what happened around now.
func replayOf(arn string, rules ...string) *eventbridge.StartReplayInput {
	return &eventbridge.StartReplayInput{
		ReplayName: new(name("replay")), EventSourceArn: &arn, EventStartTime: new(time.Now().Add(-time.Minute)), EventEndTime: new(time.Now()),
		Destination: &types.ReplayDestination{Arn: new(defaultBus), FilterArns: rules},
	}
}

func TestArchivedEventsAreReplayed(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx := t.Context()
		q, other := s.openQueue(t), s.openQueue(t)
		source := name("api.source")
		r := s.rule(t, `{"source":["`+source+`"]}`)
		s.aim(t, r, target(q))
		s.aim(t, s.rule(t, `{"source":["`+source+`"]}`), target(other))
		n, arn := s.archive(t, "archive", source)
		var entries []types.PutEventsRequestEntry
		for _, detail := range []string{`{"n":1.50}`, `{"n":2}`, `{"n":3}`} {
			entries = append(entries, entry(source, detail))
		}
		ids := s.put(t, entries...)
		first := s.drain(t, q, 3)
		s.drain(t, other, 3)
		d := got(s.events.DescribeArchive(ctx, &eventbridge.DescribeArchiveInput{ArchiveName: &n}))(t)
		if d.EventCount != 3 || d.SizeBytes == 0 || deref(d.EventSourceArn) != defaultBus || *d.RetentionDays != 0 || deref(d.ArchiveArn) != arn {
			t.Errorf("got %+v", d)
		}
		in := replayOf(arn, "arn:aws:events:us-east-1:111122223333:rule/"+r)
		started := got(s.events.StartReplay(ctx, in))(t)
		if started.State != types.ReplayStateStarting || deref(started.ReplayArn) != "arn:aws:events:us-east-1:111122223333:replay/"+*in.ReplayName {
			t.Errorf("got %+v", started)
		}
		again := s.drain(t, q, 3)
		var replayed []string
		for _, body := range again {
			var e struct{ ID string }
			if err := json.Unmarshal([]byte(body), &e); err != nil {
				t.Fatal(err)
			}
			replayed = append(replayed, e.ID)
			plain := strings.Replace(body, `"replay-name":"`+*in.ReplayName+`",`, "", 1)
			if plain == body || !slices.Contains(first, plain) {
				t.Errorf("got %s, of %q", body, first)
			}
		}
		slices.Sort(ids)
		slices.Sort(replayed)
		if diff := cmp.Diff(ids, replayed); diff != "" {
			t.Error(diff)
		}
		// The last message and the end of the replay were one commit, or there was one more step.
		var end *eventbridge.DescribeReplayOutput
		for end == nil || end.State != types.ReplayStateCompleted {
			end = got(s.events.DescribeReplay(ctx, &eventbridge.DescribeReplayInput{ReplayName: in.ReplayName}))(t)
		}
		if end.EventLastReplayedTime == nil || end.ReplayEndTime == nil || end.ReplayStartTime == nil || len(end.Destination.FilterArns) != 1 {
			t.Errorf("got %+v", end)
		}
		if m := s.receive(t, other, 0); len(m) != 0 {
			t.Errorf("a rule that the replay is not for got %d messages", len(m))
		}
		if d := got(s.events.DescribeArchive(ctx, &eventbridge.DescribeArchiveInput{ArchiveName: &n}))(t); d.EventCount != 3 {
			t.Errorf("%d events after the replay, want 3", d.EventCount)
		}
		refuse(t, []refusal{
			{"cancel", only(s.events.CancelReplay(ctx, &eventbridge.CancelReplayInput{ReplayName: in.ReplayName})), "IllegalStatusException", 400, "Replay " + *in.ReplayName + " is not in a valid state for this operation."},
			{"again", only(s.events.StartReplay(ctx, in)), "ResourceAlreadyExistsException", 400, "Replay " + *in.ReplayName + " already exists."},
		})
		list := got(s.events.ListReplays(ctx, &eventbridge.ListReplaysInput{EventSourceArn: &arn}))(t).Replays
		if len(list) != 1 || deref(list[0].ReplayName) != *in.ReplayName || deref(list[0].EventSourceArn) != arn {
			t.Errorf("got %+v", list)
		}
	})
}

func TestArchiveIsChangedListedAndDeleted(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx, prefix := t.Context(), name("listed")+"-"
		var want []string
		for range 5 {
			n, _ := s.archive(t, prefix, "nobody")
			want = append(want, n)
		}
		slices.Sort(want)
		list := walk(t, 2, func(a types.Archive) string { return *a.ArchiveName }, func(ctx context.Context, token *string) ([]types.Archive, *string, error) {
			out, err := s.events.ListArchives(ctx, &eventbridge.ListArchivesInput{NamePrefix: &prefix, Limit: new(int32(2)), NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return out.Archives, out.NextToken, nil
		})
		var names []string
		for _, a := range list {
			names = append(names, *a.ArchiveName)
			if a.State != types.ArchiveStateEnabled || deref(a.EventSourceArn) != defaultBus || a.EventCount != 0 || a.CreationTime == nil {
				t.Errorf("got %+v", a)
			}
		}
		if diff := cmp.Diff(want, names); diff != "" {
			t.Error(diff)
		}
		n := &want[0]
		got(s.events.UpdateArchive(ctx, &eventbridge.UpdateArchiveInput{ArchiveName: n, RetentionDays: new(int32(3)), Description: new("d")}))(t)
		if d := got(s.events.DescribeArchive(ctx, &eventbridge.DescribeArchiveInput{ArchiveName: n}))(t); *d.RetentionDays != 3 || deref(d.Description) != "d" || deref(d.EventPattern) != `{"source":["nobody"]}` {
			t.Errorf("got %+v", d)
		}
		for _, n := range want {
			got(s.events.DeleteArchive(ctx, &eventbridge.DeleteArchiveInput{ArchiveName: &n}))(t)
		}
		const missing = "ResourceNotFoundException"
		text := "Archive " + *n + " does not exist."
		refuse(t, []refusal{
			{"describe", only(s.events.DescribeArchive(ctx, &eventbridge.DescribeArchiveInput{ArchiveName: n})), missing, 400, text},
			{"delete", only(s.events.DeleteArchive(ctx, &eventbridge.DeleteArchiveInput{ArchiveName: n})), missing, 400, text},
			{"update", only(s.events.UpdateArchive(ctx, &eventbridge.UpdateArchiveInput{ArchiveName: n, RetentionDays: new(int32(1))})), missing, 400, text},
			{"update without a change", only(s.events.UpdateArchive(ctx, &eventbridge.UpdateArchiveInput{ArchiveName: n})), "ValidationException", 400, "At least one of EventPattern, RetentionDays or Description must be provided."},
		})
	})
}

func TestArchiveAndReplayCallsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx := t.Context()
		n, arn := s.archive(t, "archive", "nobody")
		create := func(edit func(in *eventbridge.CreateArchiveInput)) error {
			in := &eventbridge.CreateArchiveInput{ArchiveName: new(name("archive")), EventSourceArn: new(defaultBus)}
			edit(in)
			return only(s.events.CreateArchive(ctx, in))
		}
		start := func(edit func(in *eventbridge.StartReplayInput)) error {
			in := replayOf(arn)
			edit(in)
			return only(s.events.StartReplay(ctx, in))
		}
		const bad, missing, noBus = "ValidationException", "ResourceNotFoundException", "Event bus other does not exist."
		other := strings.Replace(defaultBus, "/default", "/other", 1)
		refuse(t, []refusal{
			{"taken", create(func(in *eventbridge.CreateArchiveInput) { in.ArchiveName = &n }), "ResourceAlreadyExistsException", 400, "Archive " + n + " already exists."},
			{"unknown bus", create(func(in *eventbridge.CreateArchiveInput) { in.EventSourceArn = &other }), missing, 400, noBus},
			{"long name", create(func(in *eventbridge.CreateArchiveInput) { in.ArchiveName = new(strings.Repeat("a", 49)) }), bad, 400, "less than or equal to 48"},
			{"bad pattern", create(func(in *eventbridge.CreateArchiveInput) { in.EventPattern = new(`{"source":[]}`) }), "InvalidEventPatternException", 400, "Event pattern is not valid. Reason: Empty arrays are not allowed"},
			{"negative retention", create(func(in *eventbridge.CreateArchiveInput) { in.RetentionDays = new(int32(-1)) }), bad, 400, "greater than or equal to 0"},
			{"two filters", only(s.events.ListArchives(ctx, &eventbridge.ListArchivesInput{NamePrefix: &n, State: types.ArchiveStateEnabled})), bad, 400, "At most one filter is allowed for ListArchives. Use either : State, EventSourceArn, or NamePrefix."},
			{"archives of an unknown bus", only(s.events.ListArchives(ctx, &eventbridge.ListArchivesInput{EventSourceArn: &other})), missing, 400, noBus},
			{"two filters of replays", only(s.events.ListReplays(ctx, &eventbridge.ListReplaysInput{NamePrefix: &n, State: types.ReplayStateFailed})), bad, 400, "At most one filter is allowed for ListReplays."},
			{"unknown archive", start(func(in *eventbridge.StartReplayInput) { in.EventSourceArn = new(arn + "x") }), bad, 400, "Parameter EventSourceArn is not valid. Reason: Archive " + n + "x does not exist."},
			{"to an unknown bus", start(func(in *eventbridge.StartReplayInput) { in.Destination.Arn = &other }), missing, 400, noBus},
			{"end before start", start(func(in *eventbridge.StartReplayInput) { in.EventEndTime = in.EventStartTime }), bad, 400, "Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime."},
			{"describe", only(s.events.DescribeReplay(ctx, &eventbridge.DescribeReplayInput{ReplayName: new("none")})), missing, 400, "Replay none does not exist."},
			{"cancel", only(s.events.CancelReplay(ctx, &eventbridge.CancelReplayInput{ReplayName: new("none")})), missing, 400, "Replay none does not exist."},
		})
	})
}
