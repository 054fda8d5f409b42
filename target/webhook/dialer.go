package webhook

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// Resolver looks host names up; *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// errBlocked says that an address is not one that events may be sent to.
var errBlocked = errors.New("the address is not public")

// blocked are the nets of no public service: what lies behind this server, and what leads there by another way.
var blocked = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
	"192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"::/8",                       // unspecified, loopback, IPv4 written as IPv6, and what is translated to it: SIIT and NAT64
	"100::/64",                   // discarded
	"2001::/23",                  // Teredo and other protocols
	"2001:db8::/32", "3fff::/20", // documentation
	"2002::/16", // 6to4: an IPv4 address in disguise
	"5f00::/16", // segment routing
	"fc00::/7",  // private, fd00:ec2::254 among them
	"fe80::/10", // link-local
	"fec0::/10", // site-local
	"ff00::/8",  // multicast
)

// prefixes reads a table of nets.
func prefixes(list ...string) []netip.Prefix {
	nets := make([]netip.Prefix, len(list))
	for i, text := range list {
		nets[i] = netip.MustParsePrefix(text)
	}
	return nets
}

// public says whether events may be sent to an address.
func public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsValid() || !a.IsGlobalUnicast() {
		return false
	}
	for _, p := range blocked {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// onlyPublic is asked about the address that a socket is about to connect to, behind every look-up and every other
// way to name it: a name that has another address by now gets no further.
func onlyPublic(_, address string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil || !public(a.Addr()) {
		return errBlocked
	}
	return nil
}

// dialTime bounds the connection to one address, so that another one can be tried.
const dialTime = 3 * time.Second

// newClient makes a client that follows no redirect, uses no proxy and, unless it is told otherwise, reaches
// public addresses only.
func newClient(cfg Config) *http.Client {
	dialer := &net.Dialer{Timeout: dialTime}
	if !cfg.AllowPrivate {
		dialer.Control = onlyPublic
	}
	dial := dialer.DialContext
	if cfg.Resolver != nil {
		dial = resolving(dialer, cfg.Resolver)
	}
	return &http.Client{
		Transport: &http.Transport{
			Proxy: nil, DialContext: dial, DisableKeepAlives: true, DisableCompression: true,
			TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: cfg.Roots}, MaxResponseHeaderBytes: maxAnswer,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// resolving dials the addresses that a resolver gives, until one answers.
func resolving(dialer *net.Dialer, resolver Resolver) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		list, err := resolver.LookupNetIP(ctx, "ip", host)
		if err != nil {
			return nil, err
		}
		err = &net.DNSError{Err: "no address", Name: host, IsNotFound: true}
		for _, a := range list {
			conn, dialErr := dialer.DialContext(ctx, network, net.JoinHostPort(a.String(), port))
			if dialErr == nil {
				return conn, nil
			}
			err = dialErr
		}
		return nil, err
	}
}
