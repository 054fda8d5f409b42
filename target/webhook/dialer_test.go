package webhook_test

import (
	"context"
	"net/netip"
	"strings"
	"testing"

	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/destination"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/target/webhook"
)

// connection gives a connection.
func (f *fixture) connection(name string) (c destination.Connection) {
	f.Helper()
	err := f.db.Read(f.Context(), func(tx *store.Tx) (err error) {
		c, err = f.destinations.Connection(tx, name)
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	return c
}

func TestOnlyPublicAddressesAreReached(t *testing.T) {
	for _, a := range strings.Fields(`0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.9.9.9 169.254.169.254
		169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9
		224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 :: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:0:7f00:1 64:ff9b::7f00:1
		64:ff9b:1::1 100::1 2001::1 2001:db8::1 3fff::1 2002:7f00:1::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1`) {
		if webhook.Public(netip.MustParseAddr(a)) {
			t.Errorf("%s may be reached", a)
		}
	}
	for _, a := range strings.Fields(`1.1.1.1 9.255.255.255 11.0.0.1 52.94.236.248 100.63.255.255 100.128.0.1 172.15.255.255 172.32.0.1 192.167.255.255
		198.17.255.255 198.20.0.0 223.255.255.255 2606:4700::1111 2001:4860:4860::8888 ::ffff:8.8.8.8`) {
		if !webhook.Public(netip.MustParseAddr(a)) {
			t.Errorf("%s may not be reached", a)
		}
	}
	if webhook.Public(netip.Addr{}) {
		t.Error("no address may be reached")
	}
}

// names is a resolver whose every name has the same addresses.
type names []netip.Addr

// LookupNetIP gives the addresses.
func (n names) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) { return n, nil }

func TestWaysToThisMachineAreBlocked(t *testing.T) {
	s := serve(t, ok)
	port := s.URL[strings.LastIndex(s.URL, ":"):]
	for _, host := range strings.Fields(`127.0.0.1 localhost [::1] [::ffff:127.0.0.1] 0.0.0.0 127.1.2.3`) {
		f := open(t, webhook.Config{}, s)
		f.fails(f.to(f.connect(destination.APIKey, key()), "POST", "https://"+host+port, 0), bus.NoPermissions, true)
	}
	// A name that was public when it was looked at, and leads here when it is used.
	f := open(t, webhook.Config{Resolver: names{netip.MustParseAddr("127.0.0.1")}}, s)
	f.fails(f.to(f.connect(destination.APIKey, key()), "POST", "https://public.example"+port, 0), bus.NoPermissions, true)
	f = open(t, webhook.Config{Resolver: names(nil)}, s)
	f.fails(f.to(f.connect(destination.APIKey, key()), "POST", "https://nowhere.example", 0), bus.ConnectionFailure, true)
	// The way to an authorization server is no other one.
	f = open(t, webhook.Config{}, s)
	f.connect(destination.OAuth, oauth(s.URL, "POST"))
	f.authorize()
	if c := f.connection("c"); c.State != destination.Deauthorized || !strings.Contains(c.Reason, "not public") {
		t.Errorf("%s: %s", c.State, c.Reason)
	}
	if len(s.requests()) > 0 {
		t.Error("a request came through")
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	inside := serve(t, ok)
	s := serve(t, redirect(inside.URL))
	f := open(t, private, s, inside)
	if e := f.fails(f.to(f.connect(destination.APIKey, key()), "POST", s.URL, 0), bus.ErrorFromTarget, true); e.Status != 302 {
		t.Error(e)
	}
	if len(inside.requests()) > 0 {
		t.Error("a redirect was followed")
	}
}
