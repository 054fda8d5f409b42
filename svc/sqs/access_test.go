package sqs_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/svc/sqs"
	"github.com/casestream/casestream/wire"
	"github.com/casestream/casestream/wire/wiretest"
)

// Callers of several kinds; the account of the queues is 123456789012.
var (
	alice   = wire.Principal{Account: "123456789012", ARN: "arn:aws:iam::123456789012:user/alice", UserID: "AIDAALICE"}
	root    = wire.Principal{Account: "123456789012", ARN: "arn:aws:iam::123456789012:root", UserID: "123456789012"}
	session = wire.Principal{Account: "123456789012", ARN: "arn:aws:sts::123456789012:assumed-role/reader/job", UserID: "AROA:job"}
	mallory = wire.Principal{Account: "999999999999", ARN: "arn:aws:iam::999999999999:user/mallory", UserID: "AIDAMALLORY"}
	nobody  = wire.Principal{}
)

// setPolicy gives the queue a policy of statements, as the account's root.
func (c *client) setPolicy(statements ...string) {
	c.Helper()
	text := ""
	if len(statements) > 0 {
		text = `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
	}
	in, err := json.Marshal(map[string]any{"QueueUrl": "orders", "Attributes": map[string]string{"Policy": text}})
	if err != nil {
		c.Fatal(err)
	}
	c.Caller.Principal = root
	if _, failed := c.Send("SetQueueAttributes", &wire.Request{Protocol: wire.AWSJSON10, Body: in}); failed != nil {
		c.Fatal(failed)
	}
}

// policy gives the queue's policy.
func (c *client) policy() string {
	c.Helper()
	out := c.do("GetQueueAttributes", `{'QueueUrl':'orders','AttributeNames':['Policy']}`)
	return as[string](as[map[string]any](out["Attributes"])["Policy"])
}

func TestPermissionsAreAddedAndRemoved(t *testing.T) {
	each(t, func(c *client) {
		c.do("CreateQueue", `{'QueueName':'orders'}`)
		if out := c.do("AddPermission", `{'QueueUrl':'`+orders+`','Label':'one','AWSAccountIds':['999999999999'],'Actions':['SendMessage','GetQueueUrl']}`); len(out) != 0 {
			c.Errorf("AddPermission answers %v", out)
		}
		form := url.Values{"QueueUrl": {orders}, "Label": {"two"}, "AWSAccountId.1": {"999999999999"}, "AWSAccountId.2": {"888888888888"}, "ActionName.1": {"*"}}
		if _, err := c.Send("AddPermission", &wire.Request{Protocol: wire.AWSQuery, Form: form}); err != nil {
			c.Fatal(err)
		}
		const queueARN = "arn:aws:sqs:us-east-1:123456789012:orders"
		want := `{"Version":"2008-10-17","Id":"` + queueARN + `/SQSDefaultPolicy","Statement":[` +
			`{"Sid":"one","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::999999999999:root"},"Action":["SQS:SendMessage","SQS:GetQueueUrl"],"Resource":"` + queueARN + `"},` +
			`{"Sid":"two","Effect":"Allow","Principal":{"AWS":["arn:aws:iam::999999999999:root","arn:aws:iam::888888888888:root"]},"Action":"SQS:*","Resource":"` + queueARN + `"}]}`
		if d := cmp.Diff(want, c.policy()); d != "" {
			c.Error(d)
		}
		c.Caller.Principal = mallory
		c.do("SendMessage", `{'QueueUrl':'`+orders+`','MessageBody':'x'}`)
		c.Caller.Principal = alice
		for _, label := range []string{"one", "two"} {
			if out := c.do("RemovePermission", `{'QueueUrl':'orders','Label':'`+label+`'}`); len(out) != 0 {
				c.Errorf("RemovePermission answers %v", out)
			}
		}
		if p := c.policy(); p != "" {
			c.Errorf("the policy is still %s", p)
		}
		c.Caller.Principal = mallory
		if _, err := c.try("SendMessage", `{'QueueUrl':'orders','MessageBody':'x'}`); err == nil {
			c.Error("another account still sends")
		}
	})
}

func TestPoliciesDecideWhoMayUseAQueue(t *testing.T) {
	const (
		allow = `{"Effect":"Allow","Action":"sqs:*","Resource":"*","Principal":`
		deny  = `{"Effect":"Deny","Action":"sqs:SendMessage","Resource":"*","Principal":`
		own   = `{"AWS":"123456789012"}}`
		other = `{"AWS":"arn:aws:iam::999999999999:root"}}`
		all   = `"*"}`

		implicit = "because no resource-based policy allows the "
		explicit = "with an explicit deny in a resource-based policy"
	)
	tests := []struct {
		name   string
		policy []string
		// How a SendMessage of each is answered: "" passes, else the reason.
		alice, session, root, mallory, nobody string
	}{
		{"no policy", nil, "", "", "", implicit, implicit},
		{"everybody", []string{allow + all}, "", "", "", "", ""},
		{"the other account", []string{allow + other}, "", "", "", "", implicit},
		{"the own account", []string{allow + own}, "", "", "", implicit, implicit},
		{"nobody", []string{deny + all}, explicit, explicit, explicit, explicit, explicit},
		{"everybody but the other account", []string{allow + all, deny + other}, "", "", "", explicit, ""},
		{"not the own account", []string{deny + own, allow + all}, explicit, explicit, explicit, "", ""},
		{"not alice", []string{allow + all, deny + `{"AWS":"arn:aws:iam::123456789012:user/alice"}}`}, explicit, "", "", "", ""},
		{"not the role", []string{deny + `{"AWS":"arn:aws:iam::123456789012:role/reader"}}`}, "", explicit, "", implicit, implicit},
		{"not the session", []string{deny + `{"AWS":"arn:aws:sts::123456789012:assumed-role/reader/job"}}`}, "", explicit, "", implicit, implicit},
		{"nobody but alice", []string{`{"Effect":"Deny","Action":"sqs:SendMessage","Resource":"*","NotPrincipal":{"AWS":"arn:aws:iam::123456789012:user/alice"}}`}, "", explicit, explicit, explicit, explicit},
		{"another queue", []string{`{"Effect":"Deny","Action":"sqs:*","Resource":"arn:aws:sqs:us-east-1:123456789012:others","Principal":"*"}`}, "", "", "", implicit, implicit},
		{"the service", []string{allow + `{"Service":"events.amazonaws.com"}}`}, "", "", "", implicit, implicit},
		{"what nobody understands", []string{`{"Effect":"Allow","Action":"sqs:*","Resource":"*","Principal":"*","Condition":{"Resembles":{"aws:userid":"AIDAMALLORY"}}}`}, "", "", "", implicit, implicit},
		{"a denial that nobody understands", []string{allow + all, `{"Effect":"Deny","Action":"sqs:SendMessage","Resource":"*","Principal":"*","Condition":{"Resembles":{"aws:userid":"x"}}}`}, explicit, explicit, explicit, explicit, explicit},
	}
	each(t, func(c *client) {
		c.do("CreateQueue", `{'QueueName':'orders'}`)
		for _, tt := range tests {
			c.setPolicy(tt.policy...)
			for _, who := range []struct {
				wire.Principal
				want string
			}{{alice, tt.alice}, {session, tt.session}, {root, tt.root}, {mallory, tt.mallory}, {nobody, tt.nobody}} {
				c.Caller.Principal = who.Principal
				for operation, body := range map[string]string{
					"SendMessage": `{'QueueUrl':'orders','MessageBody':'x'}`, "SendMessageBatch": `{'QueueUrl':'orders','Entries':[{'Id':'a','MessageBody':'x'}]}`,
				} {
					_, err := c.try(operation, body)
					if who.want == "" && err != nil {
						c.Errorf("%s: %s of %q: %v", tt.name, operation, who.ARN, err)
					}
					want := "User: " + who.ARN + " is not authorized to perform: sqs:sendmessage on resource: arn:aws:sqs:us-east-1:123456789012:orders " + who.want
					if who.want == implicit {
						want += "sqs:sendmessage action"
					}
					if who.want != "" && (err == nil || err.Status != 403 || err.Code != "AccessDeniedException" || err.Namespace != "com.amazon.coral.service" || err.QueryCode != "AccessDenied" || err.Message != want) {
						c.Errorf("%s: %s of %q: %v, want %s", tt.name, operation, who.ARN, err, want)
					}
				}
			}
		}
	})
}

func TestSomeActionsAreTheOwnersAlone(t *testing.T) {
	calls := map[string]string{
		"AddPermission": `'Label':'l','AWSAccountIds':['999999999999'],'Actions':['*']`, "RemovePermission": `'Label':'l'`, "SetQueueAttributes": `'Attributes':{}`,
		"TagQueue": `'Tags':{'a':'b'}`, "UntagQueue": `'TagKeys':['a']`, "ListQueueTags": `'x':''`, "DeleteQueue": `'x':''`,
		"GetQueueAttributes": `'x':''`, "ReceiveMessage": `'x':''`, "PurgeQueue": `'x':''`, "DeleteMessageBatch": `'Entries':[{'Id':'a','ReceiptHandle':'x'}]`,
		"ChangeMessageVisibilityBatch": `'Entries':[{'Id':'a','ReceiptHandle':'x','VisibilityTimeout':1}]`,
	}
	shared := map[string]bool{"GetQueueAttributes": true, "ReceiveMessage": true, "PurgeQueue": true, "DeleteMessageBatch": true, "ChangeMessageVisibilityBatch": true}
	each(t, func(c *client) {
		c.do("CreateQueue", `{'QueueName':'orders'}`)
		c.setPolicy(`{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}`)
		c.Caller.Principal = mallory
		for operation, members := range calls {
			_, err := c.try(operation, `{'QueueUrl':'orders',`+members+`}`)
			if denied := err != nil && err.Code == "AccessDeniedException"; denied == shared[operation] {
				c.Errorf("%s of another account: %v", operation, err)
			}
		}
		c.Caller.Principal = alice
		c.do("DeleteQueue", `{'QueueUrl':'orders'}`)
	})
}

func TestRootUnlocksAQueueThatNobodyMayUse(t *testing.T) {
	each(t, func(c *client) {
		c.do("CreateQueue", `{'QueueName':'orders'}`)
		c.setPolicy(`{"Sid":"closed","Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}`)
		calls := map[string]string{
			"SendMessage": `'MessageBody':'x'`, "DeleteQueue": `'x':''`, "GetQueueAttributes": `'AttributeNames':['Policy']`,
			"SetQueueAttributes": `'Attributes':{'Policy':''}`, "RemovePermission": `'Label':'closed'`,
		}
		for operation, members := range calls {
			c.Caller.Principal = alice
			if _, err := c.try(operation, `{'QueueUrl':'orders',`+members+`}`); err == nil || err.Code != "AccessDeniedException" {
				c.Errorf("%s of a user: %v", operation, err)
			}
		}
		c.Caller.Principal = root
		for _, operation := range []string{"SendMessage", "DeleteQueue"} {
			if _, err := c.try(operation, `{'QueueUrl':'orders',`+calls[operation]+`}`); err == nil || err.Code != "AccessDeniedException" {
				c.Errorf("%s of root: %v", operation, err)
			}
		}
		if c.policy() == "" {
			c.Error("root does not see the policy")
		}
		c.do("RemovePermission", `{'QueueUrl':'orders','Label':'closed'}`)
		c.Caller.Principal = alice
		c.do("SendMessage", `{'QueueUrl':'orders','MessageBody':'x'}`)
	})
}

func TestConditionsLookAtTheRequest(t *testing.T) {
	each(t, func(c *client) {
		c.do("CreateQueue", `{'QueueName':'orders','tags':{'Team':'cases'}}`)
		for condition, holds := range map[string]bool{
			`{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`:                                     true,
			`{"IpAddress":{"aws:SourceIp":"11.0.0.0/8"}}`:                                     false,
			`{"Bool":{"aws:SecureTransport":"false"}}`:                                        true,
			`{"Bool":{"aws:SecureTransport":"true"}}`:                                         false,
			`{"StringEquals":{"aws:PrincipalAccount":"123456789012"}}`:                        true,
			`{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:user/*"}}`:           true,
			`{"StringEquals":{"aws:username":"alice","aws:userid":"AIDAALICE"}}`:              true,
			`{"StringEquals":{"aws:PrincipalType":"User","aws:RequestedRegion":"us-east-1"}}`: true,
			`{"DateGreaterThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}`:                  true,
			`{"NumericLessThan":{"aws:EpochTime":"1577836800"}}`:                              false,
			`{"StringLike":{"aws:UserAgent":"Boto3/*"}}`:                                      true,
			`{"Null":{"aws:Referer":"true"}}`:                                                 true,
			`{"StringEquals":{"aws:ResourceTag/team":"cases"}}`:                               true,
			`{"StringEquals":{"aws:ResourceTag/Team":"others"}}`:                              false,
			`{"Bool":{"aws:PrincipalIsAWSService":"true"}}`:                                   false,
			`{"Bool":{"aws:ViaAWSService":"false"}}`:                                          true,
			`{"StringEquals":{"aws:ResourceAccount":"123456789012"}}`:                         true,
			`{"Null":{"aws:SourceArn":"false"}}`:                                              false,
		} {
			c.setPolicy(`{"Effect":"Deny","Principal":"*","Action":"sqs:SendMessage","Resource":"*","Condition":` + condition + `}`)
			c.Caller.Principal, c.Caller.SourceIP, c.Caller.Header = alice, "10.1.2.3", http.Header{"User-Agent": {"Boto3/1.43"}}
			if _, err := c.try("SendMessage", `{'QueueUrl':'orders','MessageBody':'x'}`); (err != nil) != holds {
				c.Errorf("denied if %s: %v", condition, err)
			}
		}
		c.setPolicy(`{"Effect":"Deny","Principal":"*","Action":["sqs:TagQueue","sqs:UntagQueue"],"Resource":"*","Condition":{"ForAnyValue:StringEquals":{"aws:TagKeys":["fixed"]}}}`,
			`{"Effect":"Deny","Principal":"*","Action":"sqs:TagQueue","Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/level":"high"}}}`)
		c.Caller.Principal = alice
		for call, denied := range map[string]bool{
			`TagQueue {'QueueUrl':'orders','Tags':{'free':'x','level':'low'}}`: false, `TagQueue {'QueueUrl':'orders','Tags':{'fixed':'x'}}`: true,
			`TagQueue {'QueueUrl':'orders','Tags':{'level':'high'}}`: true, `UntagQueue {'QueueUrl':'orders','TagKeys':['free']}`: false,
			`UntagQueue {'QueueUrl':'orders','TagKeys':['fixed']}`: true,
		} {
			operation, body, _ := strings.Cut(call, " ")
			if _, err := c.try(operation, body); (err != nil) != denied {
				c.Errorf("%s: %v", call, err)
			}
		}
	})
}

func TestTheLogTellsWhichStatementDenied(t *testing.T) {
	db := storetest.SQLite(t).Open(t, store.Options{})
	arns := arn.NewMaker("123456789012", "us-east-1")
	queues := queue.New(db, queue.Config{ARNs: arns})
	var log bytes.Buffer
	service := sqs.New(sqs.Config{Queues: queues, ARNs: arns, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	c := &client{wiretest.Door{TB: t, Service: service.Describe(), Caller: &wire.Call{Principal: alice}, Beyond: []string{"AccessDeniedException"}}}
	c.do("CreateQueue", `{'QueueName':'orders'}`)
	c.setPolicy(`{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"}`, `{"Sid":"closed","Effect":"Deny","Principal":"*","Action":"sqs:SendMessage","Resource":"*"}`)
	c.Caller.Principal = alice
	if _, err := c.try("SendMessage", `{'QueueUrl':'orders','MessageBody':'x'}`); err == nil {
		t.Fatal("sent")
	}
	for _, want := range []string{"queue=orders", "action=sqs:sendmessage", "principal=" + alice.ARN, "decision=explicit_deny", "statement=2", "sid=closed"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("%q lacks %s", log.String(), want)
		}
	}
}
