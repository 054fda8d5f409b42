// Package fault is the one error that rooms give each other: a kind that a caller can act on, a message
// for the client and a cause for the log.
//
// It knows no AWS error code and no HTTP status: the door of each service has one table from Kind to
// that service's exceptions.
package fault

import "errors"

// Kind says what a caller can do about a failure. The zero value is Internal, so that an error that
// nobody classified is never shown to a client.
type Kind int

// The kinds, a closed list.
const (
	Internal    Kind = iota // our fault; the message stays in the log
	Invalid                 // the input breaks a rule; sending it again will not help
	NotFound                // the thing that the input names does not exist
	Conflict                // the input contradicts what is stored
	Denied                  // the caller may not do this
	Limit                   // a quota is used up
	Busy                    // try again later: too many requests, or a lock that did not come free
	Unavailable             // the store has stopped acknowledging (full disk, failed fsync, corruption)
)

// String gives the kind's name as logs and metrics show it.
func (k Kind) String() string {
	switch k {
	case Internal:
		return "internal"
	case Invalid:
		return "invalid"
	case NotFound:
		return "not_found"
	case Conflict:
		return "conflict"
	case Denied:
		return "denied"
	case Limit:
		return "limit"
	case Busy:
		return "busy"
	case Unavailable:
		return "unavailable"
	}
	return "unknown"
}

// Error is a classified failure.
type Error struct {
	Kind    Kind
	Subject string // what it is about, as the door's exception wants it: "Domain", "Case", "Queue"; may be empty
	ID      string // which one; may be empty
	Msg     string // for the client
	Err     error  // for the log; never shown to a client
}

// Error gives the client's message, with the cause behind it when there is one.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Msg
	}
	if e.Msg == "" {
		return e.Err.Error()
	}
	return e.Msg + ": " + e.Err.Error()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// New makes an error of a kind with a message for the client.
func New(k Kind, msg string) *Error { return &Error{Kind: k, Msg: msg} }

// Missing says that the named thing does not exist.
func Missing(subject, id, msg string) *Error {
	return &Error{Kind: NotFound, Subject: subject, ID: id, Msg: msg}
}

// Wrap classifies a cause; the message is what the client sees instead of it.
func Wrap(k Kind, msg string, cause error) *Error { return &Error{Kind: k, Msg: msg, Err: cause} }

// KindOf gives the kind of the first Error in err's chain, Internal when there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}
