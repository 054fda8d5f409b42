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
	var f Field
	err := s.configure(ctx, in.DomainId, func(tx *store.Tx, cat *catalog) error {
		f = Field{Entry: Entry{Name: in.Name}, Description: in.Description, Type: in.Type, Multiline: multiline(in.Attributes)}
		return s.createField(tx, cat, &f)
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateFieldOutput{FieldId: f.ID, FieldArn: s.fieldARN(in.DomainId, f.ID)}, nil
}

// UpdateField changes a custom field's name, description and attributes; what is not given stays.
func (s *Service) UpdateField(ctx context.Context, in *api.UpdateFieldInput) (*api.UpdateFieldOutput, error) {
	change := fieldChange{name: in.Name, description: in.Description, multiline: multiline(in.Attributes)}
	err := s.configure(ctx, in.DomainId, func(tx *store.Tx, cat *catalog) error {
		return s.updateField(tx, cat, in.FieldId, change)
	})
	if err != nil {
		return nil, err
	}
	return new(api.UpdateFieldOutput), nil
}

// DeleteField takes a custom field out of use; to delete it again changes nothing.
func (s *Service) DeleteField(ctx context.Context, in *api.DeleteFieldInput) (*api.DeleteFieldOutput, error) {
	err := s.configure(ctx, in.DomainId, func(tx *store.Tx, cat *catalog) error {
		return s.deleteField(tx, cat, in.FieldId)
	})
	if err != nil {
		return nil, err
	}
	return new(api.DeleteFieldOutput), nil
}

// multiline takes the attribute of text fields out of its shape.
func multiline(a *api.FieldAttributes) *bool {
	if a == nil || a.Text == nil {
		return nil
	}
	return &a.Text.IsMultiline
}

// ListFields lists the system fields and then the custom ones, oldest first, without the deleted.
func (s *Service) ListFields(ctx context.Context, in *api.ListFieldsInput) (*api.ListFieldsOutput, error) {
	cat, after, err := s.openList(ctx, in.DomainId, "fields", in.NextToken)
	if err != nil {
		return nil, err
	}
	list, next := entryPage(cat.fields, "fields", isLive, after, in.MaxResults)
	out := &api.ListFieldsOutput{Fields: []api.FieldSummary{}, NextToken: next}
	for _, f := range list {
		out.Fields = append(out.Fields, api.FieldSummary{
			FieldId: f.ID, FieldArn: s.fieldARN(in.DomainId, f.ID), Name: f.Name, Type: f.Type, Namespace: f.Namespace,
			Attributes: fieldAttributes(f),
		})
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
		out.Errors = append(out.Errors, api.FieldError{Id: id, ErrorCode: errorCodeMissing, Message: &msg})
	}
	return out, nil
}

// The codes of failures that concern one member of a batch. AWS does not publish its own.
const (
	errorCodeMissing = "RESOURCE_NOT_FOUND"
	errorCodeInvalid = "VALIDATION_ERROR"
)

// BatchPutFieldOptions adds and changes options of a single-select field.
func (s *Service) BatchPutFieldOptions(ctx context.Context, in *api.BatchPutFieldOptionsInput) (*api.BatchPutFieldOptionsOutput, error) {
	put := make([]Option, len(in.Options))
	for i, o := range in.Options {
		put[i] = Option(o)
	}
	var refused []string
	err := s.configure(ctx, in.DomainId, func(tx *store.Tx, cat *catalog) (err error) {
		refused, err = s.putOptions(tx, cat, in.FieldId, put)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := new(api.BatchPutFieldOptionsOutput)
	for _, value := range refused {
		out.Errors = append(out.Errors, api.FieldOptionError{
			Value: value, ErrorCode: errorCodeInvalid, Message: "The option " + value + " of the field status cannot be changed.",
		})
	}
	return out, nil
}

// ListFieldOptions lists a single-select field's options, active or not.
func (s *Service) ListFieldOptions(ctx context.Context, in *api.ListFieldOptionsInput) (*api.ListFieldOptionsOutput, error) {
	cat, after, err := s.openList(ctx, in.DomainId, "options", in.NextToken)
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
