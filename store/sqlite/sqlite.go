// Package sqlite is the embedded engine: SQLite in pure Go, one file, one writer, write-ahead log.
//
// It is not where SQL is written (rooms do that) and not where commits are grouped (store does).
//
//	sqlite.go  the engine · lock_*.go one process a file
//	log.go     the log's way to the disk, with datasync_*.go · checkpoint.go its way into the file
package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/casestream/casestream/store"
)

// Engine opens SQLite files; the DSN is the file's path.
type Engine struct {
	large int64 // bytes of log past which writers are made to wait; 0: largeLog
}

// Name is "sqlite".
func (Engine) Name() string { return "sqlite" }

// readers is how many snapshots may be read at once.
const readers = 4

// Open opens or makes the file, holds it against a second process and asserts that commits are durable.
func (e Engine) Open(ctx context.Context, path string) (store.Conns, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return store.Conns{}, err
	}
	if err := os.MkdirAll(filepath.Dir(abs), 0o700); err != nil {
		return store.Conns{}, err
	}
	unlock, err := lock(abs + ".lock")
	if err != nil {
		return store.Conns{}, err
	}
	// SQLite's own default is fsync, which also waits for timestamps that nobody needs; where the platform
	// has no fdatasync the call says so and fsync stays.
	if _, err := sqlite.Fdatasync(true); err != nil && !errors.Is(err, sqlite.ErrFdatasyncUnavailable) {
		return store.Conns{}, errors.Join(err, unlock())
	}
	c := store.Conns{
		Begin: "BEGIN IMMEDIATE", BeginRead: "BEGIN", Writers: 1, Readers: readers, CacheStatements: true,
	}
	log := &logFile{path: abs + "-wal"}
	c.Sync, c.Close = log.sync, func() error { return errors.Join(log.close(), unlock()) }
	// The writer's cache holds the hot ends of the tables; readers live on the operating system's.
	if c.Write, err = open(abs, lockWait, "synchronous(NORMAL)", "cache_size(-16000)", "wal_autocheckpoint(0)"); err == nil {
		if err = durable(ctx, c.Write); err == nil {
			c.Read, err = open(abs, lockWait, "synchronous(FULL)", "cache_size(-2000)", "query_only(1)")
		}
	}
	if err != nil {
		if c.Write != nil {
			err = errors.Join(err, c.Write.Close())
		}
		return store.Conns{}, errors.Join(err, unlock())
	}
	c.Maintain = func(ctx context.Context) error { return checkpoint(ctx, abs, cmp.Or(e.large, largeLog)) }
	return c, nil
}

// lockWait is how long a transaction waits for another process that has the file's lock.
const lockWait = 10 * time.Second

// open opens a pool on the file with the settings that every connection has, and some of its own. wait is
// how long a statement waits for a lock.
func open(path string, wait time.Duration, pragmas ...string) (*sql.DB, error) {
	q := url.Values{"_pragma": append([]string{
		"busy_timeout(" + strconv.FormatInt(wait.Milliseconds(), 10) + ")", "journal_mode(WAL)", "temp_store(MEMORY)",
		"foreign_keys(0)", "journal_size_limit(67108864)",
	}, pragmas...)}
	return sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String())
}

// durable asserts the settings on which logFile relies.
func durable(ctx context.Context, db *sql.DB) error {
	var mode string
	var level int
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return err
	}
	if err := db.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&level); err != nil {
		return err
	}
	if mode != "wal" || level != 1 {
		return fmt.Errorf("journal_mode is %q and synchronous is %d: only with wal and 1 (NORMAL) is it known what the log's way to the disk keeps", mode, level)
	}
	return nil
}

// ddl holds the texts of the schema's markers; statements that rooms run have none that SQLite needs.
var ddl = strings.NewReplacer("/*identity*/", "INTEGER PRIMARY KEY AUTOINCREMENT", "/*clustered*/", "WITHOUT ROWID", "/*lock schema*/", "", "/*match*/", "MATCH")

// bound remembers the text of each query that has a marker.
var bound sync.Map

// Rebind puts SQLite's words for the schema's markers.
func (Engine) Rebind(query string) string {
	if !strings.Contains(query, "/*") {
		return query
	}
	if q, ok := bound.Load(query); ok {
		return q.(string)
	}
	if strings.Contains(query, "/*postgres*/") {
		return ""
	}
	q := ddl.Replace(query)
	bound.Store(query, q)
	return q
}

// AllOf gives a query of FTS5.
func (Engine) AllOf(words []string) string { return strings.Join(words, " AND ") }

// Classify reads SQLite's result code.
func (Engine) Classify(err error) store.Class {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return store.Other
	}
	switch e.Code() {
	case lib.SQLITE_CONSTRAINT_UNIQUE, lib.SQLITE_CONSTRAINT_PRIMARYKEY, lib.SQLITE_CONSTRAINT_ROWID:
		return store.Unique
	case lib.SQLITE_IOERR_SHMSIZE: // no space for the log's index
		return store.Full
	}
	switch e.Code() & 0xff {
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED, lib.SQLITE_PROTOCOL: // the last: the log's index was never still for long enough
		return store.Retry
	case lib.SQLITE_FULL:
		return store.Full
	case lib.SQLITE_CANTOPEN: // too many open files, most likely: nothing was read or written
		return store.Gone
	case lib.SQLITE_IOERR, lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB, lib.SQLITE_READONLY:
		return store.Broken
	}
	return store.Other
}
