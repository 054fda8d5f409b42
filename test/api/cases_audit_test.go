package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/connectcases"
	"github.com/aws/aws-sdk-go-v2/service/connectcases/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"
)

// history reads a case's audit events with the SDK's paginator, newest first.
func (s *server) history(t *testing.T, domain, id string, size int32) (events []*types.AuditEvent) {
	t.Helper()
	in := &connectcases.GetCaseAuditEventsInput{DomainId: &domain, CaseId: &id, MaxResults: &size}
	for p := connectcases.NewGetCaseAuditEventsPaginator(s.cases, in); p.HasMorePages(); {
		out := got(p.NextPage(t.Context()))(t)
		if len(out.AuditEvents) > int(size) {
			t.Fatalf("a page of %d has %d events", size, len(out.AuditEvents))
		}
		events = append(events, out.AuditEvents...)
	}
	return events
}

// showAudit writes a value of the history.
func showAudit(v types.AuditEventFieldValueUnion) string {
	switch v := v.(type) {
	case nil:
		return "-"
	case *types.AuditEventFieldValueUnionMemberStringValue:
		return v.Value
	case *types.AuditEventFieldValueUnionMemberDoubleValue:
		return fmt.Sprint(v.Value)
	case *types.AuditEventFieldValueUnionMemberBooleanValue:
		return fmt.Sprint(v.Value)
	case *types.AuditEventFieldValueUnionMemberUserArnValue:
		return v.Value
	case *types.AuditEventFieldValueUnionMemberEmptyValue:
		return "-"
	}
	return fmt.Sprintf("%T", v)
}

// showEvent writes an audit event: type, related item's type, user, and each field as id: old > new.
func showEvent(e *types.AuditEvent) string {
	line := string(e.Type)
	if e.RelatedItemType != "" {
		line += " " + string(e.RelatedItemType)
	}
	if e.PerformedBy != nil {
		switch by := e.PerformedBy.User.(type) {
		case *types.UserUnionMemberUserArn:
			line += " by " + by.Value
		case *types.UserUnionMemberCustomEntity:
			line += " by " + by.Value
		}
	}
	for _, f := range e.Fields {
		line += "; " + *f.EventFieldId + ": " + showAudit(f.OldValue) + " > " + showAudit(f.NewValue)
	}
	return line
}

func TestHistoryTellsWhoChangedWhat(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		count := s.newField(t, f.domain, types.FieldTypeNumber)
		id := s.openCase(t, f, number(count, 1))
		update := func(by types.UserUnion, fields ...types.FieldValue) {
			t.Helper()
			got(s.cases.UpdateCase(ctx, &connectcases.UpdateCaseInput{DomainId: &f.domain, CaseId: &id, Fields: fields, PerformedBy: by}))(t)
		}
		update(&types.UserUnionMemberUserArn{Value: agent}, number(count, 2.5))
		update(&types.UserUnionMemberCustomEntity{Value: "billing robot"}, none(count))
		first := s.attach(t, f.domain, id, note("Called back"))
		got(s.cases.UpdateRelatedItem(ctx, reword(f.domain, id, first, "Called twice")))(t)
		own := s.attach(t, f.domain, id, custom(number(count, 4)))
		for _, item := range []string{first, own} {
			got(s.cases.DeleteRelatedItem(ctx, &connectcases.DeleteRelatedItemInput{DomainId: &f.domain, CaseId: &id, RelatedItemId: &item}))(t)
		}
		all := s.history(t, f.domain, id, 25)
		principal := *got(s.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}))(t).Arn
		var shown []string
		for i, e := range all {
			shown = append(shown, showEvent(e))
			if !uuid.MatchString(*e.EventId) || e.PerformedBy == nil || deref(e.PerformedBy.IamPrincipalArn) != principal || time.Since(*e.PerformedTime).Abs() > time.Minute {
				t.Errorf("got %+v", e)
			}
			if i > 0 && e.PerformedTime.After(*all[i-1].PerformedTime) {
				t.Errorf("event %d is newer than the one before it", i)
			}
		}
		created := shown[len(shown)-1]
		want := []string{
			"RelatedItem.Deleted Custom; " + count + ": 4 > -", "RelatedItem.Deleted Comment; comment.body: Called twice > -",
			"RelatedItem.Created Custom; " + count + ": - > 4", "RelatedItem.Updated Comment; comment.body: Called back > Called twice",
			"RelatedItem.Created Comment; comment.body: - > Called back", "Case.Updated by billing robot; " + count + ": 2.5 > -",
			"Case.Updated by " + agent + "; " + count + ": 1 > 2.5; last_updated_user: - > " + agent, created,
		}
		if diff := cmp.Diff(want, shown); diff != "" {
			t.Error(diff)
		}
		for _, part := range []string{"Case.Created; ", "title: - > Parcel did not arrive", "customer_id: - > " + customer, "status: - > open", count + ": - > 1"} {
			if !strings.Contains(created, part) {
				t.Errorf("the oldest event lacks %q: %s", part, created)
			}
		}
		for _, size := range []int32{1, 3} {
			var eventIDs []string
			for _, e := range s.history(t, f.domain, id, size) {
				eventIDs = append(eventIDs, *e.EventId)
			}
			if !slices.EqualFunc(eventIDs, all, func(id string, e *types.AuditEvent) bool { return id == *e.EventId }) {
				t.Errorf("pages of %d give other events: %v", size, eventIDs)
			}
		}
		ask := func(edit func(*connectcases.GetCaseAuditEventsInput)) error {
			in := &connectcases.GetCaseAuditEventsInput{DomainId: &f.domain, CaseId: &id}
			edit(in)
			return only(s.cases.GetCaseAuditEvents(ctx, in))
		}
		refuse(t, []refusal{
			{"page too large", ask(func(in *connectcases.GetCaseAuditEventsInput) { in.MaxResults = new(int32(26)) }), "ValidationException", 400, "less than or equal to 25"},
			{"foreign token", ask(func(in *connectcases.GetCaseAuditEventsInput) { in.NextToken = new("nonsense") }), "ValidationException", 400, ""},
		})
	})
}
