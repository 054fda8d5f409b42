package eventbridge_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	defaultARN = "arn:aws:events:eu-west-2:111122223333:event-bus/default"
	archiveARN = "arn:aws:events:eu-west-2:111122223333:archive/a"
	ruleARN    = "arn:aws:events:eu-west-2:111122223333:rule/r"
)

// describes compares an answer but for the instants in it, which must be there under these names and no others.
func (f *fixture) describes(op, in, want string, instants ...string) {
	f.Helper()
	got, ok := parse(f, f.must(op, in)).(map[string]any)
	if !ok {
		f.Fatalf("%s gave no object", op)
	}
	for _, name := range instants {
		if at, ok := got[name].(float64); !ok || time.Since(time.UnixMilli(int64(at*1e3))).Abs() > 2*time.Hour {
			f.Errorf("%s: %s is %v", op, name, got[name])
		}
		delete(got, name)
	}
	if diff := cmp.Diff(parse(f, want), any(got)); diff != "" {
		f.Errorf("%s %s:\n%s", op, in, diff)
	}
}

// names gives the names in a list's answer.
func (f *fixture) names(op, in, list, member string) (names []string, next string) {
	f.Helper()
	var out map[string]json.RawMessage
	var items []map[string]any
	if err := json.Unmarshal([]byte(f.must(op, in)), &out); err != nil {
		f.Fatal(err)
	}
	if err := json.Unmarshal(out[list], &items); err != nil {
		f.Fatal(err)
	}
	for _, item := range items {
		names = append(names, item[member].(string))
	}
	if out["NextToken"] != nil {
		if err := json.Unmarshal(out["NextToken"], &next); err != nil {
			f.Fatal(err)
		}
	}
	return names, next
}

func TestArchiveIsMadeDescribedChangedAndDeleted(t *testing.T) {
	each(t, func(f *fixture) {
		f.describes("CreateArchive", `{"ArchiveName":"a","EventSourceArn":"`+defaultARN+`","Description":"about it","EventPattern":"{\"source\": [ \"s\" ]}","RetentionDays":1}`,
			`{"ArchiveArn":"`+archiveARN+`","State":"ENABLED"}`, "CreationTime")
		f.put("s", `{"x": 1}`)
		f.put("other", `{"x":1}`)
		size := len("s") + len("t") + len(`{"x":1}`) + 14 + 12
		f.describes("DescribeArchive", `{"ArchiveName":"a"}`, `{"ArchiveArn":"`+archiveARN+`","ArchiveName":"a","EventSourceArn":"`+defaultARN+`","Description":"about it",
			"EventPattern":"{\"source\": [ \"s\" ]}","State":"ENABLED","RetentionDays":1,"EventCount":1,"SizeBytes":`+itoa(size)+`}`, "CreationTime")
		f.describes("UpdateArchive", `{"ArchiveName":"a","RetentionDays":0,"Description":"","EventPattern":"{\"source\":[\"other\"]}"}`,
			`{"ArchiveArn":"`+archiveARN+`","State":"ENABLED"}`, "CreationTime")
		f.put("other", `{"x":1}`)
		f.describes("DescribeArchive", `{"ArchiveName":"a"}`, `{"ArchiveArn":"`+archiveARN+`","ArchiveName":"a","EventSourceArn":"`+defaultARN+`",
			"EventPattern":"{\"source\":[\"other\"]}","State":"ENABLED","RetentionDays":0,"EventCount":2,"SizeBytes":`+itoa(2*size+4)+`}`, "CreationTime")
		f.gives("DeleteArchive", `{"ArchiveName":"a"}`, `{}`)
		f.fails("DescribeArchive", `{"ArchiveName":"a"}`, "ResourceNotFoundException", "Archive a does not exist.")
	})
}

// itoa writes a number.
func itoa(n int) string { b, _ := json.Marshal(n); return string(b) }

func TestSizeOfAnArchiveIsWhatWasRecordedOnAWS(t *testing.T) {
	each(t, func(f *fixture) {
		f.must("CreateArchive", `{"ArchiveName":"a","EventSourceArn":"`+defaultARN+`"}`)
		const command = "core.update-account-command"
		detail := quote(`{"command": "update-account", "payload": {"acc_id": "0a787ecb-4015", "sf_id": "baz"}}`)
		entries := strings.Repeat(`,{"Source":"`+command+`","DetailType":"`+command+`","Detail":`+detail+`}`, 10)
		f.must("PutEvents", `{"Entries":[`+entries[1:]+`]}`)
		f.describes("DescribeArchive", `{"ArchiveName":"a"}`, `{"ArchiveArn":"`+archiveARN+`","ArchiveName":"a","EventSourceArn":"`+defaultARN+`",
			"State":"ENABLED","RetentionDays":0,"EventCount":10,"SizeBytes":1590}`, "CreationTime")
	})
}

func TestArchiveCallsAreRefused(t *testing.T) {
	each(t, func(f *fixture) {
		f.must("CreateArchive", `{"ArchiveName":"a","EventSourceArn":"`+defaultARN+`"}`)
		create := func(name, source, more string) string {
			return `{"ArchiveName":"` + name + `","EventSourceArn":"` + source + `"` + more + `}`
		}
		const bad = "ValidationException"
		noBus := "Parameter EventSourceArn is not valid. Reason: Must contain an event bus ARN."
		for _, c := range []struct{ op, in, code, message string }{
			{"CreateArchive", create("a", defaultARN, ""), "ResourceAlreadyExistsException", "Archive a already exists."},
			{"CreateArchive", create("b", defaultARN+"x", ""), "ResourceNotFoundException", "Event bus defaultx does not exist."},
			{"CreateArchive", create("b", strings.Replace(defaultARN, "1111", "2222", 1), ""), "ResourceNotFoundException", "Event bus default does not exist."},
			{"CreateArchive", create("b", ruleARN, ""), bad, noBus},
			{"CreateArchive", create("b", defaultARN, `,"EventPattern":"{\"source\":[]}"`), "InvalidEventPatternException", `Event pattern is not valid. Reason: Empty arrays are not allowed
 at [Source: (String)"{"source":[]}"; line: 1, column: 13]`},
			{"CreateArchive", create("b", defaultARN, `,"KmsKeyIdentifier":"k"`), bad, "KmsKeyIdentifier is not supported by this version of Casestream."},
			{"UpdateArchive", `{"ArchiveName":"a","KmsKeyIdentifier":"k"}`, bad, "KmsKeyIdentifier is not supported by this version of Casestream."},
			{"UpdateArchive", `{"ArchiveName":"a"}`, bad, "At least one of EventPattern, RetentionDays or Description must be provided."},
			{"UpdateArchive", `{"ArchiveName":"x","RetentionDays":1}`, "ResourceNotFoundException", "Archive x does not exist."},
			{"DeleteArchive", `{"ArchiveName":"x"}`, "ResourceNotFoundException", "Archive x does not exist."},
			{"DescribeArchive", `{"ArchiveName":"x"}`, "ResourceNotFoundException", "Archive x does not exist."},
			{"ListArchives", `{"NamePrefix":"a","State":"ENABLED"}`, bad, "At most one filter is allowed for ListArchives. Use either : State, EventSourceArn, or NamePrefix."},
			{"ListArchives", `{"EventSourceArn":"` + defaultARN + `x"}`, "ResourceNotFoundException", "Event bus defaultx does not exist."},
			{"ListArchives", `{"NextToken":"nonsense"}`, bad, "Parameter NextToken is not valid."},
			{"ListReplays", `{"NamePrefix":"a","State":"RUNNING"}`, bad, "At most one filter is allowed for ListReplays. Use either : State, EventSourceArn, or NamePrefix."},
			{"DescribeReplay", `{"ReplayName":"x"}`, "ResourceNotFoundException", "Replay x does not exist."},
			{"CancelReplay", `{"ReplayName":"x"}`, "ResourceNotFoundException", "Replay x does not exist."},
		} {
			f.fails(c.op, c.in, c.code, c.message)
		}
	})
}

func TestArchivesAreListedByNameInPages(t *testing.T) {
	each(t, func(f *fixture) {
		for _, name := range []string{"b-1", "a-2", "a-1", "c"} {
			f.must("CreateArchive", `{"ArchiveName":"`+name+`","EventSourceArn":"`+defaultARN+`","RetentionDays":3}`)
		}
		for in, want := range map[string]string{
			`{}`:                   "a-1 a-2 b-1 c",
			`{"NamePrefix":"a-"}`:  "a-1 a-2",
			`{"State":"ENABLED"}`:  "a-1 a-2 b-1 c",
			`{"State":"DISABLED"}`: "",
			`{"EventSourceArn":"` + defaultARN + `"}`: "a-1 a-2 b-1 c",
		} {
			if got, _ := f.names("ListArchives", in, "Archives", "ArchiveName"); strings.Join(got, " ") != want {
				f.Errorf("%s: got %v, want %s", in, got, want)
			}
		}
		first, token := f.names("ListArchives", `{"Limit":3}`, "Archives", "ArchiveName")
		rest, end := f.names("ListArchives", `{"Limit":3,"NextToken":"`+token+`"}`, "Archives", "ArchiveName")
		if strings.Join(append(first, rest...), " ") != "a-1 a-2 b-1 c" || end != "" {
			f.Errorf("got %v, %v, %q", first, rest, end)
		}
		f.must("DeleteArchive", `{"ArchiveName":"a-1"}`)
		f.gives("ListArchives", `{"NamePrefix":"a-1"}`, `{"Archives":[]}`)
	})
}

// start is what starts a replay of archive a, of all that happened in the last and the next hour.
func start(name, more string) string {
	now := time.Now().Unix()
	return `{"ReplayName":"` + name + `","EventSourceArn":"` + archiveARN + `","EventStartTime":` + itoa(int(now-3600)) + `,"EventEndTime":` + itoa(int(now+3600)) +
		`,"Destination":{"Arn":"` + defaultARN + `"` + more + `}}`
}

func TestReplayIsStartedDescribedListedAndCancelled(t *testing.T) {
	each(t, func(f *fixture) {
		f.must("CreateArchive", `{"ArchiveName":"a","EventSourceArn":"`+defaultARN+`"}`)
		f.queue("q")
		f.queue("q2")
		f.rule("r", "s", "q", "")
		f.rule("r2", "s", "q2", "")
		id := f.put("s", `{"x":1}`)
		f.receive("q")
		f.receive("q2")
		f.describes("StartReplay", start("again", `,"FilterArns":["`+ruleARN+`"]`), `{"ReplayArn":"arn:aws:events:eu-west-2:111122223333:replay/again","State":"STARTING"}`, "ReplayStartTime")
		f.describes("DescribeReplay", `{"ReplayName":"again"}`, `{"ReplayName":"again","ReplayArn":"arn:aws:events:eu-west-2:111122223333:replay/again","State":"STARTING",
			"EventSourceArn":"`+archiveARN+`","Destination":{"Arn":"`+defaultARN+`","FilterArns":["`+ruleARN+`"]}}`, "ReplayStartTime", "EventStartTime", "EventEndTime")
		for more := true; more; {
			var err error
			if more, err = f.bus.StepReplays(f.Context()); err != nil {
				f.Fatal(err)
			}
		}
		got := f.receive("q")
		if len(got) != 1 || !strings.Contains(got[0].Body, `"id":"`+id+`"`) || !strings.Contains(got[0].Body, `"region":"eu-west-2","replay-name":"again","resources":[]`) || len(f.receive("q2")) != 0 {
			f.Errorf("got %v", got)
		}
		f.describes("DescribeReplay", `{"ReplayName":"again"}`, `{"ReplayName":"again","ReplayArn":"arn:aws:events:eu-west-2:111122223333:replay/again","State":"COMPLETED",
			"EventSourceArn":"`+archiveARN+`","Destination":{"Arn":"`+defaultARN+`","FilterArns":["`+ruleARN+`"]}}`,
			"ReplayStartTime", "EventStartTime", "EventEndTime", "EventLastReplayedTime", "ReplayEndTime")
		f.fails("CancelReplay", `{"ReplayName":"again"}`, "IllegalStatusException", "Replay again is not in a valid state for this operation.")
		f.must("StartReplay", start("b", ""))
		f.must("StartReplay", start("c", ""))
		f.gives("CancelReplay", `{"ReplayName":"b"}`, `{"ReplayArn":"arn:aws:events:eu-west-2:111122223333:replay/b","State":"CANCELLING"}`)
		for in, want := range map[string]string{
			`{}`:                     "again b c",
			`{"NamePrefix":"a"}`:     "again",
			`{"State":"CANCELLING"}`: "b",
			`{"State":"FAILED"}`:     "",
			`{"EventSourceArn":"` + archiveARN + `"}`:  "again b c",
			`{"EventSourceArn":"` + archiveARN + `b"}`: "",
		} {
			if got, _ := f.names("ListReplays", in, "Replays", "ReplayName"); strings.Join(got, " ") != want {
				f.Errorf("%s: got %v, want %s", in, got, want)
			}
		}
		first, token := f.names("ListReplays", `{"Limit":2}`, "Replays", "ReplayName")
		rest, end := f.names("ListReplays", `{"Limit":2,"NextToken":"`+token+`"}`, "Replays", "ReplayName")
		if strings.Join(append(first, rest...), " ") != "again b c" || end != "" {
			f.Errorf("got %v, %v, %q", first, rest, end)
		}
	})
}

func TestReplayCallsAreRefused(t *testing.T) {
	each(t, func(f *fixture) {
		f.must("CreateArchive", `{"ArchiveName":"a","EventSourceArn":"`+defaultARN+`"}`)
		const bad = "ValidationException"
		good := start("r", "")
		for i := range 10 {
			f.must("StartReplay", start("r"+itoa(i), ""))
		}
		change := func(old, replacement string) string { return strings.Replace(good, old, replacement, 1) }
		noArchive := "Parameter EventSourceArn is not valid. Reason: Archive b does not exist."
		for _, c := range []struct{ in, code, message string }{
			{good, "LimitExceededException", "The requested resource exceeds the maximum number allowed."},
			{start("r1", ""), "ResourceAlreadyExistsException", "Replay r1 already exists."},
			{change(archiveARN, archiveARN[:len(archiveARN)-1]+"b"), bad, noArchive},
			{change(archiveARN, "arn:aws:events:eu-west-2:999922223333:archive/b"), bad, noArchive},
			{change(archiveARN, ruleARN), bad, "Parameter EventSourceArn is not valid. Reason: Must contain an archive ARN."},
			{change(defaultARN, defaultARN+"x"), "ResourceNotFoundException", "Event bus defaultx does not exist."},
			{change(defaultARN, ruleARN), bad, "Parameter Destination.Arn is not valid. Reason: Must contain an event bus ARN."},
			{change(`"EventEndTime":1`, `"EventEndTime":0.1`), bad, "Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime."},
		} {
			f.fails("StartReplay", c.in, c.code, c.message)
		}
	})
}
