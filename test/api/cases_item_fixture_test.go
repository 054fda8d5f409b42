package api_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/connectcases"
	"github.com/aws/aws-sdk-go-v2/service/connectcases/types"
)

// item gives the input of a related item of any kind.
func item(domain, id string, content types.RelatedItemInputContent) *connectcases.CreateRelatedItemInput {
	in := &connectcases.CreateRelatedItemInput{DomainId: &domain, CaseId: &id, Content: content}
	switch content.(type) {
	case *types.RelatedItemInputContentMemberComment:
		in.Type = types.RelatedItemTypeComment
	case *types.RelatedItemInputContentMemberConnectCase:
		in.Type = types.RelatedItemTypeConnectCase
	case *types.RelatedItemInputContentMemberContact:
		in.Type = types.RelatedItemTypeContact
	case *types.RelatedItemInputContentMemberCustom:
		in.Type = types.RelatedItemTypeCustom
	case *types.RelatedItemInputContentMemberFile:
		in.Type = types.RelatedItemTypeFile
	case *types.RelatedItemInputContentMemberSla:
		in.Type = types.RelatedItemTypeSla
	}
	return in
}

// attach makes a related item and gives its id.
func (s *server) attach(t *testing.T, domain, id string, content types.RelatedItemInputContent) string {
	t.Helper()
	return *got(s.cases.CreateRelatedItem(t.Context(), item(domain, id, content)))(t).RelatedItemId
}

// The contents of the kinds of related items.
func note(body string) types.RelatedItemInputContent {
	return &types.RelatedItemInputContentMemberComment{Value: types.CommentContent{Body: &body, ContentType: types.CommentBodyTextTypePlaintext}}
}

func call(arn string) types.RelatedItemInputContent {
	return &types.RelatedItemInputContentMemberContact{Value: types.Contact{ContactArn: &arn}}
}

func file(arn string) types.RelatedItemInputContent {
	return &types.RelatedItemInputContentMemberFile{Value: types.FileContent{FileArn: &arn}}
}

func otherCase(id string) types.RelatedItemInputContent {
	return &types.RelatedItemInputContentMemberConnectCase{Value: types.ConnectCaseInputContent{CaseId: &id}}
}

func custom(fields ...types.FieldValue) types.RelatedItemInputContent {
	return &types.RelatedItemInputContentMemberCustom{Value: types.CustomInputContent{Fields: fields}}
}

func sla(called string, minutes int64, status string) types.RelatedItemInputContent {
	return &types.RelatedItemInputContentMemberSla{Value: &types.SlaInputContentMemberSlaInputConfiguration{Value: types.SlaInputConfiguration{
		Name: &called, Type: types.SlaTypeCaseField, FieldId: new("status"), TargetSlaMinutes: &minutes,
		TargetFieldValues: []types.FieldValueUnion{&types.FieldValueUnionMemberStringValue{Value: status}},
	}}}
}

// fileARN names a file that no other test uses.
func fileARN() string {
	return "arn:aws:connect:us-east-1:111122223333:instance/11111111-2222-4333-8444-555555555555/file/" + name("file")
}

// showContent writes what a related item holds, without what only the server knows.
func showContent(content types.RelatedItemContent) string {
	switch c := content.(type) {
	case *types.RelatedItemContentMemberComment:
		return "comment " + *c.Value.Body
	case *types.RelatedItemContentMemberContact:
		return "contact " + *c.Value.ContactArn + " " + *c.Value.Channel
	case *types.RelatedItemContentMemberFile:
		return "file " + *c.Value.FileArn
	case *types.RelatedItemContentMemberConnectCase:
		return "case " + *c.Value.CaseId
	case *types.RelatedItemContentMemberSla:
		return fmt.Sprint("sla ", *c.Value.SlaConfiguration.Name, " ", c.Value.SlaConfiguration.Status)
	case *types.RelatedItemContentMemberCustom:
		line := "custom"
		for _, f := range c.Value.Fields {
			line += " " + *f.Id + "=" + showValue(f.Value)
		}
		return line
	}
	return fmt.Sprintf("%T", content)
}

// showValue writes a field's value.
func showValue(v types.FieldValueUnion) string {
	switch v := v.(type) {
	case *types.FieldValueUnionMemberStringValue:
		return v.Value
	case *types.FieldValueUnionMemberDoubleValue:
		return fmt.Sprint(v.Value)
	case *types.FieldValueUnionMemberBooleanValue:
		return fmt.Sprint(v.Value)
	case *types.FieldValueUnionMemberUserArnValue:
		return v.Value
	}
	return "nothing"
}

// shelf is a case with one related item of each kind, the oldest first in order.
type shelf struct {
	fixture
	caseID, contact, file, other, count string
	id                                  map[types.RelatedItemType]string
	shown                               map[types.RelatedItemType]string
	order                               []types.RelatedItemType
}

// newShelf makes a case with one related item of each kind.
func (s *server) newShelf(t *testing.T, f *fixture) *shelf {
	t.Helper()
	h := &shelf{fixture: *f, caseID: s.openCase(t, f), contact: contact(), file: fileARN(), other: s.openCase(t, f), count: s.newField(t, f.domain, types.FieldTypeNumber)}
	h.id, h.shown = map[types.RelatedItemType]string{}, map[types.RelatedItemType]string{}
	for _, row := range []struct {
		content types.RelatedItemInputContent
		shown   string
	}{
		{note("Called back"), "comment Called back"},
		{call(h.contact), "contact " + h.contact + " VOICE"},
		{file(h.file), "file " + h.file},
		{otherCase(h.other), "case " + h.other},
		{sla("First answer", 60, "closed"), "sla First answer Active"},
		{custom(text(f.field, "X-1"), number(h.count, 2.5)), "custom " + f.field + "=X-1 " + h.count + "=2.5"},
	} {
		in := item(h.domain, h.caseID, row.content)
		in.PerformedBy = &types.UserUnionMemberUserArn{Value: agent}
		made := got(s.cases.CreateRelatedItem(t.Context(), in))(t)
		if !uuid.MatchString(*made.RelatedItemId) || *made.RelatedItemArn != f.domainARN+"/case/"+h.caseID+"/related-item/"+*made.RelatedItemId {
			t.Errorf("%s: got id %s and ARN %s", in.Type, *made.RelatedItemId, *made.RelatedItemArn)
		}
		h.id[in.Type], h.shown[in.Type] = *made.RelatedItemId, row.shown
		h.order = append(h.order, in.Type)
	}
	return h
}

// newestFirst gives what is shown of kinds, the newest first.
func (h *shelf) newestFirst(kinds ...types.RelatedItemType) (shown []string) {
	for i := len(h.order) - 1; i >= 0; i-- {
		for _, kind := range kinds {
			if kind == h.order[i] {
				shown = append(shown, h.shown[kind])
			}
		}
	}
	return shown
}
