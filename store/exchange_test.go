package store_test

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/sqlite"
)

// exchange stands for a server that passes on what its clients tell each other.
type exchange struct {
	mu     sync.Mutex
	lines  []*wire
	refuse error    // what LISTEN fails with
	mute   bool     // nothing is passed on, as behind some poolers
	down   bool     // no connection is made or works
	told   []string // all that was passed on
}

// wire is a connection to it.
type wire struct {
	x      *exchange
	texts  chan string
	broken chan struct{}
	once   sync.Once
}

// open connects.
func (x *exchange) open(context.Context) (store.Line, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.down {
		return nil, errDown
	}
	return &wire{x: x, texts: make(chan string, 10_000), broken: make(chan struct{})}, nil
}

// errDown is what fails while the server is down.
var errDown = errors.New("connection refused")

func (w *wire) Listen(context.Context) error {
	w.x.mu.Lock()
	defer w.x.mu.Unlock()
	if w.x.refuse == nil {
		w.x.lines = append(w.x.lines, w)
	}
	return w.x.refuse
}

func (w *wire) Hear(ctx context.Context) (string, error) {
	select {
	case text := <-w.texts:
		return text, nil
	case <-w.broken:
		return "", errDown
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (w *wire) Tell(_ context.Context, texts []string) error {
	w.x.mu.Lock()
	defer w.x.mu.Unlock()
	select {
	case <-w.broken:
		return errDown
	default:
	}
	if w.x.down {
		return errDown
	}
	if w.x.mute {
		return nil
	}
	w.x.told = append(w.x.told, texts...)
	for _, l := range w.x.lines {
		for _, text := range texts {
			l.texts <- text
		}
	}
	return nil
}

func (w *wire) Close() { w.once.Do(func() { close(w.broken) }) }

// cut breaks every connection.
func (x *exchange) cut() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, l := range x.lines {
		l.Close()
	}
	x.lines = nil
}

// set changes the server.
func (x *exchange) set(f func()) {
	x.mu.Lock()
	defer x.mu.Unlock()
	f()
}

// said gives what was told since the last call, without who told it.
func (x *exchange) said() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	var list []string
	for _, text := range x.told {
		_, what, _ := strings.Cut(text, " ")
		list = append(list, what)
	}
	x.told = nil
	return strings.Join(list, " ")
}

// shared is SQLite as if its file could be shared: stores of a test hear each other over an exchange.
type shared struct {
	sqlite.Engine
	x *exchange
}

func (s shared) Open(ctx context.Context, dsn string) (store.Conns, error) {
	c, err := s.Engine.Open(ctx, dsn)
	c.Line = s.x.open
	return c, err
}
