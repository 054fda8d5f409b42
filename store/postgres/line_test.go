package postgres_test

import (
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/casestream/casestream/base/id"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// listener is a node that says what it hears.
type listener struct {
	*testing.T
	db    *store.DB
	topic *store.Topic
	heard chan []int64
}

// node opens a store under a name of its own, and waits until it hears.
func node(t *testing.T, d storetest.Database, name string) *listener {
	t.Helper()
	u, err := url.Parse(d.DSN)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("application_name", name)
	u.RawQuery = q.Encode()
	d.DSN = u.String()
	l := &listener{T: t, db: d.Open(t, store.Options{}), heard: make(chan []int64, 10_000)}
	l.topic = store.NewTopic(l.db, "queue", time.Millisecond, func(keys []int64) { l.heard <- keys })
	for deadline := time.Now().Add(10 * time.Second); !l.topic.Live(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it does not hear")
		}
	}
	return l
}

// until waits until the node has heard something.
func (l *listener) until(what string, is func(keys []int64) bool) {
	l.Helper()
	timeout := time.After(20 * time.Second)
	for {
		select {
		case keys := <-l.heard:
			if is(keys) {
				return
			}
		case <-timeout:
			l.Fatalf("%s is not heard", what)
		}
	}
}

// hears waits for all of some keys.
func (l *listener) hears(keys ...int64) {
	l.Helper()
	wanted := make(map[int64]bool)
	for _, k := range keys {
		wanted[k] = true
	}
	l.until("what was told", func(got []int64) bool {
		for _, k := range got {
			delete(wanted, k)
		}
		return len(wanted) == 0
	})
}

// acquainted gives two nodes of one database that know each other. What they tell until then is for everything.
func acquainted(t *testing.T) (a, b *listener, names [2]string) {
	t.Helper()
	server := os.Getenv(storetest.Env)
	if server == "" {
		t.Skip(storetest.Env + " names no server")
	}
	d := storetest.Postgres(t, server)
	names = [2]string{"a-" + id.New(), "b-" + id.New()}
	a, b = node(t, d, names[0]), node(t, d, names[1])
	meet(a, b)
	return a, b, names
}

// meet tells until it is heard: before nodes know each other they tell nothing.
func meet(a, b *listener) {
	a.Helper()
	for _, pair := range [][2]*listener{{a, b}, {b, a}} {
		deadline := time.Now().Add(20 * time.Second)
		for known := false; !known; {
			pair[0].topic.Notify(-1)
			select {
			case keys := <-pair[1].heard:
				known = keys != nil
			case <-time.After(5 * time.Millisecond):
				if time.Now().After(deadline) {
					a.Fatal("they do not meet")
				}
			}
		}
	}
}

func TestNodesOfOneDatabaseHearEachOther(t *testing.T) {
	a, b, _ := acquainted(t)
	for n := range int64(100) {
		began := time.Now()
		a.topic.Notify(n)
		b.hears(n)
		b.topic.Notify(-n)
		a.hears(-n)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("there and back took %v", took)
		}
	}
	var many []int64
	for n := range int64(200) {
		many = append(many, n<<40)
		a.topic.Notify(n << 40)
	}
	b.hears(many...)
}

// TestNodesOfOtherSchemasHearNothing has two databases of ours in one of PostgreSQL's.
func TestNodesOfOtherSchemasHearNothing(t *testing.T) {
	a, b, _ := acquainted(t)
	c, d, _ := acquainted(t)
	for range 10 {
		a.topic.Notify(77)
		b.hears(77)
	}
	c.topic.Notify(78)
	d.until("what its own node told", func(keys []int64) bool {
		for _, k := range keys {
			if k == 77 {
				t.Error("what another database's node told is heard")
			}
			if k == 78 {
				return true
			}
		}
		return false
	})
}

func TestConnectionThatTheServerEndsIsMadeAnew(t *testing.T) {
	a, b, names := acquainted(t)
	for range 3 {
		a.end(names[1], "SELECT pg_notify%")
		a.end(names[0], "SELECT pg_notify%")
		b.until("the end", func(keys []int64) bool { return keys == nil })
		b.until("the new beginning", func(keys []int64) bool { return keys == nil })
		if !b.topic.Live() {
			t.Error("it does not hear")
		}
		meet(a, b)
		a.topic.Notify(5)
		b.hears(5)
	}
}

// end has the server end the connections of a node whose last statement was like this.
func (l *listener) end(name, statement string) {
	l.Helper()
	err := l.db.Read(l.Context(), func(tx *store.Tx) error {
		ended, err := store.Column[bool](tx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ? AND query LIKE ?`, name, statement)
		if err == nil && len(ended) == 0 {
			l.Errorf("no connection with %s", statement)
		}
		return err
	})
	if err != nil {
		l.Fatal(err)
	}
}
