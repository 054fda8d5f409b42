package destination

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// Endpoint is all that a request to an API destination is made of.
type Endpoint struct {
	APIDestination
	Connection Connection
}

// TakesARN says whether an ARN is that of an API destination of this account and Region.
func (d *Destinations) TakesARN(text string) bool {
	_, _, ok := d.identify(text, apiResource)
	return ok
}

// Endpoint gives the API destination of an ARN with its connection. One that is gone is a fault.NotFound, one whose
// connection authorizes nothing any more a fault.Denied, one whose connection waits for its first token a fault.Busy.
func (d *Destinations) Endpoint(ctx context.Context, arn string) (e Endpoint, err error) {
	name, uuid, ok := d.identify(arn, apiResource)
	if !ok {
		return Endpoint{}, missingAPI(arn)
	}
	var found, connected bool
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		e.APIDestination, e.Connection, found, connected, err = getEndpoint(tx, name, uuid)
		return err
	})
	if err != nil {
		return Endpoint{}, err
	}
	c := &e.Connection
	switch {
	case !found:
		return Endpoint{}, fault.Missing(SubjectAPI, name, "The API destination "+name+" does not exist.")
	case !connected:
		return Endpoint{}, fault.New(fault.Denied, "The connection of the API destination "+name+" does not exist.")
	case c.State == Authorizing:
		return Endpoint{}, fault.New(fault.Busy, "The connection "+c.Name+" is not authorized yet.")
	case c.State != Authorized:
		return Endpoint{}, fault.New(fault.Denied, "The connection "+c.Name+" is deauthorized.")
	}
	d.name(c)
	d.nameAPI(&e.APIDestination, c.State)
	c.Auth, err = d.cfg.Key.open(c.ARN, c.sealed)
	return e, err
}

// Why Fill makes no URL.
var (
	ErrPlaces = errors.New("the endpoint has more places, or fewer, than there are values for")
	ErrClimbs = errors.New("a value would lead out of its place in the path")
)

// Fill makes the URL of a request out of an endpoint: each * in its path becomes the next of the values, escaped so
// that it stays within its place. Values that make a segment . or .. are refused, also where only a server that reads
// escapes before it follows such segments (many do) would be led astray by them.
func Fill(endpoint string, values []string) (*url.URL, error) {
	u, err := url.Parse(endpoint)
	if err != nil {
		return nil, err
	}
	parts := strings.Split(u.EscapedPath(), "*")
	if u.Host == "" || len(parts) != len(values)+1 {
		return nil, ErrPlaces
	}
	var path strings.Builder
	for i, p := range parts {
		path.WriteString(p)
		if i < len(values) {
			path.WriteString(url.PathEscape(values[i]))
		}
	}
	plain, err := url.PathUnescape(path.String())
	if err != nil {
		return nil, err
	}
	if len(values) > 0 && dots(plain) > dots(u.Path) {
		return nil, ErrClimbs
	}
	u.Path, u.RawPath = plain, path.String()
	return u, nil
}

// dots counts the segments . and .. of a path.
func dots(path string) (n int) {
	for segment := range strings.FieldsFuncSeq(path, func(r rune) bool { return r == '/' || r == '\\' }) {
		if segment == "." || segment == ".." {
			n++
		}
	}
	return n
}
