package casestream_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/svc/casestream"
	"github.com/casestream/casestream/wire/wiretest"
)

// tail asks for what comes next, and gives the ids and the cursor.
func (n *node) tail(in object) ([]string, string) {
	n.Helper()
	out := n.do("TailEvents", in)
	cursor, _ := out["Cursor"].(string)
	return ids(out), cursor
}

// wants compares ids.
func (n *node) wants(what string, got []string, want ...string) {
	n.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		n.Errorf("%s: -want +got\n%s", what, diff)
	}
}

func TestTailGivesEachEventOnce(t *testing.T) {
	each(t, func(n *node) {
		one, two := n.put("default", "shop", `{"n":1}`), n.put("default", "shop", `{"n":2}`)
		got, cursor := n.tail(object{"LastEvents": 1})
		n.wants("the last one", got, two)
		got, cursor = n.tail(object{"Cursor": cursor})
		n.wants("nothing new", got)
		three, four, five := n.put("default", "shop", `{"n":3}`), n.put("other", "shop", `{"n":4}`), n.put("default", "shop", `{"n":5}`)
		got, _ = n.tail(object{"Cursor": cursor})
		n.wants("all that came", got, three, four, five)
		got, next := n.tail(object{"Cursor": cursor, "MaxResults": 2})
		n.wants("the first two", got, three, four)
		got, _ = n.tail(object{"Cursor": next, "MaxResults": 2})
		n.wants("the rest", got, five)
		got, _ = n.tail(object{"Cursor": cursor, "EventBusName": "other"})
		n.wants("those of a bus", got, four)
		got, _ = n.tail(object{"Cursor": cursor, "EventPattern": `{"detail":{"n":[5]}}`})
		n.wants("those of a pattern", got, five)
		got, _ = n.tail(object{"LastEvents": 100})
		n.wants("all", got, one, two, three, four, five)
		got, _ = n.tail(object{})
		n.wants("from now on", got)
	})
}

// waiting begins to tail, and gives the answer as soon as it is there.
func (n *node) waiting(in object) <-chan object {
	answer := make(chan object, 1)
	go func() {
		out, err := n.Try(wiretest.Request{Op: "TailEvents", Body: in})
		if err != nil {
			n.Errorf("TailEvents: %+v", err)
		}
		answer <- out
	}()
	return answer
}

func TestTailWakesForWhatItWants(t *testing.T) {
	each(t, func(n *node) {
		_, cursor := n.tail(object{})
		began := time.Now()
		answer := n.waiting(object{"Cursor": cursor, "WaitTimeSeconds": 20, "EventPattern": `{"source":["shop"]}`})
		n.put("default", "other", `{}`)
		id := n.put("default", "shop", `{}`)
		out := <-answer
		n.wants("what came", ids(out), id)
		if took := time.Since(began); took > 10*time.Second {
			n.Errorf("it took %s", took)
		}
	})
}

func TestTailSeesWhatOtherNodesWrite(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		n := open(t, d.Open(t, store.Options{}), time.Hour)
		// Another bus on the same store: its wake-ups are its own, as those of another node are.
		own := casestream.New(casestream.Config{
			Bus: bus.New(n.db, bus.Config{ARNs: arn.NewMaker("111122223333", "eu-west-2"), Trace: bus.TraceConfig{Keep: time.Hour}}), Kept: true,
		})
		other := &node{Door: wiretest.Door{TB: t, Service: own.Describe()}}
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { own.Run(ctx) })
		defer running.Wait()
		defer stop()
		_, cursor := other.tail(object{})
		for range 2 { // the second time it is known since when to look
			began := time.Now()
			answer := other.waiting(object{"Cursor": cursor, "WaitTimeSeconds": 20})
			id := n.put("default", "shop", `{}`)
			out := <-answer
			other.wants("what the other node wrote", ids(out), id)
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("it took %s", took)
			}
			cursor, _ = out["Cursor"].(string)
		}
	})
}

func TestTailEndsWithItsTimeAndWithTheServer(t *testing.T) {
	each(t, func(n *node) {
		_, cursor := n.tail(object{})
		ctx, stop := context.WithCancel(n.Context())
		began := time.Now()
		out := <-n.waiting(object{"Cursor": cursor, "WaitTimeSeconds": 1})
		if took := time.Since(began); len(ids(out)) > 0 || out["Cursor"] == nil || took < time.Second {
			n.Errorf("after %s: %v", took, out)
		}
		answer := n.waiting(object{"Cursor": cursor, "WaitTimeSeconds": 20})
		stop()
		n.service.Run(ctx)
		if out := <-answer; len(ids(out)) > 0 || out["Cursor"] == nil || time.Since(began) > 15*time.Second {
			n.Errorf("after %s: %v", time.Since(began), out)
		}
	})
}

func TestAThousandIdleTailsReadNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var steps atomic.Int64
		db, err := store.Open(t.Context(), storetest.SQLite(t).Engine, t.TempDir()+"/casestream.db", store.Options{
			Step: func(store.Step) error { steps.Add(1); return nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		n := open(t, db, time.Hour)
		_, cursor := n.tail(object{})
		var answers []<-chan object
		for range 1000 {
			answers = append(answers, n.waiting(object{"Cursor": cursor, "WaitTimeSeconds": 20}))
		}
		time.Sleep(10 * time.Second) // virtual: all have read and wait
		before := steps.Load()
		if before == 0 {
			t.Fatal("nothing was read at all: the count is wrong")
		}
		time.Sleep(9 * time.Second)
		if after := steps.Load(); after != before {
			t.Errorf("they took %d steps while nothing came", after-before)
		}
		for _, a := range answers {
			if out := <-a; out["Cursor"] == nil {
				t.Errorf("no cursor: %v", out)
			}
		}
	})
}
