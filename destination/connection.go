package destination

import (
	"crypto/rand"
	"strings"
	"time"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/base/id"
	"github.com/casestream/casestream/store"
)

// States of connections.
const (
	Authorizing  = "AUTHORIZING" // OAuth: nobody has asked for a token yet
	Authorized   = "AUTHORIZED"
	Deauthorized = "DEAUTHORIZED"
)

// Connection is how requests to a service are authorized.
type Connection struct {
	Name, UUID  string
	ARN         string
	SecretARN   string
	Description string
	Kind        string // Basic, APIKey, OAuth
	State       string
	Reason      string // why it is in this state; empty: none
	Revision    int64  // how often its authorization was changed
	Auth        *Auth  // nil in lists

	Created, Modified, Authorized time.Time // the last from the start: AWS shows it so

	suffix string // of SecretARN
	sealed []byte // Auth
}

// ConnectionUpdate is what UpdateConnection changes. Edit changes the authorization; nil: it stays.
type ConnectionUpdate struct {
	Description, Kind *string
	Edit              func(*Auth)
}

// CreateConnection makes a connection. One of the name that is there already is a fault.Conflict.
func (d *Destinations) CreateConnection(tx *store.Tx, c Connection) (Connection, error) {
	if err := checkDescription(c.Description); err != nil {
		return Connection{}, err
	}
	if err := c.Auth.check(c.Kind); err != nil {
		return Connection{}, err
	}
	if err := d.hold(tx); err != nil {
		return Connection{}, err
	}
	c.UUID, c.suffix, c.Created = newUUID(), newSuffix(), tx.Now()
	d.name(&c)
	if err := d.authorizeAnew(tx, &c); err != nil {
		return Connection{}, err
	}
	made, err := insertConnection(tx, &c)
	if err != nil {
		return Connection{}, err
	}
	if !made {
		return Connection{}, &fault.Error{Kind: fault.Conflict, Subject: SubjectConnection, ID: c.Name, Msg: "Connection " + c.Name + " already exists."}
	}
	n, err := countConnections(tx)
	if err == nil && n > d.cfg.Connections {
		err = overLimit()
	}
	return c, err
}

// UpdateConnection changes what is given of a connection and gives it as it is then.
func (d *Destinations) UpdateConnection(tx *store.Tx, name string, u ConnectionUpdate) (Connection, error) {
	if err := d.hold(tx); err != nil {
		return Connection{}, err
	}
	c, err := d.Connection(tx, name)
	if err != nil {
		return Connection{}, err
	}
	if u.Description != nil {
		c.Description = *u.Description
	}
	if err := checkDescription(c.Description); err != nil {
		return Connection{}, err
	}
	c.Modified = tx.Now()
	if u.Kind != nil && *u.Kind != c.Kind { // what authorized it before does not any more
		c.Kind = *u.Kind
		c.Auth.Basic, c.Auth.APIKey, c.Auth.OAuth = nil, nil, nil
		if u.Edit == nil {
			u.Edit = func(*Auth) {}
		}
	}
	if u.Edit != nil {
		u.Edit(c.Auth)
		if err := c.Auth.check(c.Kind); err != nil {
			return Connection{}, err
		}
		if err := d.authorizeAnew(tx, &c); err != nil {
			return Connection{}, err
		}
	}
	return c, updateConnection(tx, &c)
}

// DeauthorizeConnection takes from a connection what authorizes requests. Its API destinations send nothing until
// it is given something new.
func (d *Destinations) DeauthorizeConnection(tx *store.Tx, name string) (Connection, error) {
	if err := d.hold(tx); err != nil {
		return Connection{}, err
	}
	c, err := d.Connection(tx, name)
	if err != nil {
		return Connection{}, err
	}
	c.Auth = &Auth{}
	c.State, c.Reason, c.Modified = Deauthorized, "The connection was deauthorized.", tx.Now()
	c.Revision++
	if c.sealed, err = d.cfg.Key.seal(c.ARN, c.Auth); err != nil {
		return Connection{}, err
	}
	return c, updateConnection(tx, &c)
}

// DeleteConnection removes a connection and gives what it was. API destinations that use it stay, and are inactive.
func (d *Destinations) DeleteConnection(tx *store.Tx, name string) (Connection, error) {
	c, found, err := getConnection(tx, name)
	if err == nil && !found {
		err = missingConnection(name)
	}
	if err != nil {
		return Connection{}, err
	}
	d.name(&c)
	return c, deleteConnection(tx, name)
}

// Connection gives a connection with its secrets; a missing one is a fault.NotFound.
func (d *Destinations) Connection(tx *store.Tx, name string) (Connection, error) {
	c, found, err := getConnection(tx, name)
	if err == nil && !found {
		err = missingConnection(name)
	}
	if err != nil {
		return Connection{}, err
	}
	d.name(&c)
	c.Auth, err = d.cfg.Key.open(c.ARN, c.sealed)
	return c, err
}

// Connections lists at most limit connections behind a name, in name order, without their authorization: those whose
// name begins with prefix, and which are in a state; "": in any.
func (d *Destinations) Connections(tx *store.Tx, prefix, state, after string, limit int) ([]Connection, error) {
	list, err := listConnections(tx, prefix, state, after, limit)
	for i := range list {
		d.name(&list[i])
	}
	return list, err
}

// authorizeAnew seals a changed authorization and says in which state the connection is with it.
func (d *Destinations) authorizeAnew(tx *store.Tx, c *Connection) (err error) {
	c.Modified, c.Reason = tx.Now(), ""
	c.Revision++
	if c.Kind == OAuth {
		c.State = Authorizing
		if c.Authorized.IsZero() {
			c.Authorized = tx.Now() // as AWS shows it
		}
		tx.AfterCommit(d.wake)
	} else {
		c.State, c.Authorized = Authorized, tx.Now()
	}
	c.sealed, err = d.cfg.Key.seal(c.ARN, c.Auth)
	return err
}

// name gives a connection its ARNs.
func (d *Destinations) name(c *Connection) {
	c.ARN = d.cfg.ARNs.Make("events", connectionResource+c.Name+"/"+c.UUID)
	c.SecretARN = d.cfg.ARNs.Make("secretsmanager", "secret:events!connection/"+c.Name+"/"+c.UUID+"-"+c.suffix)
}

// What the resource parts of ARNs begin with.
const (
	connectionResource = "connection/"
	apiResource        = "api-destination/"
)

// identify reads the name and the UUID in an ARN of a kind. It says no to an ARN of another account or Region.
func (d *Destinations) identify(text, kind string) (name, uuid string, ok bool) {
	a, ok := arn.Parse(text)
	rest, named := strings.CutPrefix(a.Resource, kind)
	name, uuid, parts := strings.Cut(rest, "/")
	return name, uuid, ok && named && parts && d.cfg.ARNs.Make("events", a.Resource) == text
}

// missingConnection says that a connection does not exist.
func missingConnection(name string) error {
	return fault.Missing(SubjectConnection, name, "Failed to describe the connection(s). Connection '"+name+"' does not exist.")
}

// newUUID makes the last part of an ARN.
func newUUID() string { return id.New() }

// newSuffix makes the six letters behind the name of a secret.
func newSuffix() string { return rand.Text()[:6] }
