// Package webhook carries events to API destinations: HTTP requests that a connection authorizes.
//
// It follows no redirect, knows no proxy and reaches no address that is not public, unless it is told to.
//
//	webhook.go  Remote, Deliver: one request, and what its answer means
//	request.go  the request · parameters.go what connections and targets add to it
//	token.go    OAuth tokens
//	dialer.go   which addresses it reaches
//	failure.go  what went wrong, in EventBridge's codes · retry_after.go how long to wait
package webhook

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/destination"
	"github.com/casestream/casestream/target"
)

// Bounds of one delivery: EventBridge's time, and how much of an answer is read.
const (
	exchangeTime = 5 * time.Second
	maxAnswer    = 64 << 10
	idleRates    = 10_000 // how many rates are remembered before the oldest of them are forgotten
)

// Config is what a Remote needs.
type Config struct {
	Destinations *destination.Destinations
	// AllowPrivate reaches every address; without it only public ones.
	AllowPrivate bool
	Resolver     Resolver       // nil: the system's
	Roots        *x509.CertPool // whose certificates are trusted; nil: the system's
	// Time bounds an exchange; 0: EventBridge's five seconds.
	Time time.Duration
}

// Remote carries events to API destinations.
type Remote struct {
	cfg    Config
	client *http.Client
	tokens tokens

	mu    sync.Mutex
	rates map[string]*rate.Limiter // by the ARN of the destination
}

// New makes a Remote.
func New(cfg Config) *Remote {
	if cfg.Time == 0 {
		cfg.Time = exchangeTime
	}
	r := &Remote{cfg: cfg, client: newClient(cfg), rates: make(map[string]*rate.Limiter)}
	r.tokens.held = make(map[string]token)
	return r
}

// Takes says whether targets of an ARN are API destinations of this account and Region.
func (r *Remote) Takes(a arn.ARN) bool {
	return a.Service == "events" && strings.HasPrefix(a.Resource, "api-destination/") && r.cfg.Destinations.TakesARN(a.String())
}

// Deliver sends one event. Where a token is refused it gets a new one and tries that once.
func (r *Remote) Deliver(ctx context.Context, d *bus.Delivery) error {
	e, err := r.cfg.Destinations.Endpoint(ctx, d.TargetARN)
	if err != nil {
		return lookupFailure(err)
	}
	if err := r.wait(ctx, &e); err != nil {
		return &target.Failure{Code: bus.Throttling, Message: "The rate limit of the API destination " + e.Name + " left no room in time.", Err: err}
	}
	for again := false; ; again = true {
		ctx, cancel := context.WithTimeout(ctx, r.cfg.Time)
		refused, err := r.try(ctx, &e, d)
		cancel()
		if err == nil || !refused || again || e.Connection.Auth.OAuth == nil {
			return err
		}
	}
}

// try sends one request. It says whether the authorization was refused; a token that was is forgotten.
func (r *Remote) try(ctx context.Context, e *destination.Endpoint, d *bus.Delivery) (refused bool, err error) {
	req, err := newRequest(ctx, e, d)
	if err != nil {
		return false, err
	}
	used, err := r.authorize(ctx, req, &e.Connection)
	if err != nil {
		return false, err
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return false, sendFailure(err)
	}
	defer resp.Body.Close()
	// The rest of the answer tells nothing, but a service that is still writing it has not taken the event yet.
	if _, err := io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer)); err != nil {
		return false, sendFailure(err)
	}
	if err := answerFailure(resp, time.Now()); err != nil {
		refused = resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusProxyAuthRequired
		if refused && used != "" {
			r.tokens.forget(e.Connection.ARN, used)
		}
		return refused, err
	}
	return false, nil
}

// wait lets as many requests through as an API destination takes in a second.
func (r *Remote) wait(ctx context.Context, e *destination.Endpoint) error {
	r.mu.Lock()
	l := r.rates[e.ARN]
	if l == nil {
		if len(r.rates) >= idleRates {
			clear(r.rates)
		}
		l = rate.NewLimiter(rate.Limit(e.Rate), 1)
		r.rates[e.ARN] = l
	}
	if l.Limit() != rate.Limit(e.Rate) {
		l.SetLimit(rate.Limit(e.Rate))
	}
	r.mu.Unlock()
	return l.Wait(ctx)
}

// authorize adds to a request what its connection has, and gives the token that it used, "" for none.
func (r *Remote) authorize(ctx context.Context, req *http.Request, c *destination.Connection) (used string, err error) {
	switch a := c.Auth; {
	case a.Basic != nil:
		req.SetBasicAuth(a.Basic.Username, a.Basic.Password.Reveal())
	case a.APIKey != nil:
		req.Header.Set(a.APIKey.Name, a.APIKey.Value.Reveal())
	case a.OAuth != nil:
		t, err := r.token(ctx, c)
		if err != nil {
			return "", err
		}
		req.Header.Set("Authorization", "Bearer "+t)
		return t, nil
	}
	return "", nil
}

// Authorize asks for a connection's first token, and words what is wrong for DescribeConnection.
func (r *Remote) Authorize(ctx context.Context, c *destination.Connection) error {
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Time)
	defer cancel()
	_, err := r.token(ctx, c)
	if f, ok := errors.AsType[*target.Failure](err); ok {
		return errors.New(f.Message)
	}
	return err
}

// lookupFailure says why an API destination cannot be used.
func lookupFailure(err error) error {
	msg := err.Error()
	if f, ok := errors.AsType[*fault.Error](err); ok {
		msg = f.Msg
	}
	switch fault.KindOf(err) {
	case fault.NotFound:
		return &target.Failure{Code: bus.NoResource, Message: msg, Final: true}
	case fault.Denied:
		return &target.Failure{Code: bus.NoPermissions, Message: msg, Final: true}
	case fault.Busy:
		return &target.Failure{Code: bus.NoPermissions, Message: msg}
	case fault.Internal, fault.Invalid, fault.Conflict, fault.Limit, fault.Unavailable:
	}
	return &target.Failure{Code: bus.InternalError, Message: "The API destination could not be read.", Err: err}
}
