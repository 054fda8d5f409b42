package store

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// How a line is proved: what a node says itself must come back. Behind a pooler that gives each transaction another
// connection nothing does.
const (
	echoTime  = 5 * time.Second
	echoAgain = time.Minute // how long to rest when it did not
)

// errNoEcho is what a line fails with over which nothing comes.
var errNoEcho = errors.New("what this node told has not come back")

// hear listens to the others until ctx ends, over a line that it makes anew when it breaks.
func (n *nodes) hear(ctx context.Context) {
	for failed := 0; ; failed++ {
		err := n.listen(ctx, failed > 0)
		was := n.live.Swap(false)
		if ctx.Err() != nil {
			return
		}
		if was {
			failed = 0
			n.heard("", nil) // they look by themselves from now on
		}
		if failed == 0 {
			n.db.opts.Log.Warn("other nodes not heard", slog.Any("err", err))
		}
		if errors.Is(err, ErrNoLine) {
			return
		}
		rest := lineRest(failed)
		if errors.Is(err, errNoEcho) {
			rest = echoAgain
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(rest):
		}
	}
}

// listen hears until something breaks. Whoever waits for something looks at the beginning: what was told before came
// to nobody.
func (n *nodes) listen(ctx context.Context, again bool) error {
	l, err := n.db.conns.Line(ctx)
	if err != nil {
		return err
	}
	defer l.Close()
	if err := l.Listen(ctx); err != nil {
		return err
	}
	if err := n.hello(ctx, l); err != nil {
		return err
	}
	topics := n.begin()
	if again {
		n.db.opts.Log.Info("other nodes heard again")
	}
	for _, t := range topics {
		t.heard(nil)
	}
	for {
		text, err := l.Hear(ctx)
		if err != nil {
			return err
		}
		n.take(text)
	}
}

// hello greets the others and waits for the echo.
func (n *nodes) hello(ctx context.Context, l Line) error {
	greeting := note{from: n.id, name: noteHello}.text()
	waiting, cancel := context.WithTimeout(ctx, echoTime)
	defer cancel()
	if err := l.Tell(waiting, []string{greeting}); err != nil {
		return err
	}
	for {
		text, err := l.Hear(waiting)
		if err != nil && waiting.Err() != nil && ctx.Err() == nil {
			return errNoEcho
		}
		if err != nil || text == greeting {
			return err
		}
		n.take(text)
	}
}

// take does what a text asks for, unless it is this node's own.
func (n *nodes) take(text string) {
	got, ok := parseNote(text)
	if !ok || got.from == n.id {
		return
	}
	n.db.measures.notes.Add(1, "heard")
	if got.name == noteBye {
		n.part(got.from)
		return
	}
	n.meet(got.from, got.name == noteHello)
	if got.name != noteHello && got.name != noteHere {
		n.heard(got.name, got.keys)
	}
}
