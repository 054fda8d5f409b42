package bus_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// archive makes an archive of the default bus.
func (f *fixture) archive(name, pattern string, days int) {
	f.Helper()
	f.write(func(tx *store.Tx) error {
		_, err := f.bus.CreateArchive(tx, bus.Archive{Name: name, Bus: bus.Default, Pattern: pattern, RetentionDays: days})
		return err
	})
}

// holds compares how many events an archive has, and gives it.
func (f *fixture) holds(name string, events int64) bus.Archive {
	f.Helper()
	var a bus.Archive
	f.write(func(tx *store.Tx) (err error) {
		a, err = f.bus.Archive(tx, name)
		return err
	})
	if a.Events != events {
		f.Errorf("archive %s has %d events, want %d", name, a.Events, events)
	}
	return a
}

// rows counts what a statement counts.
func (f *fixture) rows(query string) (n int) {
	f.Helper()
	f.write(func(tx *store.Tx) error {
		_, err := tx.Get(query, nil, &n)
		return err
	})
	return n
}

const countArchived = `SELECT COUNT(*) FROM bus_archived`

func TestArchivesKeepWhatMatches(t *testing.T) {
	each(t, func(f *fixture) {
		f.publish(bus.Event{Source: "s", DetailType: "before"})
		f.archive("all", "", 0)
		f.archive("ones", `{"detail":{"x":[1]}}`, 0)
		f.publish(bus.Event{Source: "s", DetailType: "type", Detail: []byte(`{"x":1}`), Resources: []string{"abc"}})
		f.publish(bus.Event{Source: "s", DetailType: "type", Detail: []byte(`{"x":2}`)})
		const one = 14 + len(account) + len("s") + len("type") + len(`{"x":1}`)
		if a := f.holds("all", 2); a.Bytes != 2*int64(one)+3 || a.BusARN != "arn:aws:events:eu-west-2:111122223333:event-bus/default" {
			f.Errorf("got %+v, want %d bytes", a, 2*one+3)
		}
		if a := f.holds("ones", 1); a.Bytes != int64(one)+3 {
			f.Errorf("got %+v", a)
		}
		if n := f.rows(countArchived); n != 2 {
			f.Errorf("%d rows for two events", n)
		}
		err := f.db.Write(f.Context(), func(tx *store.Tx) error {
			return errors.Join(f.bus.Publish(tx, bus.Default, &bus.Event{Source: "s", DetailType: "t"}), errStore)
		})
		if !errors.Is(err, errStore) {
			f.Fatal(err)
		}
		f.holds("all", 2)
	})
}

func TestArchiveChangeIsSeenByTheNextPublishOfEveryNode(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		one, two := over(t, db, bus.Config{}), over(t, db, bus.Config{})
		say := func() {
			t.Helper()
			one.publish(bus.Event{Source: "s", DetailType: "t"})
			two.publish(bus.Event{Source: "s", DetailType: "t"})
			over(t, db, bus.Config{}).publish(bus.Event{Source: "s", DetailType: "t"}) // compiles afresh
		}
		one.rule("r", `{"source":["s"]}`, target("q"))
		say()
		two.archive("a", `{"source":["s"]}`, 0)
		say()
		one.holds("a", 3)
		one.write(func(tx *store.Tx) error {
			_, err := one.bus.UpdateArchive(tx, "a", bus.ArchiveUpdate{Pattern: new(`{"source":["else"]}`)})
			return err
		})
		say()
		two.holds("a", 3)
		one.write(func(tx *store.Tx) error {
			a, err := one.bus.UpdateArchive(tx, "a", bus.ArchiveUpdate{Pattern: new(""), RetentionDays: new(7), Description: new("d")})
			if a.Description != "d" || a.RetentionDays != 7 || a.Pattern != "" {
				t.Errorf("got %+v", a)
			}
			return err
		})
		say()
		two.holds("a", 6)
		two.write(func(tx *store.Tx) error { return two.bus.DeleteArchive(tx, "a") })
		say()
		if n := one.rows(countArchived); n != 6 {
			t.Errorf("%d events archived, want 6", n)
		}
		one.wants(strings.Fields(strings.Repeat("r/q ", 5))...)
		two.archive("a", "", 0)
		two.holds("a", 0)
	})
}

func TestArchiveIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		f := over(t, d.Open(t, store.Options{}), bus.Config{Quotas: bus.Quotas{Archives: 2}})
		try := func(a bus.Archive) error {
			return f.db.Write(t.Context(), func(tx *store.Tx) error {
				_, err := f.bus.CreateArchive(tx, a)
				return err
			})
		}
		f.archive("a", "", 0)
		refused(t, try(bus.Archive{Name: "b", Bus: "nowhere"}), fault.NotFound, "Event bus nowhere does not exist.")
		err := try(bus.Archive{Name: "a", Bus: bus.Default})
		refused(t, err, fault.Conflict, "Archive a already exists.")
		if !errors.Is(err, bus.ErrExists) {
			t.Errorf("err = %v", err)
		}
		refused(t, try(bus.Archive{Name: "b", Bus: bus.Default, Pattern: `{"source":"x"}`}), fault.Invalid, `"source" must be an object or an array`)
		refused(t, try(bus.Archive{Name: "b", Bus: bus.Default, Description: "\x00"}), fault.Invalid, "Description")
		f.archive("b", "", 0)
		refused(t, try(bus.Archive{Name: "c", Bus: bus.Default}), fault.Limit, "The requested resource exceeds the maximum number allowed.")
		missing := func(fn func(tx *store.Tx) error) {
			t.Helper()
			refused(t, f.db.Write(t.Context(), fn), fault.NotFound, "Archive c does not exist.")
		}
		missing(func(tx *store.Tx) error { _, err := f.bus.Archive(tx, "c"); return err })
		missing(func(tx *store.Tx) error { _, err := f.bus.UpdateArchive(tx, "c", bus.ArchiveUpdate{}); return err })
		missing(func(tx *store.Tx) error { return f.bus.DeleteArchive(tx, "c") })
	})
}

// A bus without archives pays nothing for those of others, or for there being such a thing.
func TestPublishWithoutArchiveTouchesNoTableOfArchives(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var seen []string
		db := d.Open(t, store.Options{Step: func(s store.Step) error {
			if s.Kind == store.StepStatement {
				seen = append(seen, s.Query)
			}
			return nil
		}})
		f := over(t, db, bus.Config{})
		f.rule("r", `{"source":["s"]}`, target("q"))
		f.publish(bus.Event{Source: "s", DetailType: "t"})
		seen = nil
		f.publish(bus.Event{Source: "s", DetailType: "t"})
		want := []string{"bus", "probe"} // its version, and what the target does
		if len(seen) != len(want) {
			t.Errorf("%d statements: %q", len(seen), seen)
		}
		for _, q := range seen {
			if strings.Contains(q, "archive") {
				t.Errorf("a publish runs %s", q)
			}
		}
	})
}

func TestEveryStepOfArchivingMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var f *fixture
		var before int
		storetest.EveryStep(t, d, func(t *testing.T, db *store.DB, arm func()) {
			if f == nil {
				f = over(t, db, bus.Config{})
				f.rule("r", `{"source":["s"]}`, target("q"))
				f.archive("a", "", 0)
				f.archive("b", `{"source":["s"]}`, 0)
			}
			before = f.rows(countArchived)
			f.shelf.take()
			arm()
			_, _ = f.bus.PublishAll(t.Context(), []bus.Outgoing{{Bus: bus.Default, Event: &bus.Event{Source: "s", DetailType: "t"}}})
		}, func(t *testing.T, _ *store.DB, failed store.Step) {
			got := len(f.shelf.take())
			if after := f.rows(countArchived); after-before != got {
				t.Errorf("%s failed: %d events archived, %d delivered", failed, after-before, got)
			}
			f.holds("a", int64(before+got))
			f.holds("b", int64(before+got))
		})
	})
}

func TestEveryStepOfAChangeOfAnArchiveMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var f *fixture
		n := 0
		var err error
		storetest.EveryStep(t, d, func(t *testing.T, db *store.DB, arm func()) {
			if f == nil {
				f = over(t, db, bus.Config{})
			}
			n++
			arm()
			err = f.db.Write(t.Context(), func(tx *store.Tx) error {
				_, err := f.bus.CreateArchive(tx, bus.Archive{Name: fmt.Sprint("a", n), Bus: bus.Default})
				return err
			})
		}, func(t *testing.T, db *store.DB, failed store.Step) {
			if !errors.Is(err, storetest.ErrStep) {
				t.Errorf("%s failed and the caller heard %v", failed, err)
			}
			made := db.Read(t.Context(), func(tx *store.Tx) error {
				_, err := f.bus.Archive(tx, fmt.Sprint("a", n))
				return err
			}) == nil
			if made != (failed.Kind == store.StepCommitted) {
				t.Errorf("%s failed: made %v", failed, made)
			}
		})
	})
}

// clocked is a bus whose store has a clock of the test's own.
func clocked(t *testing.T, d storetest.Database, now *time.Time) *fixture {
	return over(t, d.Open(t, store.Options{Now: func() time.Time { return *now }}), bus.Config{})
}

func TestEventsExpireForEachArchiveByItself(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		f := clocked(t, d, &now)
		f.archive("day", "", 1)
		f.archive("week", "", 7)
		f.archive("ever", `{"detail-type":["keep"]}`, 0)
		say := func() {
			var list []bus.Outgoing
			for range 600 { // more than a step
				list = append(list, bus.Outgoing{Bus: bus.Default, Event: &bus.Event{Source: "s", DetailType: "t"}})
			}
			f.write(func(tx *store.Tx) error { _, err := f.bus.PublishMany(tx, list); return err })
			f.publish(bus.Event{Source: "s", DetailType: "keep"})
		}
		holds := func(day, week, ever int64, rows int) {
			t.Helper()
			if err := f.bus.SweepArchives(t.Context()); err != nil {
				t.Fatal(err)
			}
			a := f.holds("day", day)
			if b := f.holds("week", week); (a.Bytes == 0) != (day == 0) || (b.Bytes == 0) != (week == 0) {
				t.Errorf("%d and %d bytes for %d and %d events", a.Bytes, b.Bytes, day, week)
			}
			f.holds("ever", ever)
			if n := f.rows(countArchived); n != rows {
				t.Errorf("%d events are there, want %d", n, rows)
			}
		}
		say()
		now = now.Add(23 * time.Hour)
		say()
		holds(1202, 1202, 2, 1202)
		now = now.Add(2 * time.Hour)
		holds(601, 1202, 2, 1202)
		now = now.Add(24 * time.Hour)
		holds(0, 1202, 2, 1202)
		now = now.Add(5 * 24 * time.Hour)
		holds(0, 601, 2, 602)
		f.write(func(tx *store.Tx) error {
			_, err := f.bus.UpdateArchive(tx, "week", bus.ArchiveUpdate{RetentionDays: new(1)})
			return err
		})
		holds(0, 0, 2, 2)
	})
}

func TestEventsOfADeletedArchiveGo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		f := clocked(t, d, &now)
		f.archive("gone", "", 0)
		f.publish(bus.Event{Source: "s", DetailType: "t"})
		f.archive("stays", `{"source":["s"]}`, 0)
		f.publish(bus.Event{Source: "s", DetailType: "t"})
		f.write(func(tx *store.Tx) error { return f.bus.DeleteArchive(tx, "gone") })
		f.archive("gone", "", 0)
		f.holds("gone", 0)
		rows := func(events, tallies int) {
			t.Helper()
			for range 2 {
				if err := f.bus.SweepArchives(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			f.holds("stays", 1)
			if got := f.rows(countArchived); got != events {
				t.Errorf("%d events are there, want %d", got, events)
			}
			if got := f.rows(`SELECT COUNT(*) FROM (SELECT DISTINCT archives FROM bus_archive_tally) AS t`); got != tallies {
				t.Errorf("%d tallies are there, want %d", got, tallies)
			}
		}
		rows(2, 2) // whoever still saw the archive may be about to commit
		now = now.Add(11 * time.Minute)
		rows(1, 1)
	})
}

func TestEveryStepOfTheSweepMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		d.Now = func() time.Time { return now }
		var f *fixture
		storetest.EveryStep(t, d, func(t *testing.T, db *store.DB, arm func()) {
			if f == nil {
				f = over(t, db, bus.Config{})
				f.archive("day", "", 1)
				f.archive("ever", `{"detail-type":["keep"]}`, 0)
			}
			f.publish(bus.Event{Source: "s", DetailType: "t"})
			f.publish(bus.Event{Source: "s", DetailType: "keep"})
			now = now.Add(25 * time.Hour)
			arm()
			_ = f.bus.SweepArchives(t.Context())
		}, func(t *testing.T, _ *store.DB, failed store.Step) {
			got := map[string]int64{}
			for name, query := range map[string]string{"day": `(archives = '1' OR archives = '1,2')`, "ever": `(archives = '2' OR archives = '1,2')`} {
				got[name] = int64(f.rows(countArchived + ` WHERE ` + query))
				f.holds(name, got[name])
			}
			if err := f.bus.SweepArchives(t.Context()); err != nil {
				t.Fatal(err)
			}
			got["day"] = 0
			want := map[string]int64{"day": f.holds("day", 0).Events, "ever": int64(f.rows(countArchived))}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	})
}

func TestReplaysAreForgottenAfterNinetyDays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		now := midday
		f := clocked(t, d, &now)
		f.archive("a", "", 1)
		f.replay("old")
		f.finish()
		for _, step := range []struct{ day, want int }{{89, 1}, {91, 0}} {
			now = midday.AddDate(0, 0, step.day)
			if err := f.bus.SweepArchives(t.Context()); err != nil {
				t.Fatal(err)
			}
			if n := f.rows(`SELECT COUNT(*) FROM bus_replay`); n != step.want {
				t.Errorf("%d replays after %d days, want %d", n, step.day, step.want)
			}
		}
	})
}

func TestArchiveOfABusThatIsMadeAgainIsEmpty(t *testing.T) {
	each(t, func(f *fixture) {
		archive := func() {
			f.Helper()
			f.write(func(tx *store.Tx) error {
				_, err := f.bus.CreateArchive(tx, bus.Archive{Name: "a", Bus: "orders"})
				return err
			})
		}
		f.make("orders")
		archive()
		f.send("orders")
		f.holds("a", 1)
		refused(f.T, f.drop("orders"), fault.Conflict, "EventBus can't be deleted since it has archives.")
		f.write(func(tx *store.Tx) error { return f.bus.DeleteArchive(tx, "a") })
		if err := f.drop("orders"); err != nil {
			f.Fatal(err)
		}
		f.make("orders")
		archive()
		f.holds("a", 0)
		f.send("orders")
		f.holds("a", 1)
	})
}
