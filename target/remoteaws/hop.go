package remoteaws

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/target"
)

// hopField is the field of a trace header that lists where an event has been sent from. PutEvents keeps nothing else
// that rules do not see; the form of the header leaves room for fields of one's own.
const hopField = "Casestream="

// rootField is the field without which a trace header is none.
const rootField = "Root="

// maxHeader is how long PutEvents lets a trace header be.
const maxHeader = 500

// hop gives the trace header of an event that goes to another Casestream: with this place among those where it has
// been. One that has been where it is to go is a final failure: servers that send on what they get from each other
// would do so for ever.
func (t *Target) hop(to arn.ARN, d *bus.Delivery, at time.Time) (string, error) {
	fields := strings.Split(d.Event.TraceHeader, ";")
	var been []string
	fields = slices.DeleteFunc(fields, func(f string) bool {
		list, ok := strings.CutPrefix(f, hopField)
		if ok && list != "" {
			been = append(been, strings.Split(list, ",")...)
		}
		return ok || f == ""
	})
	if slices.Contains(been, placeName(to.Account, to.Region)) {
		return "", &target.Failure{
			Code: bus.Loop, Final: true, Message: "The event has been in the account " + to.Account + " in " + to.Region + " already.",
		}
	}
	here := placeName(t.cfg.ARNs.Account, t.cfg.ARNs.Region)
	if !slices.Contains(been, here) {
		been = append(been, here)
	}
	if !slices.ContainsFunc(fields, func(f string) bool { return strings.HasPrefix(f, rootField) }) {
		fields = append([]string{rootField + root(d.Event.ID, at)}, fields...)
	}
	list := hopField + strings.Join(been, ",")
	header := strings.Join(append(fields, list), ";")
	if len(header) > maxHeader { // what the publisher said of its trace gives way
		header = rootField + root(d.Event.ID, at) + ";" + list
	}
	if len(header) > maxHeader {
		return "", &target.Failure{Code: bus.LimitExceeded, Final: true, Message: "The event has been sent on too often."}
	}
	return header, nil
}

// placeName names an account and a Region in a trace header.
func placeName(account, region string) string { return account + "." + region }

// root makes the id of a trace, without which a header is none, of an event's id: the same at each attempt.
func root(id string, at time.Time) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'f' {
			return r
		}
		return -1
	}, strings.ToLower(id))
	const length = 24
	digits = strings.Repeat("0", max(0, length-len(digits))) + digits
	return fmt.Sprintf("1-%08x-%s", uint32(at.Unix()), digits[len(digits)-length:])
}
