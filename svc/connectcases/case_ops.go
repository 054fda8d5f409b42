package connectcases

import (
	"context"
	"math"

	api "github.com/casestream/casestream/awsapi/connectcases"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/wire"
)

// CreateCase makes a case from a template.
func (s *Service) CreateCase(ctx context.Context, in *api.CreateCaseInput) (*api.CreateCaseOutput, error) {
	fields, err := fieldValues(in.Fields)
	if err != nil {
		return nil, err
	}
	r := caseRequest{domainID: in.DomainId, templateID: in.TemplateId, fields: fields, tags: in.Tags, by: s.actor(ctx, in.PerformedBy)}
	if in.ClientToken != nil {
		r.token = *in.ClientToken
	}
	var id string
	err = s.db.Write(ctx, func(tx *store.Tx) (err error) {
		id, err = s.createCase(tx, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateCaseOutput{CaseId: id, CaseArn: s.caseARN(in.DomainId, id)}, nil
}

// GetCase gives those of the fields asked for that have a value, deleted ones too.
func (s *Service) GetCase(ctx context.Context, in *api.GetCaseInput) (*api.GetCaseOutput, error) {
	if in.NextToken != nil && *in.NextToken != "" {
		return nil, invalid("The nextToken is not valid for this request.") // one page holds all that can be asked for
	}
	cat, c, err := s.readCase(ctx, in.DomainId, in.CaseId)
	if err != nil {
		return nil, err
	}
	found, unknown, err := cat.pickFields(identifiers(in.Fields))
	if err != nil {
		return nil, err
	}
	if unknown != nil {
		return nil, unknownFields(unknown)
	}
	out := &api.GetCaseOutput{Fields: make([]api.FieldValue, 0, len(found)), TemplateId: c.TemplateID, Tags: sparse(c.Tags)}
	for _, f := range found {
		if v := c.value(f.ID); v.Kind != Empty {
			out.Fields = append(out.Fields, api.FieldValue{Id: f.ID, Value: valueUnion(v)})
		}
	}
	return out, nil
}

// readCase reads a case and its domain's configuration: with one statement, as long as the configuration in
// memory is current.
func (s *Service) readCase(ctx context.Context, domainID, caseID string) (cat *catalog, c *Case, err error) {
	var version int64
	err = s.db.ReadOne(ctx, func(tx *store.Tx) error {
		version, c, err = getCaseWithVersion(tx, domainID, caseID)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	if cat = s.catalogs.get(domainID, version); c != nil && cat != nil {
		return cat, c, nil
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		if cat, err = s.catalog(tx, domainID); err != nil {
			return err
		}
		c, err = getCase(tx, domainID, caseID)
		return err
	})
	return cat, c, err
}

// UpdateCase changes the fields that are named.
func (s *Service) UpdateCase(ctx context.Context, in *api.UpdateCaseInput) (*api.UpdateCaseOutput, error) {
	fields, err := fieldValues(in.Fields)
	if err != nil {
		return nil, err
	}
	_, err = s.updates.Do(ctx, update{domainID: in.DomainId, caseID: in.CaseId, fields: fields, by: s.actor(ctx, in.PerformedBy)})
	if err != nil {
		return nil, err
	}
	return new(api.UpdateCaseOutput), nil
}

// DeleteCase removes a case for good.
func (s *Service) DeleteCase(ctx context.Context, in *api.DeleteCaseInput) (*api.DeleteCaseOutput, error) {
	by := s.actor(ctx, nil)
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		return s.deleteCase(tx, in.DomainId, in.CaseId, by)
	})
	if err != nil {
		return nil, err
	}
	return new(api.DeleteCaseOutput), nil
}

// actor tells who calls, and for whom.
func (s *Service) actor(ctx context.Context, user *api.UserUnion) Actor {
	a := Actor{Principal: s.principal(wire.CallOf(ctx).Principal.ARN)}
	switch {
	case user == nil:
	case user.UserArn != nil:
		a.User = &User{ARN: *user.UserArn}
	case user.CustomEntity != nil:
		a.User = &User{Entity: *user.CustomEntity}
	}
	return a
}

// fieldValues takes values out of their shapes.
func fieldValues(list []api.FieldValue) ([]FieldValue, error) {
	fields := make([]FieldValue, len(list))
	for i, f := range list {
		v, err := fieldValue(f.Id, f.Value)
		if err != nil {
			return nil, err
		}
		fields[i] = FieldValue{f.Id, v}
	}
	return fields, nil
}

// fieldValue takes the value of a field out of its shape.
func fieldValue(fieldID string, v api.FieldValueUnion) (Value, error) {
	switch {
	case v.StringValue != nil:
		return text(*v.StringValue), nil
	case v.DoubleValue != nil:
		if math.IsNaN(*v.DoubleValue) || math.IsInf(*v.DoubleValue, 0) {
			return Value{}, invalid("The value of the field " + fieldID + " is not a finite number.")
		}
		return Value{Kind: Double, Number: *v.DoubleValue}, nil
	case v.BooleanValue != nil:
		return Value{Kind: Boolean, Bool: *v.BooleanValue}, nil
	case v.UserArnValue != nil:
		return Value{Kind: UserARN, Text: *v.UserArnValue}, nil
	}
	return Value{}, nil
}

// valueUnion puts a value into its shape.
func valueUnion(v Value) api.FieldValueUnion {
	switch v.Kind {
	case String:
		return api.FieldValueUnion{StringValue: &v.Text}
	case Double:
		return api.FieldValueUnion{DoubleValue: &v.Number}
	case Boolean:
		return api.FieldValueUnion{BooleanValue: &v.Bool}
	case UserARN:
		return api.FieldValueUnion{UserArnValue: &v.Text}
	case Empty:
	}
	return api.FieldValueUnion{EmptyValue: new(api.EmptyFieldValue)}
}
