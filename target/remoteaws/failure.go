package remoteaws

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/target"
)

// meaning is what an error code of AWS comes to.
type meaning struct {
	code  string // of the dead letter
	final bool
}

// What kinds of errors come to.
var (
	refused = meaning{bus.NoPermissions, true}
	// The key is what is wrong, not what it may do: expired, rotated, or of a clock that is off. Somebody will see to
	// it, and the events should still be there then.
	unproven = meaning{bus.NoPermissions, false}
	missing  = meaning{bus.NoResource, true}
	busy     = meaning{bus.Throttling, false}
	broken   = meaning{bus.InternalError, false}
)

// meanings are the error codes that their status does not explain.
var meanings = map[string]meaning{
	"AccessDenied": refused, "AccessDeniedException": refused, "AuthorizationError": refused, "UnauthorizedOperation": refused,
	"NotAuthorizedForSourceException": refused, "NotAuthorizedForDetailTypeException": refused, "NotAuthorizedForSource": refused,
	"OptInRequired": refused, "KmsAccessDenied": refused, "KMS.AccessDeniedException": refused,

	"ExpiredToken": unproven, "ExpiredTokenException": unproven, "InvalidClientTokenId": unproven, "UnrecognizedClientException": unproven,
	"SignatureDoesNotMatch": unproven, "InvalidSignatureException": unproven, "IncompleteSignature": unproven, "RequestExpired": unproven,
	"MissingAuthenticationToken": unproven, "MissingAuthenticationTokenException": unproven, "InvalidAccessKeyId": unproven,
	"RequestTimeTooSkewed": unproven, "AuthFailure": unproven, "InvalidSecurity": unproven,

	"QueueDoesNotExist": missing, "AWS.SimpleQueueService.NonExistentQueue": missing, "AWS.SimpleQueueService.QueueDeletedRecently": missing,
	"QueueDeletedRecently": missing, "ResourceNotFoundException": missing, "NotFoundException": missing,

	"OverLimit": busy, "KmsThrottled": busy, "KMS.ThrottlingException": busy,

	"InternalFailure": broken, "InternalException": broken, "InternalError": broken, "InternalServerError": broken,
	"ServiceUnavailable": broken, "ServiceUnavailableException": broken, "RequestTimeout": {bus.Timeout, false}, "RequestTimeoutException": {bus.Timeout, false},
}

// means tells what an error code of AWS comes to, of an answer with a status.
func means(code string, status int) meaning {
	if m, ok := meanings[code]; ok {
		return m
	}
	if _, ok := retry.DefaultThrottleErrorCodes[code]; ok || status == http.StatusTooManyRequests {
		return busy
	}
	switch {
	case status >= http.StatusInternalServerError:
		return broken
	case code == unnamed: // a proxy's answer, or a wrong endpoint's
		return meaning{bus.ErrorFromTarget, false}
	}
	return meaning{bus.InvalidParameter, true}
}

// unnamed is the code that the SDK gives an answer which names none.
const unnamed = "UnknownError"

// failureOf tells what an error of the SDK means for an event; nil stays nil.
func failureOf(err error) error {
	if err == nil {
		return nil
	}
	f := &target.Failure{Err: err}
	if r, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && r.Response != nil {
		f.Status = r.HTTPStatusCode()
		f.RetryAfter = retryAfter(r.Response.Header, time.Now())
	}
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		m := means(e.ErrorCode(), f.Status)
		f.Code, f.Final, f.Message = m.code, m.final, words(e.ErrorCode(), e.ErrorMessage())
		return f
	}
	if f.Status == http.StatusTooManyRequests || f.Status >= http.StatusInternalServerError { // whatever it says besides
		f.Code, f.Message = means(unnamed, f.Status).code, "The answer has the status "+strconv.Itoa(f.Status)+"."
		return f
	}
	f.Code, f.Message = unanswered(err)
	return f
}

// unanswered tells why there is no answer, or none that can be read.
func unanswered(err error) (code, message string) {
	if errors.Is(err, context.DeadlineExceeded) {
		return bus.Timeout, "There was no answer in time."
	}
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
		return bus.Timeout, "There was no answer in time."
	}
	if _, ok := errors.AsType[*smithyhttp.RequestSendError](err); ok {
		return bus.ConnectionFailure, "The connection failed."
	}
	if _, ok := errors.AsType[*smithy.DeserializationError](err); ok {
		return bus.ErrorFromTarget, "The answer cannot be read."
	}
	if _, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		return bus.ErrorFromTarget, "The answer is not the service's."
	}
	return bus.SDKClientError, "The call could not be made."
}

// entryFailure tells what the error of an entry of PutEvents means. The call it came with has succeeded, so that its
// code is all there is.
func entryFailure(code, message string) error {
	m := means(code, http.StatusOK)
	return &target.Failure{Code: m.code, Final: m.final, Status: http.StatusOK, Message: words(code, message)}
}

// maxWords bounds what a failure quotes.
const maxWords = 1000

// words puts an error of AWS into a sentence.
func words(code, message string) string {
	text := code
	if message != "" {
		text += ": " + message
	}
	if len(text) > maxWords {
		text = strings.ToValidUTF8(text[:maxWords], "") + "…"
	}
	return text
}

// retryAfter reads how long an answer asks to be left alone: seconds, or until a date.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if n, err := strconv.ParseInt(text, 10, 32); err == nil {
		return max(0, time.Duration(n)*time.Second)
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
