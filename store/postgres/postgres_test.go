package postgres_test

import (
	"io"
	"net"
	"net/url"
	"os"
	"sync"
	"testing"

	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// open opens a store on a schema of the test's own, whose DSN through may change; without a server the test
// is skipped.
func open(t *testing.T, through func(*url.URL)) *store.DB {
	t.Helper()
	server := os.Getenv(storetest.Env)
	if server == "" {
		t.Skip(storetest.Env + " names no server")
	}
	d := storetest.Postgres(t, server)
	u, err := url.Parse(d.DSN)
	if err != nil {
		t.Fatal(err)
	}
	through(u)
	d.DSN = u.String()
	return d.Open(t, store.Options{})
}

// probe writes and reads one row, and fails the test when one of the two fails.
func probe(t *testing.T, db *store.DB) {
	t.Helper()
	if err := db.Ping(t.Context()); err != nil {
		t.Errorf("write: %v", err)
	}
	if err := db.Read(t.Context(), func(tx *store.Tx) error {
		var at int64
		_, err := tx.Get(`SELECT at FROM store_probe WHERE id = ?`, []any{1}, &at)
		return err
	}); err != nil {
		t.Errorf("read: %v", err)
	}
}

// cable is a proxy in front of the server that can be cut.
type cable struct {
	net.Listener
	server string

	mu    sync.Mutex
	conns []*net.TCPConn
}

// run carries bytes both ways until the listener is closed.
func (c *cable) run() {
	for {
		in, err := c.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", c.server)
		if err != nil {
			in.Close()
			continue
		}
		c.mu.Lock()
		c.conns = append(c.conns, in.(*net.TCPConn), out.(*net.TCPConn))
		c.mu.Unlock()
		go io.Copy(in, out)
		go io.Copy(out, in)
	}
}

// cut resets every connection.
func (c *cable) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.conns {
		conn.SetLinger(0)
		conn.Close()
	}
	c.conns = nil
}

func TestCutConnectionsAreMadeAnew(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	c := &cable{Listener: listener}
	db := open(t, func(u *url.URL) { c.server, u.Host = u.Host, listener.Addr().String(); go c.run() })
	for range 3 {
		probe(t, db)
		c.cut()
		probe(t, db)
	}
	c.cut()
}

func TestServerThatBecameReadOnlyIsLeft(t *testing.T) {
	db := open(t, func(*url.URL) {})
	// The connection serves only readers from now on, like one to a server that has become a standby.
	if err := db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(`SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	probe(t, db)
}
