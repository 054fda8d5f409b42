package api_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// basicConnection makes a connection with a user's name and password.
func basicConnection(name string) *eventbridge.CreateConnectionInput {
	return &eventbridge.CreateConnectionInput{
		Name: &name, AuthorizationType: types.ConnectionAuthorizationTypeBasic, AuthParameters: &types.CreateConnectionAuthRequestParameters{
			BasicAuthParameters: &types.CreateConnectionBasicAuthRequestParameters{Username: new("u"), Password: new("p")},
			InvocationHttpParameters: &types.ConnectionHttpParameters{
				HeaderParameters:      []types.ConnectionHeaderParameter{{Key: new("X-Open"), Value: new("v")}, {Key: new("X-Shut"), Value: new("v"), IsValueSecret: true}},
				QueryStringParameters: []types.ConnectionQueryStringParameter{{Key: new("q"), Value: new("v"), IsValueSecret: true}},
				BodyParameters:        []types.ConnectionBodyParameter{{Key: new("b"), Value: new("v")}},
			},
		},
	}
}

func TestConnectionsAndAPIDestinationsLiveWithTheSDK(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx := t.Context()
		made := got(s.events.CreateConnection(ctx, basicConnection("sdk")))(t)
		if made.ConnectionState != types.ConnectionStateAuthorized || made.CreationTime == nil || made.LastModifiedTime == nil {
			t.Errorf("%+v", made)
		}
		api := got(s.events.CreateApiDestination(ctx, &eventbridge.CreateApiDestinationInput{
			Name: new("sdk"), ConnectionArn: made.ConnectionArn, HttpMethod: types.ApiDestinationHttpMethodPost, InvocationEndpoint: new("https://a.example/*"),
		}))(t)
		if api.ApiDestinationState != types.ApiDestinationStateActive {
			t.Errorf("%+v", api)
		}
		c := got(s.events.DescribeConnection(ctx, &eventbridge.DescribeConnectionInput{Name: new("sdk")}))(t)
		h := c.AuthParameters.InvocationHttpParameters
		if deref(c.AuthParameters.BasicAuthParameters.Username) != "u" || c.SecretArn == nil || c.LastAuthorizedTime == nil ||
			deref(h.HeaderParameters[0].Value) != "v" || h.HeaderParameters[1].Value != nil || !h.HeaderParameters[1].IsValueSecret ||
			h.QueryStringParameters[0].Value != nil || deref(h.BodyParameters[0].Value) != "v" {
			t.Errorf("%+v", c)
		}
		up := got(s.events.UpdateConnection(ctx, &eventbridge.UpdateConnectionInput{Name: new("sdk"), Description: new("d")}))(t)
		if deref(up.ConnectionArn) != deref(made.ConnectionArn) || up.ConnectionState != types.ConnectionStateAuthorized {
			t.Errorf("%+v", up)
		}
		got(s.events.UpdateApiDestination(ctx, &eventbridge.UpdateApiDestinationInput{Name: new("sdk"), InvocationRateLimitPerSecond: new(int32(7))}))(t)
		d := got(s.events.DescribeApiDestination(ctx, &eventbridge.DescribeApiDestinationInput{Name: new("sdk")}))(t)
		if *d.InvocationRateLimitPerSecond != 7 || deref(d.InvocationEndpoint) != "https://a.example/*" || d.HttpMethod != types.ApiDestinationHttpMethodPost {
			t.Errorf("%+v", d)
		}
		got(s.events.CreateConnection(ctx, basicConnection("sdk-2")))(t)
		names := walk(t, 1, func(c types.Connection) string { return *c.Name }, func(ctx context.Context, token *string) ([]types.Connection, *string, error) {
			out, err := s.events.ListConnections(ctx, &eventbridge.ListConnectionsInput{NamePrefix: new("sdk"), Limit: new(int32(1)), NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return out.Connections, out.NextToken, nil
		})
		apis := got(s.events.ListApiDestinations(ctx, &eventbridge.ListApiDestinationsInput{ConnectionArn: made.ConnectionArn}))(t)
		if len(names) != 2 || len(apis.ApiDestinations) != 1 {
			t.Errorf("%d connections, %d API destinations", len(names), len(apis.ApiDestinations))
		}
		if out := got(s.events.DeauthorizeConnection(ctx, &eventbridge.DeauthorizeConnectionInput{Name: new("sdk")}))(t); out.ConnectionState != types.ConnectionStateDeauthorizing {
			t.Errorf("%+v", out)
		}
		got(s.events.DeleteApiDestination(ctx, &eventbridge.DeleteApiDestinationInput{Name: new("sdk")}))(t)
		for _, name := range []string{"sdk", "sdk-2"} {
			if out := got(s.events.DeleteConnection(ctx, &eventbridge.DeleteConnectionInput{Name: &name}))(t); out.ConnectionState != types.ConnectionStateDeleting {
				t.Errorf("%+v", out)
			}
		}
	})
}

func TestConnectionsAndAPIDestinationsAreRefusedAsAWSDoes(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx := t.Context()
		c := got(s.events.CreateConnection(ctx, basicConnection("refused")))(t)
		api := func(name, endpoint string, arn *string) error {
			return only(s.events.CreateApiDestination(ctx, &eventbridge.CreateApiDestinationInput{
				Name: &name, ConnectionArn: arn, HttpMethod: types.ApiDestinationHttpMethodPost, InvocationEndpoint: &endpoint,
			}))
		}
		if err := api("refused", "https://a.example/", c.ConnectionArn); err != nil {
			t.Fatal(err)
		}
		d := got(s.events.DescribeApiDestination(ctx, &eventbridge.DescribeApiDestinationInput{Name: new("refused")}))(t)
		mixed := basicConnection("mixed")
		mixed.AuthorizationType = types.ConnectionAuthorizationTypeApiKey
		vpc := basicConnection("vpc")
		vpc.InvocationConnectivityParameters = &types.ConnectivityResourceParameters{
			ResourceParameters: &types.ConnectivityResourceConfigurationArn{ResourceConfigurationArn: new("arn:aws:vpc-lattice:us-east-1:111122223333:resourceconfiguration/rcfg-0123456789abcdef0")},
		}
		rule := s.rule(t, `{"source":["api.destinations"]}`)
		put := func(target types.Target) error {
			return only(s.events.PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: &rule, Targets: []types.Target{target}}))
		}
		const missing, validation, exists = "ResourceNotFoundException", "ValidationException", "ResourceAlreadyExistsException"
		noConnection, noAPI := "Failed to describe the connection(s). Connection 'no' does not exist.", "Failed to describe the api-destination(s). An api-destination 'no' does not exist."
		no := new("no")
		refuse(t, []refusal{
			{"a connection again", only(s.events.CreateConnection(ctx, basicConnection("refused"))), exists, 400, "Connection refused already exists."},
			{"another authorization", only(s.events.CreateConnection(ctx, mixed)), validation, 400, "needs ApiKeyAuthParameters and no other"},
			{"a bad name", only(s.events.CreateConnection(ctx, basicConnection("a b"))), validation, 400, "1 validation error detected: Value 'a b' at 'name'"},
			{"a private network", only(s.events.CreateConnection(ctx, vpc)), validation, 400, "InvocationConnectivityParameters is not supported by this version of Casestream."},
			{"describe", only(s.events.DescribeConnection(ctx, &eventbridge.DescribeConnectionInput{Name: no})), missing, 400, noConnection},
			{"update", only(s.events.UpdateConnection(ctx, &eventbridge.UpdateConnectionInput{Name: no})), missing, 400, noConnection},
			{"deauthorize", only(s.events.DeauthorizeConnection(ctx, &eventbridge.DeauthorizeConnectionInput{Name: no})), missing, 400, noConnection},
			{"delete", only(s.events.DeleteConnection(ctx, &eventbridge.DeleteConnectionInput{Name: no})), missing, 400, noConnection},
			{"list", only(s.events.ListConnections(ctx, &eventbridge.ListConnectionsInput{NextToken: no})), validation, 400, "NextToken"},
			{"an API destination again", api("refused", "https://a.example/", c.ConnectionArn), exists, 400, "An api-destination 'refused' already exists."},
			{"no connection", api("x", "https://a.example/", new(deref(c.ConnectionArn)+"0")), missing, 400, "does not exist."},
			{"no TLS", api("x", "http://a.example/", c.ConnectionArn), validation, 400, "InvocationEndpoint"},
			{"describe API", only(s.events.DescribeApiDestination(ctx, &eventbridge.DescribeApiDestinationInput{Name: no})), missing, 400, noAPI},
			{"update API", only(s.events.UpdateApiDestination(ctx, &eventbridge.UpdateApiDestinationInput{Name: no})), missing, 400, noAPI},
			{"delete API", only(s.events.DeleteApiDestination(ctx, &eventbridge.DeleteApiDestinationInput{Name: no})), missing, 400, noAPI},
			{"list APIs", only(s.events.ListApiDestinations(ctx, &eventbridge.ListApiDestinationsInput{NextToken: no})), validation, 400, "NextToken"},
			{"no role", put(types.Target{Id: new("1"), Arn: d.ApiDestinationArn}), validation, 400, "RoleArn is required for target"},
		})
	})
}
