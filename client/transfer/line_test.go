package transfer_test

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/client/transfer"
)

func TestReaderCountsLinesAndBytes(t *testing.T) {
	r := transfer.NewReader(strings.NewReader("{\"a\":1}\n\n  \r\n{\"b\":2}\r\n{\"c\":3}"), 10, 100)
	type at struct {
		text   string
		line   int
		offset int64
	}
	var got []at
	for {
		text, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, at{string(text), r.Line, r.Offset})
	}
	want := []at{{`{"a":1}`, 11, 108}, {`{"b":2}`, 14, 122}, {`{"c":3}`, 15, 129}}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(at{})); d != "" {
		t.Error(d)
	}
}

func TestReaderTakesLongLinesAndRefusesEndlessOnes(t *testing.T) {
	long := strings.Repeat("x", 5<<20)
	r := transfer.NewReader(strings.NewReader(long+"\n"+long), 0, 0)
	for range 2 {
		if text, err := r.Next(); err != nil || len(text) != len(long) {
			t.Fatalf("%d bytes, %v", len(text), err)
		}
	}
	_, err := transfer.NewReader(endless{}, 6, 0).Next()
	if err == nil || !strings.Contains(err.Error(), "line 7 is longer than 64 MiB") {
		t.Error(err)
	}
}

// endless is a line without an end.
type endless struct{}

// Read gives spaces.
func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestBrokenLinesAreRefused(t *testing.T) {
	for text, says := range map[string]string{
		`{`:               "unexpected end",
		`[]`:              "cannot unmarshal",
		`{"type":"user"}`: `unknown type "user"`,
		`{"caseId":"c"}`:  `unknown type ""`,
		`{"type":"case","caseId":"c","templateId":"t","fields":[],"colour":1}`:                                              `unknown field "colour"`,
		`{"type":"case","caseId":"c","fields":[]}`:                                                                          "no templateId",
		`{"type":"case","templateId":"t","fields":[]}`:                                                                      "no id",
		`{"type":"case","caseId":"c","templateId":"t","fields":[{"id":"title"}]}`:                                           "no value",
		`{"type":"case","caseId":"c","templateId":"t","fields":[],"relatedItems":[{"relatedItemId":"i","type":"Comment"}]}`: "no content",
		`{"type":"field","fieldId":"f"}`:                                                                                    "no name",
		`{"type":"layout","name":"l"}`:                                                                                      "no id",
	} {
		if _, err := transfer.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %s", text, err, says)
		}
	}
}

// lines has one of each type.
var lines = []string{
	`{"type":"field","fieldId":"f","name":"Region","fieldType":"SingleSelect","namespace":"Custom","options":[{"name":"East","value":"east","active":true}]}`,
	`{"type":"layout","layoutId":"l","name":"Short","content":{"basic":{"topPanel":{"sections":[{"fieldGroup":{"fields":[{"id":"f"}]}}]}}}}`,
	`{"type":"caseRule","caseRuleId":"r","name":"Rule","rule":{"required":{"defaultValue":true,"conditions":[]}}}`,
	`{"type":"template","templateId":"t","name":"General","status":"Active","requiredFields":[{"fieldId":"f"}]}`,
	`{"type":"case","caseId":"c","templateId":"t","fields":[{"id":"title","value":{"stringValue":"x"}}],"tags":{"a":"b"},"relatedItems":[{"relatedItemId":"i","type":"Comment","content":{"comment":{"body":"x"}},"performedBy":{"customEntity":"e"}}]}`,
}

func TestLinesAreWrittenAsTheyAreRead(t *testing.T) {
	for _, text := range lines {
		r, err := transfer.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if again, err := json.Marshal(r); err != nil || string(again) != text {
			t.Errorf("%s\nbecame\n%s (%v)", text, again, err)
		}
	}
}

func FuzzReader(f *testing.F) {
	f.Add(strings.Join(lines, "\n"))
	f.Add("{\"type\":\"case\"}\r\n\n[[[[")
	f.Fuzz(func(t *testing.T, text string) {
		r := transfer.NewReader(strings.NewReader(text), 0, 0)
		for {
			line, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(line) == 0 || r.Offset > int64(len(text)) || r.Line > strings.Count(text, "\n")+1 {
				t.Fatalf("line %d, offset %d: %q", r.Line, r.Offset, line)
			}
			record, err := transfer.Parse(line)
			if err != nil {
				continue
			}
			// What was read can be written and is then read as the same.
			first, err := json.Marshal(record)
			if err != nil {
				t.Fatal(err)
			}
			again, err := transfer.Parse(first)
			if err != nil {
				t.Fatalf("%s: %v", first, err)
			}
			if second, err := json.Marshal(again); err != nil || string(first) != string(second) {
				t.Fatalf("%s\n%s (%v)", first, second, err)
			}
		}
		if r.Offset != int64(len(text)) {
			t.Fatalf("%d of %d bytes read", r.Offset, len(text))
		}
	})
}
