package app_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
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
	for _, of := range []string{"field/" + plan, "layout/" + layout, "case-rule/" + rule, "template/" + live, "template/" + gone} {
		l.post("POST", "/tags/"+url.PathEscape("arn:aws:cases:us-east-1:111122223333:domain/"+d.ID+"/"+of), object{"tags": object{"of": of[:3]}}, "")
	}
	options(false)
	l.post("PUT", at+"/templates/"+live, object{
		"requiredFields": []object{{"fieldId": note}}, "layoutConfiguration": object{"defaultLayout": layout},
		"rules": []object{{"caseRuleId": rule, "fieldId": note}},
	}, "")
	l.post("PUT", at+"/templates/"+resting, object{"status": "Inactive"}, "")
	l.post("DELETE", at+"/templates/"+gone, nil, "")
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

// TestImportIsResumedAfterEveryRequest interrupts an import at each of its requests, before and after the server
// has done it; cleanly, as ^C does, and with the position as it was on the disk, as a power cut leaves it.
func TestImportIsResumedAfterEveryRequest(t *testing.T) {
	l := newLand(t)
	source := l.domain()
	l.furnish(source)
	file := l.export(source)
	want := meaning(t, file)
	for _, after := range []bool{false, true} {
		for at := int64(1); ; at++ {
			to, cut := l.domain(), after == (at%2 == 0) // each request meets a clean end and a power cut
			if !l.interrupted(to, file, at, after, cut) {
				break
			}
			if d := cmp.Diff(want, meaning(t, l.export(to))); d != "" {
				t.Fatalf("interrupted at request %d, after %v, power cut %v: %s", at, after, cut, d)
			}
			if at > 500 {
				t.Fatal("the import does not end")
			}
		}
	}
}

// interrupted imports a file with an interruption, and then the rest. It says whether the interruption came.
func (l *land) interrupted(to *transfer.Domain, file string, at int64, after, cut bool) bool {
	l.Helper()
	state := filepath.Join(l.TempDir(), "position")
	ctx, cancel := context.WithCancel(l.Context())
	defer cancel()
	var saved []byte
	m := transfer.Import{File: file, State: state, Connections: 2}
	m.To = (&breaker{at: at, after: after, then: func() {
		saved, _ = os.ReadFile(state) // none: the power was cut before the first position
		cancel()
	}}).through(to)
	err := m.Run(ctx)
	if err == nil {
		return false
	}
	if !errors.Is(err, context.Canceled) && !errors.Is(err, errBroken) {
		l.Fatal(err)
	}
	switch {
	case !cut:
	case saved == nil:
		err = os.RemoveAll(state)
	default:
		err = os.WriteFile(state, saved, 0o600)
	}
	if cut && err != nil {
		l.Fatal(err)
	}
	m.To = to
	if err := m.Run(l.Context()); err != nil {
		l.Fatalf("request %d, after %v, power cut %v: %v", at, after, cut, err)
	}
	return true
}

func TestImportOutlivesABadConnection(t *testing.T) {
	l := newLand(t)
	source := l.domain()
	l.furnish(source)
	file := l.export(source)
	want := meaning(t, file)
	to := l.domain()
	m := transfer.Import{File: file, State: filepath.Join(t.TempDir(), "position"), Connections: 2}
	runs := 0
	for err := errBroken; err != nil; runs++ {
		m.To = (&breaker{at: 7, every: true, after: true}).through(to)
		if err = m.Run(t.Context()); err != nil && !errors.Is(err, errBroken) {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff(want, meaning(t, l.export(to))); d != "" {
		t.Errorf("after %d runs: %s", runs, d)
	}
}

// TestExportIsResumedAfterEveryRequest interrupts an export at each of its requests: the file is the same.
func TestExportIsResumedAfterEveryRequest(t *testing.T) {
	l := newLand(t)
	source := l.domain()
	l.furnish(source)
	want, err := os.ReadFile(l.export(source))
	if err != nil {
		t.Fatal(err)
	}
	for at := int64(1); ; at++ {
		file := filepath.Join(t.TempDir(), "cases.jsonl")
		e := transfer.Export{File: file, State: file + ".position", Connections: 2}
		e.From = (&breaker{at: at}).through(source)
		if err := e.Run(t.Context()); err == nil {
			break
		} else if !errors.Is(err, errBroken) {
			t.Fatal(err)
		}
		e.From = source
		if err := e.Run(t.Context()); err != nil {
			t.Fatalf("request %d: %v", at, err)
		}
		got, err := os.ReadFile(file)
		if d := cmp.Diff(string(want), string(got)); err != nil || d != "" {
			t.Fatalf("interrupted at request %d: %s %v", at, d, err)
		}
		if _, err := os.Stat(e.State); err == nil {
			t.Fatal("a complete export leaves its position")
		}
		if err := e.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "exists already") {
			t.Fatalf("a complete export was written over: %v", err)
		}
	}
}

func TestBrokenLineStopsTheImportWithItsNumber(t *testing.T) {
	l := newLand(t)
	for text, says := range map[string]string{
		"\n{\"type\":\"case\"": "line 2: unexpected",
		`{"type":"case","caseId":"c","templateId":"t","fields":[]}`: "line 1: no line before this one tells of the template t",
		`{"type":"field","fieldId":"f","name":"Colour","fieldType":"Text","namespace":"Custom"}` + "\n" +
			`{"type":"field","fieldId":"g","name":"Colour","fieldType":"Number","namespace":"Custom"}`: `line 2: the domain has a field "Colour" of type Text`,
	} {
		file := filepath.Join(t.TempDir(), "broken.jsonl")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		code, _, errs := run(t, "cases", "import", file, "--domain-id", l.domain().ID, "--endpoint", l.url, "--access-key-id", "x", "--secret-access-key", "x")
		if code != 1 || !strings.Contains(errs, says) {
			t.Errorf("%s: %d %s", text, code, errs)
		}
	}
}

// small writes a file with one case, whose first related item is refused when its ARN is nonsense.
func small(t *testing.T, contact string) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "cases.jsonl")
	lines := `{"type":"template","templateId":"t","name":"T","status":"Active"}
{"type":"field","fieldId":"title","name":"Title","fieldType":"Text","namespace":"System"}
{"type":"field","fieldId":"customer_id","name":"Customer","fieldType":"Text","namespace":"System"}
{"type":"case","caseId":"c","templateId":"t","fields":[{"id":"title","value":{"stringValue":"x"}},{"id":"customer_id","value":{"stringValue":"` + customer + `"}}],` +
		`"relatedItems":[{"relatedItemId":"1","type":"Contact","content":{"contact":{"contactArn":"` + contact + `"}}},{"relatedItemId":"2","type":"Comment","content":{"comment":{"body":"y","contentType":"Text/Plain"}}}]}`
	if err := os.WriteFile(file, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestFileThatComesTwiceMakesNothingTwice(t *testing.T) {
	l := newLand(t)
	file, to := small(t, "arn:aws:connect:us-east-1:111122223333:instance/i/contact/c"), l.domain()
	var want []string
	for k := range 2 {
		m := transfer.Import{To: to, File: file, State: fmt.Sprint(file, k), Connections: 2}
		if err := m.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := meaning(t, l.export(to))
		if k > 0 {
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		}
		want = got
	}
}

func TestMapIsNotWrittenOverWhatIsNotItsOwn(t *testing.T) {
	l := newLand(t)
	file, to := small(t, "nonsense"), l.domain()
	maps := filepath.Join(t.TempDir(), "map.jsonl")
	m := transfer.Import{To: to, File: file, State: file + ".position", Map: file, Connections: 1}
	if err := m.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Fatalf("the file is its own map: %v", err)
	}
	m.Map = maps
	if err := m.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "related item 1") {
		t.Fatal(err)
	}
	m.LeaveOut = true
	if err := m.Run(t.Context()); err != nil { // goes on with the map that it has begun
		t.Fatal(err)
	}
	want, err := os.ReadFile(maps)
	if err != nil || !strings.HasPrefix(string(want), `{"caseId":"c","newCaseId":`) {
		t.Fatalf("%s %v", want, err)
	}
	m.To, m.State, m.Connections = l.domain(), file+".other", 1
	if err := m.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Errorf("a map was written over: %v", err)
	}
	if got, err := os.ReadFile(maps); err != nil || string(got) != string(want) {
		t.Errorf("%s %v", got, err)
	}
}

func TestRefusedItemsMayBeLeftOut(t *testing.T) {
	l := newLand(t)
	file := small(t, "nonsense")
	args := []string{"cases", "import", file, "--domain-id", l.domain().ID, "--endpoint", l.url, "--access-key-id", "x", "--secret-access-key", "x"}
	if code, _, errs := run(t, args...); code != 1 || !strings.Contains(errs, "line 4: related item 1") {
		t.Fatalf("%d %s", code, errs)
	}
	if code, _, errs := run(t, append(args, "--leave-out")...); code != 0 || !strings.Contains(errs, "line 4: left out: the Contact 1") || !strings.Contains(errs, "1 related items") {
		t.Errorf("%d %s", code, errs)
	}
}

// ended is a connection on which the key ends when the first related item is made.
type ended struct{}

// RoundTrip sends a request.
func (ended) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/related-items/") {
		return http.DefaultTransport.RoundTrip(r)
	}
	answer := httptest.NewRecorder()
	answer.Header().Set("X-Amzn-Errortype", "ExpiredTokenException")
	answer.WriteHeader(http.StatusForbidden)
	return answer.Result(), nil
}

func TestKeyThatEndsLeavesNoItemOut(t *testing.T) {
	l := newLand(t)
	to := l.domain()
	c := *to.Client
	c.HTTP = &http.Client{Transport: ended{}}
	m := transfer.Import{
		To: &transfer.Domain{Client: &c, ID: to.ID}, State: filepath.Join(t.TempDir(), "position"), Connections: 1,
		File: small(t, "arn:aws:connect:us-east-1:111122223333:instance/i/contact/c"), LeaveOut: true,
	}
	if err := m.Run(t.Context()); client.Code(err) != "ExpiredTokenException" {
		t.Errorf("the import ended with %v", err)
	}
}

func TestSimulationFillsAServer(t *testing.T) {
	l := newLand(t)
	args := []string{"simulate", "--endpoint", l.url, "--access-key-id", "x", "--secret-access-key", "x", "--customers", "20", "--cases", "40", "--connections", "4"}
	for range 2 { // the second run finds what the first has made
		code, out, errs := run(t, args...)
		if code != 0 || !strings.Contains(out, "CreateCase                  40") || !strings.Contains(out, "changes in") {
			t.Fatalf("%d %s %s", code, out, errs)
		}
	}
}

func TestKeyIsFoundWhereAWSToolsLookForIt(t *testing.T) {
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION"} {
		t.Setenv(name, "")
		os.Unsetenv(name) // Setenv brings back what was there
	}
	data := t.TempDir()
	s := serve(t, "--data", data, "--access-key-id", "AKIDGOOD", "--secret-access-key", "good", "--log-level", "error")
	shared := filepath.Join(t.TempDir(), "credentials")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", shared)
	if err := os.WriteFile(shared, []byte("[default]\naws_access_key_id=AKIDBAD\naws_secret_access_key=bad\n\n[good]\naws_access_key_id = AKIDGOOD\naws_secret_access_key = good\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ args, says, env string }{
		{"--profile good", "404", ""},
		{"", "403", ""}, // the default profile's key is another server's
		{"--profile none", "no access key of the profile none", ""},
		{"--access-key-id AKIDGOOD --secret-access-key good", "404", ""},
		{"", "404", "AKIDGOOD good"},
		{"--profile good", "404", "AKIDBAD bad"},
		{"--access-key-id AKIDGOOD --secret-access-key good", "404", "AKIDBAD bad"},
	} {
		if id, secret, ok := strings.Cut(tt.env, " "); ok {
			t.Setenv("AWS_ACCESS_KEY_ID", id)
			t.Setenv("AWS_SECRET_ACCESS_KEY", secret)
		}
		args := append([]string{"cases", "export", filepath.Join(t.TempDir(), "x"), "--domain-id", "none", "--endpoint", s.url, "--data", t.TempDir()}, strings.Fields(tt.args)...)
		code, _, errs := run(t, args...)
		if code != 1 || !strings.Contains(errs, tt.says) {
			t.Errorf("%s, with %q in the environment: %d %s", tt.args, tt.env, code, errs)
		}
	}
}
