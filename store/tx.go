package store

import (
	"database/sql"
	"errors"
	"math/rand/v2"
	"time"
)

// Tx is a transaction in the hands of a closure. It is not safe for use by several goroutines, and the
// rows of one query must be read to their end before the next statement.
type Tx struct {
	db     *DB
	s      *session
	now    time.Time
	last   []func(*Tx) error
	after  []func()
	failed error // that of the first statement that failed
	single bool  // it may run one statement
	ran    bool  // it has run a statement; kept only where single
	number int64 // of the transaction, if it writes; 0 where the database has not been asked yet
	seen   int64 // the last commit that it is sure to see, where the store numbers transactions
}

// Now is the one instant of the transaction: every row and every event of it carries this time. It is in
// UTC and whole microseconds, which both engines give back unchanged, and never goes backwards.
func (tx *Tx) Now() time.Time { return tx.now }

// Micros is Now as the integer that time columns hold.
func (tx *Tx) Micros() int64 { return tx.now.UnixMicro() }

// AfterCommit calls f when the transaction is on stable storage, and never if it fails. It is for waking
// those who wait for the change: f must be quick and must not use the store.
func (tx *Tx) AfterCommit(f func()) { tx.after = append(tx.after, f) }

// Last has f write in this transaction behind everything else, right before the commit: where many transactions
// commit together, behind all of theirs. It is for what is cheap to write together and dear in pieces, such as
// full-text indexes. A failure of f fails all that would commit with it.
func (tx *Tx) Last(f func(*Tx) error) { tx.last = append(tx.last, f) }

// runLast runs what was left for the end.
func (tx *Tx) runLast() error {
	for _, f := range tx.last {
		if err := tx.run(f); err != nil {
			return err
		}
	}
	return nil
}

// Exec runs a statement and gives the number of rows that it changed.
func (tx *Tx) Exec(query string, args ...any) (int64, error) {
	if err := tx.may(); err != nil {
		return 0, err
	}
	if tx.db.engine.Rebind(query) == "" {
		return 0, nil // the other engine's
	}
	if err := tx.s.step(StepStatement, query); err != nil {
		return 0, tx.note(err)
	}
	var res sql.Result
	q, st, err := tx.prepare(query)
	if err == nil {
		if st != nil {
			res, err = st.ExecContext(tx.s.ctx, args...)
		} else {
			res, err = tx.s.conn.ExecContext(tx.s.ctx, q, args...)
		}
	}
	if err != nil {
		return 0, tx.note(err)
	}
	return res.RowsAffected()
}

// may says whether the transaction may run a further statement.
func (tx *Tx) may() error {
	if tx.failed != nil {
		return tx.failed
	}
	if tx.single && tx.ran {
		return tx.note(errSecond)
	}
	tx.ran = true
	return nil
}

// errSecond is what a second statement of ReadOne fails with.
var errSecond = errors.New("a second statement in a transaction of one")

// query runs a statement that gives rows. RETURNING gives them in no particular order.
func (tx *Tx) query(query string, args ...any) (*sql.Rows, error) {
	if err := tx.may(); err != nil {
		return nil, err
	}
	if err := tx.s.step(StepStatement, query); err != nil {
		return nil, tx.note(err)
	}
	var rows *sql.Rows
	q, st, err := tx.prepare(query)
	if err == nil {
		if st != nil {
			rows, err = st.QueryContext(tx.s.ctx, args...)
		} else {
			rows, err = tx.s.conn.QueryContext(tx.s.ctx, q, args...)
		}
	}
	if err != nil {
		return nil, tx.note(err)
	}
	return rows, nil
}

// Get runs a statement that gives at most one row and scans it into dest. It says whether there was one.
func (tx *Tx) Get(query string, args []any, dest ...any) (bool, error) {
	rows, err := tx.query(query, args...)
	if err != nil {
		return false, err
	}
	found := rows.Next()
	if found {
		err = rows.Scan(dest...)
	}
	if closeErr := rows.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = rows.Err()
	}
	if err != nil {
		return false, tx.note(err)
	}
	return found, nil
}

// IsUnique says whether an error of Exec, Get or Each is a violated unique constraint, so that the closure can
// say what was taken. The transaction is lost all the same; to go on, use ON CONFLICT DO NOTHING.
func (tx *Tx) IsUnique(err error) bool { return tx.db.engine.Classify(err) == Unique }

// AllOf gives the query for a full-text MATCH that wants all of the words, in the engine's language. Words
// consist of letters and digits.
func (tx *Tx) AllOf(words []string) string { return tx.db.engine.AllOf(words) }

// prepare gives the engine's text of a query and, where statements are cached, its prepared form.
func (tx *Tx) prepare(query string) (string, *sql.Stmt, error) {
	q := tx.db.engine.Rebind(query)
	if tx.s.stmts == nil {
		return q, nil, nil
	}
	st, err := tx.s.prepare(q)
	return q, st, err
}

// note remembers a failed statement. After it PostgreSQL answers a COMMIT with a rollback and no error, and
// SQLite may have rolled back by itself, so that what comes next would be stored without the rest: the
// transaction takes no further statement and must not commit, even if the closure forgets the error.
func (tx *Tx) note(err error) error {
	if tx.failed == nil {
		tx.failed = err
	}
	return err
}

// run calls the closure and gives its error, or that of a statement that it overlooked.
func (tx *Tx) run(fn func(*Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = panicked(p)
		}
	}()
	if err := fn(tx); err != nil {
		return err
	}
	return tx.failed
}

// committed calls what waits for the commit. A panic in it is an error: the change is stored, and whoever asked for it is
// not told so.
func (tx *Tx) committed() (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = brokeOff(p)
		}
	}()
	for _, f := range tx.after {
		f()
	}
	return nil
}

// jitter gives a duration between half of d and d.
func jitter(d time.Duration) time.Duration {
	return d/2 + time.Duration(rand.Int64N(int64(d/2)+1))
}
