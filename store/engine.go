package store

import (
	"context"
	"database/sql"
)

// Engine is all that two databases may disagree about. There is one implementation a database, in
// store/sqlite and store/postgres.
type Engine interface {
	// Name is the engine's name in logs, metrics and --store: "sqlite", "postgres".
	Name() string
	// Open opens the database that dsn names and proves that it is durable: it refuses one whose settings
	// would lose acknowledged writes at a power cut.
	Open(ctx context.Context, dsn string) (Conns, error)
	// Rebind turns the one SQL text that rooms write into the engine's own; see the package comment.
	Rebind(query string) string
	// Classify says what can be done about an error of the engine's driver.
	Classify(err error) Class
	// AllOf gives the full-text query for all of some words; see Tx.AllOf.
	AllOf(words []string) string
}

// Conns is an open database.
type Conns struct {
	// Write serves transactions that write. With Writers == 1 the store holds a single connection of it
	// and groups what is waiting into one commit.
	Write *sql.DB
	// Read serves transactions that only read; it may be the same pool.
	Read *sql.DB
	// Begin and BeginRead open a transaction that writes, and one that only reads from one snapshot.
	Begin, BeginRead string
	// TxNumber and Snapshot are queries for the number of the transaction and for which numbers it sees, where
	// the database knows; empty: the store numbers transactions in the order of their commits.
	TxNumber, Snapshot string
	// Writers is how many transactions may write at once.
	Writers int
	// Readers is how many transactions may read at once.
	Readers int
	// CacheStatements asks the store to keep prepared statements, for drivers that do not.
	CacheStatements bool
	// Maintain runs the engine's background work until ctx ends; nil when there is none.
	Maintain func(ctx context.Context) error
	// Sync brings to stable storage what is committed; nil where a commit does so by itself. With Writers == 1 the
	// store waits for it once for all commits that are there by then, while the next one is made.
	Sync func() error
	// Close releases what the pools do not, after they are closed; nil when there is nothing.
	Close func() error
}

// Class is what can be done about a failed statement or commit.
type Class int

// The classes, a closed list.
const (
	Other  Class = iota // a mistake in the statement or its arguments
	Unique              // a unique constraint was violated
	Retry               // the transaction lost against another one: run it again
	Gone                // the connection to the database broke: run it again, unless it was committing
	Full                // no space: refuse, and go on when there is space again
	Broken              // a failed fsync or corruption: stop acknowledging for good
)
