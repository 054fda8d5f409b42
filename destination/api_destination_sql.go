package destination

import (
	"strings"

	"github.com/casestream/casestream/store"
)

// apiColumns are what scanAPI reads, from tables joined as apiTables.
const (
	apiColumns = `a.name, a.uuid, a.description, a.connection, a.connection_uuid, a.endpoint, a.method, a.rate, a.created_at, a.modified_at, COALESCE(c.state, '')`
	apiTables  = `destination_api a LEFT JOIN destination_connection c ON c.name = a.connection AND c.uuid = a.connection_uuid`
)

// scanAPI reads a row of apiColumns. State becomes that of the connection, "" where it is gone.
func scanAPI(scan store.Scan) (a APIDestination, err error) {
	var created, modified int64
	err = scan(&a.Name, &a.UUID, &a.Description, &a.connection, &a.connectionUUID, &a.Endpoint, &a.Method, &a.Rate, &created, &modified, &a.State)
	a.Created, a.Modified = instant(created), instant(modified)
	return a, err
}

// listAPIs reads API destinations behind a name, in name order.
func listAPIs(tx *store.Tx, prefix, connectionUUID, after string, limit int) ([]APIDestination, error) {
	var list []APIDestination
	err := tx.Each(`SELECT `+apiColumns+` FROM `+apiTables+` WHERE a.name > ? AND a.name >= ? AND (? = '' OR a.connection_uuid = ?) ORDER BY a.name`,
		[]any{after, prefix, connectionUUID, connectionUUID}, func(scan store.Scan) error {
			a, err := scanAPI(scan)
			if err != nil {
				return err
			}
			if len(list) == limit || !strings.HasPrefix(a.Name, prefix) { // names with a prefix stand together
				return store.ErrEnough
			}
			list = append(list, a)
			return nil
		})
	return list, err
}

// getEndpoint reads an API destination with its connection, in one look; no, where one of the two is gone.
func getEndpoint(tx *store.Tx, name, uuid string) (a APIDestination, c Connection, found, connected bool, err error) {
	list, err := store.List(tx, `SELECT `+apiColumns+` FROM `+apiTables+` WHERE a.name = ? AND a.uuid = ?`, []any{name, uuid}, scanAPI)
	if err != nil || len(list) == 0 {
		return APIDestination{}, Connection{}, false, false, err
	}
	c, connected, err = getConnection(tx, list[0].connection)
	return list[0], c, true, connected && c.UUID == list[0].connectionUUID, err
}

// countAPIs counts the API destinations.
func countAPIs(tx *store.Tx) (n int, err error) {
	_, err = tx.Get(`SELECT COUNT(*) FROM destination_api`, nil, &n)
	return n, err
}

// insertAPI makes an API destination, and says no where there is one of its name.
func insertAPI(tx *store.Tx, a *APIDestination) (made bool, err error) {
	n, err := tx.Exec(`INSERT INTO destination_api (name, uuid, description, connection, connection_uuid, endpoint, method, rate, created_at, modified_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING`,
		a.Name, a.UUID, a.Description, a.connection, a.connectionUUID, a.Endpoint, a.Method, a.Rate, micros(a.Created), micros(a.Modified))
	return n > 0, err
}

// updateAPI stores what may change of an API destination.
func updateAPI(tx *store.Tx, a *APIDestination) error {
	_, err := tx.Exec(`UPDATE destination_api SET description = ?, connection = ?, connection_uuid = ?, endpoint = ?, method = ?, rate = ?, modified_at = ?
		WHERE name = ?`, a.Description, a.connection, a.connectionUUID, a.Endpoint, a.Method, a.Rate, micros(a.Modified), a.Name)
	return err
}

// deleteAPI removes an API destination, and says no where there is none.
func deleteAPI(tx *store.Tx, name string) (gone bool, err error) {
	n, err := tx.Exec(`DELETE FROM destination_api WHERE name = ?`, name)
	return n > 0, err
}
