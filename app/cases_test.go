package app_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/client"
	"github.com/casestream/casestream/client/transfer"
)

// object is a JSON object.

type object = client.Object

// land is a server with the means to fill its domains.

type land struct {
	*testing.T
	client  *client.Client
	url     string
	domains int
}

// newLand starts a server that takes any key and any number of domains.

func newLand(t *testing.T) *land {
	t.Helper()
	s := serve(t, "--ephemeral", "--dev", "--log-level", "error", "--cases-quota", "domains=10000")
	return &land{T: t, url: s.url, client: &client.Client{Base: s.url, Region: "us-east-1"}}
}

// post calls an operation of Cases and gives what its answer has under a name.

func (l *land) post(method, path string, in object, member string) string {
	l.Helper()
	var out object
	var body any
	if in != nil {
		body = in
	}
	if err := l.client.REST(l.Context(), "cases", method, path, body, &out); err != nil {
		l.Fatal(err)
	}
	text, _ := out[member].(string)
	return text
}

// domain makes a domain.

func (l *land) domain() *transfer.Domain {
	l.domains++
	return &transfer.Domain{Client: l.client, ID: l.post("POST", "/domains", object{"name": fmt.Sprint("domain ", l.domains)}, "domainId")}
}

// text is a field with its value.

func text(id, value string) object {
	return object{"id": id, "value": object{"stringValue": value}}
}

// customer is a customer's ARN.

const customer = "arn:aws:profile:us-east-1:111122223333:domains/d/profiles/0123456789abcdef0123456789abcdef"

// furnish gives a domain one of everything: fields, a layout, rules, templates in each state, and cases with every

// kind of related item.

func (l *land) furnish(d *transfer.Domain) {
	at := "/domains/" + d.ID
	plan := l.post("POST", at+"/fields", object{"name": "Plan", "type": "SingleSelect", "description": "What they pay for"}, "fieldId")
	note := l.post("POST", at+"/fields", object{"name": "Note", "type": "Text", "attributes": object{"text": object{"isMultiline": true}}}, "fieldId")
	score := l.post("POST", at+"/fields", object{"name": "Score", "type": "Number"}, "fieldId")
	options := func(oldActive bool) {
		l.post("PUT", at+"/fields/"+plan+"/options", object{"options": []object{
			{"name": "Basic", "value": "basic", "active": true}, {"name": "Old", "value": "old", "active": oldActive},
		}}, "")
	}
	options(true)
	layout := l.post("POST", at+"/layouts", object{"name": "Short", "content": object{"basic": object{"topPanel": object{"sections": []object{
		{"fieldGroup": object{"name": "All", "fields": []object{{"id": plan}, {"id": "status"}}}},
	}}}}}, "layoutId")
	rule := l.post("POST", at+"/case-rules", object{"name": "Note it", "description": "When it is basic", "rule": object{"required": object{
		"defaultValue": false, "conditions": []object{{"equalTo": object{
			"operandOne": object{"fieldId": plan}, "operandTwo": object{"stringValue": "basic"}, "result": true,
		}}},
	}}}, "caseRuleId")
	template := func(name string) string { return l.post("POST", at+"/templates", object{"name": name}, "templateId") }
	live, resting, gone := template("Live"), template("Resting"), template("Gone")
	newCase := func(template string, i int, more ...object) string {
		fields := append([]object{text("title", fmt.Sprint("case ", i)), text("customer_id", customer)}, more...)
		return l.post("POST", at+"/cases", object{"templateId": template, "fields": fields, "tags": object{"number": fmt.Sprint(i)}}, "caseId")
	}
	number := object{"id": score, "value": object{"doubleValue": 4.5}}
	one := newCase(live, 1, text(plan, "basic"), number) // breaks the rule that comes later
	two := newCase(resting, 2, text(plan, "old"), text("status", "closed"), text(note, "ä\n\"b\""))
	three := newCase(gone, 3, text("summary", "x"))
	item := func(of, kind string, content object, by object) {
		in := object{"type": kind, "content": content}
		if by != nil {
			in["performedBy"] = by
		}
		l.post("POST", at+"/cases/"+of+"/related-items/", in, "")
	}
	comment := func(of, body string, by object) {
		item(of, "Comment", object{"comment": object{"body": body, "contentType": "Text/Plain"}}, by)
	}
	const instance = "arn:aws:connect:us-east-1:111122223333:instance/i"
	comment(one, "the same", object{"userArn": instance + "/agent/a"})
	comment(one, "the same", object{"customEntity": "robot"})
	item(one, "Contact", object{"contact": object{"contactArn": instance + "/contact/c"}}, nil)
	item(one, "File", object{"file": object{"fileArn": instance + "/file/f"}}, nil)
	item(one, "Custom", object{"custom": object{"fields": []object{number, text(plan, "basic")}}}, nil)
	item(one, "ConnectCase", object{"connectCase": object{"caseId": three}}, nil) // to a later line
	item(three, "ConnectCase", object{"connectCase": object{"caseId": one}}, nil)
	for _, of := range []string{three, two} { // of the second it is met at once, and not carried over
		item(of, "Sla", object{"sla": object{"slaInputConfiguration": object{
			"name": "In time", "type": "CaseField", "fieldId": "status", "targetFieldValues": []object{{"stringValue": "closed"}}, "targetSlaMinutes": 600,
		}}}, nil)
	}
	l.tag(d, "field/"+plan, "layout/"+layout, "case-rule/"+rule, "template/"+live, "template/"+gone)
	options(false)
	l.post("PUT", at+"/templates/"+live, object{
		"requiredFields": []object{{"fieldId": note}}, "layoutConfiguration": object{"defaultLayout": layout},
		"rules": []object{{"caseRuleId": rule, "fieldId": note}},
	}, "")
	l.post("PUT", at+"/templates/"+resting, object{"status": "Inactive"}, "")
	l.post("DELETE", at+"/templates/"+gone, nil, "")
}

// tag puts a tag on parts of a domain's configuration.

func (l *land) tag(d *transfer.Domain, parts ...string) {
	l.Helper()
	for _, of := range parts {
		l.post("POST", "/tags/"+url.PathEscape("arn:aws:cases:us-east-1:111122223333:domain/"+d.ID+"/"+of), object{"tags": object{"of": of[:3]}}, "")
	}
}

// export exports a domain and gives the file.

func (l *land) export(d *transfer.Domain) string {
	l.Helper()
	file := filepath.Join(l.TempDir(), "cases.jsonl")
	e := transfer.Export{From: d, File: file, State: file + ".position", Connections: 3}
	if err := e.Run(l.Context()); err != nil {
		l.Fatal(err)
	}
	return file
}

// meaning gives what a file says, without ids and without what is not carried over: names stand for ids.

func meaning(t *testing.T, file string) []string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	replace := []string{}
	var texts []string
	r := transfer.NewReader(bufio.NewReader(f), 0, 0)
	for {
		line, err := r.Next()
		if err != nil {
			break
		}
		record, err := transfer.Parse(line)
		if err != nil {
			t.Fatal(err)
		}
		switch r := record.(type) {
		case *transfer.Field:
			if r.Namespace == "Custom" {
				replace = append(replace, r.ID, "field "+r.Name)
			}
		case *transfer.Layout:
			replace = append(replace, r.ID, "layout "+r.Name)
		case *transfer.Rule:
			replace = append(replace, r.ID, "rule "+r.Name)
		case *transfer.Template:
			replace = append(replace, r.ID, "template "+r.Name)
		case *transfer.Case:
			replace = append(replace, r.ID, "case "+carried(r))
		}
		text, err := json.Marshal(record)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
	}
	names := strings.NewReplacer(replace...)
	for i := range texts {
		texts[i] = names.Replace(texts[i])
	}
	slices.Sort(texts) // several connections make cases in any order
	return texts
}

// carried takes away from a case what no import can bring back, puts the rest in an order, and gives its title.

func carried(c *transfer.Case) (title string) {
	c.Fields = slices.DeleteFunc(c.Fields, func(v transfer.Value) bool {
		if v.ID == "title" {
			title = string(v.Value)
		}
		return slices.Contains([]string{
			"case_id", "reference_number", "created_datetime", "last_updated_datetime", "last_closed_datetime",
			"last_reopened_datetime", "last_updated_user", "next_sla_breach_datetime",
		}, v.ID)
	})
	c.Items = slices.DeleteFunc(c.Items, func(i transfer.Item) bool { return strings.Contains(string(i.Content), `"status":"Met"`) })
	slices.SortStableFunc(c.Items, func(a, b transfer.Item) int { return last(a) - last(b) })
	for k := range c.Items {
		i := &c.Items[k]
		i.ID, i.Time = "", ""
		var content map[string]map[string]any
		if json.Unmarshal(i.Content, &content) != nil {
			continue
		}
		delete(content["contact"], "connectedToSystemTime")
		if s, ok := content["sla"]["slaConfiguration"].(map[string]any); ok {
			delete(s, "targetTime")
		}
		i.Content, _ = json.Marshal(content)
	}
	return title
}

// last puts links behind the other items: they are made when all cases are there.

func last(i transfer.Item) int {
	if i.Type == "ConnectCase" {
		return 1
	}
	return 0
}

func TestWhatIsExportedCanBeImported(t *testing.T) {
	l := newLand(t)
	source := l.domain()
	l.furnish(source)
	file := l.export(source)
	to := l.domain()
	maps := filepath.Join(t.TempDir(), "map.jsonl")
	code, _, errs := run(t, "cases", "import", file, "--domain-id", to.ID, "--endpoint", l.url, "--access-key-id", "x", "--secret-access-key", "x", "--map", maps)
	if code != 0 || !strings.Contains(errs, "1 related items were left out") || !strings.Contains(errs, `the SLA "In time", which has ended`) {
		t.Fatalf("%d %s", code, errs)
	}
	want, got := meaning(t, file), meaning(t, l.export(to))
	// The deleted template comes with the first of its cases, and is again deleted in the end.
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	text, err := os.ReadFile(maps)
	if err != nil || strings.Count(string(text), "\n") != 3 || !strings.Contains(string(text), `"newCaseId":`) {
		t.Errorf("map: %s %v", text, err)
	}
	if len(want) < 20 || !strings.Contains(strings.Join(want, "\n"), `"deleted":true`) {
		t.Errorf("the file is too poor to show anything: %s", strings.Join(want, "\n"))
	}
	// What is imported already is not imported again.
	code, _, errs = run(t, "cases", "import", file, "--domain-id", to.ID, "--endpoint", l.url, "--access-key-id", "x", "--secret-access-key", "x")
	if code != 0 || !strings.Contains(errs, "imported already") {
		t.Errorf("%d %s", code, errs)
	}
}

// breaker is a connection that breaks at one request: before it is sent or after it is answered.
type breaker struct {
	at    int64 // the number of the request, from 1; 0 never
	every bool  // and again after as many
	after bool
	n     atomic.Int64
	then  func() // what happens at that moment
}

// errBroken is what the broken connection says.
var errBroken = errors.New("the connection broke")

// RoundTrip sends a request.
func (b *breaker) RoundTrip(r *http.Request) (*http.Response, error) {
	n := b.n.Add(1)
	breaks := b.at > 0 && (n == b.at || b.every && n%b.at == 0)
	if breaks && !b.after {
		b.do()
		return nil, errBroken
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if breaks && err == nil {
		resp.Body.Close()
		b.do()
		return nil, errBroken
	}
	return resp, err
}

// do tells of the break.
func (b *breaker) do() {
	if b.then != nil {
		b.then()
	}
}

// through gives the domain over a connection.
func (b *breaker) through(d *transfer.Domain) *transfer.Domain {
	c := *d.Client
	c.HTTP = &http.Client{Transport: b}
	return &transfer.Domain{Client: &c, ID: d.ID}
}
