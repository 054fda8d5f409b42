package main

import (
	"fmt"
	"strconv"
	"strings"
)

// caseEventSize is the length of every case event, in bytes.
const caseEventSize = 1_240

// Ids of fields of the measured domain's own.
const (
	amountField   = "018f4b1f-1111-7222-8333-000000000002"
	addressField  = "018f4b1f-1111-7222-8333-000000000003"
	branchField   = "018f4b1f-1111-7222-8333-000000000004"
	priorityField = "018f4b1f-1111-7222-8333-000000000005"
)

// templateID is the n-th template's.
func templateID(n int) string { return fmt.Sprintf("%08x-7a20-7c11-9b3f-5d6e7f801122", n) }

// caseID is the n-th case's.
func caseID(n int) string { return fmt.Sprintf("018f4b20-11aa-7b2c-8d4e-%012x", n) }

// title is the n-th case's.
func title(n int) string { return fmt.Sprintf("Order %08d late", n) }

// profile is the end of the n-th customer's ARN.
func profile(n int) string { return fmt.Sprintf("/profiles/p%07d", n) }

// reference is the n-th case's number in a shop.
func reference(n int) string { return fmt.Sprintf("portal-shop-%06d", n) }

// branch begins with the number in base 4, so that its beginnings are the branches of smaller numbers.
func branch(n int) string { return strconv.FormatInt(int64(n), 4) + "-branch" }

// address is the n-th even one of a private network; AWS's patterns cannot name a network of one.
func address(n int) string { return fmt.Sprintf("10.%d.%d.%d", n>>15&255, n>>7&255, n<<1&255) }

// amount is in the middle of the n-th range of ten.
func amount(n int) int { return 10*n + 5 }

// queue is one of the few that many cases share.
func queue(n int) string { return fmt.Sprintf("queue-%05d", n) }

// priority is shared like a queue.
func priority(n int) string { return fmt.Sprintf("prio-%05d", n) }

// reason is shared like a queue.
func reason(n int) string { return fmt.Sprintf("why-%05d", n) }

// text is a field with a string as its value, as events have it.
func text(id, value string) string { return fmt.Sprintf(`%q:{"value":{"stringValue":%q}}`, id, value) }

// number is a field with a number as its value.
func number(id string, value int) string {
	return fmt.Sprintf(`%q:{"value":{"doubleValue":%d.0}}`, id, value)
}

// caseEvent is the event of an update of the n-th case in the shape of docs/events.md, with fields of the domain's
// own as its last ones. A summary fills it up to its size.
func caseEvent(n int, own ...string) []byte {
	const domain = "arn:aws:cases:us-west-2:111122223333:domain/018f4b1e-6c1a-7d3e-8a55-0c1b2a3d4e5f"
	fields := []string{text("status", "open"), text("title", title(n)), text("customer_id", "arn:aws:profile:us-west-2:111122223333:domains/d"+profile(n)), text("summary", "%s")}
	format := fmt.Sprintf(`{"version":"0","id":"018f4b30-0000-7000-8000-%012x","detail-type":"Amazon Connect Cases Change","source":"aws.cases",`+
		`"account":"111122223333","time":"2026-03-01T12:30:00Z","region":"us-west-2","resources":[%q,%q],`+
		`"detail":{"version":"0","eventType":"CASE.UPDATED","approximateChangeTime":"2026-03-01T12:30:00.789Z","changedFieldIds":["last_updated_datetime"],`+
		`"performedBy":{"iamPrincipalArn":"arn:aws:iam::111122223333:role/ops"},`+
		`"case":{"caseId":%q,"templateId":%q,"createdDateTime":"2026-03-01T12:00:00.123Z","fields":{%s}}}}`,
		n, domain, domain+"/case/"+caseID(n), caseID(n), templateID(n), strings.Join(append(fields, own...), ","))
	summary := strings.Repeat("The parcel did not arrive. ", 20)
	return fmt.Appendf(nil, format, summary[:max(0, caseEventSize-len(format)+len("%s"))])
}
