package api_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/connectcases"
	"github.com/aws/aws-sdk-go-v2/service/connectcases/types"
	"github.com/google/go-cmp/cmp"
)

// slas gives a case's SLAs by their names.
func (s *server) slas(t *testing.T, domain, id string) map[string]types.SlaConfiguration {
	t.Helper()
	found := map[string]types.SlaConfiguration{}
	for _, i := range s.relatedItems(t, domain, id, 25, &types.RelatedItemTypeFilterMemberSla{}) {
		c := i.Content.(*types.RelatedItemContentMemberSla).Value.SlaConfiguration
		found[*c.Name] = *c
		if c.Type != types.SlaTypeCaseField || deref(c.FieldId) != "status" || len(c.TargetFieldValues) != 1 || c.TargetTime == nil {
			t.Errorf("got %+v", c)
		}
	}
	return found
}

func TestSLAIsMetByAnUpdate(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		id := s.openCase(t, f)
		s.attach(t, f.domain, id, sla("slow", 120, "closed"))
		s.attach(t, f.domain, id, sla("fast", 30, "closed"))
		s.attach(t, f.domain, id, sla("there", 60, "open"))
		list := s.slas(t, f.domain, id)
		if list["slow"].Status != types.SlaStatusActive || list["fast"].Status != types.SlaStatusActive || list["slow"].CompletionTime != nil {
			t.Errorf("got %+v", list)
		}
		if c := list["there"]; c.Status != types.SlaStatusMet || c.CompletionTime == nil {
			t.Errorf("an SLA on a case that is there already: %+v", c)
		}
		if left := time.Until(*list["fast"].TargetTime); left < 29*time.Minute || left > 30*time.Minute {
			t.Errorf("fast has %v left", left)
		}
		next := instant(t, s.values(t, f.domain, id, "next_sla_breach_datetime")["next_sla_breach_datetime"])
		if gap := next.Sub(*list["fast"].TargetTime).Abs(); gap >= time.Millisecond {
			t.Errorf("the next breach is at %v, want %v", next, list["fast"].TargetTime)
		}
		got(s.cases.UpdateCase(ctx, &connectcases.UpdateCaseInput{DomainId: &f.domain, CaseId: &id, Fields: []types.FieldValue{text("status", "closed")}}))(t)
		for called, c := range s.slas(t, f.domain, id) {
			if c.Status != types.SlaStatusMet || c.CompletionTime == nil || time.Since(*c.CompletionTime).Abs() > time.Minute || !c.TargetTime.Equal(*list[called].TargetTime) {
				t.Errorf("%s: got %+v", called, c)
			}
		}
		got(s.cases.UpdateCase(ctx, &connectcases.UpdateCaseInput{DomainId: &f.domain, CaseId: &id, Fields: []types.FieldValue{text("status", "open")}}))(t)
		for called, c := range s.slas(t, f.domain, id) {
			if c.Status != types.SlaStatusMet {
				t.Errorf("reopened: %s: got %+v", called, c)
			}
		}
		if v := s.values(t, f.domain, id, "next_sla_breach_datetime"); len(v) != 0 {
			t.Errorf("with every SLA met the case has %v", v)
		}
	})
}

func TestSLAIsOverdueAtItsTimeAndNotMetAfterIt(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a minute, the shortest time that an SLA can have")
	}
	alone(t, func(t *testing.T, s *server) {
		r := s.newRoad(t, "status", "next_sla_breach_datetime")
		id := r.open(t, s)
		item := s.attach(t, r.domain, id, sla("quick", 1, "closed"))
		s.drain(t, r.q, 2)
		target := *s.slas(t, r.domain, id)["quick"].TargetTime
		// A restart does not stop the clock.
		if err := s.stop(); err != nil {
			t.Fatal(err)
		}
		if err := s.start(); err != nil {
			t.Fatal(err)
		}
		var body string
		for deadline := time.Now().Add(90 * time.Second); body == "" && time.Now().Before(deadline); {
			if messages := s.receive(t, r.q, 20); len(messages) > 0 {
				body = *messages[0].Body
			}
		}
		var e struct {
			Resources []string
			Detail    struct {
				EventType, ApproximateChangeTime string
				ChangedAttributes                []string
				PerformedBy                      map[string]string
				RelatedItem                      struct {
					RelatedItemID string
					Sla           struct{ SlaConfiguration struct{ Status string } }
				}
			}
		}
		if err := json.Unmarshal([]byte(body), &e); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		d := e.Detail
		if d.EventType != "RELATED_ITEM.UPDATED" || d.RelatedItem.RelatedItemID != item || d.RelatedItem.Sla.SlaConfiguration.Status != "Overdue" || len(e.Resources) != 2 {
			t.Errorf("got %s", body)
		}
		if diff := cmp.Diff([]string{"sla.slaConfiguration.status"}, d.ChangedAttributes); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(map[string]string{"iamPrincipalArn": "arn:aws:iam::111122223333:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect"}, d.PerformedBy); diff != "" {
			t.Error(diff)
		}
		if late := got(time.Parse(time.RFC3339Nano, d.ApproximateChangeTime))(t).Sub(target); late < -time.Millisecond || late > 5*time.Second {
			t.Errorf("overdue %v after its time", late)
		}
		if c := s.slas(t, r.domain, id)["quick"]; c.Status != types.SlaStatusOverdue || c.CompletionTime != nil {
			t.Errorf("overdue: got %+v", c)
		}
		got(s.cases.UpdateCase(t.Context(), &connectcases.UpdateCaseInput{DomainId: &r.domain, CaseId: &id, Fields: []types.FieldValue{text("status", "closed")}}))(t)
		if c := s.slas(t, r.domain, id)["quick"]; c.Status != types.SlaStatusNotMet || c.CompletionTime == nil || c.CompletionTime.Before(target) {
			t.Errorf("closed: got %+v", c)
		}
	})
}
