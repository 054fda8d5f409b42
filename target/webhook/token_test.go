package webhook_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/destination"
	"github.com/casestream/casestream/target/webhook"
)

// isObject says whether a text is a JSON object.
func isObject(text []byte) bool {
	var v map[string]any
	return json.Unmarshal(text, &v) == nil
}

// oauth authorizes with tokens of a service.
func oauth(endpoint, method string) destination.Auth {
	return destination.Auth{OAuth: &destination.OAuthAuth{
		ClientID: "id", ClientSecret: "s3cret", Endpoint: endpoint, Method: method,
		Parameters: destination.Parameters{Body: []destination.Parameter{{Key: "scope", Value: "a b"}}, Query: []destination.Parameter{{Key: "q", Value: "1"}}},
	}}
}

// issue makes an authorization server that counts its tokens, which live for some seconds.
func issue(t *testing.T, seconds int) (*service, *atomic.Int32) {
	n := new(atomic.Int32)
	return serve(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"access_token":"t%d","token_type":"Bearer","expires_in":%d}`, n.Add(1), seconds)
	}), n
}

// authorize authorizes the connections that wait.
func (f *fixture) authorize() {
	f.Helper()
	if _, err := f.destinations.AuthorizeDue(f.Context(), f.remote.Authorize); err != nil {
		f.Fatal(err)
	}
}

func TestTokenIsAskedForOnceAndSent(t *testing.T) {
	for _, method := range []string{"GET", "POST", "PUT"} {
		t.Run(method, func(t *testing.T) {
			server, n := issue(t, 3600)
			s := serve(t, ok)
			f := open(t, private, s, server)
			d := f.to(f.connect(destination.OAuth, oauth(server.URL+"/token", method)), "POST", s.URL, 0)
			f.fails(d, bus.NoPermissions, false) // not authorized yet
			f.authorize()
			var all sync.WaitGroup
			for range 10 {
				all.Go(func() { f.arrives(d) })
			}
			all.Wait()
			for _, r := range s.requests() {
				if got := r.Header.Get("Authorization"); got != "Bearer t1" {
					t.Error(got)
				}
			}
			const form = "client_id=id&client_secret=s3cret&grant_type=client_credentials&scope=a+b"
			want, text := "/token?q=1", form
			if method == "GET" {
				want, text = "/token?q=1&"+form, ""
			}
			if r := server.requests()[0]; r.Method != method || r.RequestURI != want || r.Text != text || n.Load() != 1 {
				t.Errorf("%s %s %s, %d tokens", r.Method, r.RequestURI, r.Text, n.Load())
			}
		})
	}
}

func TestTokenThatIsRefusedIsRenewedOnce(t *testing.T) {
	server, n := issue(t, 3600)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer t1" {
			w.WriteHeader(401)
		}
	})
	f := open(t, private, s, server)
	d := f.to(f.connect(destination.OAuth, oauth(server.URL, "POST")), "POST", s.URL, 0)
	f.authorize()
	f.arrives(d)
	f.arrives(d)
	if n.Load() != 2 || len(s.requests()) != 3 {
		t.Errorf("%d tokens, %d requests", n.Load(), len(s.requests()))
	}
}

func TestTokenThatIsOverIsRenewed(t *testing.T) {
	server, n := issue(t, 0)
	s := serve(t, ok)
	f := open(t, private, s, server)
	d := f.to(f.connect(destination.OAuth, oauth(server.URL, "POST")), "POST", s.URL, 0)
	f.authorize()
	f.arrives(d)
	f.arrives(d)
	if n.Load() != 3 {
		t.Errorf("%d tokens", n.Load())
	}
}

func TestConnectionThatIsNotAuthorizedSaysWhy(t *testing.T) {
	for answer, want := range map[string]string{
		"401": "The authorization endpoint answered with the status 401 Unauthorized.",
		"{}":  "The answer of the authorization endpoint holds no access_token.",
	} {
		server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			if answer == "401" {
				w.WriteHeader(401)
			}
			fmt.Fprint(w, answer)
		})
		f := open(t, private, server)
		d := f.to(f.connect(destination.OAuth, oauth(server.URL, "POST")), "POST", "https://localhost/", 0)
		f.authorize()
		if e := f.fails(d, bus.NoPermissions, true); e.Message != "The connection c is deauthorized." {
			t.Error(e)
		}
		if c := f.connection("c"); c.State != destination.Deauthorized || c.Reason != want {
			t.Errorf("%s: %s", c.State, c.Reason)
		}
	}
}

func FuzzReadToken(f *testing.F) {
	f.Add([]byte(`{"access_token":"t","expires_in":3600}`))
	f.Add([]byte(`{"access_token":"t","expires_in":"1e99"}`))
	f.Add([]byte(`{"access_token":"t\n","expires_in":-1}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		webhook.TokenIsSound(t, text)
	})
}
