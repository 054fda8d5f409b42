package model

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"
)

// The model knows no SLA that becomes overdue: no clock of its calls comes to that. One is watched beside them, in a
// domain that the calls leave alone: its target time comes while the servers are killed, and it must become overdue
// once, neither early nor not at all.

// watchedName is the name of the domain that is left alone.
const watchedName = "watched"

// overdueAfter is the target of the SLA that is watched: the least that AWS allows.
const overdueAfter = time.Minute

// tolerance is how late an SLA may become overdue: clocks look once a second, and servers are killed meanwhile.
const tolerance = 8 * time.Second

// watched is an SLA that will be overdue on one server.
type watched struct {
	caseID string
	from   time.Time // its target time is one minute after an instant between from and to
	to     time.Time
	events []object // of its domain, as they came
}

// timer is who lets SLAs become overdue.
const timer = "arn:aws:iam::" + account + ":role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect"

// watch makes the domain, and in it a case with an SLA.
func (r *run) watch(ctx context.Context, g *gen) error {
	domain := g.make("CreateDomain", object{"name": watchedName})
	template := g.make("CreateTemplate", object{"domainId": symbol("domain", domain.N), "name": "watched"})
	for _, c := range []call{domain, template} {
		if err := r.step(ctx, c, false); err != nil {
			return err
		}
	}
	r.watching = symbol("domain", domain.N)
	for _, s := range r.servers {
		if err := s.watch(ctx, r.watching, symbol("template", template.N)); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// watch is watch on one server.
func (s *server) watch(ctx context.Context, domainID, templateID string) error {
	s.watched.from = time.Now()
	_, err := s.must(ctx, "PutCaseEventConfiguration", object{"domainId": domainID, "eventBridge": object{
		"enabled": true, "includedData": object{"relatedItemData": object{"includeContent": true}},
	}})
	if err != nil {
		return err
	}
	a, err := s.must(ctx, "CreateCase", object{"domainId": domainID, "templateId": templateID, "fields": []any{
		object{"id": "title", "value": texty("watched").union()},
		object{"id": "customer_id", "value": texty("arn:aws:profile:us-east-1:111122223333:domains/shop/profiles/0").union()},
	}})
	if err != nil {
		return err
	}
	s.watched.caseID = str(a.out, "caseId")
	_, err = s.must(ctx, "CreateRelatedItem", object{"domainId": domainID, "caseId": s.watched.caseID, "type": "Sla", "content": object{
		"sla": object{"slaInputConfiguration": object{
			"name": "watched", "type": "CaseField", "fieldId": "status", "targetFieldValues": []any{texty("closed").union()}, "targetSlaMinutes": 1,
		}},
	}})
	s.watched.to = time.Now()
	return err
}

// must sends a request that the model has nothing to do with.
func (s *server) must(ctx context.Context, op string, in object) (answer, error) {
	a, err := s.once(ctx, operations[op], normal(in).(object))
	if err == nil && a.code != "" {
		err = errors.New(op + ": " + a.show())
	}
	return a, err
}

// watchEnds closes the watched cases, whose SLAs must be overdue if there was time for it, and looks at what their
// events were.
func (r *run) watchEnds(ctx context.Context) error {
	for _, s := range r.servers {
		w := &s.watched
		if time.Since(w.from) > overdueAfter-time.Second { // about now nobody can say whether it is overdue already
			time.Sleep(time.Until(w.to.Add(overdueAfter + tolerance)))
		}
		overdue := time.Since(w.to) >= overdueAfter+tolerance
		_, err := s.must(ctx, "UpdateCase", object{"domainId": r.watching, "caseId": w.caseID, "fields": []any{
			object{"id": "status", "value": texty("closed").union()},
		}})
		if err != nil {
			return err
		}
		if _, err := s.drain(ctx); err != nil {
			return err
		}
		r.overdue = overdue
		if err := w.check(overdue); err != nil {
			return fmt.Errorf("%s: the SLA that is watched: %w", s.name, err)
		}
	}
	return nil
}

// check looks at the events of the watched SLA.
func (w *watched) check(overdue bool) error {
	var types, statuses, by []string
	for _, e := range w.events {
		detail := obj(e, "detail")
		types = append(types, str(detail, "eventType"))
		if config := obj(obj(obj(detail, "relatedItem"), "sla"), "slaConfiguration"); config != nil {
			statuses, by = append(statuses, str(config, "status")), append(by, str(obj(detail, "performedBy"), "iamPrincipalArn"))
		}
	}
	wantTypes, wantStatuses, wantBy := []string{"CASE.CREATED", "RELATED_ITEM.CREATED", "CASE.UPDATED", "RELATED_ITEM.UPDATED"}, []string{"Active", "Met"}, []string{principal, principal}
	if overdue {
		wantTypes = []string{"CASE.CREATED", "RELATED_ITEM.CREATED", "RELATED_ITEM.UPDATED", "CASE.UPDATED", "RELATED_ITEM.UPDATED"}
		wantStatuses, wantBy = []string{"Active", "Overdue", "NotMet"}, []string{principal, timer, principal}
	}
	if !reflect.DeepEqual(types, wantTypes) || !reflect.DeepEqual(statuses, wantStatuses) || !reflect.DeepEqual(by, wantBy) {
		return fmt.Errorf("its events are %v, its states %v, by %v; want %v, %v, %v", types, statuses, by, wantTypes, wantStatuses, wantBy)
	}
	if !overdue {
		return nil
	}
	at, err := time.Parse(time.RFC3339Nano, str(obj(w.events[2], "detail"), "approximateChangeTime"))
	early, late := w.from.Add(overdueAfter).Truncate(time.Millisecond), w.to.Add(overdueAfter+tolerance)
	if err == nil && (at.Before(early) || at.After(late)) {
		err = fmt.Errorf("it became overdue at %v; want between %v and %v", at, early, late)
	}
	return err
}
