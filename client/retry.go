package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// Throttled says whether a call was refused for coming too often: nothing was done, and it may be sent again.
func Throttled(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.Status == http.StatusTooManyRequests || strings.Contains(e.Code, "Throttl") || e.Code == "TooManyRequestsException")
}

// Code gives the name of the error that a server answered with; empty for any other failure.
func Code(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// The waits between two attempts: each up to twice as long as the one before.
const (
	firstWait   = 100 * time.Millisecond
	longestWait = 5 * time.Second
)

// patiently makes a call until it is not throttled, or the client's patience is over.
func (c *Client) patiently(ctx context.Context, call func() error) error {
	var waited time.Duration
	for wait := firstWait; ; wait = min(2*wait, longestWait) {
		err := call()
		if !Throttled(err) || waited >= c.Patience {
			return err
		}
		pause := wait/2 + rand.N(wait/2) // many clients that were refused at once must not come back at once
		waited += pause
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}
