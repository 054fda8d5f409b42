package webhook

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/target"
)

// answerFailure says what an answer means: nil for 2xx. EventBridge tries again after 401, 407, 409, 429 and 5xx.
func answerFailure(resp *http.Response, now time.Time) error {
	status := resp.StatusCode
	if status >= 200 && status <= 299 {
		return nil
	}
	f := &target.Failure{
		Code: bus.ErrorFromTarget, Status: status,
		Message: "The target answered with the status " + strconv.Itoa(status) + " " + http.StatusText(status) + ".",
	}
	switch {
	case status == http.StatusTooManyRequests:
		f.Code = bus.Throttling
	case status == http.StatusUnauthorized, status == http.StatusProxyAuthRequired, status == http.StatusConflict, status >= 500:
	default:
		f.Final = true
		return f
	}
	wait, given := retryAfter(resp.Header.Get("Retry-After"), now)
	if given && wait < 0 {
		f.Final = true // it asks not to be tried again
	} else if given {
		f.RetryAfter = wait
	}
	return f
}

// sendFailure says why there was no answer. The cause is for the log only: it may hold the URL, with secrets in its
// query.
func sendFailure(err error) error {
	var resolve *net.DNSError
	var waited net.Error
	switch {
	case errors.Is(err, errBlocked):
		return &target.Failure{Code: bus.NoPermissions, Message: "The address of the endpoint is not public, and may not be reached.", Final: true, Err: errBlocked}
	case errors.As(err, &resolve) && resolve.IsNotFound:
		return &target.Failure{Code: bus.ConnectionFailure, Message: "The host of the endpoint has no address.", Final: true, Err: resolve}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &waited) && waited.Timeout():
		return &target.Failure{Code: bus.Timeout, Message: "The target did not answer in time.", Err: context.DeadlineExceeded}
	}
	return &target.Failure{Code: bus.ConnectionFailure, Message: "The connection to the target failed.", Err: stripURL(err)}
}

// stripURL takes the URL off an error of an HTTP client: its query may hold secrets.
func stripURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
