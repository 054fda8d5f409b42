// Package storetest runs a room's tests on every engine: SQLite always, PostgreSQL where
// CASESTREAM_TEST_PG names a server. It is for tests only.
package storetest

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // opens the connection that makes and drops the test's schema

	"github.com/casestream/casestream/base/id"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/postgres"
	"github.com/casestream/casestream/store/sqlite"
)

// Env names the PostgreSQL server that tests may use, as a postgres:// URL.
const Env = "CASESTREAM_TEST_PG"

// Database is an engine with a database of the test's own.
type Database struct {
	Engine store.Engine
	DSN    string
	Now    func() time.Time // the clock of EveryStep's store; nil: the machine's
}

// Open opens the database; the test's end closes it.
func (d Database) Open(t testing.TB, opts store.Options) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), d.Engine, d.DSN, opts)
	if err != nil {
		t.Fatalf("open %s store: %v", d.Engine.Name(), err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close %s store: %v", d.Engine.Name(), err)
		}
	})
	return db
}

// Each runs test once an engine, as a subtest of the engine's name, on a fresh database.
func Each(t *testing.T, test func(t *testing.T, d Database)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	if server := os.Getenv(Env); server != "" {
		t.Run("postgres", func(t *testing.T) { test(t, Postgres(t, server)) })
	}
}

// SQLite gives a fresh file.
func SQLite(t testing.TB) Database {
	t.Helper()
	return Database{Engine: sqlite.Engine{}, DSN: filepath.Join(t.TempDir(), "casestream.db")}
}

// Postgres gives a fresh schema on a server; the test's end drops it.
func Postgres(t testing.TB, server string) Database {
	t.Helper()
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	schema := "test_" + strings.ReplaceAll(id.New(), "-", "")
	if _, err := db.ExecContext(t.Context(), "CREATE SCHEMA "+schema); err != nil {
		t.Fatalf("%s names a server that makes no schema: %v", Env, err)
	}
	t.Cleanup(func() {
		if _, err := db.ExecContext(context.Background(), "DROP SCHEMA "+schema+" CASCADE"); err != nil {
			t.Errorf("drop schema: %v", err)
		}
		db.Close()
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("%s must be a URL: %v", Env, err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return Database{Engine: postgres.Engine{}, DSN: u.String()}
}

// EveryStep calls run again and again, with the n-th step of its transactions failing the n-th time,
// until a run takes fewer steps than n. Steps are counted from the moment that run calls arm. check then
// sees what the failed run left behind.
func EveryStep(t *testing.T, d Database, run func(t *testing.T, db *store.DB, arm func()), check func(t *testing.T, db *store.DB, failed store.Step)) {
	t.Helper()
	f := &failer{}
	db := d.Open(t, store.Options{Step: f.step, Now: d.Now})
	for n := 1; ; n++ {
		f.disarm()
		run(t, db, func() { f.arm(n) })
		failed, hit := f.disarm()
		if !hit {
			if n < 4 {
				t.Fatalf("the run took only %d steps: it cannot have written", n-1)
			}
			t.Logf("%d steps failed in turn", n-1)
			return
		}
		check(t, db, failed)
	}
}
