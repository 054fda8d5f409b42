package eventbridge_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"
)

// verdict is a pattern of the corpus with what becomes of it. Patterns and events that are strings are texts;
// others are the text as it stands in the file.
type verdict struct {
	Pattern, Event  json.RawMessage
	Expect          string // match, nomatch, invalid
	Reason, Message string // of an invalid pattern; the message is the whole text
}

// verdicts reads the corpus.
func verdicts(t testing.TB) (list []verdict) {
	t.Helper()
	data, err := os.ReadFile("../../pattern/testdata/patterns.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var v verdict
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		list = append(list, v)
	}
	if len(list) < 1000 {
		t.Fatalf("only %d verdicts", len(list))
	}
	return list
}

// text gives a pattern or event as text.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// envelope makes an event of some members.
func envelope(members string) string {
	return `{"id":"i","account":"1","source":"s","time":"2026-01-01T00:00:00Z","region":"r","detail-type":"t"` + members + `}`
}

// test is a request of TestEventPattern.
func test(pattern, event string) string {
	return `{"EventPattern":` + quote(pattern) + `,"Event":` + quote(event) + `}`
}

func TestInvalidPatternIsRefusedInAWSsWords(t *testing.T) {
	each(t, func(f *fixture) {
		refusals := 0
		for i, v := range verdicts(f.TB) {
			if v.Expect != "invalid" {
				continue
			}
			refusals++
			_, put := f.call("PutRule", `{"Name":"r","EventPattern":`+quote(text(v.Pattern))+`}`)
			_, tested := f.call("TestEventPattern", test(text(v.Pattern), envelope("")))
			for op, err := range map[string]error{"PutRule": put, "TestEventPattern": tested} {
				if err == nil {
					f.Errorf("row %d: %s takes %s", i+1, op, v.Pattern)
					continue
				}
				got := f.Shown(op, err)
				begin := "Event pattern is not valid. Reason: " + v.Reason
				if got.Code != "InvalidEventPatternException" || !strings.HasPrefix(got.Message, begin) || v.Message != "" && got.Message != v.Message {
					f.Errorf("row %d: %s of %s:\ngot  %s %q\nwant %q", i+1, op, v.Pattern, got.Code, got.Message, v.Message)
				}
			}
		}
		if refusals < 100 {
			f.Errorf("only %d patterns were refused", refusals)
		}
		f.gives("ListRules", `{}`, `{"Rules":[]}`)
	})
}

// Every verdict of the corpus, for details of events: TestEventPattern agrees with it, and so does, for some, a
// rule on a bus.
func TestTestEventPatternJudgesAsARuleDoes(t *testing.T) {
	each(t, func(f *fixture) {
		f.queue("q")
		f.rule("r", "s", "q", "")
		judged := 0
		for i, v := range verdicts(f.TB) {
			event, pattern := text(v.Event), `{"detail":`+text(v.Pattern)+`}`
			if v.Expect == "invalid" || !strings.HasPrefix(event, "{") || len(pattern) > 4096 {
				continue
			}
			judged++
			match := v.Expect == "match"
			if got := f.must("TestEventPattern", test(pattern, envelope(`,"detail":`+event))); got != `{"Result":`+strconv.FormatBool(match)+`}` {
				f.Errorf("row %d: %s of %s on %s", i+1, got, v.Pattern, event)
			}
			if judged%8 != 0 {
				continue // a commit for each takes a while
			}
			f.must("PutRule", `{"Name":"r","EventPattern":`+quote(pattern)+`}`)
			f.put("s", event)
			if got := f.receive("q"); len(got) > 1 || len(got) == 1 != match {
				f.Errorf("row %d: %d messages of %s on %s", i+1, len(got), v.Pattern, event)
			}
		}
		if judged < 900 {
			f.Errorf("only %d verdicts were judged", judged)
		}
	})
}

func TestEventThatIsTestedMustBeOne(t *testing.T) {
	each(t, func(f *fixture) {
		for in, want := range map[string]string{
			test(`{"source":["s"]}`, envelope("")):                                                                           `{"Result":true}`,
			test(`{"source":["x"]}`, envelope("")):                                                                           `{"Result":false}`,
			test(`{"extra":[1]}`, envelope(`,"extra":1`)):                                                                    `{"Result":true}`,
			test(`{"detail-type":["u"]}`, envelope(`,"detail-type":["t","u"]`)):                                              `{"Result":true}`,
			test(`{"detail":{"x":[{"exists":false}]}}`, envelope(`,"detail":null,"big":"`+strings.Repeat("b", 400_000)+`"`)): `{"Result":true}`,
			test(`{"deep":["x"]}`, envelope(`,"deep":`+strings.Repeat("[", 500)+`"x"`+strings.Repeat("]", 500))):             `{"Result":true}`,
		} {
			f.gives("TestEventPattern", in, want)
		}
		bad := []string{
			`{"id":"i"}`, `[]`, `{`, `null`, `"x"`, ``, envelope("") + "x", envelope(`,"detail":{]}`), envelope(`,"detail":01`),
			envelope(`,"deep":` + strings.Repeat("[", 1_000) + strings.Repeat("]", 1_000)), // no publisher gets so deep either
		}
		for _, key := range []string{"id", "account", "source", "time", "region", "detail-type"} {
			bad = append(bad, strings.Replace(envelope(""), `"`+key+`"`, `"`+strings.ToUpper(key)+`"`, 1))
		}
		for _, event := range bad {
			f.fails("TestEventPattern", test(`{"source":["s"]}`, event), "ValidationException", "Parameter Event is not valid.")
		}
		f.fails("TestEventPattern", test("[]", envelope("")), "InvalidEventPatternException",
			"Event pattern is not valid. Reason: Filter is not an object\n at [Source: (String)\"[]\"; line: 1, column: 2]")
	})
}

// Of a key that stands twice in an event both values count, as for the streaming reader of AWS's engine.
func TestKeysThatStandTwiceBothCount(t *testing.T) {
	each(t, func(f *fixture) {
		f.queue("q")
		for _, n := range []string{"1", "2"} {
			const event = `{"n":1,"n":2}`
			pattern := `{"detail":{"n":[` + n + `]}}`
			f.gives("TestEventPattern", test(pattern, envelope(`,"detail":`+event)), `{"Result":true}`)
			f.must("PutRule", `{"Name":"r","EventPattern":`+quote(pattern)+`}`)
			f.must("PutTargets", `{"Rule":"r","Targets":[{"Id":"t","Arn":"arn:aws:sqs:eu-west-2:111122223333:q"}]}`)
			f.put("s", event)
			if got := f.receive("q"); len(got) != 1 || !strings.Contains(got[0].Body, event) {
				f.Errorf("%s: %d messages", pattern, len(got))
			}
		}
	})
}

func TestLengthOfPatternsIsBounded(t *testing.T) {
	each(t, func(f *fixture) {
		pattern := func(size int) string {
			const frame = `{"source":[""]}`
			return `{"Name":"r","EventPattern":` + quote(`{"source":["`+strings.Repeat("x", size-len(frame))+`"]}`) + `}`
		}
		f.must("PutRule", pattern(4096))
		_, err := f.call("PutRule", pattern(4097))
		if got := f.Shown("PutRule", err); got == nil || got.Code != "ValidationException" || !strings.Contains(got.Message, "at 'eventPattern' failed to satisfy constraint: Member must have length less than or equal to 4096") {
			f.Errorf("err = %+v", got)
		}
	})
}

func TestThirtyRulesOfABusMayHaveWildcards(t *testing.T) {
	each(t, func(f *fixture) {
		put := func(i int, pattern string) string {
			return `{"Name":"r` + strconv.Itoa(i) + `","EventPattern":` + quote(pattern) + `}`
		}
		for i := range 30 {
			f.must("PutRule", put(i, `{"source":[{"wildcard":"s*"}]}`))
		}
		f.fails("PutRule", put(30, `{"source":[{"anything-but":{"wildcard":"s*"}}]}`), "LimitExceededException", "The requested resource exceeds the maximum number allowed.")
		f.must("PutRule", put(30, `{"source":[{"prefix":"s"}]}`))
	})
}
