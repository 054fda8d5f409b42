package events_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/events"
)

// The ARNs of the tests.
const (
	domainARN = "arn:aws:cases:us-west-2:111122223333:domain/D"
	caseARN   = domainARN + "/case/C"
	itemARN   = caseARN + "/related-item/R"
	agent     = "arn:aws:connect:us-west-2:111122223333:instance/i-1/agent/u-1"
	role      = "arn:aws:iam::111122223333:role/support"
)

// envelope wraps a detail as EventBridge does.
func envelope(resource, detail string) string {
	return `{"version":"0","id":"E","detail-type":"Amazon Connect Cases Change","source":"aws.cases","account":"111122223333","time":"2026-03-01T12:00:01Z",` +
		`"region":"us-west-2","resources":["` + domainARN + `","` + resource + `"],"detail":` + detail + `}`
}

// caseEvent is an event about a case with more members of it.
func caseEvent(eventType, more string) string {
	return envelope(caseARN, `{"version":"0","eventType":"`+eventType+`","approximateChangeTime":"2026-03-01T12:00:00.123Z","changedFieldIds":["status","last_updated_datetime"],`+
		`"performedBy":{"user":{"userArn":"`+agent+`"},"iamPrincipalArn":"`+role+`"},`+
		`"case":{"caseId":"C","templateId":"T","createdDateTime":"2026-03-01T11:00:00.000Z"`+more+`}}`)
}

// itemEvent is an event about a related item with more members of it.
func itemEvent(eventType, itemType, more string) string {
	return envelope(itemARN, `{"version":"0","eventType":"`+eventType+`","approximateChangeTime":"2026-03-01T12:00:00.123Z","changedAttributes":["a.b"],`+
		`"performedBy":{"user":{"customEntity":"billing"},"iamPrincipalArn":"`+role+`"},`+
		`"relatedItem":{"relatedItemType":"`+itemType+`","relatedItemId":"R","caseId":"C","createdDateTime":"2026-03-01T12:00:00.123Z"`+more+`}}`)
}

// at gives an instant of the day of the tests.
func at(hour, minute, millisecond int) time.Time {
	return time.Date(2026, 3, 1, hour, minute, 0, millisecond*int(time.Millisecond), time.UTC)
}

// value makes a value from its JSON.
func value(t *testing.T, text string) events.Value {
	t.Helper()
	var v events.Value
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// parse reads what must be an event.
func parse(t testing.TB, body string) events.Event {
	t.Helper()
	e, err := events.Parse([]byte(body))
	if err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return e
}

// same demands that two values are equal; those of fields are compared with ==.
func same(t *testing.T, what string, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got, cmp.Comparer(func(a, b events.Value) bool { return a == b })); d != "" {
		t.Errorf("%s: %s", what, d)
	}
}

func TestParseReadsACaseEvent(t *testing.T) {
	e := parse(t, caseEvent("CASE.UPDATED", `,"fields":{"status":{"value":{"stringValue":"closed"}},"f-1":{"value":{"doubleValue":5.5}},"f-2":{"value":{"booleanValue":true}},"f-3":{"value":{"userArnValue":"`+agent+`"}}}`))
	raw := e.Raw
	e.Raw = nil
	same(t, "event", events.Event{
		ID: "E", Account: "111122223333", Region: "us-west-2", Time: at(12, 0, 1000), Resources: []string{domainARN, caseARN},
		Detail: events.Detail{
			EventType: events.CaseUpdated, ApproximateChangeTime: at(12, 0, 123), ChangedFieldIDs: []string{"status", "last_updated_datetime"},
			PerformedBy: events.PerformedBy{User: events.User{ARN: agent}, IAMPrincipalARN: role},
			Case: &events.Case{ID: "C", TemplateID: "T", CreatedAt: at(11, 0, 0), Fields: events.Fields{
				"status": value(t, `{"stringValue":"closed"}`), "f-1": value(t, `{"doubleValue":5.5}`),
				"f-2": value(t, `{"booleanValue":true}`), "f-3": value(t, `{"userArnValue":"`+agent+`"}`),
			}},
		},
	}, e)
	if !json.Valid(raw) || !strings.HasPrefix(string(raw), `{"version":"0","eventType":"CASE.UPDATED"`) {
		t.Errorf("Raw = %s", raw)
	}
	for _, test := range []struct{ what, want, got string }{
		{"CaseID", "C", e.CaseID()}, {"DomainID", "D", e.DomainID()}, {"DomainARN", domainARN, e.DomainARN()}, {"ResourceARN", caseARN, e.ResourceARN()},
	} {
		if test.want != test.got {
			t.Errorf("%s = %q, want %q", test.what, test.got, test.want)
		}
	}
}

func TestFieldsTellNoDataFromNoValues(t *testing.T) {
	for more, none := range map[string]bool{``: true, `,"fields":null`: true, `,"fields":{}`: false, `,"fields":{"status":{"value":{"emptyValue":{}}}}`: false, `,"fields":{"status":null}`: false} {
		fields := parse(t, caseEvent("CASE.CREATED", more)).Case.Fields
		if (fields == nil) != none || len(fields) != 0 {
			t.Errorf("%q: %#v, want nil: %t", more, fields, none)
		}
	}
}

func TestParseReadsTheContentOfEachKind(t *testing.T) {
	sla := `,"sla":{"slaConfiguration":{"name":"First answer","type":"CaseField","status":"Met","fieldId":"status","targetFieldValues":[{"stringValue":"closed"}],"targetTime":"2026-03-01T13:00:00.000Z","completionTime":"2026-03-01T12:00:00.123Z"}}`
	custom := events.Fields{"f-1": value(t, `{"stringValue":"x"}`), "f-2": value(t, `{"doubleValue":2}`)}
	tests := []struct {
		itemType, more string
		want           events.RelatedItem
	}{
		{"Comment", `,"comment":{"body":"Gave a refund"}`, events.RelatedItem{Type: events.TypeComment, Comment: &events.Comment{Body: "Gave a refund"}}},
		{"Contact", `,"contact":{"contactArn":"c-1","channel":"CHAT","connectedToSystemTime":"2026-03-01T10:00:00.000Z"}`, events.RelatedItem{
			Type: events.TypeContact, Contact: &events.Contact{ARN: "c-1", Channel: "CHAT", ConnectedToSystemTime: at(10, 0, 0)},
		}},
		{"contact", `,"contact":{"contactArn":"c-1"}`, events.RelatedItem{Type: events.TypeContact, Contact: &events.Contact{ARN: "c-1"}}},
		{"File", `,"file":{"fileArn":"f"}`, events.RelatedItem{Type: events.TypeFile, File: &events.File{ARN: "f"}}},
		{"CONNECTCASE", `,"connectCase":{"caseId":"C2"}`, events.RelatedItem{Type: events.TypeConnectCase, ConnectCase: &events.ConnectCase{CaseID: "C2"}}},
		{"Sla", sla, events.RelatedItem{Type: events.TypeSla, Sla: &events.Sla{Configuration: events.SlaConfiguration{
			Name: "First answer", Type: "CaseField", Status: events.SlaMet, FieldID: "status", TargetFieldValues: []events.Value{value(t, `{"stringValue":"closed"}`)},
			TargetTime: at(13, 0, 0), CompletionTime: at(12, 0, 123),
		}}}},
		{"sla", `,"sla":{"slaConfiguration":{"name":"n","status":"notmet"}}`, events.RelatedItem{
			Type: events.TypeSla, Sla: &events.Sla{Configuration: events.SlaConfiguration{Name: "n", Status: events.SlaNotMet}},
		}},
		{"Custom", `,"custom":{"fields":{"f-1":{"value":{"stringValue":"x"}},"f-2":{"value":{"doubleValue":2}}}}`, events.RelatedItem{Type: events.TypeCustom, Custom: &events.Custom{Fields: custom}}},
		{"Custom", `,"custom":{"fields":[{"id":"f-1","value":{"stringValue":"x"}},{"id":"f-2","value":{"doubleValue":2}}]}`, events.RelatedItem{Type: events.TypeCustom, Custom: &events.Custom{Fields: custom}}},
		{"Comment", ``, events.RelatedItem{Type: events.TypeComment}},
		{"Letter", `,"letter":{"page":1}`, events.RelatedItem{Type: "Letter"}},
	}
	for _, test := range tests {
		e := parse(t, itemEvent("RELATED_ITEM.CREATED", test.itemType, test.more))
		test.want.ID, test.want.CaseID, test.want.CreatedAt = "R", "C", at(12, 0, 123)
		same(t, test.itemType+test.more, &test.want, e.RelatedItem)
		same(t, "performedBy", events.PerformedBy{User: events.User{CustomEntity: "billing"}, IAMPrincipalARN: role}, e.PerformedBy)
		same(t, "changedAttributes", []string{"a.b"}, e.ChangedAttributes)
		if e.CaseID() != "C" || e.ResourceARN() != itemARN || e.DomainID() != "D" {
			t.Errorf("case %q, resource %q, domain %q", e.CaseID(), e.ResourceARN(), e.DomainID())
		}
	}
}

func TestTypesHaveOneSpelling(t *testing.T) {
	for text, want := range map[string]events.EventType{
		"RELATED_ITEM.CREATED": events.RelatedItemCreated, "CASE.RELATED_ITEM.CREATED": events.RelatedItemCreated,
		"RELATED_ITEM.UPDATED": events.RelatedItemUpdated, "CASE.RELATED_ITEM.UPDATED": events.RelatedItemUpdated,
		"RELATED_ITEM.DELETED": events.RelatedItemDeleted, "CASE.RELATED_ITEM.DELETED": events.RelatedItemDeleted,
	} {
		if got := parse(t, itemEvent(text, "Comment", "")).EventType; got != want || !got.IsRelatedItem() || got.IsCase() {
			t.Errorf("%s = %s, want %s", text, got, want)
		}
	}
	for _, want := range []events.EventType{events.CaseCreated, events.CaseUpdated, events.CaseDeleted} {
		if got := parse(t, caseEvent(string(want), "")).EventType; got != want || !got.IsCase() || got.IsRelatedItem() {
			t.Errorf("%s = %s", want, got)
		}
	}
}

func TestOtherEventsCanBePassedOver(t *testing.T) {
	for name, body := range map[string]string{
		"CloudTrail":     `{"source":"aws.cases","detail-type":"AWS API Call via CloudTrail","time":"2026-03-01T12:00:01Z","detail":{"eventSource":"cases.amazonaws.com","eventType":5}}`,
		"another source": strings.Replace(caseEvent("CASE.CREATED", ""), `"aws.cases"`, `"my.shop"`, 1),
		"no envelope":    `{"Records":[]}`,
		"no time":        `{"source":"my.shop","time":7}`,
	} {
		if _, err := events.Parse([]byte(body)); !errors.Is(err, events.ErrNotCaseEvent) {
			t.Errorf("%s: %v, want ErrNotCaseEvent", name, err)
		}
	}
}

func TestParseRefusesWhatCannotBeUsed(t *testing.T) {
	whole := caseEvent("CASE.CREATED", "")
	without := func(from, to string) string {
		t.Helper()
		if !strings.Contains(whole, from) {
			t.Fatalf("%s is not in %s", from, whole)
		}
		return strings.Replace(whole, from, to, 1)
	}
	for body, want := range map[string]string{
		``:                   "unexpected end",
		`x`:                  "invalid character",
		`[]`:                 "array",
		`"{}"`:               "string",
		whole[:len(whole)-1]: "unexpected end",
		without(`"2026-03-01T12:00:01Z"`, `"noon"`):                                               "time of event E",
		without(`"detail":{`, `"detail":null,"x":{`):                                              "eventType is missing",
		without(`"detail":{`, `"x":{`):                                                            "detail of event E",
		without(`"eventType":"CASE.CREATED",`, ``):                                                "eventType is missing",
		without(`"eventType":"CASE.CREATED"`, `"eventType":7`):                                    "eventType",
		without(`"approximateChangeTime":"2026-03-01T12:00:00.123Z",`, ``):                        "approximateChangeTime is missing from CASE.CREATED",
		without(`"2026-03-01T12:00:00.123Z"`, `"noon"`):                                           "noon",
		without(`"case":{`, `"kase":{`):                                                           "case is missing from CASE.CREATED",
		without(`"caseId":"C",`, ``):                                                              "caseId is missing from CASE.CREATED",
		without(`CASE.CREATED`, `RELATED_ITEM.CREATED`):                                           "relatedItem is missing from RELATED_ITEM.CREATED",
		caseEvent("CASE.CREATED", `,"fields":7`):                                                  "fields",
		caseEvent("CASE.CREATED", `,"fields":[7]`):                                                "number",
		strings.Replace(itemEvent("RELATED_ITEM.CREATED", "Comment", ""), `"caseId":"C",`, ``, 1): "caseId is missing",
	} {
		_, err := events.Parse([]byte(body))
		if err == nil || errors.Is(err, events.ErrNotCaseEvent) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", body, err, want)
		}
	}
}

func TestNewerEventsAreReadAsFarAsTheyAreKnown(t *testing.T) {
	e := parse(t, caseEvent("CASE.MERGED", `,"weight":7,"fields":{"status":{"value":{"stringValue":"open"},"since":"yesterday"},"f":{"value":{"listValue":[1]}},"g":{"value":{"doubleValue":"NaN"}}}`))
	if e.EventType != "CASE.MERGED" || e.EventType.IsCase() || e.Case.ID != "C" || !strings.Contains(string(e.Raw), `"weight":7`) {
		t.Errorf("%+v", e)
	}
	for id, want := range map[string]string{"status": "open", "f": `{"listValue":[1]}`, "g": `{"doubleValue":"NaN"}`} {
		v := e.Case.Fields[id]
		if v.String() != want || (v.Kind() == events.OtherValue) != (id != "status") {
			t.Errorf("%s = %q of kind %d, want %q", id, v, v.Kind(), want)
		}
	}
	bare := parse(t, `{"source":"aws.cases","detail-type":"Amazon Connect Cases Change","detail":{"eventType":"DOMAIN.CREATED"}}`)
	if bare.CaseID() != "" || bare.DomainID() != "" || bare.ResourceARN() != "" {
		t.Errorf("%+v", bare)
	}
}

func TestParseKeepsNothingOfTheBody(t *testing.T) {
	body := []byte(caseEvent("CASE.CREATED", `,"fields":{"f":{"value":{"listValue":[1]}}}`))
	e, again := parse(t, string(body)), parse(t, string(body))
	got, err := events.Parse(body)
	if err != nil {
		t.Fatal(err)
	}
	clear(body)
	if !reflect.DeepEqual(e, got) || !reflect.DeepEqual(e, again) {
		t.Errorf("the event changes with the body: %+v", got)
	}
}

func TestValuesAreOfOneKind(t *testing.T) {
	for _, test := range []struct {
		json string
		kind events.Kind
		text string
	}{
		{`{"stringValue":"a"}`, events.StringValue, "a"},
		{`{"stringValue":""}`, events.StringValue, ""},
		{`{"stringValue":null,"doubleValue":-0.5,"emptyValue":null}`, events.DoubleValue, "-0.5"},
		{`{"doubleValue":0}`, events.DoubleValue, "0"},
		{`{"booleanValue":false}`, events.BooleanValue, "false"},
		{`{"userArnValue":"arn"}`, events.UserARNValue, "arn"},
		{`{"emptyValue":{}}`, events.NoValue, ""},
		{`null`, events.NoValue, ""},
		{`{"listValue":[]}`, events.OtherValue, `{"listValue":[]}`},
		{`7`, events.OtherValue, `7`},
	} {
		v := value(t, test.json)
		_, text := v.Text()
		_, number := v.Number()
		_, flag := v.Bool()
		_, user := v.UserARN()
		got := map[events.Kind]bool{events.StringValue: text, events.DoubleValue: number, events.BooleanValue: flag, events.UserARNValue: user}
		want := map[events.Kind]bool{events.StringValue: false, events.DoubleValue: false, events.BooleanValue: false, events.UserARNValue: false}
		if _, known := want[test.kind]; known {
			want[test.kind] = true
		}
		same(t, test.json, want, got)
		if v.Kind() != test.kind || v.String() != test.text {
			t.Errorf("%s: kind %d, %q; want %d, %q", test.json, v.Kind(), v, test.kind, test.text)
		}
	}
}

func TestDateTimeValuesAreInstants(t *testing.T) {
	for text, want := range map[string]time.Time{
		"2026-03-01T12:00:00.123Z": at(12, 0, 123), "2026-03-01T12:00:00Z": at(12, 0, 0), "2026-03-01T14:00:00+02:00": at(12, 0, 0),
		"2026-03-01T12:00:00": at(12, 0, 0), "2026-03-01T12:00Z": at(12, 0, 0), "2026-03-01": at(0, 0, 0),
	} {
		if got, ok := value(t, fmt.Sprintf(`{"stringValue":%q}`, text)).Time(); !ok || !got.Equal(want) {
			t.Errorf("%s = %v, %t", text, got, ok)
		}
	}
	for _, text := range []string{`{"stringValue":"soon"}`, `{"stringValue":""}`, `{"doubleValue":1}`, `null`} {
		if got, ok := value(t, text).Time(); ok {
			t.Errorf("%s = %v", text, got)
		}
	}
}

// FuzzParse holds what consumers rely on: no panic, and whatever is read has what its type promises.
func FuzzParse(f *testing.F) {
	for _, body := range []string{
		caseEvent("CASE.UPDATED", `,"fields":{"status":{"value":{"stringValue":"closed"}},"f":{"value":{"doubleValue":1e3}},"g":{"value":{"x":[]}}}`),
		itemEvent("CASE.RELATED_ITEM.DELETED", "sla", `,"sla":{"slaConfiguration":{"status":"met","targetFieldValues":[null,{"stringValue":"x"}]}}`),
		itemEvent("RELATED_ITEM.CREATED", "Custom", `,"custom":{"fields":[{"id":"f","value":null}]}`), envelope("", "null"), `{"source":"x"}`, `null`, `[]`, ``,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := events.Parse(body)
		if err != nil {
			if !reflect.DeepEqual(e, events.Event{}) {
				t.Errorf("an event beside the error %v: %+v", err, e)
			}
			return
		}
		if e.EventType == "" || !json.Valid(e.Raw) {
			t.Errorf("%+v", e)
		}
		if e.EventType.IsCase() && e.Case == nil || e.EventType.IsRelatedItem() && e.RelatedItem == nil {
			t.Errorf("%s without its subject", e.EventType)
		}
		if (e.EventType.IsCase() || e.EventType.IsRelatedItem()) && (e.CaseID() == "" || e.ApproximateChangeTime.IsZero()) {
			t.Errorf("%s without a case or an instant", e.EventType)
		}
		_, _, _ = e.DomainID(), e.DomainARN(), e.ResourceARN()
		if e.Case != nil {
			for id, v := range e.Case.Fields {
				if v.Kind() == events.NoValue {
					t.Errorf("%s is there without a value", id)
				}
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	body := []byte(caseEvent("CASE.UPDATED", `,"fields":{"status":{"value":{"stringValue":"closed"}},"title":{"value":{"stringValue":"Broken cup"}},"f-1":{"value":{"doubleValue":5.5}},"f-2":{"value":{"booleanValue":true}}}`))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := events.Parse(body); err != nil {
			b.Fatal(err)
		}
	}
}
