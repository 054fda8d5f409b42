package model

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/casestream/casestream/client"
	"github.com/casestream/casestream/wire/sigv4"
)

// key is the access key that the servers are given.
var key = sigv4.Credentials{AccessKeyID: "AKIAMODELMODELMODEL1", SecretKey: "model-model-model-model-model-model-model"}

// server is a server under test, with what its names for things are.
type server struct {
	name    string
	addr    string
	client  *client.Client
	names   *names
	queue   string               // the URL of the queue that every case event goes to
	seen    map[string]bool      // the ids of events that came
	last    map[string]time.Time // by case: when it changed, as its last event says
	watched watched              // what is beside the model
	start   func() error         // begins to serve; returns when the server is ready
	kill    func()               // ends the server as a power switch would end the process
}

// newServer makes a server that is not started.
func newServer(name, addr string) *server {
	s := &server{name: name, addr: addr, names: newNames(), seen: map[string]bool{}, last: map[string]time.Time{}}
	s.client = &client.Client{Base: "http://" + addr, Region: region, Key: key, HTTP: &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: 4}, Timeout: 30 * time.Second,
	}}
	return s
}

// process makes a server that is a process of the built binary, with its data in a folder or in a store.
func process(t testing.TB, name, binary, dir, store string) *server {
	t.Helper()
	s := newServer(name, freeAddress(t))
	args := append(flags(s.addr, dir), "--log-level", "error")
	if store != "" {
		args = append(args, "--store", store)
	}
	var cmd *exec.Cmd
	s.start = func() error {
		cmd = exec.Command(binary, args...)
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			return err
		}
		return s.ready()
	}
	s.kill = func() {
		if cmd == nil || cmd.Process == nil {
			return // it did not start
		}
		cmd.Process.Signal(syscall.SIGKILL)
		cmd.Wait()
		s.client.HTTP.CloseIdleConnections()
	}
	return s
}

// flags gives the command line of a server.
func flags(addr, dir string) []string {
	var limits []string
	for _, name := range sorted(quotas) {
		limits = append(limits, fmt.Sprint(name, "=", quotas[name]))
	}
	return []string{
		"serve", "--listen", addr, "--data", dir, "--account", account, "--region", region,
		"--access-key-id", key.AccessKeyID, "--secret-access-key", key.SecretKey, "--strict", "--cases-quota", strings.Join(limits, ","),
	}
}

// freeAddress finds an address that nobody serves on.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// build makes the binary.
func build(t testing.TB) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "casestream")
	if out, err := exec.Command("go", "build", "-o", binary, "../../cmd/casestream").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

// ready waits until the server answers.
func (s *server) ready() error {
	for began := time.Now(); time.Since(began) < 30*time.Second; {
		if resp, err := http.Get(s.client.Base + "/readyz"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		time.Sleep(time.Millisecond) // polls a process that has no other way to tell
	}
	return errors.New(s.name + ": the server did not get ready")
}

// stream makes a queue that every case event goes to.
func (s *server) stream(ctx context.Context) error {
	const policy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"SQS:SendMessage","Resource":"*"}]}`
	var made struct{ QueueUrl string }
	err := s.client.JSON(ctx, "sqs", "1.0", "AmazonSQS.CreateQueue", object{"QueueName": "events", "Attributes": object{"Policy": policy}}, &made)
	if err != nil {
		return err
	}
	s.queue = made.QueueUrl
	if err := s.client.JSON(ctx, "events", "1.1", "AWSEvents.PutRule", object{"Name": "cases", "EventPattern": `{"source":["aws.cases"]}`}, nil); err != nil {
		return err
	}
	return s.client.JSON(ctx, "events", "1.1", "AWSEvents.PutTargets", object{
		"Rule": "cases", "Targets": []object{{"Id": "1", "Arn": "arn:aws:sqs:" + region + ":" + account + ":events"}},
	}, nil)
}

// answer is what a server said to a call, in the model's names.
type answer struct {
	code string
	out  object
	// message is what an error said, whole: not the model's business, but servers must agree.
	message string
}

// show gives the answer as a line of a transcript.
func (a answer) show() string {
	if a.code != "" {
		return a.code + " " + a.message
	}
	return show(a.out)
}

// codes are the exceptions of Cases by their status.
var codes = map[int]string{400: invalid, 402: quota, 404: notFound, 409: conflict}

// errUnheard says that nobody knows what became of a call.
var errUnheard = errors.New("no answer")

// errUnknownInstant says that a call cannot be sent, because it speaks of an instant that never was.
var errUnknownInstant = errors.New("a time that no call has set")

// send carries out a call and translates the answer. The pages of a list become one.
func (s *server) send(ctx context.Context, c call) (answer, error) {
	o := operations[c.Op]
	began := time.Now()
	a, err := s.pages(ctx, o, c)
	if o.probe != nil {
		s.names.carriedOut(c.N, began, time.Now())
	}
	if err != nil {
		return a, err
	}
	if a.code == "" {
		if err := s.learn(o, c, a.out); err != nil {
			return a, err
		}
	}
	a.out, _ = s.names.canonical(a.out).(object)
	a.message = s.names.canonical(a.message).(string)
	return a, nil
}

// learn takes the id of what a call made out of its answer.
func (s *server) learn(o operation, c call, out object) error {
	if o.makes == "" {
		return nil
	}
	id := str(out, o.member)
	if !uuidForm.MatchString(id) {
		return fmt.Errorf("%s: %s gave the id %q, which is no UUID", s.name, c.Op, id)
	}
	if _, known := s.names.symbols[id]; !known {
		s.names.bind(symbol(o.makes, c.N), id)
	}
	return nil
}

// pages carries out a call page by page. Every page but the last must be full.
func (s *server) pages(ctx context.Context, o operation, c call) (answer, error) {
	var whole answer
	in := c.In
	for n := 0; ; n++ {
		a, err := s.once(ctx, o, in)
		if err != nil || a.code != "" || o.list == "" {
			return a, err
		}
		next := str(a.out, "nextToken")
		delete(a.out, "nextToken")
		page, _ := a.out[o.list].([]any)
		// SearchAllRelatedItems may give up looking for rare items, and have a token to go on.
		full := c.Op != "SearchAllRelatedItems" || !has(in, "filters")
		if size, ok := in["maxResults"].(float64); ok && (len(page) > int(size) || full && next != "" && len(page) < int(size)) {
			return a, fmt.Errorf("%s: a page of %d where %v were asked for, next token %q", s.name, len(page), size, next)
		}
		if n == 0 {
			whole = a
		} else {
			whole.out[o.list] = append(whole.out[o.list].([]any), page...)
		}
		if c.OnePage && c.N > 0 && next != "" {
			whole.out["nextToken"] = symbol("token", c.N)
			s.names.actual[symbol("token", c.N)] = next
		}
		if next == "" || c.OnePage {
			return whole, nil
		}
		if n > 10_000 {
			return a, fmt.Errorf("%s: the pages of %s do not end", s.name, c.Op)
		}
		in = clone(in)
		in["nextToken"] = next
	}
}

// once sends one request.
func (s *server) once(ctx context.Context, o operation, in object) (answer, error) {
	path, body, err := o.request(in, s.names)
	if err != nil {
		return answer{}, err
	}
	var out object
	var send any
	if body != nil {
		send = json.RawMessage(body)
	}
	err = s.client.REST(ctx, "cases", o.method, path, send, &out)
	if e, ok := errors.AsType[*client.Error](err); ok {
		if codes[e.Status] == "" {
			return answer{}, fmt.Errorf("%s: %w", s.name, err)
		}
		var said object
		if err := json.Unmarshal([]byte(e.Body), &said); err != nil {
			return answer{}, fmt.Errorf("%s: %w in %s", s.name, err, e.Body)
		}
		return answer{code: codes[e.Status], message: show(said)}, nil
	}
	if err != nil {
		return answer{}, fmt.Errorf("%s: %w: %w", s.name, errUnheard, err)
	}
	if out == nil {
		out = object{}
	}
	return answer{out: out}, nil
}

// drain takes every event out of the queue, in order, in the model's names.
func (s *server) drain(ctx context.Context) ([]object, error) {
	var all []object
	for {
		var got struct {
			Messages []struct{ Body, ReceiptHandle string }
		}
		err := s.client.JSON(ctx, "sqs", "1.0", "AmazonSQS.ReceiveMessage", object{"QueueUrl": s.queue, "MaxNumberOfMessages": 10, "VisibilityTimeout": 3600}, &got)
		if err != nil {
			return nil, err
		}
		if len(got.Messages) == 0 {
			return all, nil
		}
		var entries []object
		for i, m := range got.Messages {
			var e object
			if err := json.Unmarshal([]byte(m.Body), &e); err != nil {
				return nil, fmt.Errorf("%w in the event %s", err, m.Body)
			}
			if s.watched.caseID != "" && strings.Contains(m.Body, s.watched.caseID) {
				s.watched.events = append(s.watched.events, e)
			} else if e, err = s.envelope(e); err != nil {
				return nil, err
			} else {
				all = append(all, e)
			}
			entries = append(entries, object{"Id": strconv.Itoa(i), "ReceiptHandle": m.ReceiptHandle})
		}
		if err := s.client.JSON(ctx, "sqs", "1.0", "AmazonSQS.DeleteMessageBatch", object{"QueueUrl": s.queue, "Entries": entries}, nil); err != nil {
			return nil, err
		}
	}
}

// envelope checks what only an event's envelope has, and translates the rest.
func (s *server) envelope(e object) (object, error) {
	id := str(e, "id")
	if !uuidForm.MatchString(id) || s.seen[id] {
		return nil, fmt.Errorf("%s: an event with the id %q, which is no UUID or came before", s.name, id)
	}
	s.seen[id] = true
	changed, err := time.Parse(time.RFC3339Nano, str(obj(e, "detail"), "approximateChangeTime"))
	if err != nil {
		return nil, fmt.Errorf("%s: approximateChangeTime: %w", s.name, err)
	}
	if err := s.inOrder(e, changed); err != nil {
		return nil, err
	}
	// The envelope's time is that of publication, in whole seconds; the change may be some milliseconds later, so that
	// a case's changes can be ordered.
	sent, err := time.Parse("2006-01-02T15:04:05Z", str(e, "time"))
	if d := sent.Sub(changed.Add(-100 * time.Millisecond).Truncate(time.Second)); err != nil || d < 0 || d > time.Second {
		return nil, fmt.Errorf("%s: an event of %s has the time %q in its envelope", s.name, changed, str(e, "time"))
	}
	delete(e, "id")
	delete(e, "time")
	out, _ := s.names.canonical(e).(object)
	return out, nil
}

// inOrder demands that a case's events can be ordered by their times.
func (s *server) inOrder(e object, changed time.Time) error {
	of := str(obj(obj(e, "detail"), "case"), "caseId") + str(obj(obj(e, "detail"), "relatedItem"), "caseId")
	if before := s.last[of]; !changed.After(before) {
		return fmt.Errorf("%s: the case %s changed at %s, and then at %s", s.name, of, before, changed)
	}
	s.last[of] = changed
	return nil
}

// clone copies an object's members.
func clone(o object) object {
	out := make(object, len(o))
	for k, v := range o {
		out[k] = v
	}
	return out
}

// escape writes a text as part of a path or a query, as AWS's clients do.
func escape(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-_.~", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
