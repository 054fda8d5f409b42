package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
)

// family is rules that are all alike but for a number, and events that some of them match.
type family struct {
	name  string
	rule  func(n int) string // the members of a case that the n-th rule asks for
	event func(n int) []byte // an event that the n-th rule matches
	hits  func(n int) int    // how many rules match the n-th event; nil: the n-th alone
}

// rulePattern is a whole pattern: every rule names source and detail-type too.
func rulePattern(members string) string {
	return `{"source":["aws.cases"],"detail-type":["Amazon Connect Cases Change"],"detail":{"case":{` + members + `}}}`
}

// fieldRule asks for a field with a string.
func fieldRule(id, matcher string) string {
	return fmt.Sprintf(`"fields":{%q:{"value":{"stringValue":[%s]}}}`, id, matcher)
}

// plain is the event of a case without fields of the domain's own.
func plain(n int) []byte { return caseEvent(n) }

// growth are the families whose speed at several sizes is measured.
var growth = []family{
	{name: "templateId", event: plain, rule: func(n int) string { return fmt.Sprintf(`"templateId":[%q]`, templateID(n)) }},
	{name: "templateId, status", event: plain, rule: func(n int) string {
		return fmt.Sprintf(`"templateId":[%q],%s`, templateID(n), fieldRule("status", `"open","pending"`))
	}},
	{name: "prefix", event: plain, rule: func(n int) string { return fieldRule("title", fmt.Sprintf(`{"prefix":"Order %08d "}`, n)) }},
	{
		name:  "prefix of prefixes",
		event: func(n int) []byte { return caseEvent(n, text(branchField, branch(n))) },
		rule: func(n int) string {
			return fieldRule(branchField, fmt.Sprintf(`{"prefix":%q}`, strings.TrimSuffix(branch(n), "-branch")))
		},
		hits: func(n int) int { return len(strconv.FormatInt(int64(n), 4)) },
	},
	{name: "suffix", event: plain, rule: func(n int) string {
		return fieldRule("customer_id", fmt.Sprintf(`{"suffix":%q}`, profile(n)))
	}},
	{name: "equals-ignore-case", event: plain, rule: func(n int) string {
		return fieldRule("title", fmt.Sprintf(`{"equals-ignore-case":%q}`, strings.ToUpper(title(n))))
	}},
	{name: "anything-but, caseId", event: plain, rule: func(n int) string {
		return fmt.Sprintf(`"caseId":[%q],%s`, caseID(n), fieldRule("status", `{"anything-but":["closed"]}`))
	}},
	{
		name:  "numeric range",
		event: func(n int) []byte { return caseEvent(n, number(amountField, amount(n))) },
		rule: func(n int) string {
			return fmt.Sprintf(`"fields":{%q:{"value":{"doubleValue":[{"numeric":[">=",%d,"<",%d]}]}}}`, amountField, amount(n)-5, amount(n)+5)
		},
	},
	{
		name:  "wildcard",
		event: func(n int) []byte { return caseEvent(n, text("reference_number", reference(n))) },
		rule: func(n int) string {
			return fieldRule("reference_number", fmt.Sprintf(`{"wildcard":"*l-*%06d"}`, n))
		},
	},
}

// others are the operators that only the mix has.
var others = []family{
	{
		name:  "cidr",
		event: func(n int) []byte { return caseEvent(n, text(addressField, address(n))) },
		rule:  func(n int) string { return fieldRule(addressField, fmt.Sprintf(`{"cidr":"%s/31"}`, address(n))) },
	},
	{name: "exists", event: plain, rule: func(n int) string {
		return fmt.Sprintf(`"templateId":[%q],%s`, templateID(n), fieldRule("assigned_queue", `{"exists":false}`))
	}},
	{name: "prefix ignore-case", event: plain, rule: func(n int) string {
		return fieldRule("title", fmt.Sprintf(`{"prefix":{"equals-ignore-case":"oRDER %08d l"}}`, n))
	}},
	{name: "suffix ignore-case", event: plain, rule: func(n int) string {
		return fieldRule("customer_id", fmt.Sprintf(`{"suffix":{"equals-ignore-case":%q}}`, strings.ToUpper(profile(n))))
	}},
	{name: "anything-but prefix", event: plain, rule: func(n int) string {
		return fmt.Sprintf(`"caseId":[%q],%s`, caseID(n), fieldRule("title", `{"anything-but":{"prefix":"Refund"}}`))
	}},
	{name: "$or", event: plain, rule: func(n int) string {
		return fmt.Sprintf(`"$or":[{"caseId":[%q]},{"templateId":[%q],%s}]`, caseID(n), templateID(n), fieldRule("status", `"pending"`))
	}},
}

// mix is a family of all operators: each rule is of the kind whose turn it is.
func mix() family {
	var kinds []family
	for _, f := range append(growth[:len(growth):len(growth)], others...) {
		if f.hits == nil {
			kinds = append(kinds, f)
		}
	}
	return family{
		name:  "all operators",
		rule:  func(n int) string { return kinds[n%len(kinds)].rule(n) },
		event: func(n int) []byte { return kinds[n%len(kinds)].event(n) },
	}
}

// pairs is a family of side² rules: each names a queue and a priority, and each of them stands in side rules.
func pairs(side int) family {
	return family{
		name: "queue × priority",
		rule: func(n int) string {
			return fmt.Sprintf(`"fields":{"assigned_queue":{"value":{"stringValue":[%q]}},%q:{"value":{"stringValue":[%q]}}}`,
				queue(n/side), priorityField, priority(n%side))
		},
		event: func(n int) []byte {
			return caseEvent(n, text("assigned_queue", queue(n/side)), text(priorityField, priority(n%side)))
		},
	}
}

// triples is a family of side³ rules: each value stands in side² of them.
func triples(side int) family {
	return family{
		name: "queue × priority × reason",
		rule: func(n int) string {
			return fmt.Sprintf(`"fields":{"assigned_queue":{"value":{"stringValue":[%q]}},"case_reason":{"value":{"stringValue":[%q]}},%q:{"value":{"stringValue":[%q]}}}`,
				queue(n/side/side), reason(n%side), priorityField, priority(n/side%side))
		},
		event: func(n int) []byte {
			return caseEvent(n, text("assigned_queue", queue(n/side/side)), text("case_reason", reason(n%side)), text(priorityField, priority(n/side%side)))
		},
	}
}

// compound gives the two families in which no value is rare, at nine tenths of a number of rules, and how many
// rules each of them has.
func compound(rules int) (families [2]family, sizes [2]int) {
	two := int(math.Sqrt(0.9 * float64(rules)))
	three := int(math.Round(math.Cbrt(0.9 * float64(rules))))
	return [2]family{pairs(two), triples(three)}, [2]int{two * two, three * three * three}
}

// caseEvents is how many events a row about cases has.
const caseEvents = 4_096

// events draws events for a number of rules: the events, and how many rules each of them matches.
func (f family) events(rules int) (events [][]byte, hits []int) {
	rng := rand.New(rand.NewPCG(2, uint64(rules)))
	for range caseEvents {
		n := rng.IntN(rules)
		events = append(events, f.event(n))
		if f.hits == nil {
			hits = append(hits, 1)
		} else {
			hits = append(hits, f.hits(n))
		}
	}
	return events, hits
}
