package destination

import (
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// States of API destinations, which follow from those of their connections.
const (
	Active   = "ACTIVE"
	Inactive = "INACTIVE"
)

// DefaultRate is how many requests a second go to an API destination where nobody says.
const DefaultRate = 300

// APIDestination is an endpoint that requests go to.
type APIDestination struct {
	Name, UUID    string
	ARN           string
	Description   string
	ConnectionARN string
	Endpoint      string // a URL; each * in its path is filled in by the target
	Method        string
	Rate          int // requests a second; 0: DefaultRate
	State         string

	Created, Modified time.Time

	connection, connectionUUID string
}

// APIUpdate is what UpdateAPIDestination changes; nil: it stays.
type APIUpdate struct {
	Description, ConnectionARN, Endpoint, Method *string
	Rate                                         *int
}

// CreateAPIDestination makes an API destination. One of the name that is there already is a fault.Conflict, a
// missing connection a fault.NotFound.
func (d *Destinations) CreateAPIDestination(tx *store.Tx, a APIDestination) (APIDestination, error) {
	if err := holdAPIs(tx); err != nil {
		return APIDestination{}, err
	}
	a.UUID, a.Created, a.Modified = newUUID(), tx.Now(), tx.Now()
	if a.Rate == 0 {
		a.Rate = DefaultRate
	}
	if err := d.complete(tx, &a); err != nil {
		return APIDestination{}, err
	}
	made, err := insertAPI(tx, &a)
	if err != nil {
		return APIDestination{}, err
	}
	if !made {
		return APIDestination{}, &fault.Error{Kind: fault.Conflict, Subject: SubjectAPI, ID: a.Name, Msg: "An api-destination '" + a.Name + "' already exists."}
	}
	n, err := countAPIs(tx)
	if err == nil && n > d.cfg.APIDestinations {
		err = overLimit()
	}
	return a, err
}

// UpdateAPIDestination changes what is given of an API destination and gives it as it is then.
func (d *Destinations) UpdateAPIDestination(tx *store.Tx, name string, u APIUpdate) (APIDestination, error) {
	if err := holdAPIs(tx); err != nil {
		return APIDestination{}, err
	}
	a, err := d.APIDestination(tx, name)
	if err != nil {
		return APIDestination{}, err
	}
	for _, m := range []struct{ to, from *string }{{&a.Description, u.Description}, {&a.Endpoint, u.Endpoint}, {&a.Method, u.Method}} {
		if m.from != nil {
			*m.to = *m.from
		}
	}
	if u.Rate != nil {
		a.Rate = *u.Rate
	}
	a.Modified = tx.Now()
	if u.ConnectionARN != nil {
		a.ConnectionARN = *u.ConnectionARN
		err = d.complete(tx, &a)
	} else {
		err = d.check(&a)
	}
	if err != nil {
		return APIDestination{}, err
	}
	return a, updateAPI(tx, &a)
}

// complete checks an API destination and finds its connection.
func (d *Destinations) complete(tx *store.Tx, a *APIDestination) error {
	if err := d.check(a); err != nil {
		return err
	}
	name, uuid, ok := d.identify(a.ConnectionARN, connectionResource)
	c, found := Connection{}, false
	if ok {
		var err error
		if c, found, err = getConnection(tx, name); err != nil {
			return err
		}
	}
	if !found || c.UUID != uuid {
		return fault.Missing(SubjectConnection, name, "Connection '"+a.ConnectionARN+"' does not exist.")
	}
	a.connection, a.connectionUUID = name, uuid
	d.nameAPI(a, c.State)
	return nil
}

// check refuses an API destination that no request could go to.
func (d *Destinations) check(a *APIDestination) error {
	if err := checkDescription(a.Description); err != nil {
		return err
	}
	return d.checkEndpoint("InvocationEndpoint", a.Endpoint)
}

// DeleteAPIDestination removes an API destination; a missing one is a fault.NotFound.
func (d *Destinations) DeleteAPIDestination(tx *store.Tx, name string) error {
	gone, err := deleteAPI(tx, name)
	if err == nil && !gone {
		err = missingAPI(name)
	}
	return err
}

// APIDestination gives an API destination; a missing one is a fault.NotFound.
func (d *Destinations) APIDestination(tx *store.Tx, name string) (APIDestination, error) {
	list, err := listAPIs(tx, name, "", "", 1)
	if err == nil && len(list) == 0 || err == nil && list[0].Name != name {
		err = missingAPI(name)
	}
	if err != nil {
		return APIDestination{}, err
	}
	d.nameAPI(&list[0], list[0].State)
	return list[0], nil
}

// APIDestinations lists at most limit API destinations behind a name, in name order: those whose name begins with
// prefix, and which use a connection of an ARN; "": any.
func (d *Destinations) APIDestinations(tx *store.Tx, prefix, connectionARN, after string, limit int) ([]APIDestination, error) {
	uuid := ""
	if connectionARN != "" {
		var ok bool
		if _, uuid, ok = d.identify(connectionARN, connectionResource); !ok {
			return nil, nil
		}
	}
	list, err := listAPIs(tx, prefix, uuid, after, limit)
	for i := range list {
		d.nameAPI(&list[i], list[i].State)
	}
	return list, err
}

// nameAPI gives an API destination its ARNs, and its state by that of its connection.
func (d *Destinations) nameAPI(a *APIDestination, connection string) {
	a.ARN = d.cfg.ARNs.Make("events", apiResource+a.Name+"/"+a.UUID)
	a.ConnectionARN = d.cfg.ARNs.Make("events", connectionResource+a.connection+"/"+a.connectionUUID)
	a.State = Inactive
	if connection == Authorized {
		a.State = Active
	}
}

// missingAPI says that an API destination does not exist.
func missingAPI(name string) error {
	return fault.Missing(SubjectAPI, name, "Failed to describe the api-destination(s). An api-destination '"+name+"' does not exist.")
}
