package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"log/slog"

	"github.com/casestream/casestream/base/fault"
)

// session is one connection with its prepared statements.
type session struct {
	db    *DB
	ctx   context.Context
	conn  *sql.Conn
	stmts map[string]*sql.Stmt // nil where the driver caches
}

// session takes a connection out of a pool.
func (db *DB) session(ctx context.Context, pool *sql.DB) (*session, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	s := &session{db: db, ctx: ctx, conn: conn}
	if db.conns.CacheStatements {
		s.stmts = make(map[string]*sql.Stmt)
	}
	return s, nil
}

// close gives the connection back to its pool.
func (s *session) close() {
	for _, st := range s.stmts {
		st.Close()
	}
	s.conn.Close()
}

// discard closes the connection instead of giving it back: it is broken, or leads to a server that cannot
// serve it any more.
func (s *session) discard() {
	// The pool drops a connection of which its user says that it is bad.
	if err := s.conn.Raw(func(any) error { return driver.ErrBadConn }); err != nil && !errors.Is(err, driver.ErrBadConn) {
		s.db.opts.Log.Debug("discard connection", slog.Any("err", err))
	}
	s.close()
}

// step reports a step to the tests' hook.
func (s *session) step(k StepKind, query string) error {
	if s.db.opts.Step == nil {
		return nil
	}
	return s.db.opts.Step(Step{Kind: k, Query: query})
}

// unheard lets a test take the answer to a commit away, as a broken connection would.
func (s *session) unheard() error {
	if err := s.step(StepCommitted, "COMMIT"); err != nil {
		return fault.Wrap(fault.Unavailable, "The connection to the database broke during the commit.", err)
	}
	return nil
}

// control runs a statement that steers a transaction.
func (s *session) control(k StepKind, query string) error {
	if err := s.step(k, query); err != nil {
		return err
	}
	return s.exec(query)
}

// exec runs a statement of the store's own.
func (s *session) exec(query string) error {
	if s.stmts == nil {
		_, err := s.conn.ExecContext(s.ctx, query)
		return err
	}
	st, err := s.prepare(query)
	if err != nil {
		return err
	}
	_, err = st.ExecContext(s.ctx)
	return err
}

// rollback ends the transaction; a connection on which even that fails is thrown away by the pool, or,
// on SQLite, has rolled back by itself.
func (s *session) rollback() {
	if err := s.exec("ROLLBACK"); err != nil {
		s.db.opts.Log.Debug("rollback", slog.Any("err", err))
	}
}

// prepare gives the prepared form of a query, made once a session.
func (s *session) prepare(query string) (*sql.Stmt, error) {
	if st, ok := s.stmts[query]; ok {
		return st, nil
	}
	st, err := s.conn.PrepareContext(s.ctx, query)
	if err != nil {
		return nil, err
	}
	s.stmts[query] = st
	return st, nil
}
