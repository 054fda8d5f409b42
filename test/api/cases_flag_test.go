package api_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/connectcases"
	"github.com/aws/aws-sdk-go-v2/service/connectcases/types"
)

func TestQuotasAreSetByAFlag(t *testing.T) {
	// What a world has, or a little more where a call of its own must fit in.
	alone(t, func(t *testing.T, s *server) {
		w, ctx := s.newWorld(t), t.Context()
		for _, o := range operations {
			switch o.name {
			case "CreateDomain", "CreateField", "CreateLayout", "CreateTemplate", "CreateCaseRule", "BatchPutFieldOptions":
				_, err := o.call(ctx, s.cases, w)
				refuse(t, []refusal{{o.name, err, "ServiceQuotaExceededException", 402, ""}})
			}
		}
		attach := func(c types.RelatedItemInputContent) error {
			return only(s.cases.CreateRelatedItem(ctx, item(w.domain, w.caseID, c)))
		}
		for _, c := range []types.RelatedItemInputContent{file(fileARN()), sla("Answer", 60, "closed"), custom(text(w.field, "x"))} {
			if err := attach(c); err != nil {
				t.Error(err)
			}
		}
		refuse(t, []refusal{
			{"a second file", attach(file(fileARN())), "ServiceQuotaExceededException", 402, ""},
			{"a second SLA", attach(sla("Solution", 60, "closed")), "ServiceQuotaExceededException", 402, ""},
			{"a second custom field", attach(custom(text(w.field, "x"), number(w.spareField, 1))), "ServiceQuotaExceededException", 402, ""},
		})
		if err := attach(note("The sixth")); err != nil {
			t.Error(err)
		}
		refuse(t, []refusal{{"a seventh related item", attach(note("The seventh")), "ServiceQuotaExceededException", 402, ""}})
	}, "--cases-quota", "domains=1,fields-per-domain=4,options-per-field=2,layouts-per-domain=2,templates-per-domain=2,case-rules-per-domain=2,"+
		"related-items-per-case=6,files-per-case=1,slas-per-case=1,fields-per-custom-item=1")
}

func TestEventsAreSpelledAsFlagsSay(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		r := s.newRoad(t)
		id := r.open(t, s)
		made := s.attach(t, r.domain, id, note("Called back"))
		got(s.cases.DeleteRelatedItem(t.Context(), &connectcases.DeleteRelatedItemInput{DomainId: &r.domain, CaseId: &id, RelatedItemId: &made}))(t)
		told := s.drain(t, r.q, 3)
		for i, want := range []string{`"eventType":"CASE.CREATED"`, `"eventType":"RELATED_ITEM.CREATED"`, `"eventType":"RELATED_ITEM.DELETED"`} {
			if !strings.Contains(told[i], want) || i > 0 && !strings.Contains(told[i], `"relatedItemType":"comment"`) {
				t.Errorf("event %d is %s", i, told[i])
			}
		}
	}, "--cases-deleted-item-event", "RELATED_ITEM.DELETED", "--cases-lower-case-item-types")
}
