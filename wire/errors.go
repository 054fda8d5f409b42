package wire

import (
	"net/http"
	"strconv"
)

// APIError is an error that a client may see: generated exceptions and *Error implement it.
type APIError interface {
	error
	// Wire gives the error as the protocols write it.
	Wire() *Error
}

// Error is an AWS error on its way to a client.
type Error struct {
	Code      string // the shape's name: "ResourceNotFoundException"
	Namespace string // before the # of __type; empty: the service's own
	QueryCode string // awsQuery's code where it differs from Code: "AWS.SimpleQueueService.NonExistentQueue"
	Status    int    // HTTP status
	Message   string
	// QueryMessage is what awsQuery says instead, where AWS words it differently.
	QueryMessage string
	// MessageKey is the member that holds the message: "message" when empty; Connect says "Message".
	MessageKey string
	Receiver   bool        // the server's fault: awsQuery's "Receiver" instead of "Sender"
	Members    [][2]string // further string members, in order: {"resourceId", "…"}
	Header     http.Header // extra headers, such as Retry-After
}

// Error gives code and message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Wire makes an Error an APIError.
func (e *Error) Wire() *Error { return e }

// RetryAfter makes the header that tells when to try again; nil leaves it out.
func RetryAfter(seconds *int32) http.Header {
	if seconds == nil {
		return nil
	}
	return http.Header{"Retry-After": {strconv.Itoa(int(*seconds))}}
}

// NotImplemented says that an operation exists at AWS and not here.
func NotImplemented(service, operation string) *Error {
	return &Error{
		Code: "NotImplemented", Status: http.StatusNotImplemented, Receiver: true,
		Message: "Casestream does not implement " + service + ":" + operation + ". docs/coverage.md lists what it implements.",
	}
}
