package events_test

import (
	"errors"
	"fmt"
	"slices"

	"github.com/casestream/casestream/events"
)

// The body of a consumer's loop: what to do with one message from SQS. Nil deletes the message; an error leaves
// it, so that it comes again and in the end goes to the dead-letter queue.
func ExampleParse() {
	handle := func(body string) error {
		e, err := events.Parse([]byte(body))
		if errors.Is(err, events.ErrNotCaseEvent) {
			return nil // a rule for the source alone lets reports of API calls through as well
		}
		if err != nil {
			return err
		}
		switch e.EventType {
		case events.CaseUpdated:
			if status, _ := e.Case.Fields["status"].Text(); status == "closed" && slices.Contains(e.ChangedFieldIDs, "status") {
				fmt.Println("closed:", e.CaseID())
			}
		case events.RelatedItemCreated:
			if e.RelatedItem.Comment != nil {
				fmt.Printf("comment on %s: %s\n", e.CaseID(), e.RelatedItem.Comment.Body)
			}
		default:
			// Types that are added later come here too.
		}
		return nil
	}
	for _, body := range []string{
		caseEvent("CASE.UPDATED", `,"fields":{"status":{"value":{"stringValue":"closed"}}}`),
		itemEvent("RELATED_ITEM.CREATED", "Comment", `,"comment":{"body":"Gave a refund"}`),
		`{"source":"aws.cases","detail-type":"AWS API Call via CloudTrail","detail":{}}`,
		`not JSON`,
	} {
		if err := handle(body); err != nil {
			fmt.Println("left in the queue:", body)
		}
	}
	// Output:
	// closed: C
	// comment on C: Gave a refund
	// left in the queue: not JSON
}

// A queue may hand events out in another order, and more than once. A consumer that keeps what it knows of each
// case with the instant of its last change lets no older event overwrite a newer one, and none count twice.
func ExampleEvent_order() {
	known := make(map[string]events.Event) // by case: a row of the consumer's database
	take := func(e events.Event) {
		if last, ok := known[e.CaseID()]; ok && !e.ApproximateChangeTime.After(last.ApproximateChangeTime) {
			fmt.Println("older, or seen:", e.ID)
			return
		}
		known[e.CaseID()] = e
		fmt.Println(e.EventType, e.ApproximateChangeTime.Format("15:04:05.000"))
	}
	body := func(id, eventType, at string) []byte {
		return fmt.Appendf(nil, `{"id":%q,"source":"aws.cases","detail-type":"Amazon Connect Cases Change",
			"detail":{"eventType":%q,"approximateChangeTime":%q,"case":{"caseId":"C"}}}`, id, eventType, at)
	}
	for _, body := range [][]byte{
		body("1", "CASE.CREATED", "2026-03-01T12:00:00.000Z"),
		body("3", "CASE.UPDATED", "2026-03-01T12:00:00.002Z"),
		body("2", "CASE.UPDATED", "2026-03-01T12:00:00.001Z"),
		body("3", "CASE.UPDATED", "2026-03-01T12:00:00.002Z"),
	} {
		e, err := events.Parse(body)
		if err != nil {
			fmt.Println(err)
			continue
		}
		take(e)
	}
	// Output:
	// CASE.CREATED 12:00:00.000
	// CASE.UPDATED 12:00:00.002
	// older, or seen: 2
	// older, or seen: 3
}
