package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/destination"
	"github.com/casestream/casestream/target"
)

// Lives of tokens.
const (
	tokenMargin = 30 * time.Second // how long before its end a token counts as over
	tokenLife   = time.Hour        // of a token whose answer does not say
)

// token is one that an authorization server gave.
type token struct {
	text     string
	revision int64 // of the connection that it is for
	until    time.Time
}

// tokens are those that are held, by the ARN of their connection. Many that need the same one ask for it once.
type tokens struct {
	asking singleflight.Group
	mu     sync.Mutex
	held   map[string]token
}

// get gives the token of a connection, if there is one that is still good.
func (t *tokens) get(c *destination.Connection, now time.Time) (string, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k, ok := t.held[c.ARN]
	return k.text, ok && k.revision == c.Revision && now.Before(k.until)
}

// put holds a token.
func (t *tokens) put(c *destination.Connection, k token, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for arn, old := range t.held {
		if !now.Before(old.until) {
			delete(t.held, arn)
		}
	}
	t.held[c.ARN] = k
}

// forget drops a token that was refused, unless there is another one by now.
func (t *tokens) forget(arn, text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held[arn].text == text {
		delete(t.held, arn)
	}
}

// token gives the token of a connection, asking for one where there is none. Whoever asks first asks for all; its
// time bounds the exchange, theirs only their waiting.
func (r *Remote) token(ctx context.Context, c *destination.Connection) (string, error) {
	if text, ok := r.tokens.get(c, time.Now()); ok {
		return text, nil
	}
	asked := r.tokens.asking.DoChan(c.ARN+" "+strconv.FormatInt(c.Revision, 10), func() (any, error) {
		if text, ok := r.tokens.get(c, time.Now()); ok {
			return text, nil
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.cfg.Time)
		defer cancel()
		k, err := r.ask(ctx, c)
		if err != nil {
			return "", err
		}
		r.tokens.put(c, k, time.Now())
		return k.text, nil
	})
	select {
	case <-ctx.Done():
		return "", sendFailure(ctx.Err())
	case got := <-asked:
		if got.Err != nil {
			return "", got.Err
		}
		return got.Val.(string), nil
	}
}

// ask asks an authorization server for a token.
func (r *Remote) ask(ctx context.Context, c *destination.Connection) (token, error) {
	req, err := tokenRequest(ctx, c.Auth.OAuth)
	if err != nil {
		return token{}, &target.Failure{Code: bus.InvalidParameter, Message: "The authorization endpoint of the connection is not valid.", Final: true}
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return token{}, authorizationFailure(sendFailure(err))
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return token{}, authorizationFailure(sendFailure(err))
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return token{}, &target.Failure{
			Code: bus.NoPermissions, Status: resp.StatusCode,
			Message: "The authorization endpoint answered with the status " + strconv.Itoa(resp.StatusCode) + " " + http.StatusText(resp.StatusCode) + ".",
		}
	}
	k, ok := readToken(text, time.Now())
	if !ok {
		return token{}, &target.Failure{Code: bus.NoPermissions, Message: "The answer of the authorization endpoint holds no access_token."}
	}
	k.revision = c.Revision
	return k, nil
}

// authorizationFailure says of a failure that it was the authorization endpoint's.
func authorizationFailure(err error) error {
	if f, ok := errors.AsType[*target.Failure](err); ok {
		f.Message = "Authorization endpoint: " + f.Message
	}
	return err
}

// tokenRequest makes the request of the grant client_credentials (RFC 6749, 4.4): in the body of POST and PUT, in
// the query of GET. A parameter of the connection wins over a member of the grant.
func tokenRequest(ctx context.Context, a *destination.OAuthAuth) (*http.Request, error) {
	u, err := url.Parse(a.Endpoint)
	if err != nil {
		return nil, err
	}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {a.ClientID}, "client_secret": {a.ClientSecret.Reveal()}}
	for _, p := range a.Parameters.Body {
		form.Set(p.Key, p.Value.Reveal())
	}
	u.RawQuery = joinQuery(u.RawQuery, nil, a.Parameters.Query)
	text := ""
	if a.Method == http.MethodGet {
		if u.RawQuery != "" {
			u.RawQuery += "&"
		}
		u.RawQuery += form.Encode()
	} else {
		text = form.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, a.Method, u.String(), strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	if text != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	req.Header.Set("Accept", "application/json")
	for _, p := range a.Parameters.Header {
		setHeader(req.Header, p.Key, p.Value.Reveal())
	}
	req.Header.Set("User-Agent", "Amazon/EventBridge/ApiDestinations")
	req.Close = true
	return req, nil
}

// readToken reads the answer of an authorization server.
func readToken(text []byte, now time.Time) (token, bool) {
	var answer struct {
		AccessToken string          `json:"access_token"`
		ExpiresIn   json.RawMessage `json:"expires_in"` // a number; some say it in quotes, or nothing
	}
	if err := json.Unmarshal(text, &answer); err != nil || answer.AccessToken == "" || strings.ContainsFunc(answer.AccessToken, isControl) {
		return token{}, false
	}
	life := tokenLife
	if n, err := strconv.ParseFloat(strings.Trim(string(answer.ExpiresIn), `" `), 64); err == nil && n >= 0 {
		life = time.Duration(min(n, (24*time.Hour).Seconds()) * float64(time.Second))
	}
	return token{text: answer.AccessToken, until: now.Add(life - min(tokenMargin, life/2))}, true
}

// isControl says whether a character has no place in a header.
func isControl(r rune) bool { return r < ' ' || r == 0x7f }
