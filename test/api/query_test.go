package api_test

import (
	"encoding/xml"
	"net/url"
	"strings"
	"testing"
)

// query gives a request in SQS's legacy form; parameters come in pairs.
func query(path string, parameters ...string) request {
	form := url.Values{"Version": {"2012-11-05"}}
	for i := 0; i < len(parameters); i += 2 {
		form.Set(parameters[i], parameters[i+1])
	}
	return request{service: "sqs", form: true, path: path, body: form.Encode()}
}

// sqsXML is what the tests read of the answers.
type sqsXML struct {
	XMLName   xml.Name
	RequestID string `xml:"ResponseMetadata>RequestId"`

	URL      string `xml:"GetQueueUrlResult>QueueUrl"`
	Created  string `xml:"CreateQueueResult>QueueUrl"`
	Sent     sent   `xml:"SendMessageResult"`
	Messages []struct {
		MessageID     string `xml:"MessageId"`
		ReceiptHandle string
		MD5           string `xml:"MD5OfBody"`
		MD5Attributes string `xml:"MD5OfMessageAttributes"`
		Body          string
		System        []struct{ Name, Value string } `xml:"Attribute"`
		Attributes    []struct {
			Name  string
			Value struct{ DataType, StringValue, BinaryValue string }
		} `xml:"MessageAttribute"`
	} `xml:"ReceiveMessageResult>Message"`
	Attributes []struct{ Name, Value string } `xml:"GetQueueAttributesResult>Attribute"`
	Batch      []sent                         `xml:"SendMessageBatchResult>SendMessageBatchResultEntry"`
	Failed     []struct {
		ID          string `xml:"Id"`
		Code        string
		SenderFault bool
	} `xml:"SendMessageBatchResult>BatchResultErrorEntry"`
}

// sent is one accepted message.
type sent struct {
	ID            string `xml:"Id"`
	MessageID     string `xml:"MessageId"`
	MD5           string `xml:"MD5OfMessageBody"`
	MD5Attributes string `xml:"MD5OfMessageAttributes"`
}

// query sends a request in SQS's legacy form that must be served.
func (s *server) query(t *testing.T, r request) (out sqsXML) {
	t.Helper()
	a := s.do(t, r)
	if a.status != 200 || !strings.HasPrefix(a.header.Get("Content-Type"), "text/xml") {
		t.Fatalf("got %d %s %s", a.status, a.header.Get("Content-Type"), a.body)
	}
	if err := xml.Unmarshal([]byte(a.body), &out); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	if out.XMLName.Space != "http://queue.amazonaws.com/doc/2012-11-05/" || !uuid.MatchString(out.RequestID) {
		t.Errorf("got %s", a.body)
	}
	return out
}

func TestLegacyQueryProtocolSendsAndReceives(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		n := name("legacy")
		q := queue{name: n, url: s.query(t, query("/", "Action", "CreateQueue", "QueueName", n, "Attribute.1.Name", "VisibilityTimeout", "Attribute.1.Value", "77")).Created}
		if want := "http://" + s.addr + "/111122223333/" + n; q.url != want {
			t.Errorf("got %s, want %s", q.url, want)
		}
		if out := s.query(t, query("/", "Action", "GetQueueUrl", "QueueName", n)); out.URL != q.url {
			t.Errorf("got %s, want %s", out.URL, q.url)
		}
		path := "/111122223333/" + n // the queue's own URL is the endpoint
		body := "<a href=\"x\">&amp;</a>\r\n ü \U0001F4E6 '\t"
		made := s.query(t, query(path, "Action", "SendMessage", "MessageBody", body,
			"MessageAttribute.1.Name", "colour", "MessageAttribute.1.Value.DataType", "String", "MessageAttribute.1.Value.StringValue", "red",
			"MessageAttribute.2.Name", "raw", "MessageAttribute.2.Value.DataType", "Binary", "MessageAttribute.2.Value.BinaryValue", "AAH/"))
		if made.XMLName.Local != "SendMessageResponse" || !uuid.MatchString(made.Sent.MessageID) || made.Sent.MD5 == "" || made.Sent.MD5Attributes == "" {
			t.Errorf("got %+v", made)
		}
		got := s.query(t, query(path, "Action", "ReceiveMessage", "MaxNumberOfMessages", "10", "WaitTimeSeconds", "10", "AttributeName.1", "All", "MessageAttributeName.1", "All"))
		if len(got.Messages) != 1 {
			t.Fatalf("got %+v", got)
		}
		m := got.Messages[0]
		if m.Body != body || m.MessageID != made.Sent.MessageID || m.MD5 != made.Sent.MD5 || m.MD5Attributes != made.Sent.MD5Attributes || m.ReceiptHandle == "" {
			t.Errorf("got %+v", m)
		}
		attributes := map[string]string{}
		for _, a := range m.Attributes {
			attributes[a.Name] = a.Value.DataType + " " + a.Value.StringValue + a.Value.BinaryValue
		}
		for _, a := range m.System {
			attributes[a.Name] = a.Value
		}
		if attributes["colour"] != "String red" || attributes["raw"] != "Binary AAH/" || attributes["ApproximateReceiveCount"] != "1" || attributes["SentTimestamp"] == "" {
			t.Errorf("got %v", attributes)
		}
		set := map[string]string{}
		for _, a := range s.query(t, query("/", "Action", "GetQueueAttributes", "QueueUrl", q.url, "AttributeName.1", "VisibilityTimeout", "AttributeName.2", "ApproximateNumberOfMessagesNotVisible")).Attributes {
			set[a.Name] = a.Value
		}
		if len(set) != 2 || set["VisibilityTimeout"] != "77" || set["ApproximateNumberOfMessagesNotVisible"] != "1" {
			t.Errorf("got %v", set)
		}
		if out := s.query(t, query(path, "Action", "DeleteMessage", "ReceiptHandle", m.ReceiptHandle)); out.XMLName.Local != "DeleteMessageResponse" {
			t.Errorf("got %+v", out)
		}
		if c := s.counts(t, q); c != "0 0 0" {
			t.Errorf("the queue holds %s", c)
		}
		if a := s.do(t, query(path, "Action", "ReceiveMessage")); !strings.Contains(a.body, "<ReceiveMessageResult/>") {
			t.Errorf("an empty receive: got %s", a.body)
		}
		out := s.query(t, query(path, "Action", "SendMessageBatch",
			"SendMessageBatchRequestEntry.1.Id", "a", "SendMessageBatchRequestEntry.1.MessageBody", "one",
			"SendMessageBatchRequestEntry.2.Id", "b", "SendMessageBatchRequestEntry.2.MessageBody", "two", "SendMessageBatchRequestEntry.2.DelaySeconds", "901"))
		if len(out.Batch) != 1 || out.Batch[0].ID != "a" || len(out.Failed) != 1 || out.Failed[0].ID != "b" || out.Failed[0].Code != "InvalidParameterValue" || !out.Failed[0].SenderFault {
			t.Errorf("got %+v", out)
		}
	})
}

func TestLegacyQueryProtocolOverGET(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q := s.newQueue(t)
		path := "/111122223333/" + q.name
		if out := s.query(t, request{service: "sqs", method: "GET", path: path + "?Action=SendMessage&MessageBody=hello%20you&Version=2012-11-05"}); out.Sent.MessageID == "" {
			t.Errorf("got %+v", out)
		}
		if body := s.drain(t, q, 1)[0]; body != "hello you" {
			t.Errorf("got %q", body)
		}
		if a := s.do(t, request{service: "sqs", method: "GET", path: path}); a.status != 404 || !strings.Contains(a.body, "<UnknownOperationException/>") {
			t.Errorf("no action: got %d %s", a.status, a.body)
		}
	})
}

func TestLegacyQueryProtocolErrors(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q := s.newQueue(t)
		path := "/111122223333/" + q.name
		rows := []rawRow{
			{"no such queue", query("/", "Action", "GetQueueUrl", "QueueName", "nobody"), 400, noQueue, "", "The specified queue does not exist for this wsdl version."},
			{"no body", query(path, "Action", "SendMessage"), 400, "MissingParameter", "", "The request must contain the parameter MessageBody."},
			{"unknown action", query(path, "Action", "FooBar"), 400, "InvalidAction", "", "The action FooBar is not valid for this endpoint."},
			{"unknown attribute", query(path, "Action", "GetQueueAttributes", "AttributeName.1", "Colour"), 400, "InvalidAttributeName", "", "Unknown Attribute Colour."},
			{"garbage handle", query(path, "Action", "DeleteMessage", "ReceiptHandle", "garbage"), 404, "ReceiptHandleIsInvalid", "", ""},
			{"bad number", query(path, "Action", "ReceiveMessage", "MaxNumberOfMessages", "ten"), 400, "MalformedInput", "", ""},
			{"out of range", query(path, "Action", "ReceiveMessage", "WaitTimeSeconds", "21"), 400, "InvalidParameterValue", "", "Value 21 for parameter WaitTimeSeconds is invalid."},
		}
		s.rawRefuse(t, rows)
		a := s.do(t, rows[0].req)
		for _, part := range []string{`<ErrorResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/">`, "<Type>Sender</Type>", "<RequestId>"} {
			if !strings.Contains(a.body, part) {
				t.Errorf("%s lacks %s", a.body, part)
			}
		}
	})
}

func TestSTSAnswersInXML(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		for _, r := range []request{
			inSTS("Action=GetCallerIdentity&Version=2011-06-15"),
			{service: "sts", method: "GET", path: "/?Action=GetCallerIdentity&Version=2011-06-15"},
		} {
			a := s.do(t, r)
			var out struct {
				XMLName   xml.Name
				Account   string `xml:"GetCallerIdentityResult>Account"`
				ARN       string `xml:"GetCallerIdentityResult>Arn"`
				RequestID string `xml:"ResponseMetadata>RequestId"`
			}
			if err := xml.Unmarshal([]byte(a.body), &out); err != nil || a.status != 200 {
				t.Fatalf("got %d %s: %v", a.status, a.body, err)
			}
			if out.XMLName.Space != "https://sts.amazonaws.com/doc/2011-06-15/" || out.XMLName.Local != "GetCallerIdentityResponse" || out.Account != account || out.ARN == "" || out.RequestID == "" {
				t.Errorf("got %s", a.body)
			}
		}
	})
}
