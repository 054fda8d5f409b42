// Package destination keeps connections, which authorize requests to HTTP services, and API destinations, which are
// the endpoints that such requests go to.
//
// It sends nothing itself: target/webhook does, and says here whether an authorization server gave it a token.
// What authorizes requests is encrypted at rest and is never shown.
//
//	destination.go     Destinations, its configuration, how things are named
//	secret.go          Secret, which no log shows · seal.go Key, how secrets are stored
//	auth.go            what a connection adds to requests, and what may be shown of it
//	connection.go      connections · connection_sql.go their rows
//	authorize.go       OAuth connections that wait for their first token
//	api_destination.go API destinations · api_destination_sql.go their rows
//	endpoint.go        what a request needs of both
package destination

import (
	"cmp"
	"context"
	"log/slog"
	"net/url"
	"strconv"
	"strings"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// Subjects of this room's faults: what they are about.
const (
	SubjectConnection = "Connection"
	SubjectAPI        = "ApiDestination"
)

// defaultQuota is AWS's, of connections and of API destinations.
const defaultQuota = 3000

// Config is what Destinations needs from outside. Log may be nil.
type Config struct {
	ARNs arn.Maker
	Key  Key // seals secrets
	Log  *slog.Logger
	// Connections and APIDestinations bound how many there may be; 0: AWS's 3,000.
	Connections, APIDestinations int
	// AllowHTTP takes endpoints without TLS too.
	AllowHTTP bool
}

// Destinations holds the connections and API destinations of an account.
type Destinations struct {
	db    *store.DB
	cfg   Config
	woken chan struct{} // a connection waits to be authorized
}

// New makes the room, which lives in db.
func New(db *store.DB, cfg Config) *Destinations {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	cfg.Connections = cmp.Or(cfg.Connections, defaultQuota)
	cfg.APIDestinations = cmp.Or(cfg.APIDestinations, defaultQuota)
	return &Destinations{db: db, cfg: cfg, woken: make(chan struct{}, 1)}
}

// CheckKey refuses a key that is not the one of the secrets that are stored already: servers with different keys could
// not read each other's secrets.
func (d *Destinations) CheckKey(ctx context.Context) error {
	return d.db.Read(ctx, func(tx *store.Tx) error {
		other, err := hasOtherKey(tx, d.cfg.Key.id)
		if err == nil && other {
			err = errOtherKey
		}
		return err
	})
}

// hold keeps others from making or changing anything here until the transaction ends, so that no two pass a quota
// together, and says that from now on secrets are sealed with this key.
func (d *Destinations) hold(tx *store.Tx) error {
	// In a statement of its own: one that waits for the row while another server makes the first connection would not
	// see that connection when it goes on.
	if err := holdAPIs(tx); err != nil {
		return err
	}
	held, err := useKey(tx, d.cfg.Key.id)
	if err == nil && !held {
		err = errOtherKey
	}
	return err
}

// checkEndpoint refuses an endpoint that no request could go to.
func (d *Destinations) checkEndpoint(member, endpoint string) error {
	refuse := func(reason string) error {
		return fault.New(fault.Invalid, "Parameter "+member+" is not valid. Reason: "+reason)
	}
	u, err := url.Parse(endpoint)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || u.Opaque != "":
		return refuse("It must be a URL.")
	case u.Scheme != "https" && (u.Scheme != "http" || !d.cfg.AllowHTTP):
		return refuse("It must be a URL that begins with https://.")
	case u.User != nil:
		return refuse("It must not contain a user name or a password.")
	case !isPort(u.Port()):
		return refuse("Its port must be a number from 1 to 65535.")
	case strings.Contains(u.Host, "*"):
		return refuse("Its host must not contain *.")
	case u.Fragment != "":
		return refuse("It must not contain a fragment.")
	}
	return nil
}

// isPort says whether a text may be the port of an endpoint; without one its scheme says which.
func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return s == "" || err == nil && n > 0
}

// storable says whether a database can hold a text.
func storable(s string) bool { return !strings.ContainsRune(s, 0) }

// checkDescription refuses a description that no database can hold.
func checkDescription(s string) error {
	if !storable(s) {
		return fault.New(fault.Invalid, "Parameter Description is not valid.")
	}
	return nil
}

// overLimit says that a quota is used up, in AWS's words.
func overLimit() error {
	return fault.New(fault.Limit, "The requested resource exceeds the maximum number allowed.")
}
