package store

import (
	"context"
	"log/slog"
	"time"
)

// tellTime bounds how long it may take to tell something; byeTime, when the store closes.
const (
	tellTime = 5 * time.Second
	byeTime  = time.Second
)

// tell tells the others what there is to tell, until ctx ends. It has a connection of its own, made when there is
// somebody to tell, and no part in any commit: PostgreSQL lets transactions that notify commit one by one.
func (n *nodes) tell(ctx context.Context) {
	var l Line
	timer := time.NewTimer(nodeBeat)
	defer timer.Stop()
	for failed := 0; ; {
		select {
		case <-ctx.Done():
			n.bye(ctx, l)
			return
		case <-n.wake:
		case <-timer.C:
		}
		texts, again := n.due(time.Now())
		if len(texts) > 0 {
			var err error
			if l, err = n.send(ctx, l, texts); err == nil {
				failed = 0
			} else {
				n.lost()
				if failed == 0 && ctx.Err() == nil {
					n.db.opts.Log.Warn("other nodes not told", slog.Any("err", err))
				}
				again = lineRest(failed)
				failed++
			}
		}
		timer.Reset(again)
	}
}

// send tells texts, over a line that it opens where there is none. It gives the line; nil when it broke.
func (n *nodes) send(ctx context.Context, l Line, texts []string) (Line, error) {
	ctx, cancel := context.WithTimeout(ctx, tellTime)
	defer cancel()
	if l == nil {
		var err error
		if l, err = n.db.conns.Line(ctx); err != nil {
			return nil, err
		}
	}
	if err := l.Tell(ctx, texts); err != nil {
		l.Close()
		return nil, err
	}
	n.db.measures.notes.Add(int64(len(texts)), "told")
	return l, nil
}

// bye tells what is left, that the node goes, and closes its line.
func (n *nodes) bye(ctx context.Context, l Line) {
	if l == nil {
		return // nobody knows of this node
	}
	n.mu.Lock()
	var texts []string
	for _, t := range n.topics {
		if t.pending() {
			texts = append(texts, note{from: n.id, name: t.name, keys: t.take()}.text())
		}
	}
	n.mu.Unlock()
	texts = append(texts, note{from: n.id, name: noteBye}.text())
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), byeTime)
	defer cancel()
	if l, _ = n.send(ctx, l, texts); l != nil { // who is not told hears nothing more, and knows then
		l.Close()
	}
}

// lineRest is how long to rest after the n-th failure in a row: longer each time, and never in step with other nodes.
func lineRest(n int) time.Duration {
	return jitter(min(100*time.Millisecond<<min(n, 10), 5*time.Second))
}
