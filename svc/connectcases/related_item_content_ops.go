package connectcases

import (
	"time"

	api "github.com/casestream/casestream/awsapi/connectcases"
)

// newContent takes content out of its shape, as a caller gives it for a new item.
func newContent(in *api.RelatedItemInputContent) (c Content, err error) {
	switch {
	case in.Comment != nil:
		c.Comment = &Comment{Body: in.Comment.Body, ContentType: in.Comment.ContentType}
	case in.Contact != nil:
		c.Contact = &Contact{ARN: in.Contact.ContactArn}
	case in.File != nil:
		c.File = &File{ARN: in.File.FileArn}
	case in.Sla != nil && in.Sla.SlaInputConfiguration != nil:
		c.SLA, err = newSLA(in.Sla.SlaInputConfiguration)
	case in.ConnectCase != nil:
		c.ConnectCase = &ConnectCase{CaseID: in.ConnectCase.CaseId}
	case in.Custom != nil:
		c.Custom, err = newCustom(in.Custom.Fields)
	}
	return c, err
}

// newSLA takes an SLA out of its shape.
func newSLA(in *api.SlaInputConfiguration) (*SLA, error) {
	a := &SLA{Name: in.Name, Type: in.Type, within: time.Duration(in.TargetSlaMinutes) * time.Minute, targets: len(in.TargetFieldValues)}
	if in.FieldId != nil {
		a.FieldID = *in.FieldId
	}
	var err error
	if a.targets > 0 {
		a.Target, err = fieldValue(a.FieldID, in.TargetFieldValues[0])
	}
	return a, err
}

// newCustom takes the values of a custom item out of their shapes.
func newCustom(in []api.FieldValue) (*Custom, error) {
	asked, err := fieldValues(in)
	return &Custom{asked: asked}, err
}

// replacement takes content out of its shape, as a caller gives it for an item that is there.
func replacement(in *api.RelatedItemUpdateContent) (c Content, err error) {
	switch {
	case in.Comment != nil:
		c.Comment = &Comment{Body: in.Comment.Body, ContentType: in.Comment.ContentType}
	case in.Custom != nil:
		c.Custom, err = newCustom(in.Custom.Fields)
	}
	return c, err
}

// contentShape puts an item's content into its shape.
func contentShape(c *Content) (out api.RelatedItemContent) {
	switch {
	case c.Comment != nil:
		out.Comment = &api.CommentContent{Body: c.Comment.Body, ContentType: c.Comment.ContentType}
	case c.Contact != nil:
		out.Contact = &api.ContactContent{ContactArn: c.Contact.ARN, Channel: c.Contact.Channel, ConnectedToSystemTime: c.Contact.ConnectedAt}
	case c.File != nil:
		out.File = &api.FileContent{FileArn: c.File.ARN}
	case c.SLA != nil:
		out.Sla = &api.SlaContent{SlaConfiguration: api.SlaConfiguration{
			Name: c.SLA.Name, Type: c.SLA.Type, Status: c.SLA.Status, FieldId: &c.SLA.FieldID,
			TargetFieldValues: []api.FieldValueUnion{valueUnion(c.SLA.Target)}, TargetTime: c.SLA.TargetAt, CompletionTime: c.SLA.CompletedAt,
		}}
	case c.ConnectCase != nil:
		out.ConnectCase = &api.ConnectCaseContent{CaseId: c.ConnectCase.CaseID}
	case c.Custom != nil:
		out.Custom = &api.CustomContent{Fields: make([]api.FieldValue, len(c.Custom.Fields))}
		for i, f := range c.Custom.Fields {
			out.Custom.Fields[i] = api.FieldValue{Id: f.ID, Value: valueUnion(f.Value)}
		}
	}
	return out
}

// filterOf takes a filter out of its shape.
func filterOf(in *api.RelatedItemTypeFilter) (f itemFilter, err error) {
	given := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	switch {
	case in.Comment != nil:
		f.Type = itemComment
	case in.Contact != nil:
		f = itemFilter{Type: itemContact, Subject: given(in.Contact.ContactArn), Channels: in.Contact.Channel}
	case in.File != nil:
		f = itemFilter{Type: itemFile, Subject: given(in.File.FileArn)}
	case in.Sla != nil:
		f = itemFilter{Type: itemSLA, Name: given(in.Sla.Name), Status: given(in.Sla.Status)}
	case in.ConnectCase != nil:
		f = itemFilter{Type: itemConnectCase, Subject: given(in.ConnectCase.CaseId)}
	case in.Custom != nil:
		f.Type = itemCustom
		f.Fields, err = caseFilter(valuesFilter(in.Custom.Fields))
	}
	return f, err
}

// valuesFilter gives a filter of custom items the shape of one of cases, which can do more.
func valuesFilter(in *api.CustomFieldsFilter) *api.CaseFilter {
	if in == nil {
		return nil
	}
	list := func(in []api.CustomFieldsFilter) []api.CaseFilter {
		if in == nil {
			return nil
		}
		out := make([]api.CaseFilter, len(in))
		for i := range in {
			out[i] = *valuesFilter(&in[i])
		}
		return out
	}
	return &api.CaseFilter{Field: in.Field, Not: valuesFilter(in.Not), AndAll: list(in.AndAll), OrAll: list(in.OrAll)}
}
