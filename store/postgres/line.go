package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/casestream/casestream/store"
)

// line is a connection for LISTEN and NOTIFY, on a channel that the nodes of one schema share.
type line struct {
	ctx     context.Context // one that does not end
	conn    *pgx.Conn
	channel string
}

// newLine connects.
func newLine(ctx context.Context, cfg *pgx.ConnConfig) (store.Line, error) {
	conn, err := pgx.ConnectConfig(ctx, cfg.Copy())
	if err != nil {
		return nil, err
	}
	l := &line{ctx: context.WithoutCancel(ctx), conn: conn}
	var schema string
	// Channels are the database's, of all its schemas, and their names are no longer than 63 bytes.
	if err := conn.QueryRow(ctx, `SELECT COALESCE(current_schema(), '')`).Scan(&schema); err != nil {
		l.Close()
		return nil, err
	}
	sum := sha256.Sum256([]byte(schema))
	l.channel = "casestream_" + hex.EncodeToString(sum[:8])
	return l, nil
}

// Listen begins to hear.
func (l *line) Listen(ctx context.Context) error {
	_, err := l.conn.Exec(ctx, "LISTEN "+l.channel)
	// feature_not_supported, and syntax errors: what only speaks PostgreSQL's protocol
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && (strings.HasPrefix(e.Code, "0A") || strings.HasPrefix(e.Code, "42")) {
		return errors.Join(store.ErrNoLine, err)
	}
	return err
}

// Hear waits for the next notification.
func (l *line) Hear(ctx context.Context) (string, error) {
	n, err := l.conn.WaitForNotification(ctx)
	if err != nil {
		return "", err
	}
	return n.Payload, nil
}

// Tell notifies, all at once. A transaction that only notifies writes nothing to the disk.
func (l *line) Tell(ctx context.Context, texts []string) error {
	_, err := l.conn.Exec(ctx, `SELECT pg_notify($1, text) FROM unnest(CAST($2 AS TEXT[])) AS text`, l.channel, texts)
	return err
}

// closeTime bounds how long it may take to say goodbye to the server.
const closeTime = time.Second

// Close ends the connection.
func (l *line) Close() {
	ctx, cancel := context.WithTimeout(l.ctx, closeTime)
	defer cancel()
	_ = l.conn.Close(ctx) // the server sees by itself that it is over
}
