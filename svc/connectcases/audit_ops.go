package connectcases

import (
	"context"

	api "github.com/casestream/casestream/awsapi/connectcases"
	"github.com/casestream/casestream/base/page"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/wire"
)

// GetCaseAuditEvents gives the history of a case, newest first.
func (s *Service) GetCaseAuditEvents(ctx context.Context, in *api.GetCaseAuditEventsInput) (*api.GetCaseAuditEventsOutput, error) {
	parts, err := openToken(in.NextToken, "audit-events", 2)
	if err != nil {
		return nil, err
	}
	goOn := parts[1] != ""
	if goOn && parts[0] != in.CaseId {
		return nil, invalid("The nextToken is not valid for this request.")
	}
	size := pageSize(in.MaxResults, 25)
	var list []auditRow
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		if _, err := s.catalog(tx, in.DomainId); err != nil {
			return err
		}
		c, err := getCase(tx, in.DomainId, in.CaseId)
		if err != nil {
			return err
		}
		from := c.AuditID
		if goOn {
			from = parts[1]
		}
		list, err = listAudit(tx, in.DomainId, in.CaseId, from, size)
		if err == nil && goOn && len(list) == 0 {
			err = invalid("The nextToken is not valid for this request.")
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &api.GetCaseAuditEventsOutput{AuditEvents: make([]*api.AuditEvent, len(list))}
	for i := range list {
		out.AuditEvents[i] = list[i].shape()
	}
	if len(list) == size && list[size-1].prev != "" {
		out.NextToken = wire.Ptr(page.Token("audit-events", in.CaseId, list[size-1].prev))
	}
	return out, nil
}

// shape puts a row of the history into its shape.
func (r *auditRow) shape() *api.AuditEvent {
	e := &api.AuditEvent{
		EventId: r.id, Type: r.Type, PerformedTime: r.At, Fields: make([]*api.AuditEventField, len(r.Changes)),
		PerformedBy: &api.AuditEventPerformedBy{User: userUnion(r.By), IamPrincipalArn: r.By.Principal},
	}
	if r.ItemType != "" {
		e.RelatedItemType = &r.ItemType
	}
	for i, c := range r.Changes {
		f := &api.AuditEventField{EventFieldId: c.ID, NewValue: api.AuditEventFieldValueUnion(valueUnion(c.New))}
		if c.Old.Kind != Empty {
			f.OldValue = wire.Ptr(api.AuditEventFieldValueUnion(valueUnion(c.Old)))
		}
		e.Fields[i] = f
	}
	return e
}
