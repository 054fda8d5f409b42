// Package seed does the set-up of Amazon Connect Cases event streams through the public API, step by step
// as AWS documents it, and then acts on a case as an agent would.
package seed

import (
	"context"
	"errors"
	"net/http"

	"github.com/casestream/casestream/client"
)

// object is a JSON object.
type object = client.Object

// Seed is the set-up of one server. Its steps fill in the fields below Account.
type Seed struct {
	Client  *client.Client
	Account string

	InstanceID, InstanceARN string
	ProfileARN              string
	DomainID, DomainARN     string
	FieldID, TemplateID     string // a custom Text field, and a template
	QueueURL                string
	CaseID                  string // the case that CreateCase made
}

// queuePolicy lets EventBridge send to the queue.
const queuePolicy = `{"Version":"2012-10-17","Statement":[{"Sid":"case-event-subscription","Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"SQS:SendMessage","Resource":"*"}]}`

// Names that the set-up gives to what it makes.
const (
	profilesDomain = "demo-profiles"
	queueName      = "case-events-queue"
	ruleName       = "case-events-to-sqs-queue"
)

// Instance is step 1: an instance, Customer Profiles on it, and a customer.
func (s *Seed) Instance(ctx context.Context) error {
	var made struct{ Id, Arn string }
	err := s.Client.REST(ctx, "connect", http.MethodPut, "/instance", object{
		"IdentityManagementType": "CONNECT_MANAGED", "InstanceAlias": "casestream-demo", "InboundCallsEnabled": true, "OutboundCallsEnabled": true,
	}, &made)
	if err != nil {
		return err
	}
	s.InstanceID, s.InstanceARN = made.Id, made.Arn
	if err := s.Client.REST(ctx, "profile", http.MethodPost, "/domains/"+profilesDomain, object{"DefaultExpirationDays": 366}, nil); err != nil {
		return err
	}
	err = s.Client.REST(ctx, "profile", http.MethodPut, "/domains/"+profilesDomain+"/integrations", object{"Uri": made.Arn, "ObjectTypeName": "CTR"}, nil)
	if err != nil {
		return err
	}
	var profile struct{ ProfileId string }
	err = s.Client.REST(ctx, "profile", http.MethodPost, "/domains/"+profilesDomain+"/profiles", object{
		"FirstName": "Jane", "LastName": "Doe", "EmailAddress": "jane@example.com",
	}, &profile)
	s.ProfileARN = "arn:aws:profile:" + s.Client.Region + ":" + s.Account + ":domains/" + profilesDomain + "/profiles/" + profile.ProfileId
	return err
}

// Domain is step 2: a Cases domain, associated with the instance.
func (s *Seed) Domain(ctx context.Context) error {
	var made struct{ DomainId, DomainArn string }
	if err := s.Client.REST(ctx, "cases", http.MethodPost, "/domains", object{"name": "demo"}, &made); err != nil {
		return err
	}
	s.DomainID, s.DomainARN = made.DomainId, made.DomainArn
	return s.Client.REST(ctx, "connect", http.MethodPut, "/instance/"+s.InstanceID+"/integration-associations", object{
		"IntegrationType": "CASES_DOMAIN", "IntegrationArn": s.DomainARN,
	}, nil)
}

// cases is the path of something in the domain.
func (s *Seed) cases(rest string) string { return "/domains/" + s.DomainID + rest }

// Template is step 3: a custom field, reasons to choose from, and a template.
func (s *Seed) Template(ctx context.Context) error {
	var field struct{ FieldId string }
	if err := s.Client.REST(ctx, "cases", http.MethodPost, s.cases("/fields"), object{"name": "What the customer says", "type": "Text"}, &field); err != nil {
		return err
	}
	s.FieldID = field.FieldId
	err := s.Client.REST(ctx, "cases", http.MethodPut, s.cases("/fields/case_reason/options"), object{
		"options": []object{{"name": "Shipment lost", "value": "Shipment lost", "active": true}, {"name": "Other", "value": "other", "active": true}},
	}, nil)
	if err != nil {
		return err
	}
	var made struct{ TemplateId string }
	err = s.Client.REST(ctx, "cases", http.MethodPost, s.cases("/templates"), object{"name": "General inquiry"}, &made)
	s.TemplateID = made.TemplateId
	return err
}

// Stream is step 4: events on, with data; a queue that EventBridge may send to; a rule; a target.
func (s *Seed) Stream(ctx context.Context) error {
	fields := []object{{"id": "status"}, {"id": "title"}, {"id": "customer_id"}, {"id": "case_reason"}, {"id": s.FieldID}}
	err := s.Client.REST(ctx, "cases", http.MethodPut, s.cases("/case-event-configuration"), object{"eventBridge": object{
		"enabled":      true,
		"includedData": object{"caseData": object{"fields": fields}, "relatedItemData": object{"includeContent": true}},
	}}, nil)
	if err != nil {
		return err
	}
	var queue struct{ QueueUrl string }
	err = s.Client.JSON(ctx, "sqs", "1.0", "AmazonSQS.CreateQueue", object{
		"QueueName": queueName, "Attributes": object{"Policy": queuePolicy},
	}, &queue)
	if err != nil {
		return err
	}
	s.QueueURL = queue.QueueUrl
	err = s.Client.JSON(ctx, "events", "1.1", "AWSEvents.PutRule", object{
		"Name": ruleName, "EventPattern": `{"source":["aws.cases"]}`, "State": "ENABLED",
	}, nil)
	if err != nil {
		return err
	}
	var put struct{ FailedEntryCount int }
	err = s.Client.JSON(ctx, "events", "1.1", "AWSEvents.PutTargets", object{
		"Rule": ruleName, "Targets": []object{{"Id": "target-1", "Arn": "arn:aws:sqs:" + s.Client.Region + ":" + s.Account + ":" + queueName}},
	}, &put)
	if err == nil && put.FailedEntryCount > 0 {
		err = errors.New("PutTargets refused the queue")
	}
	return err
}

// CreateCase opens a case for the customer.
func (s *Seed) CreateCase(ctx context.Context) error {
	var made struct{ CaseId string }
	err := s.Client.REST(ctx, "cases", http.MethodPost, s.cases("/cases"), object{"templateId": s.TemplateID, "fields": []object{
		text("title", "Parcel did not arrive"), text("customer_id", s.ProfileARN),
		text("case_reason", "Shipment lost"), text(s.FieldID, "Customer didn't receive the product"),
	}}, &made)
	s.CaseID = made.CaseId
	return err
}

// text gives a field and its value, as the API has them.
func text(field, value string) object {
	return object{"id": field, "value": object{"stringValue": value}}
}

// caseOne is the path of something in the case.
func (s *Seed) caseOne(rest string) string { return s.cases("/cases/" + s.CaseID + rest) }

// UpdateCase closes the case.
func (s *Seed) UpdateCase(ctx context.Context) error {
	return s.Client.REST(ctx, "cases", http.MethodPut, s.caseOne(""), object{"fields": []object{text("status", "closed")}}, nil)
}

// Comment leaves a comment on the case.
func (s *Seed) Comment(ctx context.Context) error {
	return s.Client.REST(ctx, "cases", http.MethodPost, s.caseOne("/related-items/"), object{"type": "Comment", "content": object{
		"comment": object{"body": "Gave a $5 refund to customer to make them happy", "contentType": "Text/Plain"},
	}}, nil)
}

// Contact links a contact with the case.
func (s *Seed) Contact(ctx context.Context) error {
	return s.Client.REST(ctx, "cases", http.MethodPost, s.caseOne("/related-items/"), object{"type": "Contact", "content": object{
		"contact": object{"contactArn": s.InstanceARN + "/contact/6a6b6c6d-0001-4000-8000-000000000001"},
	}}, nil)
}

// DeleteCase deletes the case.
func (s *Seed) DeleteCase(ctx context.Context) error {
	return s.Client.REST(ctx, "cases", http.MethodDelete, s.caseOne(""), nil, nil)
}

// Receive waits for the next message in the queue, deletes it and gives its body.
func (s *Seed) Receive(ctx context.Context) (string, error) {
	var got struct {
		Messages []struct{ Body, ReceiptHandle string }
	}
	err := s.Client.JSON(ctx, "sqs", "1.0", "AmazonSQS.ReceiveMessage", object{"QueueUrl": s.QueueURL, "WaitTimeSeconds": 20}, &got)
	if err != nil {
		return "", err
	}
	if len(got.Messages) == 0 {
		return "", errors.New("no event arrived within 20 seconds")
	}
	m := got.Messages[0]
	return m.Body, s.Client.JSON(ctx, "sqs", "1.0", "AmazonSQS.DeleteMessage", object{"QueueUrl": s.QueueURL, "ReceiptHandle": m.ReceiptHandle}, nil)
}
