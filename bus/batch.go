package bus

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/pattern"
	"github.com/casestream/casestream/store"
)

// maxBatch bounds how many concurrent PublishAlls share a transaction: each may have ten events, and the
// first waits for the last.
const maxBatch = 64

// PublishAll is PublishMany in a transaction of its own, which it may share with others that come at the
// same time. It returns when the events are on stable storage.
//
// It is for events from outside: details may be any text. One that is not a JSON object, or that makes an event
// deeper than patterns can judge, is a fault.Invalid; the others are delivered without the white space between
// their tokens.
func (b *Bus) PublishAll(ctx context.Context, list []Outgoing) ([]error, error) {
	errs := make([]error, len(list))
	own := make([]Outgoing, 0, len(list)) // the caller may be gone when the batch still works
	for i, o := range list {
		o.Event.setID()
		ev := *o.Event
		if ev.Detail, errs[i] = compactDetail(ev.Detail); errs[i] == nil {
			own = append(own, Outgoing{o.Bus, &ev, o.By})
		}
	}
	if len(own) == 0 {
		return errs, nil
	}
	published, err := b.puts.Do(ctx, own)
	if err != nil {
		return nil, err
	}
	for i := range errs {
		if errs[i] == nil {
			errs[i], published = published[0], published[1:]
		}
	}
	return errs, nil
}

// compactDetail takes the white space out of a detail, which must be a JSON object, or empty for one without
// members.
func compactDetail(text []byte) ([]byte, error) {
	if len(text) == 0 {
		return nil, nil
	}
	var b bytes.Buffer
	b.Grow(len(text))
	if err := json.Compact(&b, text); err != nil || b.Bytes()[0] != '{' {
		return nil, fault.Wrap(fault.Invalid, malformed, err)
	}
	if pattern.Depth(b.Bytes()) >= pattern.MaxDepth { // the event around it is one more
		return nil, fault.New(fault.Invalid, malformed)
	}
	return b.Bytes(), nil
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
