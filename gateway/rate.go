package gateway

import (
	"golang.org/x/time/rate"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/wire"
)

// errThrottled is AWS's answer to who asks too often; each service has its own exception for it.
var errThrottled = fault.New(fault.Busy, "Rate exceeded")

// limiters makes the token bucket of each operation that has a rate. One server has one account and one
// Region, and those are what AWS counts by.
func limiters(list []*wire.Service) map[*wire.Operation]*rate.Limiter {
	m := make(map[*wire.Operation]*rate.Limiter)
	for _, svc := range list {
		for i := range svc.Operations {
			if op := &svc.Operations[i]; op.Rate > 0 {
				m[op] = rate.NewLimiter(rate.Limit(op.Rate), op.Burst)
			}
		}
	}
	return m
}

// throttle refuses what comes faster than the operation's rate.
func (g *Gateway) throttle(x *exchange) error {
	l, limited := g.rates[x.req.Op]
	if !limited {
		return nil
	}
	now := x.start
	if g.cfg.Now != nil {
		now = g.cfg.Now()
	}
	if !l.AllowN(now, 1) {
		return errThrottled
	}
	return nil
}
