package destination_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/destination"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// same compares connections as they are seen from outside.
var same = cmpopts.IgnoreUnexported(destination.Connection{})

func TestConnectionIsMadeChangedAndRemoved(t *testing.T) {
	each(t, func(f *fixture) {
		made := f.connected(basic("c"))
		if !regexp.MustCompile(`^arn:aws:events:eu-west-2:111122223333:connection/c/[-0-9a-f]{36}$`).MatchString(made.ARN) ||
			!regexp.MustCompile(`^arn:aws:secretsmanager:eu-west-2:111122223333:secret:events!connection/c/[-0-9a-f]{36}-\w{6}$`).MatchString(made.SecretARN) ||
			made.State != destination.Authorized || made.Authorized.IsZero() {
			f.Errorf("%+v", made)
		}
		if diff := cmp.Diff(made, f.connection("c"), same); diff != "" {
			f.Error(diff)
		}
		if err := f.update("c", destination.ConnectionUpdate{Edit: func(a *destination.Auth) { a.Basic.Username = "v" }}); err != nil {
			f.Fatal(err)
		}
		if a := f.connection("c").Auth; a.Basic.Username != "v" || a.Basic.Password.Reveal() != "hunter2" {
			f.Errorf("%+v", a)
		}
		refused(f.T, f.update("c", destination.ConnectionUpdate{Kind: new(destination.APIKey)}), fault.Invalid, "needs ApiKeyAuthParameters and no other")
		err := f.update("c", destination.ConnectionUpdate{Kind: new(destination.APIKey), Description: new("d"), Edit: func(a *destination.Auth) {
			a.APIKey = &destination.APIKeyAuth{Name: "X-K", Value: "v"}
		}})
		if c := f.connection("c"); err != nil || c.Auth.Basic != nil || c.Description != "d" || c.Revision != 3 || c.ARN != made.ARN {
			f.Errorf("%v %+v", err, c)
		}
		f.write(func(tx *store.Tx) error { _, err := f.d.DeauthorizeConnection(tx, "c"); return err })
		if c := f.connection("c"); c.State != destination.Deauthorized || c.Auth.APIKey != nil {
			f.Errorf("%+v", c)
		}
		if err := f.update("c", destination.ConnectionUpdate{Description: new("e")}); err != nil || f.connection("c").State != destination.Deauthorized {
			f.Error(err, "a description authorizes nothing")
		}
		f.write(func(tx *store.Tx) error { _, err := f.d.DeleteConnection(tx, "c"); return err })
		for _, op := range []func(tx *store.Tx) error{
			func(tx *store.Tx) error { _, err := f.d.Connection(tx, "c"); return err },
			func(tx *store.Tx) error { _, err := f.d.DeleteConnection(tx, "c"); return err },
			func(tx *store.Tx) error { _, err := f.d.DeauthorizeConnection(tx, "c"); return err },
			func(tx *store.Tx) error {
				_, err := f.d.UpdateConnection(tx, "c", destination.ConnectionUpdate{})
				return err
			},
		} {
			refused(f.T, f.try(op), fault.NotFound, "Failed to describe the connection(s). Connection 'c' does not exist.")
		}
	})
}

func TestConnectionThatCannotBeIsRefused(t *testing.T) {
	each(t, func(f *fixture) {
		f.connected(basic("c"))
		for text, c := range map[string]destination.Connection{
			"Connection c already exists.":           basic("c"),
			"Description":                            {Name: "d", Kind: destination.Basic, Description: "\x00", Auth: basic("").Auth},
			"needs BasicAuthParameters and no other": {Name: "d", Kind: destination.Basic, Auth: oauth("").Auth},
			"needs Username and Password":            {Name: "d", Kind: destination.Basic, Auth: &destination.Auth{Basic: &destination.BasicAuth{}}},
			"ApiKeyName":                             {Name: "d", Kind: destination.APIKey, Auth: &destination.Auth{APIKey: &destination.APIKeyAuth{Name: "a b", Value: "v"}}},
			"Each parameter needs a Key": {Name: "d", Kind: destination.Basic, Auth: &destination.Auth{
				Basic: basic("").Auth.Basic, Parameters: destination.Parameters{Body: []destination.Parameter{{}}},
			}},
		} {
			_, err := f.connect(c)
			kind := fault.Invalid
			if strings.Contains(text, "exists") {
				kind = fault.Conflict
			}
			refused(f.T, err, kind, text)
		}
	})
}

func TestConnectionIsNotAuthorizedWhereNobodyCanBeAsked(t *testing.T) {
	each(t, func(f *fixture) {
		for endpoint, reason := range map[string]string{
			"replace_this": "Parameter AuthorizationEndpoint is not valid. Reason: It must be a URL.",
			"http://a/":    "Parameter AuthorizationEndpoint is not valid. Reason: It must be a URL that begins with https://.",
		} {
			f.connected(destination.Connection{Name: "c", Kind: destination.OAuth, Auth: &destination.Auth{
				OAuth: &destination.OAuthAuth{ClientID: "a", ClientSecret: "b", Endpoint: endpoint, Method: "POST"},
			}})
			if _, err := f.d.AuthorizeDue(f.Context(), func(context.Context, *destination.Connection) error {
				f.Error("it is asked at " + endpoint)
				return nil
			}); err != nil {
				f.Fatal(err)
			}
			var c destination.Connection
			if err := f.try(func(tx *store.Tx) (err error) {
				if c, err = f.d.Connection(tx, "c"); err == nil {
					_, err = f.d.DeleteConnection(tx, "c")
				}
				return err
			}); err != nil {
				f.Fatal(err)
			}
			if c.State != destination.Deauthorized || c.Reason != reason {
				f.Errorf("%s: %s %q", endpoint, c.State, c.Reason)
			}
		}
	})
}

func TestQuotaHoldsAgainstConcurrentCreation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		f := over(t, d.Open(t, store.Options{}), destination.Config{Connections: 3, APIDestinations: 3})
		c := f.connected(basic("first"))
		var wg sync.WaitGroup
		var mu sync.Mutex
		made := 0
		for i := range 8 {
			wg.Go(func() {
				_, err := f.connect(basic(fmt.Sprint("c", i)))
				_, apiErr := f.api(fmt.Sprint("a", i), c.ARN, "https://a.example/")
				for _, err := range []error{err, apiErr} {
					if err == nil {
						mu.Lock()
						made++
						mu.Unlock()
					} else if fault.KindOf(err) != fault.Limit {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if made != 2+3 {
			t.Errorf("%d were made", made)
		}
	})
}

func TestSecretsAreNeitherStoredNorShownInClear(t *testing.T) {
	each(t, func(f *fixture) {
		c := f.connected(basic("c"))
		var sealed []byte
		if err := f.db.Read(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Get(`SELECT sealed FROM destination_connection`, nil, &sealed)
			return err
		}); err != nil || len(sealed) < 30 || bytes.Contains(sealed, []byte("hunter2")) || bytes.Contains(sealed, []byte("username")) {
			f.Errorf("%v %q", err, sealed)
		}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", slog.Any("password", c.Auth.Basic.Password), slog.Any("key", secretKey(f, 7)))
		for _, text := range []string{fmt.Sprintf("%v %+v %#v %s", c.Auth.Basic, c.Auth.Basic, c.Auth.Basic, c.Auth.Basic.Password), log.String()} {
			if strings.Contains(text, "hunter2") {
				f.Error(text)
			}
		}
		other := over(f.T, f.db, destination.Config{Key: secretKey(f, 2)})
		if err := other.d.CheckKey(t.Context()); err == nil || !strings.Contains(err.Error(), "--secret-key-file") {
			f.Errorf("a server with another key starts: %v", err)
		}
		if _, err := other.connect(basic("d")); err == nil || fault.KindOf(err) != fault.Internal {
			f.Errorf("a server with another key makes a connection: %v", err)
		}
		if err := f.d.CheckKey(t.Context()); err != nil {
			f.Error(err)
		}
		// What is moved to another connection does not open there.
		f.connected(basic("d"))
		f.write(func(tx *store.Tx) error {
			_, err := tx.Exec(`UPDATE destination_connection SET sealed = ? WHERE name = 'd'`, sealed)
			return err
		})
		if err := f.db.Read(t.Context(), func(tx *store.Tx) error { _, err := f.d.Connection(tx, "d"); return err }); err == nil {
			f.Error("a moved secret opens")
		}
		for _, name := range []string{"c", "d"} {
			f.write(func(tx *store.Tx) error { _, err := f.d.DeleteConnection(tx, name); return err })
		}
		if _, err := other.connect(basic("e")); err != nil {
			f.Errorf("no secret is left, and yet: %v", err)
		}
	})
}

func TestOAuthConnectionIsAuthorizedOnce(t *testing.T) {
	each(t, func(f *fixture) {
		if c := f.connected(oauth("good")); c.State != destination.Authorizing {
			f.Error(c.State)
		}
		f.connected(oauth("bad"))
		asked := map[string]int{}
		var mu sync.Mutex
		ask := func(_ context.Context, c *destination.Connection) error {
			mu.Lock()
			defer mu.Unlock()
			asked[c.Name]++
			if c.Name == "bad" {
				return errors.New("no\n" + strings.Repeat("x", 600))
			}
			return nil
		}
		for range 2 {
			if _, err := f.d.AuthorizeDue(t.Context(), ask); err != nil {
				f.Error(err)
			}
		}
		good, bad := f.connection("good"), f.connection("bad")
		if good.State != destination.Authorized || good.Authorized.IsZero() || bad.State != destination.Deauthorized ||
			len(bad.Reason) != 512 || !strings.HasPrefix(bad.Reason, "no x") || asked["good"] != 1 || asked["bad"] != 1 {
			f.Errorf("%+v %+v %v", good, bad, asked)
		}
		// A change while somebody asks is not overwritten by what comes of asking.
		f.connected(oauth("late"))
		if _, err := f.d.AuthorizeDue(t.Context(), func(context.Context, *destination.Connection) error {
			return f.update("late", destination.ConnectionUpdate{Edit: func(a *destination.Auth) { a.OAuth.ClientID = "other" }})
		}); err != nil {
			f.Error(err)
		}
		if c := f.connection("late"); c.State != destination.Authorizing {
			f.Errorf("%+v", c)
		}
	})
}

func TestListsComeInPages(t *testing.T) {
	each(t, func(f *fixture) {
		for _, name := range []string{"b", "a-2", "a-1", "B"} {
			c := f.connected(basic(name))
			if _, err := f.api(name, c.ARN, "https://a.example/"); err != nil {
				f.Fatal(err)
			}
		}
		for _, row := range []struct {
			prefix, state, after string
			limit                int
			want                 string
		}{{"", "", "", 9, "B a-1 a-2 b"}, {"a", "", "", 9, "a-1 a-2"}, {"", "", "a-1", 1, "a-2"}, {"a", "", "a-2", 9, ""}, {"", "DEAUTHORIZED", "", 9, ""}} {
			var names, apis []string
			err := f.db.Read(t.Context(), func(tx *store.Tx) error {
				list, err := f.d.Connections(tx, row.prefix, row.state, row.after, row.limit)
				for _, c := range list {
					names = append(names, c.Name)
				}
				if err != nil || row.state != "" {
					return err
				}
				aList, err := f.d.APIDestinations(tx, row.prefix, "", row.after, row.limit)
				for _, a := range aList {
					apis = append(apis, a.Name)
				}
				return err
			})
			if got := strings.Join(names, " "); err != nil || got != row.want || row.state == "" && strings.Join(apis, " ") != row.want {
				f.Errorf("%+v: %v %v %v", row, names, apis, err)
			}
		}
	})
}

func TestEveryStepMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		n := 0
		storetest.EveryStep(t, d, func(t *testing.T, db *store.DB, arm func()) {
			f := over(t, db, destination.Config{})
			n++
			name := fmt.Sprint("c", n)
			arm()
			c, err := f.connect(oauth(name))
			if err != nil {
				return
			}
			if _, err := f.api(name, c.ARN, "https://a.example/"); err != nil {
				return
			}
			if _, err := f.d.AuthorizeDue(t.Context(), func(context.Context, *destination.Connection) error { return nil }); err != nil {
				return
			}
			for _, step := range []func(tx *store.Tx) error{
				func(tx *store.Tx) error {
					_, err := f.d.UpdateAPIDestination(tx, name, destination.APIUpdate{Method: new("PUT")})
					return err
				},
				func(tx *store.Tx) error {
					_, err := f.d.UpdateConnection(tx, name, destination.ConnectionUpdate{Description: new("d")})
					return err
				},
				func(tx *store.Tx) error { _, err := f.d.DeauthorizeConnection(tx, name); return err },
				func(tx *store.Tx) error { return f.d.DeleteAPIDestination(tx, name) },
				func(tx *store.Tx) error { _, err := f.d.DeleteConnection(tx, name); return err },
			} {
				if f.try(step) != nil {
					return
				}
			}
		}, func(t *testing.T, db *store.DB, failed store.Step) {
			// Whatever failed: what is there is whole, opens, and can be removed.
			f := over(t, db, destination.Config{})
			err := f.try(func(tx *store.Tx) error {
				apis, err := f.d.APIDestinations(tx, "", "", "", 100)
				if err != nil {
					return err
				}
				for _, a := range apis {
					if err := f.d.DeleteAPIDestination(tx, a.Name); err != nil {
						return err
					}
				}
				list, err := f.d.Connections(tx, "", "", "", 100)
				if err != nil {
					return err
				}
				if len(list) > 1 || len(apis) > len(list) {
					return fmt.Errorf("%d connections, %d API destinations", len(list), len(apis))
				}
				for _, c := range list {
					full, err := f.d.Connection(tx, c.Name)
					if err != nil {
						return err
					}
					if (full.State == destination.Deauthorized) == (full.Auth.OAuth != nil) {
						return fmt.Errorf("half a change: %+v", full)
					}
					if _, err := f.d.DeleteConnection(tx, c.Name); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatalf("after %v failed: %v", failed, err)
			}
		})
	})
}

func FuzzParseKey(f *testing.F) {
	f.Add(destination.GenerateKey())
	f.Add("nonsense")
	f.Fuzz(func(t *testing.T, text string) {
		key, err := destination.ParseKey(text)
		if (err == nil) == (key == destination.Key{}) {
			t.Errorf("%q gives a key: %v", text, err)
		}
	})
}

func TestSecretStaysItselfAsJSON(t *testing.T) {
	text, err := json.Marshal(destination.Parameter{Key: "k", Value: "v"})
	if err != nil || string(text) != `{"key":"k","value":"v"}` {
		t.Error(string(text), err)
	}
}
