package gateway

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestBoundedContextEndsInEachWay(t *testing.T) {
	ended := func(b *bounded) (err error) {
		select {
		case <-b.Done():
			return b.Err()
		default:
			return nil
		}
	}
	for name, c := range map[string]struct {
		end  func(b *bounded, leave context.CancelFunc)
		want error
	}{
		"not yet":             {func(*bounded, context.CancelFunc) {}, nil},
		"the client leaves":   {func(_ *bounded, leave context.CancelFunc) { leave() }, context.Canceled},
		"the deadline passes": {func(*bounded, context.CancelFunc) { time.Sleep(time.Minute) }, context.DeadlineExceeded},
		"it is answered":      {func(b *bounded, _ context.CancelFunc) { b.end() }, context.Canceled},
	} {
		for _, waits := range []bool{false, true} { // for its end, before that comes
			synctest.Test(t, func(t *testing.T) {
				parent, leave := context.WithCancel(t.Context())
				defer leave()
				b := &bounded{Context: parent, deadline: time.Now().Add(time.Minute)}
				defer b.end()
				if waits {
					b.Done()
				}
				c.end(b, leave)
				synctest.Wait()
				if err := b.Err(); !errors.Is(err, c.want) {
					t.Errorf("%s, waits %v: Err is %v, want %v", name, waits, err, c.want)
				}
				if err := ended(b); (err != nil) != (c.want != nil) {
					t.Errorf("%s, waits %v: Done says %v, want %v", name, waits, err, c.want)
				}
			})
		}
	}
}
