package destination

import (
	"strings"

	"github.com/casestream/casestream/base/fault"
)

// Kinds of authorization: the values of AuthorizationType.
const (
	Basic  = "BASIC"
	APIKey = "API_KEY"
	OAuth  = "OAUTH_CLIENT_CREDENTIALS"
)

// Auth is what a connection adds to requests. Of Basic, APIKey and OAuth there is the one of its kind, none after
// the connection was deauthorized. It is stored as JSON under these names, encrypted.
type Auth struct {
	Basic      *BasicAuth  `json:"basic,omitempty"`
	APIKey     *APIKeyAuth `json:"apiKey,omitempty"`
	OAuth      *OAuthAuth  `json:"oauth,omitempty"`
	Parameters Parameters  `json:"parameters"` // of each request
}

// BasicAuth is a user's name and password.
type BasicAuth struct {
	Username string `json:"username"`
	Password Secret `json:"password"`
}

// APIKeyAuth is a header with a key in it.
type APIKeyAuth struct {
	Name  string `json:"name"`
	Value Secret `json:"value"`
}

// OAuthAuth is how to come by a token, with the grant client_credentials.
type OAuthAuth struct {
	ClientID     string     `json:"clientId"`
	ClientSecret Secret     `json:"clientSecret"`
	Endpoint     string     `json:"endpoint"`
	Method       string     `json:"method"`     // GET, POST or PUT
	Parameters   Parameters `json:"parameters"` // of the request for a token
}

// Parameters are added to a request.
type Parameters struct {
	Given  bool        `json:"given,omitempty"` // if only as an empty object
	Header []Parameter `json:"header,omitempty"`
	Query  []Parameter `json:"query,omitempty"`
	Body   []Parameter `json:"body,omitempty"`
}

// Parameter is a name and a value.
type Parameter struct {
	Key    string `json:"key"`
	Value  Secret `json:"value"`
	Hidden bool   `json:"hidden,omitempty"` // its value is never shown
}

// check refuses what does not authorize requests of a kind.
func (a *Auth) check(kind string) error {
	name := map[string]string{Basic: "BasicAuthParameters", APIKey: "ApiKeyAuthParameters", OAuth: "OAuthParameters"}[kind]
	if (a.Basic != nil) != (kind == Basic) || (a.APIKey != nil) != (kind == APIKey) || (a.OAuth != nil) != (kind == OAuth) {
		return fault.New(fault.Invalid, "Parameter AuthParameters is not valid. Reason: The authorization type "+kind+" needs "+name+" and no other.")
	}
	incomplete := func(members string) error {
		return fault.New(fault.Invalid, "Parameter AuthParameters is not valid. Reason: "+name+" needs "+members+".")
	}
	switch {
	case a.Basic != nil && (a.Basic.Username == "" || a.Basic.Password == ""):
		return incomplete("Username and Password")
	case a.APIKey != nil && (a.APIKey.Name == "" || a.APIKey.Value == ""):
		return incomplete("ApiKeyName and ApiKeyValue")
	case a.APIKey != nil && !isToken(a.APIKey.Name):
		return fault.New(fault.Invalid, "Parameter ApiKeyName is not valid. Reason: It must be the name of a header.")
	case a.OAuth != nil && (a.OAuth.ClientID == "" || a.OAuth.ClientSecret == "" || a.OAuth.Endpoint == "" || a.OAuth.Method == ""):
		return incomplete("ClientParameters, AuthorizationEndpoint and HttpMethod")
	}
	if a.OAuth != nil {
		if err := a.OAuth.Parameters.check(); err != nil {
			return err
		}
	}
	return a.Parameters.check()
}

// check refuses a parameter without a name, and headers that are none.
func (p *Parameters) check() error {
	for _, list := range [][]Parameter{p.Header, p.Query, p.Body} {
		for _, q := range list {
			if q.Key == "" {
				return fault.New(fault.Invalid, "Parameter InvocationHttpParameters is not valid. Reason: Each parameter needs a Key.")
			}
		}
	}
	for _, q := range p.Header {
		if !isToken(q.Key) {
			return fault.New(fault.Invalid, "Parameter HeaderParameters is not valid. Reason: "+q.Key+" is not the name of a header.")
		}
	}
	return nil
}

// isToken says whether a text may be the name of a header (RFC 9110, 5.6.2).
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9'
		if !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(c)) {
			return false
		}
	}
	return s != ""
}
