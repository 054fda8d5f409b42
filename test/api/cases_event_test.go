package api_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/connectcases"
	"github.com/aws/aws-sdk-go-v2/service/connectcases/types"
	"github.com/google/go-cmp/cmp"
)

func TestRelatedItemsOfEachKindTellOfTheirLives(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		r := s.newRoad(t, "title")
		ctx := t.Context()
		count := s.newField(t, r.domain, types.FieldTypeNumber)
		id, other := r.open(t, s), r.open(t, s)
		s.drain(t, r.q, 2)
		robot := `"user":{"customEntity":"billing robot"},`
		quoted := "Said \"ü\" <&> \\\nand left"
		quotedJSON := `"Said \"ü\" <&> \\\nand left"`
		scan := fileARN()
		refill := &types.RelatedItemUpdateContentMemberCustom{Value: types.CustomUpdateContent{Fields: []types.FieldValue{number(count, 1e6)}}}
		for _, row := range []struct {
			kind, attribute string
			content         types.RelatedItemInputContent
			created         string // the content in the event
			update          types.RelatedItemUpdateContent
			updated         string
		}{
			{"Comment", "comment.commentText", note(quoted), `"comment":{"body":` + quotedJSON + `}`, reword("", "", "", "Came back").Content, `"comment":{"body":"Came back"}`},
			{"ConnectCase", "connectCase.caseId", otherCase(other), `"connectCase":{"caseId":"` + other + `"}`, nil, ""},
			{
				"Custom", "custom.fields", custom(text(r.field, "X-1"), number(count, 2.5)),
				`"custom":{"fields":{"` + r.field + `":{"value":{"stringValue":"X-1"}},"` + count + `":{"value":{"doubleValue":2.5}}}}`, refill,
				`"custom":{"fields":{"` + count + `":{"value":{"doubleValue":1000000}}}}`,
			},
			{"File", "file.fileArn", file(scan), `"file":{"fileArn":"` + scan + `"}`, nil, ""},
		} {
			in := item(r.domain, id, row.content)
			in.PerformedBy = &types.UserUnionMemberCustomEntity{Value: "billing robot"}
			made := *got(s.cases.CreateRelatedItem(ctx, in))(t).RelatedItemId
			changed := `["` + row.attribute + `"]`
			created := r.next(t, s, r.itemEvent(row.kind, id, made, changed, robot, ","+row.created))
			last := row.created
			if row.update != nil {
				last = row.updated
				got(s.cases.UpdateRelatedItem(ctx, &connectcases.UpdateRelatedItemInput{
					DomainId: &r.domain, CaseId: &id, RelatedItemId: &made, Content: row.update, PerformedBy: &types.UserUnionMemberUserArn{Value: agent},
				}))(t)
				updated := r.next(t, s, r.itemChange("RELATED_ITEM.UPDATED", row.kind, id, made, changed, `"user":{"userArn":"`+agent+`"},`, ","+row.updated))
				if updated.Detail.RelatedItem.CreatedDateTime != created.Detail.RelatedItem.CreatedDateTime {
					t.Errorf("%s: created at %s, then at %s", row.kind, created.Detail.RelatedItem.CreatedDateTime, updated.Detail.RelatedItem.CreatedDateTime)
				}
			}
			if row.kind != "File" {
				got(s.cases.DeleteRelatedItem(ctx, &connectcases.DeleteRelatedItemInput{DomainId: &r.domain, CaseId: &id, RelatedItemId: &made}))(t)
				r.next(t, s, r.itemChange("CASE.RELATED_ITEM.DELETED", row.kind, id, made, changed, "", ","+last))
			}
		}
		r.configure(t, s, included(false, "title"))
		made := s.attach(t, r.domain, id, file(fileARN()))
		r.next(t, s, r.itemEvent("File", id, made, `["file.fileArn"]`, "", ""))
		got(s.cases.DeleteCase(ctx, &connectcases.DeleteCaseInput{DomainId: &r.domain, CaseId: &id}))(t)
		r.next(t, s, r.caseEvent("CASE.DELETED", id, `[]`, "", `,"fields":{"title":{"value":{"stringValue":"Parcel did not arrive"}}}`))
		if c := s.counts(t, r.q); c != "0 0 0" {
			t.Errorf("the queue still holds %s", c)
		}
	})
}

func TestMetSLAIsToldAfterTheUpdateThatMetIt(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		r := s.newRoad(t, "status")
		id := r.open(t, s)
		made := s.attach(t, r.domain, id, sla("First answer", 60, "closed"))
		r.update(t, s, id, &types.UserUnionMemberUserArn{Value: agent}, text("status", "closed"))
		var told []string
		for _, body := range s.drain(t, r.q, 4) {
			var e struct {
				Detail struct {
					EventType       string
					ChangedFieldIds []string
					PerformedBy     struct{ User struct{ UserArn string } }
					RelatedItem     struct {
						RelatedItemType, RelatedItemID string
						Sla                            struct{ SlaConfiguration map[string]any }
					}
					ChangedAttributes []string
				}
			}
			if err := json.Unmarshal([]byte(body), &e); err != nil {
				t.Fatal(err)
			}
			d := e.Detail
			line := d.EventType + " " + strings.Join(append(d.ChangedFieldIds, d.ChangedAttributes...), " ")
			if c := d.RelatedItem.Sla.SlaConfiguration; c != nil {
				for _, name := range []string{"targetTime", "completionTime"} {
					if at, there := c[name]; there {
						if !millis.MatchString(fmt.Sprint(at)) || got(time.Parse(time.RFC3339, fmt.Sprint(at)))(t).IsZero() {
							t.Errorf("%s is %v", name, at)
						}
						c[name] = "then"
					}
				}
				line += " " + string(got(json.Marshal(c))(t))
				if d.RelatedItem.RelatedItemType != "Sla" || d.RelatedItem.RelatedItemID != made {
					t.Errorf("got %s", body)
				}
			}
			if d.EventType == "RELATED_ITEM.UPDATED" && d.PerformedBy.User.UserArn != agent {
				t.Errorf("done by another: %s", body)
			}
			told = append(told, line)
		}
		const before, after = `{"fieldId":"status","name":"First answer","status":"Active","targetFieldValues":[{"stringValue":"closed"}],"targetTime":"then","type":"CaseField"}`,
			`{"completionTime":"then","fieldId":"status","name":"First answer","status":"Met","targetFieldValues":[{"stringValue":"closed"}],"targetTime":"then","type":"CaseField"}`
		want := []string{
			"CASE.CREATED title customer_id status reference_number created_datetime last_updated_datetime case_id",
			"RELATED_ITEM.CREATED sla.slaConfiguration " + before,
			"CASE.UPDATED status last_updated_datetime last_closed_datetime last_updated_user next_sla_breach_datetime",
			"RELATED_ITEM.UPDATED sla.slaConfiguration.status sla.slaConfiguration.completionTime " + after,
		}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Error(diff)
		}
	})
}

func TestChangesOfTheConfigurationTellNothing(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		r := s.newRoad(t, "title")
		w := s.newWorld(t)
		r.configure(t, s, included(true, "title"))
		got(s.cases.PutCaseEventConfiguration(t.Context(), &connectcases.PutCaseEventConfigurationInput{DomainId: &w.domain, EventBridge: included(true, "title")}))(t)
		tellers := map[string]bool{
			"CreateCase": true, "UpdateCase": true, "DeleteCase": true, "CreateRelatedItem": true, "UpdateRelatedItem": true, "DeleteRelatedItem": true,
		}
		for _, o := range slices.Backward(operations) { // updates go before deletions
			if tellers[o.name] || o.name == "DeleteDomain" {
				continue
			}
			if _, err := o.call(t.Context(), s.cases, w); err != nil {
				t.Errorf("%s: %v", o.name, err)
			}
		}
		if err := only(s.cases.DeleteDomain(t.Context(), &connectcases.DeleteDomainInput{DomainId: &w.domain})); err != nil {
			t.Error(err)
		}
		// What is told next is the first that there is to tell.
		id := r.open(t, s)
		r.next(t, s, r.caseEvent("CASE.CREATED", id, `["title","customer_id","status","reference_number","created_datetime","last_updated_datetime","case_id"]`, "", `,"fields":{"title":{"value":{"stringValue":"Parcel did not arrive"}}}`))
	})
}
