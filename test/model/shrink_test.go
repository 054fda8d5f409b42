package model

import (
	"context"
	"slices"
	"time"
)

// shrinkFor bounds how long a shorter way to a failure is looked for.
const shrinkFor = 60 * time.Second

// shrink looks for a shorter list of calls that fails too, by leaving calls out: all that read, then halves,
// quarters and so on. replay carries calls out on servers that hold nothing, without kills. It gives nil when the
// calls do not fail without kills.
func shrink(calls []call, replay func([]call) error) (shortest []call, err error) {
	if err = replay(calls); err == nil {
		return nil, nil
	}
	deadline := time.Now().Add(shrinkFor)
	fails := func(list []call) bool {
		if e := replay(list); e != nil {
			err = e
			return true
		}
		return false
	}
	last := len(calls) - 1
	var writes []call
	for i, c := range calls {
		if i == last || operations[c.Op].probe != nil {
			writes = append(writes, c)
		}
	}
	if fails(writes) {
		calls = writes
	}
	for size := len(calls) / 2; size > 0; size /= 2 {
		for from := 0; from < len(calls)-1; {
			if time.Now().After(deadline) {
				return calls, err
			}
			without := slices.Delete(slices.Clone(calls), from, min(from+size, len(calls)-1))
			if fails(without) {
				calls = without
			} else {
				from += size
			}
		}
	}
	return calls, err
}

// replay carries calls out and looks at the events.
func (r *run) replay(ctx context.Context, calls []call) error {
	for _, c := range calls {
		if err := r.step(ctx, c, false); err != nil {
			return err
		}
	}
	return r.drain(ctx)
}
