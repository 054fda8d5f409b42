package remoteaws

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go/logging"

	"github.com/casestream/casestream/base/arn"
)

// clientKey is what calls must have in common to share a client.
type clientKey struct{ profile, region, endpoint string }

// client calls the services of a Region.
type client struct {
	endpoint    string // empty: AWS's own
	credentials aws.CredentialsProvider
	sqs         *sqs.Client
	events      *eventbridge.Client
}

// idleConnections is how many connections to one host wait for the next call: as many as calls may be under way.
const idleConnections = 64

// loadProfile reads AWS's configuration: the environment, and the shared files at a profile.
func loadProfile(ctx context.Context, profile, region string) (aws.Config, error) {
	return config.LoadDefaultConfig(ctx, config.WithSharedConfigProfile(profile), config.WithDefaultRegion(region),
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
			t.MaxIdleConnsPerHost = idleConnections
		})))
}

// client gives the client for an ARN.
func (t *Target) client(ctx context.Context, a arn.ARN) (*client, error) {
	endpoint, _ := t.cfg.Endpoints.find(a)
	profile, _ := t.cfg.Profiles.find(a)
	key := clientKey{profile, a.Region, strings.TrimRight(endpoint, "/")}
	t.mu.Lock()
	defer t.mu.Unlock()
	if c := t.clients[key]; c != nil {
		return c, nil
	}
	cfg, ok := t.profiles[profile]
	if !ok { // what it could not be read for at the start may be mended
		var err error
		if cfg, err = loadProfile(ctx, profile, t.cfg.ARNs.Region); err != nil {
			return nil, err
		}
		t.profiles[profile] = cfg
	}
	c := newClient(cfg, key)
	t.clients[key] = c
	return c, nil
}

// newClient makes a client that tries nothing twice. Where it calls is for key alone to say: AWS_ENDPOINT_URL, which the
// SDK would follow, is set in many a shell for the clients of this very server.
func newClient(cfg aws.Config, key clientKey) *client {
	var base *string
	if key.endpoint != "" {
		base = &key.endpoint
	}
	cfg.AppID = "casestream"
	cfg.Logger = logging.Nop{} // what is worth a line, the failure says
	cfg.HTTPClient = steady{cfg.HTTPClient}
	return &client{
		endpoint: key.endpoint, credentials: cfg.Credentials,
		sqs: sqs.NewFromConfig(cfg, func(o *sqs.Options) {
			o.Region, o.BaseEndpoint, o.Retryer = key.region, base, aws.NopRetryer{}
		}),
		events: eventbridge.NewFromConfig(cfg, func(o *eventbridge.Options) {
			o.Region, o.BaseEndpoint, o.Retryer = key.region, base, aws.NopRetryer{}
		}),
	}
}

// steady sends a request from memory. The SDK closes its own body as soon as an answer begins to arrive; when that is
// before net/http has looked whether the body has an end, net/http takes this for a failed write and closes the
// connection in the middle of the answer: an event that has arrived would be sent again.
type steady struct{ client aws.HTTPClient }

// Do sends a request.
func (s steady) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return s.client.Do(r)
}
