package loggroup_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/loggroup"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// clock is a clock that a test moves.
type clock struct{ at atomic.Int64 }

// now gives the clock's instant.
func (c *clock) now() time.Time { return time.UnixMicro(c.at.Load()) }

// fixture is what a test of one engine works with.
type fixture struct {
	*testing.T
	clock  *clock
	db     *store.DB
	groups *loggroup.Groups
}

// each runs a test once an engine.
func each(t *testing.T, test func(f *fixture)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		c := &clock{}
		c.at.Store(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).UnixMicro())
		db := d.Open(t, store.Options{Now: c.now})
		test(&fixture{T: t, clock: c, db: db, groups: open(db)})
	})
}

// open makes the log groups of a store.
func open(db *store.DB) *loggroup.Groups {
	return loggroup.New(db, loggroup.Config{ARNs: arn.NewMaker("111122223333", "eu-west-2")})
}

// write runs a transaction that must succeed.
func (f *fixture) write(fn func(tx *store.Tx) error) {
	f.Helper()
	if err := f.db.Write(f.Context(), fn); err != nil {
		f.Fatal(err)
	}
}

// read runs a transaction that only reads and must succeed.
func (f *fixture) read(fn func(tx *store.Tx) error) {
	f.Helper()
	if err := f.db.Read(f.Context(), fn); err != nil {
		f.Fatal(err)
	}
}

// make makes a log group with streams.
func (f *fixture) make(group string, streams ...string) {
	f.Helper()
	f.write(func(tx *store.Tx) error {
		if err := f.groups.Create(tx, loggroup.Group{Name: group}); err != nil {
			return err
		}
		for _, s := range streams {
			if err := f.groups.CreateStream(tx, group, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// ago gives the time so long before now, in milliseconds.
func (f *fixture) ago(d time.Duration) int64 { return f.clock.now().Add(-d).UnixMilli() }

// put stores events and gives what was rejected.
func (f *fixture) put(group, stream string, events ...loggroup.Event) (r loggroup.Rejected) {
	f.Helper()
	f.write(func(tx *store.Tx) (err error) {
		r, err = f.groups.Put(tx, group, stream, events)
		return err
	})
	return r
}

// search gives the messages that a search finds, page by page until its end.
func (f *fixture) search(group string, q loggroup.Search) (messages []string) {
	f.Helper()
	if q.To == 0 {
		q.To = f.ago(-24 * time.Hour)
	}
	for {
		var found []loggroup.Stored
		var next *loggroup.Position
		f.read(func(tx *store.Tx) error {
			g, err := f.groups.Group(tx, group)
			if err == nil {
				found, next, err = f.groups.Search(tx, g, q)
			}
			return err
		})
		for _, e := range found {
			messages = append(messages, e.Stream+":"+e.Message)
		}
		if next == nil {
			return messages
		}
		q.After = *next
	}
}

// wants compares lists of texts.
func wants(t testing.TB, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSearchGivesTheEventsOfAGroupInTheOrderOfTheirTimes(t *testing.T) {
	each(t, func(f *fixture) {
		f.make("/aws/events/a", "s", "t", "other")
		f.make("b", "s")
		f.put("/aws/events/a", "s", loggroup.Event{f.ago(3 * time.Second), "one"}, loggroup.Event{f.ago(time.Second), "three"})
		f.put("/aws/events/a", "t", loggroup.Event{f.ago(2 * time.Second), "two"}, loggroup.Event{f.ago(time.Second), "four"})
		f.put("b", "s", loggroup.Event{f.ago(2 * time.Second), "elsewhere"})
		const a = "/aws/events/a"
		for limit := range 5 {
			wants(t, f.search(a, loggroup.Search{Limit: limit}), "s:one", "t:two", "s:three", "t:four")
			wants(t, f.search(a, loggroup.Search{Limit: limit, Streams: []string{"t"}}), "t:two", "t:four")
			wants(t, f.search(a, loggroup.Search{Limit: limit, Streams: []string{"t", "other"}}), "t:two", "t:four")
		}
		wants(t, f.search(a, loggroup.Search{Prefix: "s"}), "s:one", "s:three")
		wants(t, f.search(a, loggroup.Search{Prefix: "none"}))
		wants(t, f.search(a, loggroup.Search{From: f.ago(2 * time.Second), To: f.ago(2 * time.Second)}), "t:two")
		filter, err := loggroup.ParseFilter("o -two")
		if err != nil {
			t.Fatal(err)
		}
		wants(t, f.search(a, loggroup.Search{Filter: filter, Limit: 1}), "s:one", "t:four")
	})
}

func TestSearchThatFindsNothingStopsAndGoesOn(t *testing.T) {
	each(t, func(f *fixture) {
		f.make("g", "s")
		for range 3 {
			events := make([]loggroup.Event, 5000)
			for i := range events {
				events[i] = loggroup.Event{f.ago(time.Minute), "x"}
			}
			f.put("g", "s", events...)
		}
		f.put("g", "s", loggroup.Event{f.ago(0), "needle"})
		filter, err := loggroup.ParseFilter("needle")
		if err != nil {
			t.Fatal(err)
		}
		f.read(func(tx *store.Tx) error {
			g, err := f.groups.Group(tx, "g")
			if err != nil {
				return err
			}
			found, next, err := f.groups.Search(tx, g, loggroup.Search{To: f.ago(0), Filter: filter})
			if len(found) != 0 || next == nil {
				t.Errorf("the first call finds %v and goes on at %v", found, next)
			}
			return err
		})
		wants(t, f.search("g", loggroup.Search{Filter: filter}), "s:needle")
	})
}

func TestStreamIsReadInBothDirections(t *testing.T) {
	each(t, func(f *fixture) {
		f.make("g", "s", "t")
		var want []string
		for i := range 7 {
			f.put("g", "s", loggroup.Event{f.ago(time.Duration(7-i/2) * time.Second), fmt.Sprint(i)})
			f.put("g", "t", loggroup.Event{f.ago(0), "elsewhere"})
			want = append(want, fmt.Sprint(i))
		}
		read := func(p loggroup.Page) (list []loggroup.Stored) {
			f.read(func(tx *store.Tx) error {
				g, err := f.groups.Group(tx, "g")
				if err != nil {
					return err
				}
				s, err := f.groups.Stream(tx, g, "s")
				if err == nil {
					list, err = f.groups.Read(tx, g, s, p)
				}
				return err
			})
			return list
		}
		var forward, backward []string
		for p := (loggroup.Page{Limit: 2}); ; {
			list := read(p)
			if len(list) == 0 {
				break
			}
			for _, e := range list {
				forward = append(forward, e.Message)
			}
			p.At = &list[len(list)-1].Position
		}
		for p := (loggroup.Page{Limit: 2, Backward: true}); ; {
			list := read(p)
			if len(list) == 0 {
				break
			}
			var page []string
			for _, e := range list {
				page = append(page, e.Message)
			}
			backward, p.At = append(page, backward...), &list[0].Position
		}
		wants(t, forward, want...)
		wants(t, backward, want...)
		if n := len(read(loggroup.Page{From: f.ago(6 * time.Second), Before: f.ago(5 * time.Second)})); n != 2 {
			t.Errorf("%d events lie in a second, want 2", n)
		}
	})
}

func TestEventsTooFarOffAreRejected(t *testing.T) {
	each(t, func(f *fixture) {
		f.make("g", "s")
		day := 24 * time.Hour
		for _, c := range []struct {
			name string
			days int
			ages []time.Duration
			want loggroup.Rejected
		}{
			{"all good", 0, []time.Duration{13 * day, 13 * day}, loggroup.Rejected{TooNew: -1}},
			{"old", 0, []time.Duration{14*day + time.Second, 14 * day}, loggroup.Rejected{TooOld: 1, TooNew: -1}},
			{"ahead", 0, []time.Duration{0, -2 * time.Hour, -3 * time.Hour, -3 * time.Hour}, loggroup.Rejected{TooNew: 2}},
			{"expired", 3, []time.Duration{3*day + 2*time.Second, 3*day + time.Second, 3 * day}, loggroup.Rejected{Expired: 2, TooNew: -1}},
			{"all ahead", 0, []time.Duration{-3 * time.Hour}, loggroup.Rejected{TooNew: 0}},
		} {
			f.write(func(tx *store.Tx) error { return f.groups.SetRetention(tx, "g", c.days) })
			var events []loggroup.Event
			for _, age := range c.ages {
				events = append(events, loggroup.Event{f.ago(age), "x"})
			}
			if got := f.put("g", "s", events...); got != c.want {
				t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
			}
		}
	})
}

func TestBadInputIsRefused(t *testing.T) {
	each(t, func(f *fixture) {
		f.make("g", "s")
		day := int64(24 * 60 * 60 * 1000)
		put := func(group, stream string, events ...loggroup.Event) func(*store.Tx) error {
			return func(tx *store.Tx) error {
				_, err := f.groups.Put(tx, group, stream, events)
				return err
			}
		}
		many := make(map[string]string)
		for i := range 51 {
			many[fmt.Sprint(i)] = "v"
		}
		for name, c := range map[string]struct {
			do   func(*store.Tx) error
			kind fault.Kind
			says string
		}{
			"group again":     {func(tx *store.Tx) error { return f.groups.Create(tx, loggroup.Group{Name: "g"}) }, fault.Conflict, "already exists"},
			"reserved":        {func(tx *store.Tx) error { return f.groups.Create(tx, loggroup.Group{Name: "AWS/x"}) }, fault.Invalid, "reserved"},
			"tags":            {func(tx *store.Tx) error { return f.groups.Create(tx, loggroup.Group{Name: "t", Tags: many}) }, fault.Limit, "50"},
			"tag of AWS":      {func(tx *store.Tx) error { return f.groups.Tag(tx, "g", map[string]string{"aws:x": ""}) }, fault.Invalid, "aws:"},
			"retention":       {func(tx *store.Tx) error { return f.groups.SetRetention(tx, "g", 2) }, fault.Invalid, "[1, 3, 5,"},
			"stream again":    {func(tx *store.Tx) error { return f.groups.CreateStream(tx, "g", "s") }, fault.Conflict, "already exists"},
			"stream's name":   {func(tx *store.Tx) error { return f.groups.CreateStream(tx, "g", "s\x00") }, fault.Invalid, "names"},
			"no group":        {put("nowhere", "s", loggroup.Event{f.ago(0), "x"}), fault.NotFound, "log group does not exist."},
			"no stream":       {put("g", "none", loggroup.Event{f.ago(0), "x"}), fault.NotFound, "log stream does not exist."},
			"order":           {put("g", "s", loggroup.Event{2, "x"}, loggroup.Event{1, "x"}), fault.Invalid, "chronological"},
			"span":            {put("g", "s", loggroup.Event{1, "x"}, loggroup.Event{day + 2, "x"}), fault.Invalid, "24 hours"},
			"size":            {put("g", "s", loggroup.Event{1, strings.Repeat("x", 1<<20-25)}), fault.Invalid, "1048577 bytes exceeds limit of 1048576"},
			"policy":          {func(tx *store.Tx) error { return only(f.groups.PutPolicy(tx, "p", "{")) }, fault.Invalid, "not valid"},
			"policy's name":   {func(tx *store.Tx) error { return only(f.groups.PutPolicy(tx, "", everything)) }, fault.Invalid, "policyName"},
			"policy's length": {func(tx *store.Tx) error { return only(f.groups.PutPolicy(tx, "p", strings.Repeat(" ", 5121))) }, fault.Invalid, "5120"},
			"no policy":       {func(tx *store.Tx) error { return f.groups.DeletePolicy(tx, "p") }, fault.NotFound, "[p]"},
			"policies": {func(tx *store.Tx) error {
				var err error
				for i := 0; i < 11 && err == nil; i++ {
					err = only(f.groups.PutPolicy(tx, fmt.Sprint(i), everything))
				}
				return err
			}, fault.Limit, "limit exceeded"},
		} {
			err := f.db.Write(t.Context(), c.do)
			if fault.KindOf(err) != c.kind || err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: got %v (%s), want %s: %s", name, err, fault.KindOf(err), c.kind, c.says)
			}
		}
	})
}

// everything is a policy that lets EventBridge do everything.
const everything = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"logs:*","Resource":"*"}]}`

// only drops a call's result.
func only[T any](_ T, err error) error { return err }

func TestStreamsAreListedInEitherOrder(t *testing.T) {
	each(t, func(f *fixture) {
		f.make("g", "a1", "a2", "b", "é")
		f.put("g", "a2", loggroup.Event{f.ago(9 * time.Second), "x"}, loggroup.Event{f.ago(time.Second), "x"})
		f.put("g", "a1", loggroup.Event{f.ago(2 * time.Second), "x"})
		list := func(q loggroup.StreamsQuery) (names []string) {
			for {
				var page []*loggroup.Stream
				f.read(func(tx *store.Tx) error {
					g, err := f.groups.Group(tx, "g")
					if err == nil {
						page, err = f.groups.Streams(tx, g, q, 2)
					}
					return err
				})
				for _, s := range page {
					names = append(names, s.Name)
				}
				if len(page) < 2 {
					return names
				}
				if q.After = page[1]; page[1].Name == "a2" && (page[1].First != f.ago(9*time.Second) || page[1].Last != f.ago(time.Second) || page[1].Ingested != f.ago(0)) {
					t.Errorf("got %+v", page[1])
				}
			}
		}
		wants(t, list(loggroup.StreamsQuery{}), "a1", "a2", "b", "é")
		wants(t, list(loggroup.StreamsQuery{Descending: true}), "é", "b", "a2", "a1")
		wants(t, list(loggroup.StreamsQuery{Prefix: "a"}), "a1", "a2")
		wants(t, list(loggroup.StreamsQuery{Prefix: "é"}), "é")
		wants(t, list(loggroup.StreamsQuery{ByTime: true}), "b", "é", "a1", "a2")
		wants(t, list(loggroup.StreamsQuery{ByTime: true, Descending: true}), "a2", "a1", "é", "b")
	})
}

func TestExpiredAndDeletedEventsAreHiddenAtOnceAndSwept(t *testing.T) {
	each(t, func(f *fixture) {
		f.make("kept", "s", "t")
		f.make("gone", "s")
		for _, group := range []string{"kept", "gone"} {
			f.put(group, "s", loggroup.Event{f.ago(time.Hour), "old"}, loggroup.Event{f.ago(0), "new"})
		}
		f.put("kept", "t", loggroup.Event{f.ago(0), "deleted"})
		f.write(func(tx *store.Tx) error {
			return errors.Join(f.groups.SetRetention(tx, "kept", 1), f.groups.DeleteStream(tx, "kept", "t"), f.groups.Delete(tx, "gone"))
		})
		f.clock.at.Add((23*time.Hour + 30*time.Minute).Microseconds())
		wants(t, f.search("kept", loggroup.Search{}), "s:new")
		if n := f.count(); n != 5 {
			t.Fatalf("%d events are stored before the sweep, want 5", n)
		}
		for range 2 {
			if err := f.groups.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if n := f.count(); n != 1 {
			t.Errorf("%d events are stored after the sweep, want 1", n)
		}
		wants(t, f.search("kept", loggroup.Search{}), "s:new")
	})
}

// count counts the events that are stored, whoever may see them.
func (f *fixture) count() (n int) {
	f.Helper()
	f.read(func(tx *store.Tx) error {
		_, err := tx.Get(`SELECT COUNT(*) FROM loggroup_event`, nil, &n)
		return err
	})
	return n
}

func TestProtectedGroupStays(t *testing.T) {
	each(t, func(f *fixture) {
		f.write(func(tx *store.Tx) error { return f.groups.Create(tx, loggroup.Group{Name: "g", Protected: true}) })
		remove := func(tx *store.Tx) error { return f.groups.Delete(tx, "g") }
		if err := f.db.Write(t.Context(), remove); !errors.Is(err, loggroup.ErrProtected) {
			t.Errorf("got %v", err)
		}
		f.write(func(tx *store.Tx) error { return f.groups.SetProtected(tx, "g", false) })
		f.write(remove)
	})
}

func TestEveryStepOfLogGroupsMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		c := &clock{}
		c.at.Store(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).UnixMicro())
		d.Now = c.now
		n := 0
		var groups *loggroup.Groups
		group := func() string { return fmt.Sprint("g", n) }
		count := func(db *store.DB) (groupsLeft, events int) {
			err := db.Read(t.Context(), func(tx *store.Tx) error {
				_, err1 := tx.Get(`SELECT COUNT(*) FROM loggroup WHERE name = ?`, []any{group()}, &groupsLeft)
				_, err2 := tx.Get(`SELECT COUNT(*) FROM loggroup_event`, nil, &events)
				return errors.Join(err1, err2)
			})
			if err != nil {
				t.Fatal(err)
			}
			return groupsLeft, events
		}
		storetest.EveryStep(t, d, func(t *testing.T, db *store.DB, arm func()) {
			n++
			groups = open(db)
			arm()
			err := db.Write(t.Context(), func(tx *store.Tx) error {
				if err := groups.Create(tx, loggroup.Group{Name: group()}); err != nil {
					return err
				}
				if err := groups.CreateStream(tx, group(), "s"); err != nil {
					return err
				}
				_, err := groups.Put(tx, group(), "s", []loggroup.Event{{tx.Now().UnixMilli(), "x"}})
				return err
			})
			if err == nil {
				err = db.Write(t.Context(), func(tx *store.Tx) error { return groups.Delete(tx, group()) })
			}
			c.at.Add(time.Hour.Microseconds()) // what was deleted is forgotten
			if err == nil {
				err = groups.Sweep(t.Context())
			}
			if err != nil && !errors.Is(err, storetest.ErrStep) && !strings.Contains(err.Error(), storetest.ErrStep.Error()) {
				t.Error(err)
			}
		}, func(t *testing.T, db *store.DB, failed store.Step) {
			left, events := count(db)
			if left == 1 && events != 1 || left == 0 && events > 1 {
				t.Errorf("%v failed: %d groups with %d events", failed, left, events)
			}
			if left == 1 {
				if err := db.Write(t.Context(), func(tx *store.Tx) error { return groups.Delete(tx, group()) }); err != nil {
					t.Fatal(err)
				}
			}
			if err := groups.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, events := count(db); events != 0 {
				t.Errorf("%v failed: the sweep leaves %d events", failed, events)
			}
		})
	})
}
