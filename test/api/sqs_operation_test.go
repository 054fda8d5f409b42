package api_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"
)

// sqsRow asks one SQS operation the same in all the forms that it can be asked in. {url}, {name}, {arn}, {handle}
// and {new} stand for the URL, name and ARN of a queue with one message in flight and one visible, for the
// receipt handle of the former, and for a name that no queue has. The queue has the tag k=v and the permission "there", and
// another has it for its dead letters.
type sqsRow struct {
	op   string
	body string // the input as JSON, without QueueUrl
	form string // the input as awsQuery's parameters, not encoded, without QueueUrl
	free bool   // the operation is on no queue
	fifo bool   // on a FIFO queue
	// What comes back, with ids, digests, times and the like in capitals: as JSON, and what is inside awsQuery's
	// Result. "-" is an operation without output.
	json, xml string
	legacy    string // what awsQuery's Result is in JSON, where it is not as in json
}

// way is one way to send a request.
type way struct {
	name string
	send func(r sqsRow, q queue, body, form string) request
}

// sqsWays are all ways.
func sqsWays() []way {
	target := func(path func(queue) string) func(sqsRow, queue, string, string) request {
		return func(r sqsRow, q queue, body, _ string) request {
			return request{service: "sqs", target: "AmazonSQS." + r.op, path: path(q), body: body}
		}
	}
	root := func(queue) string { return "/" }
	own := func(q queue) string { return "/" + account + "/" + q.name }
	regional := func(q queue) string { return "/queue/" + region + "/" + account + "/" + q.name }
	withURL := func(r sqsRow, q queue, form string) string {
		if r.free {
			return form
		}
		return form + "&QueueUrl=" + url.QueryEscape(q.url)
	}
	return []way{
		{"JSON", target(root)},
		{"JSON to the queue's URL", target(own)},
		{"a form", func(r sqsRow, q queue, _, form string) request {
			return request{service: "sqs", form: true, body: withURL(r, q, form)}
		}},
		{"a form to the queue's URL", func(_ sqsRow, q queue, _, form string) request {
			return request{service: "sqs", form: true, path: own(q), body: form}
		}},
		{"a form to the queue's URL with its Region", func(_ sqsRow, q queue, _, form string) request {
			return request{service: "sqs", form: true, path: regional(q), body: form}
		}},
		{"a query string", func(r sqsRow, q queue, _, form string) request {
			return request{service: "sqs", method: http.MethodGet, path: "/?" + withURL(r, q, form)}
		}},
		{"a query string on the queue's URL", func(_ sqsRow, q queue, _, form string) request {
			return request{service: "sqs", method: http.MethodGet, path: own(q) + "/?" + form}
		}},
		{"a query string, for JSON", func(r sqsRow, q queue, _, form string) request {
			return request{service: "sqs", method: http.MethodGet, path: "/?" + withURL(r, q, form), header: map[string]string{"Accept": "application/json"}}
		}},
	}
}

// scene is a queue as sqsRow wants it, and what stands for its parts.
func (s *server) scene(t *testing.T, fifo bool) (queue, *strings.Replacer) {
	t.Helper()
	attributes, handle := []string(nil), ""
	if fifo {
		attributes = []string{"FifoQueue", "true", "ContentBasedDeduplication", "true"}
	}
	q := s.newQueue(t, attributes...)
	if !fifo {
		s.newQueue(t, "RedrivePolicy", `{"deadLetterTargetArn":"`+q.arn+`","maxReceiveCount":1}`)
	}
	got(s.sqs.TagQueue(t.Context(), &sqs.TagQueueInput{QueueUrl: &q.url, Tags: map[string]string{"k": "v"}}))(t)
	got(s.sqs.AddPermission(t.Context(), &sqs.AddPermissionInput{QueueUrl: &q.url, Label: new("there"), AWSAccountIds: []string{"111111111111"}, Actions: []string{"SendMessage"}}))(t)
	for _, body := range []string{"one", "two"} {
		in := &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: &body}
		if fifo {
			in.MessageGroupId = new("group-" + body)
		}
		got(s.sqs.SendMessage(t.Context(), in))(t)
		if body == "one" {
			handle = *got(s.sqs.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &q.url}))(t).Messages[0].ReceiptHandle
		}
	}
	return q, strings.NewReplacer("{url}", q.url, "{name}", q.name, "{arn}", q.arn, "{handle}", handle, "{new}", name("new"))
}

// encode makes parameters of a row's form.
func (r sqsRow) encode(fill *strings.Replacer) string {
	form := "Action=" + r.op + "&Version=2012-11-05"
	for pair := range strings.SplitSeq(r.form, "&") {
		if k, v, ok := strings.Cut(pair, "="); ok {
			form += "&" + k + "=" + url.QueryEscape(fill.Replace(v))
		}
	}
	return form
}

// input makes the row's JSON.
func (r sqsRow) input(t *testing.T, q queue, fill *strings.Replacer) string {
	t.Helper()
	in := map[string]any{}
	if err := json.Unmarshal([]byte("{"+fill.Replace(r.body)+"}"), &in); err != nil {
		t.Fatalf("%s: %v", r.op, err)
	}
	if !r.free {
		in["QueueUrl"] = q.url
	}
	out, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// vague is what differs from call to call, and what the rows write for it.
var vague = []struct {
	form *regexp.Regexp
	as   string
}{
	{regexp.MustCompile(`http://[^/"<]+/` + account + `/[\w.-]+`), "URL"},
	{regexp.MustCompile(`arn:aws:sqs:[\w:.-]+`), "ARN"},
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), "ID"},
	{regexp.MustCompile(`\b[0-9a-f]{32}\b`), "MD5"},
	{regexp.MustCompile(`\b[0-9]{20}\b`), "NUMBER"},
	{regexp.MustCompile(`\beyJ[\w+/]{20,}=*`), "TASK"},
	{regexp.MustCompile(`\bAQAAA[\w=-]{20,}`), "HANDLE"},
}

// plainly replaces what differs from call to call.
func plainly(s string) string {
	for _, v := range vague {
		s = v.form.ReplaceAllString(s, v.as)
	}
	return s
}

// answers gives what a row's operation answers in the protocol of a request.
func (r sqsRow) answers(req request) string {
	switch {
	case req.target != "" && r.json == "-":
		return ""
	case req.target != "":
		return r.json
	case req.header["Accept"] != "":
		result := ""
		if r.json != "-" {
			result = `"` + r.op + `Result":` + r.json + ","
			if r.legacy != "" {
				result = `"` + r.op + `Result":` + r.legacy + ","
			}
		}
		return `{"` + r.op + `Response":{` + result + `"ResponseMetadata":{"RequestId":"ID"}}}`
	}
	result := "<" + r.op + "Result>" + r.xml + "</" + r.op + "Result>"
	switch r.xml {
	case "-":
		result = ""
	case "":
		result = "<" + r.op + "Result/>"
	}
	return `<?xml version="1.0"?><` + r.op + `Response xmlns="http://queue.amazonaws.com/doc/2012-11-05/">` + result +
		`<ResponseMetadata><RequestId>ID</RequestId></ResponseMetadata></` + r.op + `Response>`
}

// coverage reads which of SQS's operations docs/coverage.md says to be there, and which not.
func coverage(t *testing.T) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "coverage.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## SQS\n")
	section, _, _ = strings.Cut(section, "\n## ")
	out := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\| (\w+) \| (yes|no) \|`).FindAllStringSubmatch(section, -1) {
		out[m[1]] = m[2] == "yes"
	}
	return out
}

func TestEverySQSOperationHasARow(t *testing.T) {
	rows := map[string]bool{"CancelMessageMoveTask": true} // needs a task that runs: the tests of those have it
	for _, r := range sqsRows() {
		rows[r.op] = true
	}
	all := coverage(t)
	if len(all) != 23 {
		t.Errorf("docs/coverage.md has %d operations of SQS, AWS 23", len(all))
	}
	for op := range all {
		if !rows[op] {
			t.Errorf("%s has no row", op)
		}
	}
}

// missing checks how an operation that is not there is refused.
func (s *server) missing(t *testing.T, req request) {
	t.Helper()
	a := s.do(t, req)
	if a.status != http.StatusNotImplemented || !strings.Contains(a.body, "NotImplemented") {
		t.Errorf("got %d %s", a.status, a.body)
	}
}

func TestEverySQSOperationAnswersInEveryForm(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		there := coverage(t)
		for _, r := range sqsRows() {
			for _, w := range sqsWays() {
				q, fill := s.scene(t, r.fifo)
				req := w.send(r, q, r.input(t, q, fill), r.encode(fill))
				if !there[r.op] {
					s.missing(t, req)
					continue
				}
				path, _, _ := strings.Cut(req.path, "?")
				if strings.HasSuffix(strings.TrimSuffix(path, "/"), q.name) && (r.op == "CreateQueue" || r.op == "ListQueues") && req.target == "" {
					if a := s.do(t, req); a.status != 400 || a.code != "InvalidAction" || a.says != "The action "+r.op+" is not valid for this endpoint." {
						t.Errorf("%s as %s: got %d %s", r.op, w.name, a.status, a.body)
					}
					continue
				}
				a := s.do(t, req)
				kind := map[bool]string{true: "application/x-amz-json-1.0", false: "text/xml"}[req.target != ""]
				if req.header["Accept"] != "" {
					kind = "application/json"
				}
				if a.status != 200 || a.header.Get("Content-Type") != kind || a.header.Get("X-Amzn-Requestid") == "" {
					t.Errorf("%s as %s: got %d %s", r.op, w.name, a.status, a.header)
				}
				if d := cmp.Diff(r.answers(req), plainly(a.body)); d != "" {
					t.Errorf("%s as %s: %s", r.op, w.name, d)
				}
			}
		}
	})
}
