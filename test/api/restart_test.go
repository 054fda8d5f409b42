package api_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/connect"
	"github.com/aws/aws-sdk-go-v2/service/connectcases"
	"github.com/aws/aws-sdk-go-v2/service/customerprofiles"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"
)

// restart stops the server and starts it again on what it stored.
func (s *server) restart(t *testing.T) {
	t.Helper()
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	if err := s.start(); err != nil {
		t.Fatal(err)
	}
}

func TestEverythingSurvivesARestart(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		ctx := t.Context()
		r := s.newRoad(t, "status", "title")
		in := r.newCase(text(r.field, "CC-9"))
		in.ClientToken, in.Tags = new("once"), map[string]string{"team": "a"}
		id := *got(s.cases.CreateCase(ctx, in))(t).CaseId
		got(s.cases.CreateRelatedItem(ctx, comment(r.domain, id, "kept")))(t)
		in1 := r.instanceARN[len(r.instanceARN)-36:]
		all := []string{"title", "status", "customer_id", "created_datetime", "last_updated_datetime", "reference_number", r.field}
		snapshot := func() []any {
			t.Helper()
			domain := got(s.cases.GetDomain(ctx, &connectcases.GetDomainInput{DomainId: &r.domain}))(t)
			template := got(s.cases.GetTemplate(ctx, &connectcases.GetTemplateInput{DomainId: &r.domain, TemplateId: &r.template}))(t)
			config := got(s.cases.GetCaseEventConfiguration(ctx, &connectcases.GetCaseEventConfigurationInput{DomainId: &r.domain}))(t)
			options := got(s.cases.ListFieldOptions(ctx, &connectcases.ListFieldOptionsInput{DomainId: &r.domain, FieldId: new("case_reason")}))(t)
			rule := got(s.events.DescribeRule(ctx, &eventbridge.DescribeRuleInput{Name: new("case-events-to-sqs-queue")}))(t)
			targets := got(s.events.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: rule.Name}))(t)
			instance := got(s.connect.DescribeInstance(ctx, &connect.DescribeInstanceInput{InstanceId: &in1}))(t)
			associations := got(s.connect.ListIntegrationAssociations(ctx, &connect.ListIntegrationAssociationsInput{InstanceId: &in1}))(t)
			profiles := got(s.profiles.GetDomain(ctx, &customerprofiles.GetDomainInput{DomainName: new("my-profiles")}))(t)
			found := got(s.profiles.SearchProfiles(ctx, &customerprofiles.SearchProfilesInput{DomainName: new("my-profiles"), KeyName: new("_fullName"), Values: []string{"Jane Doe"}}))(t)
			return []any{
				*domain.Name, domain.CreatedTime, *template.Name, template.CreatedTime, config.EventBridge, options.Options, *rule.EventPattern, rule.State, targets.Targets,
				instance.Instance, associations.IntegrationAssociationSummaryList, profiles.Stats, found.Items,
				s.listFields(t, r.domain, 100), s.values(t, r.domain, id, all...), s.relatedItems(t, r.domain, id, 25), s.attributes(t, r.q),
			}
		}
		before := snapshot()
		s.restart(t)
		// Every type of AWS's shapes has an unexported marker.
		if diff := cmp.Diff(before, snapshot(), cmp.FilterPath(func(p cmp.Path) bool {
			f, ok := p.Last().(cmp.StructField)
			return ok && f.Name() == "noSmithyDocumentSerde"
		}, cmp.Ignore())); diff != "" {
			t.Error(diff)
		}
		if again := got(s.cases.CreateCase(ctx, in))(t); *again.CaseId != id {
			t.Errorf("the client token was forgotten: got %s, want %s", *again.CaseId, id)
		}
		s.drain(t, r.q, 2) // the case's and the comment's: the replay told nothing
		r.update(t, s, id, nil, text("status", "closed"))
		r.next(t, s, r.caseEvent("CASE.UPDATED", id, `["status","last_updated_datetime","last_closed_datetime"]`, "",
			`,"fields":{"status":{"value":{"stringValue":"closed"}},"title":{"value":{"stringValue":"Parcel did not arrive"}},"`+r.field+`":{"value":{"stringValue":"CC-9"}}}`))
	})
}

func TestMessagesInFlightComeBackAfterARestart(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		ctx := t.Context()
		q, fifo := s.newQueue(t, "VisibilityTimeout", "4"), s.newQueue(t, "FifoQueue", "true")
		s.send(t, q, "taken")
		taken := s.receive(t, q, 10)
		if len(taken) != 1 {
			t.Fatalf("got %d messages", len(taken))
		}
		began := time.Now()
		got(s.sqs.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: new("delayed"), DelaySeconds: 900}))(t)
		s.send(t, q, "waiting")
		first := s.sendTo(t, fifo, "g", "d", "one")
		s.restart(t)
		if m := s.receive(t, q, 0); len(m) != 1 || *m[0].Body != "waiting" {
			t.Errorf("before the timeout: got %+v", m)
		} else {
			got(s.sqs.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &q.url, ReceiptHandle: m[0].ReceiptHandle}))(t)
		}
		m := s.receive(t, q, 20)
		if waited := time.Since(began); len(m) != 1 || *m[0].MessageId != *taken[0].MessageId || m[0].Attributes["ApproximateReceiveCount"] != "2" || waited < 3500*time.Millisecond || waited > 15*time.Second {
			t.Fatalf("after %v: got %+v", waited, m)
		}
		got(s.sqs.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &q.url, ReceiptHandle: taken[0].ReceiptHandle}))(t) // a handle of before the restart
		if c := s.counts(t, q); c != "0 0 1" {
			t.Errorf("the queue holds %s, want the delayed message", c)
		}
		again := s.sendTo(t, fifo, "g", "d", "two")
		if *again.MessageId != *first.MessageId {
			t.Errorf("the deduplication id was forgotten: got %s, want %s", *again.MessageId, *first.MessageId)
		}
		s.sendTo(t, fifo, "g", "e", "three")
		if diff := cmp.Diff([]string{"one", "three"}, s.drain(t, fifo, 2)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestStoppingTheServerEndsLongPolls(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		q := s.newQueue(t)
		done := s.startPoll(context.WithoutCancel(t.Context()), q, 20)
		s.receive(t, s.newQueue(t), 1) // a second for the poll to be under way
		began := time.Now()
		s.restart(t)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("the restart took %v", took)
		}
		if p := <-done; p.took > 10*time.Second || len(p.bodies) > 0 {
			t.Errorf("got %+v", p)
		}
		s.send(t, q, "after")
		s.drain(t, q, 1)
	})
}
