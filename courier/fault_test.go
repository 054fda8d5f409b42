package courier_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/courier"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/target"
)

// poster posts events to a server, at the path that is the target's name.
type poster struct {
	url    string
	client *http.Client
}

func (p *poster) Takes(a arn.ARN) bool { return a.Service == "far" }

func (p *poster) Deliver(ctx context.Context, d *bus.Delivery) error {
	name := d.TargetARN[strings.LastIndexByte(d.TargetARN, ':')+1:]
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+"/"+name, bytes.NewReader(d.Body))
	if err != nil {
		return err
	}
	req.Header.Set("Event-Id", d.Event.ID)
	resp, err := p.client.Do(req)
	if err == nil {
		_, err = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
	if err != nil {
		return &target.Failure{Code: bus.ConnectionFailure, Message: "no answer", Err: err}
	}
	if resp.StatusCode != http.StatusOK {
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		return &target.Failure{
			Code: bus.ErrorFromTarget, Message: resp.Status, Status: resp.StatusCode, RetryAfter: time.Duration(seconds) * time.Second,
		}
	}
	return nil
}

// fault is what a server does wrong; it gets the request with its body read.
type fault struct {
	lost bool // it took the event, and nobody hears of it
	do   func(w http.ResponseWriter, r *http.Request)
}

// connection takes the connection from the HTTP server.
func connection(w http.ResponseWriter) *net.TCPConn {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	return c.(*net.TCPConn)
}

// faults are what servers do.
var faults = map[string]fault{
	"reset": {do: func(w http.ResponseWriter, _ *http.Request) {
		c := connection(w)
		c.SetLinger(0)
		c.Close()
	}},
	"500":   {do: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }},
	"429":   {do: func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Retry-After", "1"); w.WriteHeader(429) }},
	"hangs": {do: func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
	"slow body": {lost: true, do: func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}},
	"half-closed": {lost: true, do: func(w http.ResponseWriter, _ *http.Request) {
		c := connection(w)
		c.CloseWrite()
		io.Copy(io.Discard, c)
		c.Close()
	}},
	"lost after 200": {lost: true, do: func(w http.ResponseWriter, _ *http.Request) {
		c := connection(w)
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhal")
		c.Close()
	}},
	"none": {},
}

// TestEveryEventArrivesWhateverTargetsDoWrong counts what servers took: an event comes twice only where the answer to it
// was lost, and always with its id.
func TestEveryEventArrivesWhateverTargetsDoWrong(t *testing.T) {
	const events, wrong = 8, 2 // so often the server does it wrong for each event: fewer times than open a breaker
	var mu sync.Mutex
	came, took := map[string]map[string]int{}, map[string]map[string]int{}
	names := slices.Sorted(maps.Keys(faults))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		number, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/f"))
		name, id := names[number], r.Header.Get("Event-Id")
		f := faults[name]
		mu.Lock()
		if came[name] == nil {
			came[name], took[name] = map[string]int{}, map[string]int{}
		}
		came[name][id]++
		bad := f.do != nil && came[name][id] <= wrong
		if !bad || f.lost {
			took[name][id]++
		}
		mu.Unlock()
		if bad {
			f.do(w, r)
		}
	}))
	defer server.Close()
	db := storetest.SQLite(t).Open(t, store.Options{})
	b := over(t, db, &world{})
	for i := range names {
		b.rule(fmt.Sprintf("s%d", i), to(fmt.Sprintf("f%d", i)))
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	defer transport.CloseIdleConnections()
	stop := b.run(courier.Config{
		Remotes: []target.Remote{&poster{server.URL, &http.Client{Transport: transport, Timeout: time.Second}}},
		Jitter:  func(most time.Duration) time.Duration { return min(1+rand.N(most), 50*time.Millisecond) },
	})
	want := map[string][]string{}
	for i, name := range names {
		want[name] = b.publish(fmt.Sprintf("s%d", i), "", events)
	}
	b.until("all arrive", 30*time.Second, func() bool { return b.waiting() == 0 })
	stop()
	for _, name := range names {
		if got := slices.Collect(maps.Keys(took[name])); !same(got, want[name]) {
			t.Errorf("%s: %d events of %d", name, len(got), events)
		}
		for id, n := range took[name] {
			most := 1
			if faults[name].lost {
				most += wrong
			}
			if n != most {
				t.Errorf("%s: %s was taken %d times, want %d", name, id, n, most)
			}
		}
	}
	if len(b.letters.list()) > 0 {
		t.Errorf("%d dead letters", len(b.letters.list()))
	}
}

// TestEveryStepOfTheCourierMayFail makes each step of the store fail in turn while events are carried: all of them arrive,
// those of a group in their order, and none is dead-lettered.
func TestEveryStepOfTheCourierMayFail(t *testing.T) {
	d := storetest.SQLite(t)
	synctest.Test(t, func(t *testing.T) {
		var b *bed
		var want []string
		published := 0
		storetest.EveryStep(t, d, func(t *testing.T, db *store.DB, arm func()) {
			if b == nil {
				b = over(t, db, &world{answer: func(_ context.Context, t try) error {
					if t.n == 1 {
						return down
					}
					return nil
				}})
				far := to("far.fifo")
				far.MessageGroupID = "g"
				b.rule("s", far)
			}
			want = b.publish("s", "", 2)
			published += 2
			arm()
			stop := b.run(courier.Config{})
			time.Sleep(3 * time.Second)
			stop()
		}, func(t *testing.T, _ *store.DB, failed store.Step) {
			time.Sleep(15 * time.Second) // a lease that was not given back is over
			stop := b.run(courier.Config{})
			time.Sleep(15 * time.Second)
			stop()
			if n := b.waiting(); n > 0 || len(b.letters.list()) > 0 {
				t.Fatalf("%s failed: %d wait, %d dead letters", failed, n, len(b.letters.list()))
			}
			tries := b.world.seen("far.fifo")
			if got := ids(tries); len(got) != published || !slices.Equal(got[published-2:], want) {
				t.Fatalf("%s failed: %d events of %d came", failed, len(got), published)
			}
			for _, a := range tries[len(tries)-2:] {
				if a.n > 4 {
					t.Errorf("%s failed: an event came %d times", failed, a.n)
				}
			}
		})
	})
}
