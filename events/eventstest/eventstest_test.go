package eventstest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/casestream/casestream/events/eventstest"
)

// Events that are as they must be.
const (
	caseEvent = `{"version":"0","id":"e","detail-type":"Amazon Connect Cases Change","source":"aws.cases","account":"111122223333","time":"2026-03-01T12:00:01Z","region":"us-west-2",` +
		`"resources":["arn:aws:cases:us-west-2:111122223333:domain/d","arn:aws:cases:us-west-2:111122223333:domain/d/case/c"],"detail":{"version":"0","eventType":"CASE.UPDATED",` +
		`"approximateChangeTime":"2026-03-01T12:00:00.123Z","changedFieldIds":["last_updated_datetime","status"],"performedBy":{"user":{"customEntity":"bot"},"iamPrincipalArn":"arn:aws:iam::111122223333:role/r"},` +
		`"case":{"caseId":"c","templateId":"t","createdDateTime":"2026-03-01T11:00:00.000Z","fields":{"status":{"value":{"stringValue":"open"}},"last_closed_datetime":{"value":{"stringValue":"2026-03-01T11:00:00.000Z"}},` +
		`"f-1":{"value":{"doubleValue":1.5}},"f-2":{"value":{"booleanValue":true}},"last_updated_user":{"value":{"userArnValue":"u"}}}}}}`
	itemEvent = `{"version":"0","id":"e","detail-type":"Amazon Connect Cases Change","source":"aws.cases","account":"111122223333","time":"2026-03-01T12:00:01Z","region":"us-west-2",` +
		`"resources":["arn:aws:cases:us-west-2:111122223333:domain/d","arn:aws:cases:us-west-2:111122223333:domain/d/case/c/related-item/r"],"detail":{"version":"0","eventType":"RELATED_ITEM.UPDATED",` +
		`"approximateChangeTime":"2026-03-01T12:00:00.123Z","changedAttributes":["sla.slaConfiguration.status","sla.slaConfiguration.completionTime"],"performedBy":{"iamPrincipalArn":"arn:aws:iam::111122223333:role/r"},` +
		`"relatedItem":{"relatedItemType":"Sla","relatedItemId":"r","caseId":"c","createdDateTime":"2026-03-01T11:00:00.000Z","sla":{"slaConfiguration":{"name":"n","type":"CaseField","status":"Met","fieldId":"status",` +
		`"targetFieldValues":[{"stringValue":"closed"}],"targetTime":"2026-03-01T13:00:00.000Z","completionTime":"2026-03-01T12:00:00.123Z"}}}}}`
)

func TestSchemasRefuseWhatNoEventHas(t *testing.T) {
	for _, body := range []string{caseEvent, itemEvent} {
		if err := eventstest.Validate([]byte(body)); err != nil {
			t.Fatalf("%v in %s", err, body)
		}
	}
	tests := []struct{ name, body, from, to string }{
		{"unknown member of the envelope", caseEvent, `"version":"0","id"`, `"more":1,"version":"0","id"`},
		{"no envelope's time", caseEvent, `"time":"2026-03-01T12:00:01Z",`, ``},
		{"envelope's time with milliseconds", caseEvent, `12:00:01Z`, `12:00:01.000Z`},
		{"another source", caseEvent, `aws.cases`, `my.cases`},
		{"account that is none", caseEvent, `"account":"111122223333"`, `"account":"1"`},
		{"one resource", caseEvent, `,"arn:aws:cases:us-west-2:111122223333:domain/d/case/c"`, ``},
		{"resource of a related item", caseEvent, `case/c"]`, `case/c/related-item/r"]`},
		{"resource of a case", itemEvent, `/related-item/r"]`, `"]`},
		{"unknown member of the detail", caseEvent, `"eventType"`, `"more":1,"eventType"`},
		{"type of another event", caseEvent, `CASE.UPDATED`, `RELATED_ITEM.UPDATED`},
		{"type of another event", itemEvent, `RELATED_ITEM.UPDATED`, `CASE.UPDATED`},
		{"no changedFieldIds", caseEvent, `"changedFieldIds":["last_updated_datetime","status"],`, ``},
		{"update of no time", caseEvent, `"last_updated_datetime","status"`, `"status"`},
		{"a change twice", caseEvent, `"last_updated_datetime","status"`, `"last_updated_datetime","status","status"`},
		{"creation without an id", caseEvent, `CASE.UPDATED`, `CASE.CREATED`},
		{"deletion that changes", caseEvent, `CASE.UPDATED`, `CASE.DELETED`},
		{"change without milliseconds", caseEvent, `12:00:00.123Z`, `12:00:00Z`},
		{"principal missing", caseEvent, `,"iamPrincipalArn":"arn:aws:iam::111122223333:role/r"`, ``},
		{"two users", caseEvent, `"customEntity":"bot"`, `"customEntity":"bot","userArn":"u"`},
		{"no user", caseEvent, `"customEntity":"bot"`, ``},
		{"entity with a space behind", caseEvent, `"bot"`, `"bot "`},
		{"unknown member of the case", caseEvent, `"caseId":"c"`, `"caseId":"c","caseArn":"a"`},
		{"no template", caseEvent, `"templateId":"t",`, ``},
		{"value of no kind", caseEvent, `{"doubleValue":1.5}`, `{}`},
		{"emptyValue", caseEvent, `{"doubleValue":1.5}`, `{"emptyValue":{}}`},
		{"two values", caseEvent, `{"doubleValue":1.5}`, `{"doubleValue":1.5,"stringValue":"a"}`},
		{"value of the wrong kind", caseEvent, `{"stringValue":"open"}`, `{"doubleValue":1}`},
		{"user as a text", caseEvent, `{"userArnValue":"u"}`, `{"stringValue":"u"}`},
		{"system time in another form", caseEvent, `"last_closed_datetime":{"value":{"stringValue":"2026-03-01T11:00:00.000Z"`, `"last_closed_datetime":{"value":{"stringValue":"yesterday"`},
		{"value not in value", caseEvent, `{"value":{"doubleValue":1.5}}`, `{"doubleValue":1.5}`},
		{"unknown type of item", itemEvent, `"Sla"`, `"Letter"`},
		{"content of another type", itemEvent, `"Sla"`, `"Comment"`},
		{"attribute of another type", itemEvent, `"changedAttributes":["sla.slaConfiguration.status","sla.slaConfiguration.completionTime"]`, `"changedAttributes":["comment.commentText"]`},
		{"completion that is not told of", itemEvent, `RELATED_ITEM.UPDATED`, `RELATED_ITEM.CREATED`},
		{"met without a time", itemEvent, `,"completionTime":"2026-03-01T12:00:00.123Z"`, ``},
		{"completion of what is overdue", itemEvent, `"Met"`, `"Overdue"`},
		{"target of another field", itemEvent, `"fieldId":"status"`, `"fieldId":"title"`},
		{"two targets", itemEvent, `{"stringValue":"closed"}`, `{"stringValue":"closed"},{"stringValue":"open"}`},
		{"unknown member of the item", itemEvent, `"relatedItemId":"r"`, `"relatedItemId":"r","more":1`},
		{"no case", itemEvent, `"caseId":"c",`, ``},
		{"not JSON", caseEvent, `{`, ``},
	}
	for _, test := range tests {
		body := strings.Replace(test.body, test.from, test.to, 1)
		if body == test.body {
			t.Fatalf("%s: %s is not there", test.name, test.from)
		}
		if err := eventstest.Validate([]byte(body)); err == nil {
			t.Errorf("%s is taken: %s", test.name, body)
		}
	}
}

// TestExamplesOfTheManualAreEvents holds every block of JSON in docs/events.md to the schemas: a whole event is
// one.
func TestExamplesOfTheManualAreEvents(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "events.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "```json\n")
	seen := make(map[string]bool)
	for found {
		var example string
		if example, rest, found = strings.Cut(rest, "```\n"); !found {
			t.Fatalf("a block does not end: %s", example)
		}
		e := eventstest.Check(t, example)
		seen[string(e.EventType)] = true
		if e.RelatedItem != nil {
			seen[string(e.EventType)+" "+string(e.RelatedItem.Type)] = true
		}
		_, rest, found = strings.Cut(rest, "```json\n")
	}
	for _, want := range []string{
		"CASE.CREATED", "CASE.UPDATED", "CASE.DELETED",
		"RELATED_ITEM.CREATED Comment", "RELATED_ITEM.CREATED Contact", "RELATED_ITEM.CREATED File", "RELATED_ITEM.CREATED Sla", "RELATED_ITEM.CREATED ConnectCase", "RELATED_ITEM.CREATED Custom",
		"RELATED_ITEM.UPDATED Comment", "RELATED_ITEM.UPDATED Sla", "RELATED_ITEM.UPDATED Custom",
		"CASE.RELATED_ITEM.DELETED Comment", "CASE.RELATED_ITEM.DELETED Contact", "CASE.RELATED_ITEM.DELETED Sla", "CASE.RELATED_ITEM.DELETED ConnectCase", "CASE.RELATED_ITEM.DELETED Custom",
	} {
		if !seen[want] {
			t.Errorf("no example of %s", want)
		}
	}
}
