package transform_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/transform"
)

// origin is what the predefined variables give in these tests.
var origin = transform.Origin{
	RuleARN:  "arn:aws:events:us-east-1:111111111111:rule/test-bus/test-rule",
	RuleName: "test-rule", IngestionTime: time.Date(2026, 3, 4, 6, 6, 7, 89, time.FixedZone("x", 3600)),
}

// knownCase is a line of testdata/cases.jsonl: what AWS makes of an event, as a text or as JSON, that it
// drops it, or with what words it refuses the target t.
type knownCase struct {
	Name, Template string
	Input, Path    *string
	Paths          map[string]string
	Event          json.RawMessage
	Text           *string
	JSON           json.RawMessage
	Refused        string
	Dropped        bool
}

// apply gives what a case's target receives.
func (c *knownCase) apply() (string, error) {
	switch {
	case c.Input != nil:
		return *c.Input, transform.CheckInput(*c.Input)
	case c.Template == "":
		p, err := transform.CompilePath(*c.Path)
		if err != nil {
			return "", err
		}
		found, err := p.Find(c.Event)
		return string(found), err
	}
	t, err := transform.Compile(c.Paths, c.Template)
	if err != nil {
		return "", err
	}
	out, err := t.Append(nil, c.Event, origin)
	return string(out), err
}

func TestKnownCasesComeOutAsOnAWS(t *testing.T) {
	file, err := os.Open("testdata/cases.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	n := 0
	for lines := bufio.NewScanner(file); lines.Scan(); n++ {
		var c knownCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		if c.Path != nil && c.Template != "" {
			continue // two inputs at once: the rule's target refuses them
		}
		t.Run(c.Name, func(t *testing.T) {
			got, err := c.apply()
			switch {
			case c.Refused != "":
				refused(t, err, c.Refused)
			case c.Dropped:
				if err != transform.ErrNotJSON { //nolint:errorlint // as it is
					t.Errorf("got %s, %v; want ErrNotJSON", got, err)
				}
			case err != nil:
				t.Fatal(err)
			case c.Text != nil:
				if got != *c.Text {
					t.Errorf("got  %s\nwant %s", got, *c.Text)
				}
			default:
				if diff := cmp.Diff(parse(t, string(c.JSON)), parse(t, got)); diff != "" {
					t.Errorf("%s\n%s", got, diff)
				}
			}
		})
	}
	if n != 42 {
		t.Errorf("%d cases, want 42", n)
	}
}

// refused wants a refusal of the target t.
func refused(t testing.TB, err error, want string) {
	t.Helper()
	e, ok := err.(*transform.Error) //nolint:errorlint // the package promises this very type
	if !ok || e.For("t") != want {
		t.Errorf("refused with %v, want %q", err, want)
	}
}

// parse reads JSON.
func parse(t testing.TB, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return v
}

const event = `{"version":"0","id":"i","detail-type":"Type <t>","source":"s","account":"1","time":"2026-01-01T00:00:00Z","region":"r",` +
	`"resources":["r0","r1"],"detail":{"s":"text","q":"say \"hi\"","b":"C:\\new","nl":"a\nb","u":"\u00e9\ud83d\ude00\ud800\ufffe","n":12.50,"big":12345678901234567890,` +
	`"t":true,"z":null,"e":{},"l":[1, {"k": "v"}],"o":{"a b":"c \"d\" \\ e","x":[ null ]},"items":[{"id":"1","n":1},{"n":2},{"id":"3"}]}}`

func TestValuesAreWrittenAsTheirPlaceAsks(t *testing.T) {
	for _, c := range []struct{ path, inJSON, inQuotes, inText string }{
		{"$.detail.s", `"text"`, `text`, `text`},
		{"$.detail.n", `12.50`, `12.50`, `12.50`},
		{"$.detail.big", `12345678901234567890`, `12345678901234567890`, `12345678901234567890`},
		{"$.detail.t", `true`, `true`, `true`},
		{"$.detail.z", `null`, `null`, `null`},
		{"$.detail.nothing", `""`, ``, ``},
		{"$.detail.s.x", `""`, ``, ``},
		{"$.detail.q", `"say \"hi\""`, "broken", `say "hi"`},
		{"$.detail.nl", `"a\nb"`, "broken", "a\nb"},
		{"$.detail.b", `"C:\\new"`, `C:\new`, `C:\new`},
		{"$.detail.u", `"\u00e9\ud83d\ude00\ud800\ufffe"`, "é😀�\ufffe", "é😀�\ufffe"},
		{"$.detail.e", `{}`, `{}`, `{}`},
		{"$.detail.l", `[1, {"k": "v"}]`, "broken", `[1,{k:v}]`},
		{"$.detail.o", `{"a b":"c \"d\" \\ e","x":[ null ]}`, "broken", `{a b:c d \\ e,x:[null]}`},
		{"$.detail.items[*].id", `["1","3"]`, "broken", `[1,3]`},
		{"$.detail.items[*].n", `[1,2]`, `[1,2]`, `[1,2]`},
		{"$.detail.e.*", `[]`, `[]`, `[]`},
		{"$.detail-type", `"Type <t>"`, `Type <t>`, `Type <t>`},
	} {
		for template, want := range map[string]string{
			`{"x": <v>}`: `{"x": ` + c.inJSON + `}`, `{"x": "(<v>)"}`: `{"x": "(` + c.inQuotes + `)"}`, `"(<v>)"`: `"(` + c.inText + `)"`,
			`<v>`: c.inJSON, `[<v>, 1]`: `[` + c.inJSON + `, 1]`,
		} {
			got, err := apply(t, map[string]string{"v": c.path}, template, event)
			if strings.Contains(want, "broken") {
				if err != transform.ErrNotJSON { //nolint:errorlint // as it is
					t.Errorf("%s in %s gives %s, %v; want ErrNotJSON", c.path, template, got, err)
				}
			} else if err != nil || got != want {
				t.Errorf("%s in %s gives %s, %v; want %s", c.path, template, got, err, want)
			}
		}
	}
}

// apply compiles a template, which must go well, and fills it in.
func apply(t testing.TB, paths map[string]string, template, event string) (string, error) {
	t.Helper()
	tm, err := transform.Compile(paths, template)
	if err != nil {
		t.Fatalf("%s: %v", template, err)
	}
	const before = "kept "
	out, err := tm.Append([]byte(before), []byte(event), origin)
	rest, ok := strings.CutPrefix(string(out), before)
	if !ok {
		t.Errorf("%s: what was written before is %q", template, out)
	}
	return rest, err
}

func TestPredefinedVariablesNeedNoPath(t *testing.T) {
	const head = `{"id":"i","account":"1","detailType":"Type <t>","time":"2026-01-01T00:00:00Z","source":"s","region":"r","resources":["r0","r1"],"version":"0"}`
	for template, want := range map[string]string{
		`{"a": <aws.events.rule-arn>, "b": "<aws.events.rule-name>!"}`: `{"a": "arn:aws:events:us-east-1:111111111111:rule/test-bus/test-rule", "b": "test-rule!"}`,
		`{"t": <aws.events.event.ingestion-time>}`:                     `{"t": "2026-03-04T05:06:07Z"}`,
		`{"e": <aws.events.event>}`:                                    `{"e": ` + head + `}`,
		`"<aws.events.event>"`:                                         `"` + strings.ReplaceAll(head, `"`, "") + `"`,
		`<aws.events.event.json>`:                                      event,
		`{"constant": "1 < 2"}`:                                        `{"constant": "1 < 2"}`,
		`{"constant": "< <> 1 <", "x": "<aws.events.rule-name>>"}`:     `{"constant": "< <> 1 <", "x": "test-rule>"}`,
		" \"a\\\"<aws.events.rule-name>\"\n\"b\"\n":                    " \"a\\\"test-rule\"\n\"b\"\n",
	} {
		if got, err := apply(t, nil, template, event); err != nil || got != want {
			t.Errorf("%s gives\n     %s, %v\nwant %s", template, got, err, want)
		}
	}
	if got, err := apply(t, nil, `<aws.events.event>`, `{"region":"r","id":1}`); err != nil || got != `{"id":1,"region":"r"}` {
		t.Errorf("an event without most fields: %s, %v", got, err)
	}
	odd := transform.Origin{RuleName: "\"\x00\xff<"}
	tm, err := transform.Compile(nil, `<aws.events.rule-name>`)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := tm.Append(nil, []byte(event), odd); err != nil || parse(t, string(out)) != "\"\x00\ufffd<" {
		t.Errorf("an odd name gives %s, %v", out, err)
	}
}

func TestBadSettingsAreRefused(t *testing.T) {
	many := make(map[string]string)
	for i := range 101 {
		many["k"+strconv.Itoa(i)] = "$"
	}
	const syntax = "A path is $ followed by .name, .*, [index], [*] or ['name'], of at most 256 characters."
	for _, c := range []struct {
		paths          map[string]string
		template, want string
	}{
		{nil, `"<x>"`, "InputTemplate for target t contains invalid placeholder x."},
		{nil, `{"a": <AWS.events.rule-arn>}`, "InputTemplate for target t contains invalid placeholder AWS.events.rule-arn."},
		{map[string]string{"x": "$"}, `{"a": < x >}`, "InputTemplate for target t contains invalid placeholder  x ."},
		{nil, ``, "InputTemplate for target t must have 1 to 8192 characters."},
		{nil, `"` + strings.Repeat("é", 8191) + `"`, "InputTemplate for target t must have 1 to 8192 characters."},
		{many, `{}`, "InputPathsMap for target t must have at most 100 entries."},
		{map[string]string{"AWS.x": "$"}, `{}`, "InputPathsMap for target t contains invalid key AWS.x."},
		{map[string]string{"": "$"}, `{}`, "InputPathsMap for target t contains invalid key ."},
		{map[string]string{"x": "detail"}, `{}`, "Parameter InputPathsMap is not valid for target t. Reason: x is no path. " + syntax},
		{nil, `hello`, `Invalid InputTemplate for target t : [Source: (String)"hello"; line: 1, column: 6].`},
		{nil, "{\n \"a\": 1,}", "Invalid InputTemplate for target t : [Source: (String)\"{\n \"a\": 1,}\"; line: 2, column: 10]."},
		{nil, `{"a": 1`, `Invalid InputTemplate for target t : [Source: (String)"{"a": 1"; line: 1, column: 8].`},
		{nil, `{<aws.events.rule-name>: 1}`, `Invalid InputTemplate for target t : [Source: (String)"{<aws.events.rule-name>: 1}"; line: 1, column: 24].`},
		{nil, `{"a<aws.events.rule-name>\"b" : 1}`, `Invalid InputTemplate for target t : [Source: (String)"{"a<aws.events.rule-name>\"b" : 1}"; line: 1, column: 26].`},
		{nil, `"a", "b"`, `Invalid InputTemplate for target t : [Source: (String)""a", "b""; line: 1, column: 5].`},
		{nil, `"a" <aws.events.rule-name>`, `Invalid InputTemplate for target t : [Source: (String)""a" <aws.events.rule-name>"; line: 1, column: 6].`},
		{nil, `"a`, `Invalid InputTemplate for target t : [Source: (String)""a"; line: 1, column: 3].`},
		{nil, `"\x"`, `Invalid InputTemplate for target t : [Source: (String)""\x""; line: 1, column: 4].`},
		{nil, `x` + strings.Repeat(" ", 600), `Invalid InputTemplate for target t : [Source: (String)"x` + strings.Repeat(" ", 499) + `"[truncated 101 chars]; line: 1, column: 2].`},
	} {
		_, err := transform.Compile(c.paths, c.template)
		refused(t, err, c.want)
	}
	if _, err := transform.Compile(nil, `"`+strings.Repeat("é", 8190)+`"`); err != nil {
		t.Errorf("a template of 8192 characters: %v", err)
	}
	for input, want := range map[string]string{
		"env:dev":   `JSON syntax error in input for target t: [Source: (String)"env:dev"; line: 1, column: 4]`,
		"{'a':'b'}": `JSON syntax error in input for target t: [Source: (String)"{'a':'b'}"; line: 1, column: 3]`,
		"":          `JSON syntax error in input for target t: [Source: (String)""; line: 1, column: 1]`,
	} {
		refused(t, transform.CheckInput(input), want)
	}
	if err := transform.CheckInput(` [1]`); err != nil {
		t.Error(err)
	}
}

func TestResultIsBounded(t *testing.T) {
	long := `{"detail":{"s":"` + strings.Repeat("x", 100_000) + `"}}`
	ten := strings.Repeat("<aws.events.event.json>,", 10)
	if got, err := apply(t, nil, "["+ten+"1]", long); err != nil || len(got) != 10*len(long)+13 {
		t.Errorf("ten copies of %d bytes: %d, %v", len(long), len(got), err)
	}
	twenty := ten + ten
	if got, err := apply(t, nil, "["+twenty+"1]", long); err != transform.ErrTooLong || got != "" { //nolint:errorlint // as it is
		t.Errorf("twenty copies of %d bytes: %d, %v; want ErrTooLong", len(long), len(got), err)
	}
	list := `{"detail":[` + strings.Repeat("1,", 1<<19) + `1]}`
	for _, path := range []string{"$.detail[*]", "$.detail.*"} {
		if _, err := apply(t, map[string]string{"x": path}, "<x>", list); err != transform.ErrTooLong { //nolint:errorlint // as it is
			t.Errorf("%s in a list of half a million: %v; want ErrTooLong", path, err)
		}
	}
}

func TestEventThatIsNotJSONIsAnError(t *testing.T) {
	for _, text := range []string{``, `{`, `{"detail"`, `{"detail":`, `{"detail":{"s":"x`, `{"detail":[1`, `{"detail":[1}`, `{"detail" 1}`, `{detail:1}`, `{"a":"\`} {
		if got, err := apply(t, map[string]string{"x": "$.detail.s", "y": "$.detail[0]"}, `"<x><y>"`, text); err != transform.ErrEvent { //nolint:errorlint // as it is
			t.Errorf("%s gives %q, %v", text, got, err)
		}
	}
}

func TestTemplateServesManyAtOnce(t *testing.T) {
	tm, err := transform.Compile(map[string]string{"a": "$.a", "l": "$.l[*].x"}, `[<a>,<l>]`)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for i := range 200 {
				n := strconv.Itoa(worker*1000 + i)
				list := strings.Repeat(`{"x":`+n+`},`, worker)
				got, err := tm.Append(nil, []byte(`{"a":`+n+`,"l":[`+list+`0]}`), origin)
				want := "[" + n + ",[" + strings.TrimSuffix(strings.Repeat(n+",", worker), ",") + "]]"
				if err != nil || string(got) != want {
					t.Errorf("got %s, %v; want %s", got, err, want)
				}
			}
		})
	}
	group.Wait()
}

// The manual's event gives what the manual says that it gives.
func TestManualIsRight(t *testing.T) {
	text, err := os.ReadFile("../docs/input-transformers.md")
	if err != nil {
		t.Fatal(err)
	}
	manual := string(text)
	_, block, _ := strings.Cut(manual, "```json\n")
	block, _, _ = strings.Cut(block, "```")
	var event bytes.Buffer
	if err := json.Compact(&event, []byte(block)); err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile("(?m)^\\| `(\\$[^`]+)` \\| (`([^`]+)`|nothing)").FindAllStringSubmatch(manual, -1)
	if len(rows) != 4 {
		t.Errorf("%d rows on InputPath", len(rows))
	}
	for _, row := range rows {
		p, err := transform.CompilePath(row[1])
		if err != nil {
			t.Fatal(err)
		}
		if got, err := p.Find(event.Bytes()); string(got) != row[3] || err != nil && row[3] != "" {
			t.Errorf("%s selects %s, %v; the manual says %s", row[1], got, err, row[2])
		}
	}
	paths := map[string]string{"case": "$.detail.case.caseId", "reason": "$.detail.case.fields.case_reason.value.stringValue", "changed": "$.detail.changedFieldIds"}
	for template, shown := range map[string]string{
		`{"note": "Case <case>: <reason>", "reason": <reason>, "changed": <changed>}`: "%s\n```",
		"\"Case <case> is about: <reason>\"\n\"<changed> changed.\"":                  "  %s\n  ```",
	} {
		got, err := apply(t, paths, template, event.String())
		want := strings.Replace(shown, "%s", strings.ReplaceAll(got, "\n", "\n  "), 1)
		if err != nil || !strings.Contains(manual, want) {
			t.Errorf("%s gives %s, %v; the manual has it not", template, got, err)
		}
	}
}
