package bus

import (
	"context"

	"github.com/casestream/casestream/store"
)

// maxBatch bounds how many concurrent PublishAlls share a transaction: each may have ten events, and the
// first waits for the last.
const maxBatch = 64

// PublishAll is PublishMany in a transaction of its own, which it may share with others that come at the
// same time. It returns when the events are on stable storage.
func (b *Bus) PublishAll(ctx context.Context, list []Outgoing) ([]error, error) {
	own := make([]Outgoing, len(list)) // the caller may be gone when the batch still works
	for i, o := range list {
		o.Event.setID()
		ev := *o.Event
		own[i] = Outgoing{o.Bus, &ev}
	}
	return b.puts.Do(ctx, own)
}

// publishBatch publishes the events of concurrent PublishAlls.
func (b *Bus) publishBatch(tx *store.Tx, calls []*store.BatchCall[[]Outgoing, []error]) error {
	var list []Outgoing
	for _, c := range calls {
		list = append(list, c.In...)
	}
	errs, err := b.PublishMany(tx, list)
	if err != nil {
		return err
	}
	for _, c := range calls {
		c.Out, errs = errs[:len(c.In)], errs[len(c.In):]
	}
	return nil
}
