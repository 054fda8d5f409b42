package gateway

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/obs"
	"github.com/casestream/casestream/wire"
	"github.com/casestream/casestream/wire/sigv4"
)

// Config is what the door needs to know.
type Config struct {
	Services []*wire.Service
	Account  string
	Region   string
	// Keys finds an access key and who it belongs to.
	Keys func(accessKeyID string) (sigv4.Credentials, wire.Principal, bool)
	// Dev takes any access key, or none, and does not look at signatures.
	Dev bool
	// Loopback refuses requests whose Host is not a name of this machine: pages of other sites must not
	// reach a port that only this machine is meant to reach (DNS rebinding).
	Loopback bool
	// Hosts are further names that Loopback lets pass.
	Hosts []string
	// Limits and Timeouts override the bounds of single operations, by "service:Operation".
	Limits   map[string]int64
	Timeouts map[string]time.Duration
	// Parking takes the connections of requests that wait, and gives them back to who serves them; nil: a request that waits
	// holds all that any other does.
	Parking *Listener
	// RequestRates holds each operation to its Rate and Burst.
	RequestRates bool
	// Ready says why the server cannot work, nil when it can.
	Ready   func(context.Context) error
	Version string
	Log     *slog.Logger
	Metrics *obs.Registry
	// Strict panics when an operation answers with an error that its model does not list. For tests.
	Strict bool
	// Now gives the time that signatures and rates are held against; nil is the clock.
	Now func() time.Time
}

// The bounds of an operation that has none of its own.
const (
	defaultLimit   = 1 << 20
	defaultTimeout = 30 * time.Second
)

// limits are the sizes of bodies. JSON may need six bytes for one of a message of 1 MiB, and base64 and
// percent-encoding have their price.
var limits = map[string]int64{
	"sqs:SendMessage":             8 << 20,
	"sqs:SendMessageBatch":        8 << 20,
	"eventbridge:PutEvents":       8 << 20,
	"cloudwatchlogs:PutLogEvents": 8 << 20,
}

// timeouts are the times of operations that wait on purpose.
var timeouts = map[string]time.Duration{"sqs:ReceiveMessage": 45 * time.Second, "casestream:TailEvents": 45 * time.Second}

// Gateway is the handler.
type Gateway struct {
	cfg       Config
	log       *slog.Logger
	services  []*served
	bySigning map[string]*served
	byTarget  map[string]*served
	byHost    map[string]*served
	rest      *wire.Router
	hosts     map[string]bool
	limits    map[*wire.Operation]int64
	timeouts  map[*wire.Operation]time.Duration
	rates     map[*wire.Operation]*rate.Limiter // empty unless RequestRates
	largest   int64                             // of the limits of services that speak awsQuery
	verifier  sigv4.Verifier
	root      wire.Principal
	requests  *obs.Histogram
	panics    *obs.Counter
}

// served is a service with its indexes.
type served struct {
	svc    *wire.Service
	ops    map[string]*wire.Operation
	router *wire.Router // nil unless it is REST
	limit  int64        // the largest of its operations'
}

// global are the signing names of services without Regions.
var global = []string{"sts", "iam"}

// New makes the handler.
func New(cfg Config) *Gateway {
	g := &Gateway{
		cfg: cfg, log: cfg.Log,
		bySigning: map[string]*served{}, byTarget: map[string]*served{}, byHost: map[string]*served{},
		hosts:  map[string]bool{},
		limits: map[*wire.Operation]int64{}, timeouts: map[*wire.Operation]time.Duration{},
	}
	if g.log == nil {
		g.log = slog.New(slog.DiscardHandler)
	}
	if g.cfg.Metrics == nil {
		g.cfg.Metrics = obs.NewRegistry()
	}
	g.requests = g.cfg.Metrics.Histogram("casestream_http_request_duration_seconds",
		"Time that requests took, by operation (service:Operation) and the error code of the answer, OK where it is none. Long polls wait on purpose.",
		obs.Seconds, "op", "code")
	g.panics = g.cfg.Metrics.Counter("casestream_panics_total", "Requests that ended in a panic, which is a bug.")
	for _, h := range cfg.Hosts {
		g.hosts[strings.ToLower(h)] = true
	}
	for _, s := range cfg.Services {
		g.add(s)
	}
	if cfg.RequestRates {
		g.rates = limiters(cfg.Services)
	}
	g.rest = wire.NewRouter(cfg.Services...)
	g.root = wire.Principal{
		Account: cfg.Account, UserID: cfg.Account,
		ARN: arn.NewMaker(cfg.Account, cfg.Region).MakeGlobal("iam", "root"),
	}
	g.verifier.Region, g.verifier.Global, g.verifier.Now = cfg.Region, global, cfg.Now
	g.verifier.Lookup = func(id string) (sigv4.Credentials, bool) {
		c, _, ok := g.key(id)
		return c, ok
	}
	return g
}

// add indexes a service. Where two claim one name, the first keeps it.
func (g *Gateway) add(svc *wire.Service) {
	s := &served{svc: svc, ops: make(map[string]*wire.Operation, len(svc.Operations)), limit: defaultLimit}
	for i := range svc.Operations {
		op := &svc.Operations[i]
		s.ops[op.Name] = op
		name := svc.ID + ":" + op.Name
		if n, ok := either(g.cfg.Limits, limits, name); ok {
			g.limits[op] = n
			s.limit = max(s.limit, n)
		}
		if t, ok := either(g.cfg.Timeouts, timeouts, name); ok {
			g.timeouts[op] = t
		}
	}
	if svc.Protocol == wire.AWSQuery || svc.AlsoQuery {
		g.largest = max(g.largest, s.limit)
	}
	if svc.Protocol == wire.RestJSON1 {
		s.router = wire.NewRouter(svc)
	}
	g.services = append(g.services, s)
	claim(g.bySigning, svc.SigningName, s)
	claim(g.byTarget, svc.TargetPrefix, s)
	claim(g.byHost, svc.EndpointPrefix, s)
	claim(g.byHost, svc.SigningName, s)
}

// claim enters a name that is not empty and not taken.
func claim(index map[string]*served, name string, s *served) {
	if _, taken := index[name]; name != "" && !taken {
		index[name] = s
	}
}

// either looks a name up in the first table, then in the second.
func either[T any](first, second map[string]T, name string) (T, bool) {
	if v, ok := first[name]; ok {
		return v, true
	}
	v, ok := second[name]
	return v, ok
}

// key finds an access key.
func (g *Gateway) key(id string) (sigv4.Credentials, wire.Principal, bool) {
	if g.cfg.Keys == nil || id == "" {
		return sigv4.Credentials{}, wire.Principal{}, false
	}
	return g.cfg.Keys(id)
}

// timeout gives the time that the operation may take.
func (g *Gateway) timeout(x *exchange) time.Duration {
	if t, ok := g.timeouts[x.req.Op]; ok {
		return t
	}
	return defaultTimeout
}

// limit gives the size that the body may have. Where the operation's name is in the body, the service's
// largest counts.
func (g *Gateway) limit(x *exchange) int64 {
	switch {
	case x.req.Op != nil:
		if n, ok := g.limits[x.req.Op]; ok {
			return n
		}
	case x.served != nil:
		return x.served.limit
	case x.action:
		return g.largest
	}
	return defaultLimit
}
