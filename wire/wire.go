// Package wire speaks AWS's protocols: restJson1, awsJson1.0 (with SQS's query-compatible errors),
// awsJson1.1 and awsQuery. It turns the bytes of a request into a generated shape, checks the shape's
// constraints with AWS's wording, and turns shapes and errors back into bytes.
//
// It is not the front door (that is gateway) and knows no service: what a service has is in the tables
// that cmd/apigen writes into awsapi.
//
//	wire.go      the tables that the generator fills and the gateway reads
//	serve.go     request bytes -> input shape -> operation · bind.go what REST carries outside the body
//	decoder.go   JSON in: the tokens · decode_values.go JSON in: the values
//	encoder.go   JSON out · query.go awsQuery in · xml.go awsQuery out · query_json.go awsQuery out, as JSON
//	write.go     answers and errors in each protocol · errors.go what an error is
//	check.go     constraints and their wording · describe.go values in that wording · pattern.go AWS's regular expressions
//	timestamp.go AWS's three timestamp formats · route.go REST paths
package wire

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Protocol is one of AWS's wire protocols.
type Protocol int

// The protocols spoken here.
const (
	RestJSON1 Protocol = iota
	AWSJSON10
	AWSJSON11
	AWSQuery
	AWSQueryJSON // awsQuery whose answer is wanted as JSON, by Accept
)

// Service is one AWS service as the front door sees it: the names that requests find it by, its
// protocol and its operations. cmd/apigen writes it; the service's room adds MapError.
type Service struct {
	ID             string   // our room and package: "connectcases"
	SigningName    string   // the service in a SigV4 scope: "cases"
	EndpointPrefix string   // the first label of the host: "cases"
	TargetPrefix   string   // before the dot in X-Amz-Target: "AmazonSQS"; empty for REST
	APIVersion     string   // awsQuery's Version: "2012-11-05"
	XMLNamespace   string   // of awsQuery answers
	ErrorNamespace string   // before the # in __type: "com.amazonaws.sqs"; empty for REST
	Protocol       Protocol // what current SDKs speak
	AlsoQuery      bool     // awsQuery is understood too (SQS's legacy form), with x-amzn-query-error on JSON errors
	Operations     []Operation
	Invalid        Invalid // how a broken constraint is answered
	// MapError turns a room's error into one of the service's exceptions; nil leaves it to the gateway.
	MapError func(error) error
}

// Invalid is the error that answers an input which breaks the model's constraints.
type Invalid struct {
	Code       string // "ValidationException"
	Namespace  string // as Error.Namespace
	QueryCode  string // as Error.QueryCode
	MessageKey string // as Error.MessageKey
	// FirstMissing answers with the first missing parameter only, in SQS's words, instead of AWS's list
	// of all broken constraints.
	FirstMissing bool
}

// Operation is one row of a service's table. Every operation of AWS's model has a row; Call is nil where
// its shapes are not generated, and answers with NotImplemented where no room has the method.
type Operation struct {
	Name   string
	Method string // REST only
	Path   string // REST only: "/domains/{domainId}/cases"
	// Errors lists the codes that the model allows, to catch an operation that answers with another.
	Errors []string
	// Rate and Burst are AWS's default quota of requests: so many a second, so many at once. No Rate: no quota
	// is known. Whether they are held is the front door's setting.
	Rate  float64
	Burst int
	// Call decodes the request, checks it, runs the operation and gives its output shape (nil: no body).
	Call func(ctx context.Context, r *Request) (Output, error)
}

// Request is one authenticated request on its way to an operation.
type Request struct {
	HTTP     *http.Request
	Service  *Service
	Op       *Operation
	Protocol Protocol          // what this request speaks; differs from Service.Protocol for SQS's legacy form
	Labels   map[string]string // REST path labels, percent-decoded
	Body     []byte            // the whole body, already held to its limit
	// Form holds awsQuery's parameters. Who routes the request has parsed them to find Action, and may
	// have added some (the queue whose URL was called); nil leaves the parsing to the decoder.
	Form url.Values
}

// Output is a generated output shape.
type Output interface {
	// EncodeJSON writes the shape's body members as JSON.
	EncodeJSON(e *Encoder)
}

// Principal is who signed a request.
type Principal struct {
	Account     string
	ARN         string // "arn:aws:iam::123456789012:user/casestream"
	UserID      string // what STS calls UserId
	AccessKeyID string
}

// Call is what an operation may want to know of the request that it serves.
type Call struct {
	RequestID string
	Principal Principal
	Region    string
	Scheme    string // "http" or "https", as the client reached us
	Host      string // the Host header: SQS builds queue URLs with it
	SourceIP  string // the address at the other end of the connection
	UserAgent string
	Referer   string
	Header    http.Header // nil behind a Parked
	// MayPark says that the operation may answer with a Parked.
	MayPark bool
}

// Parked is what an operation returns in place of an error when all that is left is to wait for something that may not come
// for long. The door then lets go of all that a request holds but this.
type Parked interface {
	error
	// Deadline is when the wait is over.
	Deadline() time.Time
	// OnWake has f called when there may be an answer, from any goroutine; f is quick. What was before counts too.
	OnWake(f func())
	// Answer gives the operation's output once there is one, and with last at any rate.
	Answer(ctx context.Context, last bool) (out Output, done bool, err error)
	// Leave ends the wait. It is called once, in the end.
	Leave()
}

// callKey is the context key of a Call.
type callKey struct{}

// WithCall puts c into a context.
func WithCall(ctx context.Context, c *Call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// CallOf gives the call that ctx belongs to; an empty one outside a request.
func CallOf(ctx context.Context) *Call {
	if c, ok := ctx.Value(callKey{}).(*Call); ok {
		return c
	}
	return &Call{}
}
