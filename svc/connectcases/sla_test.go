package connectcases_test

import (
	"strings"
	"testing"
	"time"
)

// timer is who lets SLAs become overdue.
const timer = `{"iamPrincipalArn":"arn:aws:iam::111122223333:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect"}`

// fire lets the clocks that are due go off.
func (h *house) fire() {
	h.Helper()
	if _, err := h.svc.FireClocks(h.Context()); err != nil {
		h.Fatal(err)
	}
}

// setStatus gives a case a status.
func (h *house) setStatus(s shop, id, status string) {
	h.Helper()
	h.must("PUT", s.cases(id), `{"fields":[`+str("status", status)+`]}`)
}

// sla gives the status of an SLA, and the time at which it was reached.
func (h *house) sla(s shop, caseID, itemID string) string {
	h.Helper()
	a := h.found(s, caseID, itemID)["content"].(map[string]any)["sla"].(map[string]any)["slaConfiguration"].(map[string]any)
	if at, ok := a["completionTime"].(string); ok {
		return a["status"].(string) + " " + at
	}
	return a["status"].(string)
}

// told gives each event in short: its type, what changed, and the status of an SLA in it.
func (h *house) told() (list []string) {
	h.Helper()
	for _, e := range h.events() {
		text := e.Detail.EventType + " " + strings.Join(append(e.Detail.ChangedFieldIDs, e.Detail.ChangedAttributes...), ",")
		for _, status := range []string{"Active", "Overdue", "Met", "NotMet"} {
			if strings.Contains(string(e.Detail.RelatedItem), `"status":"`+status+`"`) {
				text += " " + status
			}
		}
		list = append(list, text)
	}
	return list
}

const (
	endsInTime = "RELATED_ITEM.UPDATED sla.slaConfiguration.status,sla.slaConfiguration.completionTime Met"
	endsLate   = "RELATED_ITEM.UPDATED sla.slaConfiguration.status,sla.slaConfiguration.completionTime NotMet"
	isOverdue  = "RELATED_ITEM.UPDATED sla.slaConfiguration.status Overdue"
)

// slaHouse is a shop with everything in its events, and a case in it of which an SLA wants that it is closed
// within 10 minutes.
func slaHouse(h *house) (s shop, id, item string) {
	s = h.shop()
	h.config(s, `{"enabled":true,"includedData":{"caseData":{"fields":[{"id":"next_sla_breach_datetime"}]},"relatedItemData":{"includeContent":true}}}`)
	id = h.create(s)
	item = h.relate(s, id, slaItem("closed", 10))
	h.events()
	return s, id, item
}

func TestSLAIsMetInTime(t *testing.T) {
	each(t, func(h *house) {
		s, id, item := slaHouse(h)
		breaching := func() int {
			filter := `{"field":{"lessThan":` + str("next_sla_breach_datetime", "2026-03-01T12:10:01Z") + `}}`
			return len(h.must("POST", "/domains/"+s.domain+"/cases-search", `{"filter":`+filter+`}`).body["cases"].([]any))
		}
		h.same("cases found by the next breach", 1, breaching())
		h.same("next breach", `{"stringValue":"2026-03-01T12:10:00.124Z"}`, h.field(s, id, "next_sla_breach_datetime"))
		h.same("last update", `{"stringValue":"2026-03-01T12:00:00.123Z"}`, h.field(s, id, "last_updated_datetime"))
		h.clock.advance(5 * time.Minute)
		h.must("PUT", s.cases(id), `{"fields":[`+str("title", "x")+`]}`)
		h.same("another field", []string{"CASE.UPDATED title,last_updated_datetime"}, h.told())
		h.must("PUT", s.cases(id), `{"fields":[`+str("status", "closed")+`],"performedBy":{"userArn":"`+agent+`"}}`)
		list := h.events()
		if len(list) != 2 {
			h.Fatalf("%d events, want 2", len(list))
		}
		h.same("changedFieldIds", []string{"status", "last_updated_datetime", "last_closed_datetime", "last_updated_user", "next_sla_breach_datetime"}, list[0].Detail.ChangedFieldIDs)
		if len(list[0].Detail.Case.Fields) != 0 {
			h.Errorf("fields = %s, want none", list[0].Detail.Case.Fields)
		}
		h.same("changedAttributes", []string{"sla.slaConfiguration.status", "sla.slaConfiguration.completionTime"}, list[1].Detail.ChangedAttributes)
		h.same("performedBy", string(list[0].Detail.PerformedBy), string(list[1].Detail.PerformedBy))
		if a, b := list[0].Detail.ApproximateChangeTime, list[1].Detail.ApproximateChangeTime; a >= b {
			h.Errorf("the SLA ends at %s, not after the case's update at %s", b, a)
		}
		h.same("SLA", "Met "+list[0].Detail.ApproximateChangeTime, h.sla(s, id, item))
		h.same("next breach", "", h.field(s, id, "next_sla_breach_datetime"))
		h.same("cases found by the next breach", 0, breaching())
		h.same("clocks", 0, h.rows("cases_sla_clock"))
		h.setStatus(s, id, "open")
		h.setStatus(s, id, "closed")
		h.clock.advance(time.Hour)
		h.fire()
		h.same("after the end", []string{
			"CASE.UPDATED status,last_updated_datetime,last_reopened_datetime", "CASE.UPDATED status,last_updated_datetime,last_closed_datetime",
		}, h.told())
	})
}

func TestSLAIsOverdueAndReachedLate(t *testing.T) {
	each(t, func(h *house) {
		s, id, item := slaHouse(h)
		h.clock.advance(10*time.Minute + 999*time.Microsecond - 456*time.Microsecond)
		h.fire()
		h.none()
		h.clock.advance(time.Millisecond)
		next, err := h.svc.FireClocks(h.Context())
		if err != nil || !next.IsZero() {
			h.Errorf("the next clock is due at %v, %v, want none", next, err)
		}
		e := h.one()
		h.same("changedAttributes", []string{"sla.slaConfiguration.status"}, e.Detail.ChangedAttributes)
		h.same("performedBy", timer, string(e.Detail.PerformedBy))
		h.same("SLA", "Overdue", h.sla(s, id, item))
		h.same("next breach", `{"stringValue":"2026-03-01T12:10:00.124Z"}`, h.field(s, id, "next_sla_breach_datetime"))
		h.fire()
		h.none()
		h.clock.advance(time.Minute)
		h.setStatus(s, id, "closed")
		h.same("events", []string{"CASE.UPDATED status,last_updated_datetime,last_closed_datetime,next_sla_breach_datetime", endsLate}, h.told())
		h.same("SLA", "NotMet 2026-03-01T12:11:00.124Z", strings.Replace(h.sla(s, id, item), "00.125", "00.124", 1))
		h.same("next breach", "", h.field(s, id, "next_sla_breach_datetime"))
	})
}

// TestUpdateNoticesAnSLABeforeItsClock updates a case whose SLA's time has come, before the clock has gone off: the
// breach is told all the same, and once.
func TestUpdateNoticesAnSLABeforeItsClock(t *testing.T) {
	each(t, func(h *house) {
		s, id, item := slaHouse(h)
		h.clock.advance(11 * time.Minute)
		h.setStatus(s, id, "closed")
		list := h.events()
		if len(list) != 3 {
			h.Fatalf("%d events, want 3", len(list))
		}
		h.same("who lets it be overdue", timer, string(list[0].Detail.PerformedBy))
		h.same("who reaches it", `{"iamPrincipalArn":"`+role+`"}`, string(list[2].Detail.PerformedBy))
		if got := h.sla(s, id, item); !strings.HasPrefix(got, "NotMet") {
			h.Errorf("the SLA is %s", got)
		}
		h.same("clocks", 0, h.rows("cases_sla_clock"))
		h.fire()
		h.none()
	})
}

func TestSLAOfACaseThatIsThereIsMetAtOnce(t *testing.T) {
	each(t, func(h *house) {
		s, id, _ := slaHouse(h)
		item := h.relate(s, id, slaItem("open", 1))
		h.same("events", []string{"RELATED_ITEM.CREATED sla.slaConfiguration Met"}, h.told())
		h.same("SLA", "Met "+h.found(s, id, item)["associationTime"].(string), h.sla(s, id, item))
		h.same("clocks", 1, h.rows("cases_sla_clock"))
		h.same("next breach", `{"stringValue":"2026-03-01T12:10:00.124Z"}`, h.field(s, id, "next_sla_breach_datetime"))
	})
}

// TestNextBreachIsTheEarliest has three SLAs, of which the second has the earliest target.
func TestNextBreachIsTheEarliest(t *testing.T) {
	each(t, func(h *house) {
		s, id, first := slaHouse(h)
		h.must("PUT", "/domains/"+s.domain+"/fields/status/options", `{"options":[{"name":"Waiting","value":"waiting","active":true}]}`)
		second := h.relate(s, id, slaItem("waiting", 5))
		third := h.relate(s, id, slaItem("waiting", 20))
		breach := func(want string) {
			h.Helper()
			h.same("next breach", want, h.field(s, id, "next_sla_breach_datetime"))
		}
		breach(`{"stringValue":"2026-03-01T12:05:00.125Z"}`)
		h.clock.advance(15 * time.Minute)
		h.events()
		h.fire()
		h.same("overdue", []string{isOverdue, isOverdue}, h.told())
		breach(`{"stringValue":"2026-03-01T12:05:00.125Z"}`)
		h.must("DELETE", s.cases(id, "related-items", second), "")
		breach(`{"stringValue":"2026-03-01T12:10:00.124Z"}`)
		h.events()
		h.setStatus(s, id, "waiting")
		h.same("one is met", []string{"CASE.UPDATED status,last_updated_datetime", endsInTime}, h.told())
		if got := h.sla(s, id, third); !strings.HasPrefix(got, "Met") {
			h.Errorf("the third is %s", got)
		}
		h.must("DELETE", s.cases(id, "related-items", first), "")
		breach("")
		h.same("clocks", 0, h.rows("cases_sla_clock"))
		h.must("DELETE", s.cases(id, "related-items", third), "")
	})
}
