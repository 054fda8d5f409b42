// Package crash kills a server again and again while it works, and checks against a history of what was
// acknowledged: nothing acknowledged is lost, no event without its change, no change without its event,
// each case's events in the order of its changes. An API destination gets the same events, some of them twice.
//
// A killed process proves that recovery is right, not that the disk was waited for: the page cache
// survives it. TestPowerCutLosesNothing drops what was not synced, too.
package crash

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/casestream/casestream/client"
	"github.com/casestream/casestream/client/seed"
	"github.com/casestream/casestream/wire/sigv4"
)

var (
	cycles = flag.Int("cycles", 5, "how many times the server is killed")
	seedN  = flag.Uint64("seed", 0, "seed of the pauses between kills; 0: by the clock")
	writer = flag.Int("writers", 8, "how many clients write at once")
)

// key is the access key that the killed server is given.
var key = sigv4.Credentials{AccessKeyID: "AKIACRASHCRASHCRASH1", SecretKey: "crash-crash-crash-crash-crash-crash-crash"}

// maxRestart is how long a killed server may take until it is ready again.
const maxRestart = time.Second

// server is a server that can be killed.
type server struct {
	t      *testing.T
	binary string
	addr   string
	args   []string
	cmd    *exec.Cmd
}

// build makes the binary.
func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "casestream")
	if out, err := exec.Command("go", "build", "-o", binary, "../../cmd/casestream").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

// start starts the server and gives the time until it was ready.
func (s *server) start() time.Duration {
	s.t.Helper()
	s.cmd = exec.Command(s.binary, s.args...)
	s.cmd.Stderr = os.Stderr
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	for time.Since(began) < 30*time.Second {
		if resp, err := http.Get("http://" + s.addr + "/readyz"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return time.Since(began)
			}
		}
		time.Sleep(time.Millisecond) // polls a process that has no other way to tell
	}
	s.t.Fatal("the server did not get ready")
	return 0
}

// kill ends the server as a power switch would end the process.
func (s *server) kill() {
	s.cmd.Process.Signal(syscall.SIGKILL)
	s.cmd.Wait()
}

// change is one attempt to change a case.
type change struct {
	Tag     string // the title that the change sets, unique in the history
	Outcome string // ok, refused or unknown
}

// caseHistory is what one writer tried on one case, in order.
type caseHistory struct {
	ID      string
	Changes []change
}

// history is what all writers tried. It is written to a file, so that a failure can be looked at.
type history struct {
	mu    sync.Mutex
	Cases map[string]*caseHistory
	// Maybe holds the titles of creations that nobody answered: their case ids are unknown.
	Maybe map[string]bool
}

// outcome reads an answer: a transport failure or a 5xx leaves the outcome open.
func outcome(err error) string {
	if err == nil {
		return "ok"
	}
	if e, ok := errors.AsType[*client.Error](err); ok && e.Status < 500 {
		return "refused"
	}
	return "unknown"
}

// write makes a case and changes it until ctx ends or the server is gone.
func (h *history) write(ctx context.Context, sd *seed.Seed, name string) error {
	create := name + "/0"
	var made struct{ CaseId string }
	err := sd.Client.REST(ctx, "cases", http.MethodPost, "/domains/"+sd.DomainID+"/cases", client.Object{
		"templateId": sd.TemplateID, "fields": []client.Object{
			{"id": "title", "value": client.Object{"stringValue": create}}, {"id": "customer_id", "value": client.Object{"stringValue": sd.ProfileARN}},
		},
	}, &made)
	switch outcome(err) {
	case "refused":
		return fmt.Errorf("CreateCase: %w", err)
	case "unknown":
		h.mu.Lock()
		h.Maybe[create] = true
		h.mu.Unlock()
		return nil
	}
	c := &caseHistory{ID: made.CaseId, Changes: []change{{create, "ok"}}}
	h.mu.Lock()
	h.Cases[c.ID] = c
	h.mu.Unlock()
	for n := 1; ctx.Err() == nil; n++ {
		tag := fmt.Sprintf("%s/%d", name, n)
		err := sd.Client.REST(ctx, "cases", http.MethodPut, "/domains/"+sd.DomainID+"/cases/"+c.ID, client.Object{"fields": []client.Object{
			{"id": "title", "value": client.Object{"stringValue": tag}},
		}}, nil)
		how := outcome(err)
		c.Changes = append(c.Changes, change{tag, how})
		if how == "refused" {
			return fmt.Errorf("UpdateCase: %w", err)
		}
		if how == "unknown" {
			return nil
		}
	}
	return nil
}

// event is what the check needs of a case event.
type event struct {
	Id     string
	Detail struct {
		EventType string
		Case      struct {
			CaseId string
			Fields struct {
				Title struct{ Value struct{ StringValue string } }
			}
		}
	}
}

// drain takes every event out of the queue, in the order in which they come.
func drain(ctx context.Context, sd *seed.Seed) ([]event, error) {
	var all []event
	for {
		var got struct {
			Messages []struct{ Body, ReceiptHandle string }
		}
		err := sd.Client.JSON(ctx, "sqs", "1.0", "AmazonSQS.ReceiveMessage", client.Object{"QueueUrl": sd.QueueURL, "MaxNumberOfMessages": 10, "VisibilityTimeout": 600}, &got)
		if err != nil {
			return nil, err
		}
		if len(got.Messages) == 0 {
			return all, nil
		}
		var entries []client.Object
		for i, m := range got.Messages {
			var e event
			if err := json.Unmarshal([]byte(m.Body), &e); err != nil {
				return nil, err
			}
			all = append(all, e)
			entries = append(entries, client.Object{"Id": strconv.Itoa(i), "ReceiptHandle": m.ReceiptHandle})
		}
		if err := sd.Client.JSON(ctx, "sqs", "1.0", "AmazonSQS.DeleteMessageBatch", client.Object{"QueueUrl": sd.QueueURL, "Entries": entries}, nil); err != nil {
			return nil, err
		}
	}
}

// title reads what a case's title is now; empty when the case does not exist.
func title(ctx context.Context, sd *seed.Seed, id string) (string, error) {
	var got struct {
		Fields []struct{ Value struct{ StringValue string } }
	}
	err := sd.Client.REST(ctx, "cases", http.MethodPost, "/domains/"+sd.DomainID+"/cases/"+id, client.Object{"fields": []client.Object{{"id": "title"}}}, &got)
	if e, ok := errors.AsType[*client.Error](err); ok && e.Status == http.StatusNotFound {
		return "", nil
	}
	if err != nil || len(got.Fields) == 0 {
		return "", err
	}
	return got.Fields[0].Value.StringValue, nil
}

// check compares the events and the stored titles with the history. current tells a case's title.
func check(h *history, events []event, current func(id string) (string, error)) []string {
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	byCase := make(map[string][]string)
	ids := make(map[string]bool)
	for _, e := range events {
		if ids[e.Id] {
			say("event %s came twice", e.Id)
		}
		ids[e.Id] = true
		byCase[e.Detail.Case.CaseId] = append(byCase[e.Detail.Case.CaseId], e.Detail.Case.Fields.Title.Value.StringValue)
	}
	for id, told := range byCase {
		if _, ok := h.Cases[id]; !ok && !(len(told) == 1 && h.Maybe[told[0]]) {
			say("phantom: events %v tell of a case %s that nobody made", told, id)
		}
	}
	for id, c := range h.Cases {
		told := byCase[id]
		last := ""
		for _, ch := range c.Changes {
			switch {
			case len(told) > 0 && told[0] == ch.Tag:
				if ch.Outcome == "refused" {
					say("phantom: change %s was refused and has an event", ch.Tag)
				}
				told, last = told[1:], ch.Tag
			case ch.Outcome == "ok":
				say("lost: change %s was acknowledged and has no event in its place (next is %v)", ch.Tag, told)
				last = ch.Tag
			}
		}
		if len(told) > 0 {
			say("phantom or out of order: events %v of case %s", told, id)
		}
		if got, err := current(id); err != nil {
			say("case %s: %v", id, err)
		} else if got != last {
			say("case %s has the title %q, and its last event says %q", id, got, last)
		}
	}
	return wrong
}

func TestKilledServerLosesNothing(t *testing.T) {
	crash(t, t.TempDir(), func() {})
}

// crash kills a server again and again while it works, each time with what cut does to its disk before it
// starts again, and checks what is left in the end.
func crash(t *testing.T, dir string, cut func()) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	args := []string{
		"serve", "--listen", addr, "--data", dir, "--access-key-id", key.AccessKeyID, "--secret-access-key", key.SecretKey, "--log-level", "error",
		"--allow-private-targets",
	} // the API destination is on this machine
	if store := os.Getenv("CASESTREAM_CRASH_STORE"); store != "" {
		args = append(args, "--store", store)
	}
	s := &server{t: t, binary: build(t), addr: addr, args: args}
	s.start()
	ctx := t.Context()
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	sd := seed.Seed{Client: &client.Client{Base: "http://" + addr, Region: "us-east-1", Key: key, HTTP: &http.Client{Transport: transport}}, Account: "111122223333"}
	for _, step := range []func(context.Context) error{sd.Instance, sd.Domain, sd.Template, sd.Stream} {
		if err := step(ctx); err != nil {
			t.Fatal(err)
		}
	}
	outside := openSink(t)
	if err := outside.aim(ctx, &sd); err != nil {
		t.Fatal(err)
	}
	n := *seedN
	if n == 0 {
		n = uint64(time.Now().UnixNano())
	}
	t.Logf("seed %d", n)
	pauses := rand.New(rand.NewPCG(n, n))
	h := &history{Cases: make(map[string]*caseHistory), Maybe: make(map[string]bool)}
	var slowest time.Duration
	for cycle := range *cycles {
		h.cycle(t, s, &sd, cycle, 50*time.Millisecond+time.Duration(pauses.Int64N(int64(400*time.Millisecond))))
		transport.CloseIdleConnections()
		cut()
		took := s.start()
		slowest = max(slowest, took)
		if took > maxRestart {
			t.Errorf("cycle %d: ready after %v", cycle, took)
		}
	}
	events, err := drain(ctx, &sd)
	if err != nil {
		t.Fatal(err)
	}
	acked, open := h.count()
	t.Logf("%d kills, %d changes acknowledged, %d open, %d events, slowest restart %v", *cycles, acked, open, len(events), slowest)
	if acked < 10**cycles {
		t.Errorf("only %d changes in %d cycles: this proves nothing", acked, *cycles)
	}
	wrong := check(h, events, func(id string) (string, error) { return title(ctx, &sd, id) })
	for _, w := range wrong {
		t.Error(w)
	}
	outside.check(t, events)
	if len(wrong) > 0 {
		path := filepath.Join(os.TempDir(), fmt.Sprintf("casestream-crash-%d.json", n))
		text, _ := json.MarshalIndent(h, "", " ")
		os.WriteFile(path, text, 0o600)
		t.Logf("the history lies in %s", path)
	}
	s.kill()
}

// cycle lets the writers work for a while and kills the server under them.
func (h *history) cycle(t *testing.T, s *server, sd *seed.Seed, cycle int, pause time.Duration) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var wg sync.WaitGroup
	for w := range *writer {
		wg.Go(func() {
			if err := h.write(ctx, sd, fmt.Sprintf("c%d.w%d", cycle, w)); err != nil {
				t.Error(err)
			}
		})
	}
	timer := time.NewTimer(pause)
	<-timer.C
	s.kill()
	wg.Wait()
}

// count gives the number of acknowledged and of open changes.
func (h *history) count() (acked, open int) {
	for _, c := range h.Cases {
		for _, ch := range c.Changes {
			switch ch.Outcome {
			case "ok":
				acked++
			case "unknown":
				open++
			}
		}
	}
	return acked, open + len(h.Maybe)
}
