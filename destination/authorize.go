package destination

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/casestream/casestream/store"
)

// Bounds of the work on connections that wait for their first token.
const (
	authorizeLease = time.Minute      // how long one node has for it
	authorizePoll  = 10 * time.Second // how soon another node sees what this one left
	maxReason      = 512              // of StateReason, in characters
)

// Authorize asks for a connection's first token. The text of its error is for clients.
type Authorize func(ctx context.Context, c *Connection) error

// wake tells RunAuthorizations that a connection waits.
func (d *Destinations) wake() {
	select {
	case d.woken <- struct{}{}:
	default:
	}
}

// RunAuthorizations authorizes OAuth connections until ctx ends, on as many nodes as call it.
func (d *Destinations) RunAuthorizations(ctx context.Context, ask Authorize) {
	tick := time.NewTicker(authorizePoll)
	defer tick.Stop()
	for ctx.Err() == nil {
		if _, err := d.AuthorizeDue(ctx, ask); err != nil && ctx.Err() == nil {
			d.cfg.Log.Error("authorize connections", slog.Any("err", err))
		}
		select {
		case <-ctx.Done():
		case <-d.woken:
		case <-tick.C:
		}
	}
}

// AuthorizeDue authorizes the connections that wait now, and says how many there were.
func (d *Destinations) AuthorizeDue(ctx context.Context, ask Authorize) (int, error) {
	waits := false
	err := d.db.Read(ctx, func(tx *store.Tx) error {
		list, err := listConnections(tx, "", Authorizing, "", 1)
		waits = len(list) > 0
		return err
	})
	if err != nil || !waits { // a look costs no write
		return 0, err
	}
	var list []Connection
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		list = nil
		names, err := claimAuthorizing(tx, tx.Now().Add(authorizeLease))
		if err != nil {
			return err
		}
		for _, name := range names {
			c, err := d.Connection(tx, name)
			if err != nil {
				return err
			}
			list = append(list, c)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	failed := make([]error, len(list))
	var asking sync.WaitGroup
	for i := range list {
		asking.Go(func() { failed[i] = d.authorize(ctx, ask, &list[i]) })
	}
	asking.Wait()
	if ctx.Err() != nil {
		return 0, ctx.Err() // the server stops: what failed says nothing about the connection
	}
	return len(list), d.db.Write(ctx, func(tx *store.Tx) error {
		for i := range list {
			c := list[i]
			if failed[i] == nil {
				c.State, c.Reason, c.Authorized = Authorized, "", tx.Now()
			} else {
				c.State, c.Reason = Deauthorized, cutTo(failed[i].Error(), maxReason)
			}
			if err := settleAuthorizing(tx, &c); err != nil {
				return err
			}
		}
		return nil
	})
}

// authorize asks for a token where there is somebody to ask: AWS takes any text for the endpoint, and finds out here.
func (d *Destinations) authorize(ctx context.Context, ask Authorize, c *Connection) error {
	if err := d.checkEndpoint("AuthorizationEndpoint", c.Auth.OAuth.Endpoint); err != nil {
		return err
	}
	return ask(ctx, c)
}

// cutTo gives at most n characters of a text that a client is shown and a database can hold.
func cutTo(s string, n int) string {
	var out []rune
	for _, r := range s {
		if r < ' ' || r == 0x7f {
			r = ' '
		}
		if len(out) == n {
			break
		}
		out = append(out, r)
	}
	return string(out)
}
