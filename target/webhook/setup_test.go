package webhook_test

import (
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/destination"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/target"
	"github.com/casestream/casestream/target/webhook"
)

// got is a request as a service saw it.
type got struct {
	*http.Request
	Text string
}

// service is an HTTP service over TLS that keeps what it is asked.
type service struct {
	*httptest.Server
	mu   sync.Mutex
	seen []got
}

// serve starts a service; the test's end stops it.
func serve(t *testing.T, answer http.HandlerFunc) *service {
	s := new(service)
	s.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		s.mu.Lock()
		s.seen = append(s.seen, got{r, string(text)})
		s.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// requests gives what the service was asked.
func (s *service) requests() []got {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]got(nil), s.seen...)
}

// fixture is API destinations over a fresh store, and what carries events there.
type fixture struct {
	*testing.T
	db           *store.DB
	destinations *destination.Destinations
	remote       *webhook.Remote
}

// open makes a fixture that trusts the certificates of services, which all have the same.
func open(t *testing.T, cfg webhook.Config, trusted ...*service) *fixture {
	key, err := destination.NewKey(make([]byte, destination.KeyLength))
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{T: t, db: storetest.SQLite(t).Open(t, store.Options{})}
	f.destinations = destination.New(f.db, destination.Config{ARNs: arn.NewMaker("111122223333", "eu-west-2"), Key: key, AllowHTTP: true})
	cfg.Destinations = f.destinations
	cfg.Roots = x509.NewCertPool()
	for _, s := range trusted {
		cfg.Roots.AddCert(s.Certificate())
	}
	f.remote = webhook.New(cfg)
	return f
}

// private reaches the services of tests.
var private = webhook.Config{AllowPrivate: true}

// connect makes a connection.
func (f *fixture) connect(kind string, a destination.Auth) destination.Connection {
	f.Helper()
	var c destination.Connection
	err := f.db.Write(f.Context(), func(tx *store.Tx) (err error) {
		c, err = f.destinations.CreateConnection(tx, destination.Connection{Name: "c", Kind: kind, Auth: &a})
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	return c
}

// key is the plainest authorization.
func key() destination.Auth {
	return destination.Auth{APIKey: &destination.APIKeyAuth{Name: "X-Key", Value: "k3y"}}
}

// to makes an API destination and gives an event on its way there.
func (f *fixture) to(c destination.Connection, method, endpoint string, requests int) *bus.Delivery {
	f.Helper()
	var a destination.APIDestination
	err := f.db.Write(f.Context(), func(tx *store.Tx) (err error) {
		a, err = f.destinations.CreateAPIDestination(tx, destination.APIDestination{
			Name: "d", ConnectionARN: c.ARN, Endpoint: endpoint, Method: method, Rate: requests,
		})
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	return &bus.Delivery{Event: &bus.Event{ID: "e-1"}, Body: []byte(`{"id":"e-1","detail":{"a":1}}`), TargetARN: a.ARN}
}

// fails wants a failure to deliver.
func (f *fixture) fails(d *bus.Delivery, code string, final bool) *target.Failure {
	f.Helper()
	err := f.remote.Deliver(f.Context(), d)
	failure, ok := errors.AsType[*target.Failure](err)
	if !ok || failure.Code != code || failure.Final != final {
		f.Fatalf("%#v, want %s, final: %v", err, code, final)
	}
	return failure
}

// arrives wants an event to be delivered.
func (f *fixture) arrives(d *bus.Delivery) {
	f.Helper()
	if err := f.remote.Deliver(f.Context(), d); err != nil {
		f.Fatal(err)
	}
}

// instant is when the tests of Retry-After take place.
var instant = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// redirect answers that something is elsewhere.
func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
}
