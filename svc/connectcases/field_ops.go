package connectcases

import (
	"context"
	"strconv"

	"github.com/casestream/casestream/base/page"
	"github.com/casestream/casestream/wire"

	api "github.com/casestream/casestream/awsapi/connectcases"
	"github.com/casestream/casestream/store"
)

// CreateField adds a custom field.
func (s *Service) CreateField(ctx context.Context, in *api.CreateFieldInput) (*api.CreateFieldOutput, error) {
	f := Field{Name: in.Name, Description: in.Description, Type: in.Type}
	if in.Attributes != nil && in.Attributes.Text != nil {
		f.Multiline = &in.Attributes.Text.IsMultiline
	}
	var id string
	err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
		id, err = s.createField(tx, in.DomainId, f)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateFieldOutput{FieldId: id, FieldArn: s.fieldARN(in.DomainId, id)}, nil
}

// ListFields lists the system fields and then the custom ones, oldest first, without the deleted.
func (s *Service) ListFields(ctx context.Context, in *api.ListFieldsInput) (*api.ListFieldsOutput, error) {
	after, err := openPosition(in.NextToken, "fields")
	if err != nil {
		return nil, err
	}
	cat, err := s.readCatalog(ctx, in.DomainId)
	if err != nil {
		return nil, err
	}
	list, more := pageOf(cat.fields, func(f *Field) int64 { return f.Position }, func(f *Field) bool { return !f.Deleted }, after, pageSize(in.MaxResults, 100))
	out := &api.ListFieldsOutput{Fields: []api.FieldSummary{}}
	for _, f := range list {
		out.Fields = append(out.Fields, api.FieldSummary{
			FieldId: f.ID, FieldArn: s.fieldARN(in.DomainId, f.ID), Name: f.Name, Type: f.Type, Namespace: f.Namespace,
			Attributes: fieldAttributes(f),
		})
	}
	if more {
		out.NextToken = wire.Ptr(page.Token("fields", strconv.FormatInt(list[len(list)-1].Position, 10)))
	}
	return out, nil
}

// BatchGetField describes fields, deleted ones too.
func (s *Service) BatchGetField(ctx context.Context, in *api.BatchGetFieldInput) (*api.BatchGetFieldOutput, error) {
	cat, err := s.readCatalog(ctx, in.DomainId)
	if err != nil {
		return nil, err
	}
	found, unknown, err := cat.pickFields(identifiers(in.Fields))
	if err != nil {
		return nil, err
	}
	out := &api.BatchGetFieldOutput{Fields: []api.GetFieldResponse{}, Errors: []api.FieldError{}}
	for _, f := range found {
		out.Fields = append(out.Fields, api.GetFieldResponse{
			FieldId: f.ID, FieldArn: s.fieldARN(in.DomainId, f.ID), Name: f.Name, Description: f.Description, Type: f.Type,
			Namespace: f.Namespace, Tags: sparse(f.Tags), Deleted: &f.Deleted, CreatedTime: &f.CreatedAt,
			LastModifiedTime: &f.ModifiedAt, Attributes: fieldAttributes(f),
		})
	}
	for _, id := range unknown {
		msg := "The field " + id + " does not exist."
		out.Errors = append(out.Errors, api.FieldError{Id: id, ErrorCode: "RESOURCE_NOT_FOUND", Message: &msg})
	}
	return out, nil
}

// BatchPutFieldOptions adds and changes options of a single-select field.
func (s *Service) BatchPutFieldOptions(ctx context.Context, in *api.BatchPutFieldOptionsInput) (*api.BatchPutFieldOptionsOutput, error) {
	put := make([]Option, len(in.Options))
	for i, o := range in.Options {
		put[i] = Option(o)
	}
	var refused []string
	err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
		refused, err = s.putOptions(tx, in.DomainId, in.FieldId, put)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := new(api.BatchPutFieldOptionsOutput)
	for _, value := range refused {
		out.Errors = append(out.Errors, api.FieldOptionError{
			Value: value, ErrorCode: "VALIDATION_ERROR", Message: "The option " + value + " of the field status cannot be changed.",
		})
	}
	return out, nil
}

// ListFieldOptions lists a single-select field's options, active or not.
func (s *Service) ListFieldOptions(ctx context.Context, in *api.ListFieldOptionsInput) (*api.ListFieldOptionsOutput, error) {
	after, err := openPosition(in.NextToken, "options")
	if err != nil {
		return nil, err
	}
	cat, err := s.readCatalog(ctx, in.DomainId)
	if err != nil {
		return nil, err
	}
	f, err := cat.singleSelect(in.FieldId)
	if err != nil {
		return nil, err
	}
	out := &api.ListFieldOptionsOutput{Options: []api.FieldOption{}}
	if len(in.Values) > 0 {
		if o, ok := f.option(in.Values[0]); ok {
			out.Options = append(out.Options, api.FieldOption(o))
		}
		return out, nil
	}
	start := min(max(after, 0), int64(len(f.Options)))
	end := min(start+int64(pageSize(in.MaxResults, 100)), int64(len(f.Options)))
	for _, o := range f.Options[start:end] {
		out.Options = append(out.Options, api.FieldOption(o))
	}
	if end < int64(len(f.Options)) {
		out.NextToken = wire.Ptr(page.Token("options", strconv.FormatInt(end, 10)))
	}
	return out, nil
}

// fieldAttributes gives what only some types of fields have.
func fieldAttributes(f *Field) *api.FieldAttributes {
	if f.Multiline == nil {
		return nil
	}
	return &api.FieldAttributes{Text: &api.TextAttributes{IsMultiline: *f.Multiline}}
}

// identifiers takes the ids out of their shapes.
func identifiers(list []api.FieldIdentifier) []string {
	ids := make([]string, len(list))
	for i, f := range list {
		ids[i] = f.Id
	}
	return ids
}
