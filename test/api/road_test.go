package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/connect"
	connecttypes "github.com/aws/aws-sdk-go-v2/service/connect/types"
	"github.com/aws/aws-sdk-go-v2/service/connectcases"
	"github.com/aws/aws-sdk-go-v2/service/connectcases/types"
	"github.com/aws/aws-sdk-go-v2/service/customerprofiles"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"
)

// road is the documented set-up of case event streams.
type road struct {
	fixture
	customer, instanceARN, principal string
	q                                queue
}

// newRoad does the documented steps 1 to 4.
func (s *server) newRoad(t *testing.T, fields ...string) *road {
	t.Helper()
	ctx := t.Context()
	var r road
	id, arn := s.instance(t, "my-instance")
	r.instanceARN = arn
	got(s.profiles.CreateDomain(ctx, &customerprofiles.CreateDomainInput{DomainName: new("my-profiles"), DefaultExpirationDays: new(int32(366))}))(t)
	got(s.profiles.PutIntegration(ctx, &customerprofiles.PutIntegrationInput{DomainName: new("my-profiles"), Uri: &arn, ObjectTypeName: new("CTR")}))(t)
	profile := got(s.profiles.CreateProfile(ctx, &customerprofiles.CreateProfileInput{DomainName: new("my-profiles"), FirstName: new("Jane"), LastName: new("Doe")}))(t)
	r.customer = "arn:aws:profile:us-east-1:111122223333:domains/my-profiles/profiles/" + *profile.ProfileId
	r.fixture = s.newFixture(ctx, "my-domain")
	if r.err != nil {
		t.Fatal(r.err)
	}
	got(s.connect.CreateIntegrationAssociation(ctx, &connect.CreateIntegrationAssociationInput{InstanceId: &id, IntegrationType: connecttypes.IntegrationTypeCasesDomain, IntegrationArn: &r.domainARN}))(t)
	got(s.cases.BatchPutFieldOptions(ctx, &connectcases.BatchPutFieldOptionsInput{DomainId: &r.domain, FieldId: new("case_reason"), Options: []types.FieldOption{option("Shipment lost", "Shipment lost")}}))(t)
	config := &types.EventBridgeConfiguration{Enabled: new(true)}
	if fields != nil {
		config = included(true, append(fields, r.field)...)
	}
	r.configure(t, s, config)
	r.q = queue{name: "case-events-queue", arn: "arn:aws:sqs:us-east-1:111122223333:case-events-queue"}
	r.q.url = *got(s.sqs.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: &r.q.name, Attributes: map[string]string{"Policy": seedPolicy}}))(t).QueueUrl
	got(s.events.PutRule(ctx, &eventbridge.PutRuleInput{Name: new("case-events-to-sqs-queue"), EventPattern: new(`{"source": ["aws.cases"]}`), State: eventtypes.RuleStateEnabled}))(t)
	s.aim(t, "case-events-to-sqs-queue", eventtypes.Target{Id: new("target-1"), Arn: &r.q.arn})
	r.principal = *got(s.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}))(t).Arn
	return &r
}

// configure puts the event configuration.
func (r *road) configure(t *testing.T, s *server, c *types.EventBridgeConfiguration) {
	t.Helper()
	got(s.cases.PutCaseEventConfiguration(t.Context(), &connectcases.PutCaseEventConfigurationInput{DomainId: &r.domain, EventBridge: c}))(t)
}

// open makes a case of the road's customer.
func (r *road) open(t *testing.T, s *server, more ...types.FieldValue) string {
	t.Helper()
	in := r.newCase(more...)
	in.Fields[1] = text("customer_id", r.customer)
	return *got(s.cases.CreateCase(t.Context(), in))(t).CaseId
}

// update changes fields of a case.
func (r *road) update(t *testing.T, s *server, id string, by types.UserUnion, fields ...types.FieldValue) {
	t.Helper()
	got(s.cases.UpdateCase(t.Context(), &connectcases.UpdateCaseInput{DomainId: &r.domain, CaseId: &id, Fields: fields, PerformedBy: by}))(t)
}

// event is an event as a consumer reads it. Objects whose order matters stay as they came.
type event struct {
	ID     string
	Time   string
	Detail struct {
		EventType             string
		ApproximateChangeTime string
		Case                  struct{ CreatedDateTime string }
		RelatedItem           struct{ CreatedDateTime string }
	}
}

// The forms of times in events.
var (
	seconds = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)
	millis  = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
)

// next takes the one event that has arrived and compares its bytes with what it must be. In want, %id, %time,
// %change and %created stand for what only the server knows; their forms are checked.
func (r *road) next(t *testing.T, s *server, want string) event {
	t.Helper()
	body := s.drain(t, r.q, 1)[0]
	var e event
	if err := json.Unmarshal([]byte(body), &e); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	created := e.Detail.Case.CreatedDateTime + e.Detail.RelatedItem.CreatedDateTime
	if !uuid.MatchString(e.ID) || !seconds.MatchString(e.Time) || !millis.MatchString(e.Detail.ApproximateChangeTime) || !millis.MatchString(created) {
		t.Errorf("id or times have another form: %s", body)
	}
	at := got(time.Parse(time.RFC3339, e.Detail.ApproximateChangeTime))(t)
	if age := time.Since(at); age < -time.Second || age > time.Minute {
		t.Errorf("changed %v ago", age)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(want)); err != nil {
		t.Fatalf("%v: %s", err, want)
	}
	full := strings.NewReplacer("%id", e.ID, "%time", e.Time, "%change", e.Detail.ApproximateChangeTime, "%created", created).Replace(compact.String())
	if body != full {
		t.Errorf("got  %s\nwant %s", body, full)
	}
	return e
}

// envelope wraps a detail in what every event has. resource is the second one, without the domain.
func (r *road) envelope(resource, detail string) string {
	return `{"version":"0","id":"%id","detail-type":"Amazon Connect Cases Change","source":"aws.cases","account":"111122223333","time":"%time","region":"us-east-1",
		"resources":["` + r.domainARN + `","` + r.domainARN + resource + `"],"detail":` + detail + `}`
}

// caseEvent is an event of a case. fields is its member "fields" with the comma before it, by names the member of performedBy with the comma after it.
func (r *road) caseEvent(kind, id, changed, by, fields string) string {
	return r.envelope("/case/"+id, `{"version":"0","eventType":"`+kind+`","approximateChangeTime":"%change","changedFieldIds":`+changed+`,
		"performedBy":{`+by+`"iamPrincipalArn":"`+r.principal+`"},
		"case":{"caseId":"`+id+`","templateId":"`+r.template+`","createdDateTime":"%created"`+fields+`}}`)
}

// itemEvent is the event of a new related item. content is its content member with the comma before it.
func (r *road) itemEvent(kind, id, item, changed, by, content string) string {
	return r.itemChange("RELATED_ITEM.CREATED", kind, id, item, changed, by, content)
}

// itemChange is itemEvent for each type of event.
func (r *road) itemChange(event, kind, id, item, changed, by, content string) string {
	return r.envelope("/case/"+id+"/related-item/"+item, `{"version":"0","eventType":"`+event+`","approximateChangeTime":"%change","changedAttributes":`+changed+`,
		"performedBy":{`+by+`"iamPrincipalArn":"`+r.principal+`"},
		"relatedItem":{"relatedItemType":"`+kind+`","relatedItemId":"`+item+`","caseId":"`+id+`","createdDateTime":"%created"`+content+`}}`)
}

func TestEachEventKindArrivesWithItsData(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		r := s.newRoad(t, "status", "title", "customer_id", "case_reason", "summary")
		byAgent := `"user":{"userArn":"` + agent + `"},`
		const caused = "Customer didn't receive the product"
		id := r.open(t, s, text("case_reason", "Shipment lost"), text(r.field, caused))
		data := func(status string) string {
			return `,"fields":{"status":{"value":{"stringValue":"` + status + `"}},"title":{"value":{"stringValue":"Parcel did not arrive"}},"customer_id":{"value":{"stringValue":"` + r.customer + `"}},
				"case_reason":{"value":{"stringValue":"Shipment lost"}},"` + r.field + `":{"value":{"stringValue":"` + caused + `"}}}`
		}
		created := r.next(t, s, r.caseEvent("CASE.CREATED", id, `["title","customer_id","case_reason","`+r.field+`","status","reference_number","created_datetime","last_updated_datetime","case_id"]`, "", data("open")))

		r.update(t, s, id, &types.UserUnionMemberUserArn{Value: agent}, text("status", "closed"))
		updated := r.next(t, s, r.caseEvent("CASE.UPDATED", id, `["status","last_updated_datetime","last_closed_datetime","last_updated_user"]`, byAgent, data("closed")))
		if updated.Detail.Case.CreatedDateTime != created.Detail.Case.CreatedDateTime || updated.Detail.ApproximateChangeTime < created.Detail.ApproximateChangeTime {
			t.Errorf("got times %+v after %+v", updated, created)
		}

		in := comment(r.domain, id, "Gave a $5 refund to customer to make them happy")
		in.PerformedBy = &types.UserUnionMemberCustomEntity{Value: "billing robot"}
		item := got(s.cases.CreateRelatedItem(t.Context(), in))(t)
		r.next(t, s, r.itemEvent("Comment", id, *item.RelatedItemId, `["comment.commentText"]`, `"user":{"customEntity":"billing robot"},`,
			`,"comment":{"body":"Gave a $5 refund to customer to make them happy"}`))

		r.contact(t, s, id)

		got(s.cases.DeleteCase(t.Context(), &connectcases.DeleteCaseInput{DomainId: &r.domain, CaseId: &id}))(t)
		r.next(t, s, r.caseEvent("CASE.DELETED", id, `[]`, "", data("closed")))
		if c := s.counts(t, r.q); c != "0 0 0" {
			t.Errorf("the queue still holds %s", c)
		}
	})
}

// contact links a contact twice and checks the one event. Which members beside contactArn the event shows is
// left open: AWS's sample shows one, consumers read more.
func (r *road) contact(t *testing.T, s *server, id string) {
	t.Helper()
	arn := contact()
	item := got(s.cases.CreateRelatedItem(t.Context(), link(r.domain, id, arn)))(t)
	got(s.cases.CreateRelatedItem(t.Context(), link(r.domain, id, arn)))(t)
	body := s.drain(t, r.q, 1)[0]
	var e struct {
		Resources []string
		Detail    struct {
			EventType         string
			ChangedAttributes []string
			RelatedItem       struct {
				RelatedItemType, RelatedItemID, CaseID string
				Contact                                map[string]string
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &e); err != nil {
		t.Fatal(err)
	}
	d := e.Detail
	if d.EventType != "RELATED_ITEM.CREATED" || d.RelatedItem.RelatedItemType != "Contact" || d.RelatedItem.RelatedItemID != *item.RelatedItemId || d.RelatedItem.CaseID != id ||
		d.RelatedItem.Contact["contactArn"] != arn || len(d.ChangedAttributes) == 0 || d.ChangedAttributes[0] != "contact.contactArn" || len(e.Resources) != 2 || e.Resources[1] != *item.RelatedItemArn {
		t.Errorf("got %s", body)
	}
}

func TestEventsOfTheBareConfigurationHoldMetadataOnly(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		r := s.newRoad(t)
		id := r.open(t, s)
		r.next(t, s, r.caseEvent("CASE.CREATED", id, `["title","customer_id","status","reference_number","created_datetime","last_updated_datetime","case_id"]`, "", ""))
		r.update(t, s, id, nil, text("summary", "Not in the event"))
		r.next(t, s, r.caseEvent("CASE.UPDATED", id, `["summary","last_updated_datetime"]`, "", ""))
		item := got(s.cases.CreateRelatedItem(t.Context(), comment(r.domain, id, "not in the event")))(t)
		r.next(t, s, r.itemEvent("Comment", id, *item.RelatedItemId, `["comment.commentText"]`, "", ""))
	})
}

func TestConfigurationDecidesWhichFieldsAnEventHas(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		r := s.newRoad(t)
		n := *got(s.cases.CreateField(t.Context(), &connectcases.CreateFieldInput{DomainId: &r.domain, Name: new("Parcels"), Type: types.FieldTypeNumber}))(t).FieldId
		b := *got(s.cases.CreateField(t.Context(), &connectcases.CreateFieldInput{DomainId: &r.domain, Name: new("Insured"), Type: types.FieldTypeBoolean}))(t).FieldId
		r.configure(t, s, included(false, "summary", n, b))
		id := r.open(t, s)
		changed := `["title","customer_id","status","reference_number","created_datetime","last_updated_datetime","case_id"]`
		r.next(t, s, r.caseEvent("CASE.CREATED", id, changed, "", `,"fields":{}`))
		r.update(t, s, id, nil, number(n, 2.5), boolean(b, false), text("summary", `"ü" <&> \`))
		r.next(t, s, r.caseEvent("CASE.UPDATED", id, `["`+n+`","`+b+`","summary","last_updated_datetime"]`, "",
			`,"fields":{"summary":{"value":{"stringValue":"\"ü\" <&> \\"}},"`+n+`":{"value":{"doubleValue":2.5}},"`+b+`":{"value":{"booleanValue":false}}}`))
		r.update(t, s, id, nil, none("summary"), none(n))
		r.next(t, s, r.caseEvent("CASE.UPDATED", id, `["summary","`+n+`","last_updated_datetime"]`, "", `,"fields":{"`+b+`":{"value":{"booleanValue":false}}}`))
		item := got(s.cases.CreateRelatedItem(t.Context(), comment(r.domain, id, "not in the event")))(t)
		r.next(t, s, r.itemEvent("Comment", id, *item.RelatedItemId, `["comment.commentText"]`, "", ""))

		r.configure(t, s, &types.EventBridgeConfiguration{Enabled: new(false), IncludedData: included(true, "summary").IncludedData})
		r.update(t, s, id, nil, text("summary", "nobody hears of this"))
		r.configure(t, s, included(false, "summary"))
		r.update(t, s, id, nil, text("status", "closed"))
		r.next(t, s, r.caseEvent("CASE.UPDATED", id, `["status","last_updated_datetime","last_closed_datetime"]`, "", `,"fields":{"summary":{"value":{"stringValue":"nobody hears of this"}}}`))
	})
}

func TestWhatChangesNothingTellsNothing(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		r := s.newRoad(t)
		in := r.newCase()
		in.ClientToken = new("the same")
		id := *got(s.cases.CreateCase(t.Context(), in))(t).CaseId
		got(s.cases.CreateCase(t.Context(), in))(t)
		s.drain(t, r.q, 1)
		r.update(t, s, id, nil, []types.FieldValue{}...)
		if err := only(s.cases.UpdateCase(t.Context(), &connectcases.UpdateCaseInput{DomainId: &r.domain, CaseId: &id, Fields: []types.FieldValue{text("status", "nowhere")}})); err == nil {
			t.Error("an unknown option was taken")
		}
		if err := only(s.cases.CreateCase(t.Context(), &connectcases.CreateCaseInput{DomainId: &r.domain, TemplateId: &r.template, Fields: []types.FieldValue{text("title", "x")}})); err == nil {
			t.Error("a case without a customer was made")
		}
		r.update(t, s, id, nil, text("title", "Parcel did not arrive"))
		r.next(t, s, r.caseEvent("CASE.UPDATED", id, `["last_updated_datetime"]`, "", ""))
		if c := s.counts(t, r.q); c != "0 0 0" {
			t.Errorf("the queue still holds %s", c)
		}
	})
}

func TestEventsOfOneCaseKeepTheirOrder(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		r := s.newRoad(t, "summary")
		id := r.open(t, s)
		var want []string
		for i := range 40 {
			want = append(want, fmt.Sprint(i))
			r.update(t, s, id, nil, text("summary", want[i]))
		}
		var told, times []string
		for _, body := range s.drain(t, r.q, 41)[1:] {
			var e struct {
				Detail struct {
					ApproximateChangeTime string
					Case                  struct {
						Fields map[string]struct{ Value struct{ StringValue string } }
					}
				}
			}
			if err := json.Unmarshal([]byte(body), &e); err != nil {
				t.Fatal(err)
			}
			told = append(told, e.Detail.Case.Fields["summary"].Value.StringValue)
			times = append(times, e.Detail.ApproximateChangeTime)
		}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Error(diff)
		}
		for i := 1; i < len(times); i++ {
			if times[i] < times[i-1] {
				t.Errorf("time goes back: %s after %s", times[i], times[i-1])
			}
		}
	})
}
