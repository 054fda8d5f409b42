package destination

import (
	"strings"
	"time"

	"github.com/casestream/casestream/store"
)

// useKey holds the one row of the room and notes the key that secrets are sealed with. It says no where there are
// connections that are sealed with another one.
func useKey(tx *store.Tx, key string) (bool, error) {
	n, err := tx.Exec(`UPDATE destination_store SET key_id = ? WHERE one = 1
		AND (key_id IN ('', ?) OR NOT EXISTS (SELECT 1 FROM destination_connection))`, key, key)
	return n > 0, err
}

// hasOtherKey says whether there are connections that are sealed with another key.
func hasOtherKey(tx *store.Tx, key string) (bool, error) {
	var one int
	return tx.Get(`SELECT one FROM destination_store WHERE key_id NOT IN ('', ?) AND EXISTS (SELECT 1 FROM destination_connection)`, []any{key}, &one)
}

// holdAPIs holds the one row of the room, and changes nothing.
func holdAPIs(tx *store.Tx) error {
	_, err := tx.Exec(`UPDATE destination_store SET key_id = key_id WHERE one = 1`)
	return err
}

// connectionColumns are what scanConnection reads.
const connectionColumns = `name, uuid, suffix, description, kind, state, reason, revision, sealed, created_at, modified_at, authorized_at`

// scanConnection reads a row of connectionColumns.
func scanConnection(scan store.Scan) (c Connection, err error) {
	var created, modified, authorized int64
	err = scan(&c.Name, &c.UUID, &c.suffix, &c.Description, &c.Kind, &c.State, &c.Reason, &c.Revision, &c.sealed, &created, &modified, &authorized)
	c.Created, c.Modified, c.Authorized = instant(created), instant(modified), instant(authorized)
	return c, err
}

// instant reads a time; 0 is none.
func instant(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// micros writes a time; none is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// getConnection reads one connection and says whether there is such a one.
func getConnection(tx *store.Tx, name string) (c Connection, found bool, err error) {
	list, err := store.List(tx, `SELECT `+connectionColumns+` FROM destination_connection WHERE name = ?`, []any{name}, scanConnection)
	if err != nil || len(list) == 0 {
		return Connection{}, false, err
	}
	return list[0], true, nil
}

// listConnections reads connections behind a name, in name order.
func listConnections(tx *store.Tx, prefix, state, after string, limit int) ([]Connection, error) {
	var list []Connection
	err := tx.Each(`SELECT `+connectionColumns+` FROM destination_connection WHERE name > ? AND name >= ? AND (? = '' OR state = ?) ORDER BY name`,
		[]any{after, prefix, state, state}, func(scan store.Scan) error {
			c, err := scanConnection(scan)
			if err != nil {
				return err
			}
			if len(list) == limit || !strings.HasPrefix(c.Name, prefix) { // names with a prefix stand together
				return store.ErrEnough
			}
			list = append(list, c)
			return nil
		})
	return list, err
}

// countConnections counts the connections.
func countConnections(tx *store.Tx) (n int, err error) {
	_, err = tx.Get(`SELECT COUNT(*) FROM destination_connection`, nil, &n)
	return n, err
}

// insertConnection makes a connection, and says no where there is one of its name.
func insertConnection(tx *store.Tx, c *Connection) (made bool, err error) {
	n, err := tx.Exec(`INSERT INTO destination_connection
		(name, uuid, suffix, description, kind, state, reason, revision, due_at, sealed, created_at, modified_at, authorized_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING`,
		c.Name, c.UUID, c.suffix, c.Description, c.Kind, c.State, c.Reason, c.Revision, c.sealed, micros(c.Created), micros(c.Modified), micros(c.Authorized))
	return n > 0, err
}

// updateConnection stores what may change of a connection.
func updateConnection(tx *store.Tx, c *Connection) error {
	_, err := tx.Exec(`UPDATE destination_connection SET description = ?, kind = ?, state = ?, reason = ?, revision = ?, due_at = 0, sealed = ?,
		modified_at = ?, authorized_at = ? WHERE name = ?`,
		c.Description, c.Kind, c.State, c.Reason, c.Revision, c.sealed, micros(c.Modified), micros(c.Authorized), c.Name)
	return err
}

// deleteConnection removes a connection.
func deleteConnection(tx *store.Tx, name string) error {
	_, err := tx.Exec(`DELETE FROM destination_connection WHERE name = ?`, name)
	return err
}

// claimAuthorizing gives the names of connections that are to be authorized now, and keeps others from trying until
// a time.
func claimAuthorizing(tx *store.Tx, until time.Time) ([]string, error) {
	return store.Column[string](tx, `UPDATE destination_connection SET due_at = ? WHERE state = 'AUTHORIZING' AND due_at <= ? RETURNING name`,
		until.UnixMicro(), tx.Micros())
}

// settleAuthorizing stores what came of trying, unless the connection was changed meanwhile.
func settleAuthorizing(tx *store.Tx, c *Connection) error {
	_, err := tx.Exec(`UPDATE destination_connection SET state = ?, reason = ?, authorized_at = ?
		WHERE name = ? AND uuid = ? AND revision = ? AND state = 'AUTHORIZING'`,
		c.State, c.Reason, micros(c.Authorized), c.Name, c.UUID, c.Revision)
	return err
}
