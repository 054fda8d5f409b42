package eventbridge

import (
	"context"
	"strings"

	api "github.com/casestream/casestream/awsapi/eventbridge"
	"github.com/casestream/casestream/destination"
	"github.com/casestream/casestream/store"
)

// What DeauthorizeConnection and DeleteConnection answer, as AWS does; here it is done by then.
const (
	deauthorizing = "DEAUTHORIZING"
	deleting      = "DELETING"
)

// privateConnections refuses connections into private networks, and keys that are not there.
func privateConnections(invocation, authorization *api.ConnectivityResourceParameters, key *string) error {
	switch {
	case invocation != nil:
		return unsupported("InvocationConnectivityParameters")
	case authorization != nil:
		return unsupported("ConnectivityParameters")
	case value(key) != "":
		return unsupported("KmsKeyIdentifier")
	}
	return nil
}

// CreateConnection makes a connection; one with OAuth is authorized behind the answer.
func (s *Service) CreateConnection(ctx context.Context, in *api.CreateConnectionInput) (*api.CreateConnectionOutput, error) {
	p := &in.AuthParameters
	if err := privateConnections(in.InvocationConnectivityParameters, p.ConnectivityParameters, in.KmsKeyIdentifier); err != nil {
		return nil, err
	}
	auth := &destination.Auth{Parameters: readParameters(p.InvocationHttpParameters)}
	if b := p.BasicAuthParameters; b != nil {
		auth.Basic = &destination.BasicAuth{Username: b.Username, Password: destination.Secret(b.Password)}
	}
	if k := p.ApiKeyAuthParameters; k != nil {
		auth.APIKey = &destination.APIKeyAuth{Name: k.ApiKeyName, Value: destination.Secret(k.ApiKeyValue)}
	}
	if o := p.OAuthParameters; o != nil {
		auth.OAuth = &destination.OAuthAuth{
			ClientID: o.ClientParameters.ClientID, ClientSecret: destination.Secret(o.ClientParameters.ClientSecret),
			Endpoint: o.AuthorizationEndpoint, Method: strings.ToUpper(o.HttpMethod), Parameters: readParameters(o.OAuthHttpParameters),
		}
	}
	var c destination.Connection
	err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
		c, err = s.destinations.CreateConnection(tx, destination.Connection{
			Name: in.Name, Description: value(in.Description), Kind: in.AuthorizationType, Auth: auth,
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateConnectionOutput{ConnectionArn: &c.ARN, ConnectionState: &c.State, CreationTime: &c.Created, LastModifiedTime: &c.Modified}, nil
}

// UpdateConnection changes what is given of a connection.
func (s *Service) UpdateConnection(ctx context.Context, in *api.UpdateConnectionInput) (*api.UpdateConnectionOutput, error) {
	u := destination.ConnectionUpdate{Description: in.Description, Kind: in.AuthorizationType}
	var authorization *api.ConnectivityResourceParameters
	if p := in.AuthParameters; p != nil {
		authorization = p.ConnectivityParameters
		u.Edit = func(a *destination.Auth) { editAuth(a, p) }
	}
	if err := privateConnections(in.InvocationConnectivityParameters, authorization, in.KmsKeyIdentifier); err != nil {
		return nil, err
	}
	var c destination.Connection
	err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
		c, err = s.destinations.UpdateConnection(tx, in.Name, u)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.UpdateConnectionOutput{
		ConnectionArn: &c.ARN, ConnectionState: &c.State,
		CreationTime: &c.Created, LastModifiedTime: &c.Modified, LastAuthorizedTime: since(c.Authorized),
	}, nil
}

// editAuth takes over what is given of an authorization.
func editAuth(a *destination.Auth, p *api.UpdateConnectionAuthRequestParameters) {
	if b := p.BasicAuthParameters; b != nil {
		a.Basic = orNew(a.Basic)
		set(&a.Basic.Username, b.Username)
		set(&a.Basic.Password, b.Password)
	}
	if k := p.ApiKeyAuthParameters; k != nil {
		a.APIKey = orNew(a.APIKey)
		set(&a.APIKey.Name, k.ApiKeyName)
		set(&a.APIKey.Value, k.ApiKeyValue)
	}
	if o := p.OAuthParameters; o != nil {
		a.OAuth = orNew(a.OAuth)
		if c := o.ClientParameters; c != nil {
			set(&a.OAuth.ClientID, c.ClientID)
			set(&a.OAuth.ClientSecret, c.ClientSecret)
		}
		set(&a.OAuth.Endpoint, o.AuthorizationEndpoint)
		set(&a.OAuth.Method, o.HttpMethod)
		a.OAuth.Method = strings.ToUpper(a.OAuth.Method)
		if o.OAuthHttpParameters != nil {
			a.OAuth.Parameters = readParameters(o.OAuthHttpParameters)
		}
	}
	if p.InvocationHttpParameters != nil {
		a.Parameters = readParameters(p.InvocationHttpParameters)
	}
}

// orNew gives p, or a new one where there is none.
func orNew[T any](p *T) *T {
	if p == nil {
		return new(T)
	}
	return p
}

// set takes over a member that is given.
func set[T ~string](to *T, given *string) {
	if given != nil {
		*to = T(*given)
	}
}

// readParameters reads the parameters of a connection's requests.
func readParameters(in *api.ConnectionHttpParameters) (p destination.Parameters) {
	if in == nil {
		return p
	}
	p.Given = true
	read := func(key, text *string, secret *bool) destination.Parameter {
		return destination.Parameter{Key: value(key), Value: destination.Secret(value(text)), Hidden: secret != nil && *secret}
	}
	for _, h := range in.HeaderParameters {
		p.Header = append(p.Header, read(h.Key, h.Value, h.IsValueSecret))
	}
	for _, q := range in.QueryStringParameters {
		p.Query = append(p.Query, read(q.Key, q.Value, q.IsValueSecret))
	}
	for _, b := range in.BodyParameters {
		p.Body = append(p.Body, read(b.Key, b.Value, b.IsValueSecret))
	}
	return p
}

// showParameters gives the shape of parameters, without the values that are secret; nil where none were given.
func showParameters(p *destination.Parameters) *api.ConnectionHttpParameters {
	if !p.Given {
		return nil
	}
	shown := func(q *destination.Parameter) *string {
		if q.Hidden {
			return nil
		}
		return new(q.Value.Reveal())
	}
	out := new(api.ConnectionHttpParameters)
	for i := range p.Header {
		q := &p.Header[i]
		out.HeaderParameters = append(out.HeaderParameters, api.ConnectionHeaderParameter{Key: &q.Key, Value: shown(q), IsValueSecret: &q.Hidden})
	}
	for i := range p.Query {
		q := &p.Query[i]
		out.QueryStringParameters = append(out.QueryStringParameters, api.ConnectionQueryStringParameter{Key: &q.Key, Value: shown(q), IsValueSecret: &q.Hidden})
	}
	for i := range p.Body {
		q := &p.Body[i]
		out.BodyParameters = append(out.BodyParameters, api.ConnectionBodyParameter{Key: &q.Key, Value: shown(q), IsValueSecret: &q.Hidden})
	}
	return out
}

// DescribeConnection describes a connection, without what is secret about it.
func (s *Service) DescribeConnection(ctx context.Context, in *api.DescribeConnectionInput) (*api.DescribeConnectionOutput, error) {
	var c destination.Connection
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		c, err = s.destinations.Connection(tx, in.Name)
		return err
	})
	if err != nil {
		return nil, err
	}
	shown := &api.ConnectionAuthResponseParameters{InvocationHttpParameters: showParameters(&c.Auth.Parameters)}
	if b := c.Auth.Basic; b != nil {
		shown.BasicAuthParameters = &api.ConnectionBasicAuthResponseParameters{Username: &b.Username}
	}
	if k := c.Auth.APIKey; k != nil {
		shown.ApiKeyAuthParameters = &api.ConnectionApiKeyAuthResponseParameters{ApiKeyName: &k.Name}
	}
	if o := c.Auth.OAuth; o != nil {
		shown.OAuthParameters = &api.ConnectionOAuthResponseParameters{
			ClientParameters:      &api.ConnectionOAuthClientResponseParameters{ClientID: &o.ClientID},
			AuthorizationEndpoint: &o.Endpoint, HttpMethod: &o.Method, OAuthHttpParameters: showParameters(&o.Parameters),
		}
	}
	return &api.DescribeConnectionOutput{
		ConnectionArn: &c.ARN, Name: &c.Name, Description: optional(c.Description), ConnectionState: &c.State, StateReason: optional(c.Reason),
		AuthorizationType: &c.Kind, SecretArn: &c.SecretARN, AuthParameters: shown,
		CreationTime: &c.Created, LastModifiedTime: &c.Modified, LastAuthorizedTime: since(c.Authorized),
	}, nil
}

// ListConnections lists the connections of the account.
func (s *Service) ListConnections(ctx context.Context, in *api.ListConnectionsInput) (*api.ListConnectionsOutput, error) {
	wanted, err := readSpan("connections", in.NextToken, in.Limit)
	if err != nil {
		return nil, err
	}
	var list []destination.Connection
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = s.destinations.Connections(tx, value(in.NamePrefix), value(in.ConnectionState), wanted.after, wanted.size+1)
		return err
	})
	if err != nil {
		return nil, err
	}
	list, next := first(list, wanted, func(c destination.Connection) string { return c.Name })
	out := &api.ListConnectionsOutput{Connections: make([]api.Connection, len(list)), NextToken: next}
	for i := range list {
		c := &list[i]
		out.Connections[i] = api.Connection{
			ConnectionArn: &c.ARN, Name: &c.Name, ConnectionState: &c.State, StateReason: optional(c.Reason), AuthorizationType: &c.Kind,
			CreationTime: &c.Created, LastModifiedTime: &c.Modified, LastAuthorizedTime: since(c.Authorized),
		}
	}
	return out, nil
}

// DeauthorizeConnection takes from a connection what authorizes requests.
func (s *Service) DeauthorizeConnection(ctx context.Context, in *api.DeauthorizeConnectionInput) (*api.DeauthorizeConnectionOutput, error) {
	var c destination.Connection
	err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
		c, err = s.destinations.DeauthorizeConnection(tx, in.Name)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.DeauthorizeConnectionOutput{
		ConnectionArn: &c.ARN, ConnectionState: new(deauthorizing),
		CreationTime: &c.Created, LastModifiedTime: &c.Modified, LastAuthorizedTime: since(c.Authorized),
	}, nil
}

// DeleteConnection removes a connection.
func (s *Service) DeleteConnection(ctx context.Context, in *api.DeleteConnectionInput) (*api.DeleteConnectionOutput, error) {
	var c destination.Connection
	err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
		c, err = s.destinations.DeleteConnection(tx, in.Name)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.DeleteConnectionOutput{
		ConnectionArn: &c.ARN, ConnectionState: new(deleting),
		CreationTime: &c.Created, LastModifiedTime: &c.Modified, LastAuthorizedTime: since(c.Authorized),
	}, nil
}
