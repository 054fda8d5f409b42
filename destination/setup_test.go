package destination_test

import (
	"strings"
	"testing"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/destination"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// fixture is the room over a fresh store.
type fixture struct {
	*testing.T
	db *store.DB
	d  *destination.Destinations
}

// secretKey makes a key whose bytes are all n.
func secretKey(t testing.TB, n byte) destination.Key {
	raw := make([]byte, destination.KeyLength)
	for i := range raw {
		raw[i] = n
	}
	key, err := destination.NewKey(raw)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// over makes the room.
func over(t *testing.T, db *store.DB, cfg destination.Config) *fixture {
	cfg.ARNs = arn.NewMaker("111122223333", "eu-west-2")
	if cfg.Key == (destination.Key{}) {
		cfg.Key = secretKey(t, 1)
	}
	return &fixture{T: t, db: db, d: destination.New(db, cfg)}
}

// each runs a test once an engine.
func each(t *testing.T, test func(f *fixture)) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		test(over(t, d.Open(t, store.Options{}), destination.Config{}))
	})
}

// try runs a transaction.
func (f *fixture) try(fn func(tx *store.Tx) error) error { return f.db.Write(f.Context(), fn) }

// write runs a transaction that has to succeed.
func (f *fixture) write(fn func(tx *store.Tx) error) {
	f.Helper()
	if err := f.try(fn); err != nil {
		f.Fatal(err)
	}
}

// basic is the plainest connection.
func basic(name string) destination.Connection {
	return destination.Connection{Name: name, Kind: destination.Basic, Auth: &destination.Auth{
		Basic: &destination.BasicAuth{Username: "u", Password: "hunter2"},
	}}
}

// oauth is a connection that has to be authorized.
func oauth(name string) destination.Connection {
	return destination.Connection{Name: name, Kind: destination.OAuth, Auth: &destination.Auth{OAuth: &destination.OAuthAuth{
		ClientID: "id", ClientSecret: "hunter2", Endpoint: "https://auth.example/token", Method: "POST",
	}}}
}

// connect makes a connection.
func (f *fixture) connect(c destination.Connection) (made destination.Connection, err error) {
	err = f.try(func(tx *store.Tx) (err error) {
		made, err = f.d.CreateConnection(tx, c)
		return err
	})
	return made, err
}

// connected makes a connection that can be made.
func (f *fixture) connected(c destination.Connection) destination.Connection {
	f.Helper()
	made, err := f.connect(c)
	if err != nil {
		f.Fatal(err)
	}
	return made
}

// connection gives a connection.
func (f *fixture) connection(name string) (c destination.Connection) {
	f.Helper()
	err := f.db.Read(f.Context(), func(tx *store.Tx) (err error) {
		c, err = f.d.Connection(tx, name)
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	return c
}

// update changes a connection.
func (f *fixture) update(name string, u destination.ConnectionUpdate) error {
	return f.try(func(tx *store.Tx) error {
		_, err := f.d.UpdateConnection(tx, name, u)
		return err
	})
}

// api makes an API destination.
func (f *fixture) api(name, connectionARN, endpoint string) (made destination.APIDestination, err error) {
	err = f.try(func(tx *store.Tx) (err error) {
		made, err = f.d.CreateAPIDestination(tx, destination.APIDestination{Name: name, ConnectionARN: connectionARN, Endpoint: endpoint, Method: "POST"})
		return err
	})
	return made, err
}

// state gives the state of an API destination.
func (f *fixture) state(name string) string {
	f.Helper()
	var a destination.APIDestination
	err := f.db.Read(f.Context(), func(tx *store.Tx) (err error) {
		a, err = f.d.APIDestination(tx, name)
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	return a.State
}

// refused wants an error of a kind whose message holds a text.
func refused(t testing.TB, err error, kind fault.Kind, text string) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind || !strings.Contains(err.Error(), text) {
		t.Errorf("%v (%v), want %v %q", err, fault.KindOf(err), kind, text)
	}
}
