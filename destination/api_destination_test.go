package destination_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/destination"
	"github.com/casestream/casestream/store"
)

func TestAPIDestinationFollowsItsConnection(t *testing.T) {
	each(t, func(f *fixture) {
		c := f.connected(oauth("c"))
		a, err := f.api("a", c.ARN, "https://a.example/x/*")
		if err != nil || a.State != destination.Inactive || a.Rate != destination.DefaultRate || !strings.Contains(a.ARN, ":api-destination/a/") {
			f.Fatalf("%v %+v", err, a)
		}
		endpoint := func() error { _, err := f.d.Endpoint(t.Context(), a.ARN); return err }
		refused(f.T, endpoint(), fault.Busy, "not authorized yet")
		if _, err := f.d.AuthorizeDue(t.Context(), func(context.Context, *destination.Connection) error { return nil }); err != nil {
			f.Fatal(err)
		}
		e, err := f.d.Endpoint(t.Context(), a.ARN)
		if err != nil || e.Endpoint != "https://a.example/x/*" || e.Connection.Auth.OAuth.ClientSecret.Reveal() != "hunter2" || f.state("a") != destination.Active {
			f.Errorf("%v %+v", err, e)
		}
		f.write(func(tx *store.Tx) error { _, err := f.d.DeauthorizeConnection(tx, "c"); return err })
		refused(f.T, endpoint(), fault.Denied, "deauthorized")
		f.write(func(tx *store.Tx) error { _, err := f.d.DeleteConnection(tx, "c"); return err })
		refused(f.T, endpoint(), fault.Denied, "does not exist")
		f.connected(basic("c")) // another one of the same name
		refused(f.T, endpoint(), fault.Denied, "does not exist")
		if f.state("a") != destination.Inactive {
			f.Error("active without its connection")
		}
		b := f.connection("c").ARN
		f.write(func(tx *store.Tx) error {
			got, err := f.d.UpdateAPIDestination(tx, "a", destination.APIUpdate{ConnectionARN: &b, Rate: new(5), Method: new("PUT")})
			if got.State != destination.Active || got.Rate != 5 || got.Method != "PUT" || got.ARN != a.ARN {
				f.Errorf("%+v", got)
			}
			return err
		})
		if err := endpoint(); err != nil {
			f.Error(err)
		}
		f.write(func(tx *store.Tx) error { return f.d.DeleteAPIDestination(tx, "a") })
		refused(f.T, endpoint(), fault.NotFound, "does not exist")
		refused(f.T, f.try(func(tx *store.Tx) error { return f.d.DeleteAPIDestination(tx, "a") }), fault.NotFound, "An api-destination 'a' does not exist.")
	})
}

func TestAPIDestinationThatCannotBeIsRefused(t *testing.T) {
	each(t, func(f *fixture) {
		c := f.connected(basic("c"))
		if _, err := f.api("a", c.ARN, "https://a.example/"); err != nil {
			f.Fatal(err)
		}
		_, err := f.api("a", c.ARN, "https://a.example/")
		refused(f.T, err, fault.Conflict, "An api-destination 'a' already exists.")
		for _, gone := range []string{c.ARN + "x", strings.Replace(c.ARN, "eu-west-2", "us-east-1", 1), "nonsense"} {
			_, err := f.api("b", gone, "https://a.example/")
			refused(f.T, err, fault.NotFound, "Connection '"+gone+"' does not exist.")
		}
		for _, endpoint := range []string{
			"http://a.example/", "ftp://a.example/", "https://", "https:///x", "https:a", "a.example", "//a.example", "https://u:p@a.example/",
			"https://*.example/", "https://a.example/#x", "https://a.example:port/", "https://a.example:65536/", "https://a.example:0/", "https://[::1/", "https://a b/", "file:///etc/passwd", "gopher://a/",
		} {
			_, err := f.api("b", c.ARN, endpoint)
			refused(f.T, err, fault.Invalid, "Parameter InvocationEndpoint is not valid.")
		}
	})
}

func TestPathValuesStayWithinTheirPlace(t *testing.T) {
	for _, row := range []struct {
		endpoint string
		values   []string
		want     string
	}{
		{"https://a.example/x", nil, "https://a.example/x"},
		{"https://a.example/*/y/*?q=*", []string{"1", "ü"}, "https://a.example/1/y/%C3%BC?q=*"},
		{"https://a.example/*/y", []string{"a/b..c"}, "https://a.example/a%2Fb..c/y"},
		{"https://a.example/*/../y", []string{"..."}, "https://a.example/.../../y"},
		{"https://a.example/*/y", []string{"%2e%2e"}, "https://a.example/%252e%252e/y"},
		{"https://a.example/*/y", []string{"../../admin"}, ""},
		{"https://a.example/*/y", []string{`x\..\admin`}, ""},
		{"https://a.example/*/y", []string{".."}, ""},
		{"https://a.example/.*/y", []string{"."}, ""},
		{"https://a.example/**/y", []string{".", "."}, ""},
		{"https://a.example/*/y", []string{"a?b#c d%2f"}, "https://a.example/a%3Fb%23c%20d%252f/y"},
		{"https://a.example/a%2Fb/*", []string{"c"}, "https://a.example/a%2Fb/c"},
		{"https://a.example/*", nil, ""},
		{"https://a.example/", []string{"1"}, ""},
	} {
		u, err := destination.Fill(row.endpoint, row.values)
		if (err == nil) != (row.want != "") || err == nil && u.String() != row.want {
			t.Errorf("%+v: %v %v", row, u, err)
		}
	}
}

func FuzzFill(f *testing.F) {
	f.Add("https://a.example/*/x", "../b")
	f.Add("https://a.example/%2a*", "?")
	f.Fuzz(func(t *testing.T, endpoint, value string) {
		before, err := url.Parse(endpoint)
		u, fillErr := destination.Fill(endpoint, []string{value})
		if fillErr != nil {
			return
		}
		after, err2 := url.Parse(u.String())
		if err != nil || err2 != nil || before.Host != after.Host || strings.Count(before.EscapedPath(), "/") != strings.Count(after.EscapedPath(), "/") || before.RawQuery != after.RawQuery {
			t.Errorf("%q with %q became %v", endpoint, value, u)
		}
	})
}
