package queue_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// tagged gives a queue's tags.
func tagged(t *testing.T, q *queue.Queues, ref queue.Ref) map[string]string {
	t.Helper()
	got, err := q.Get(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	return got.Tags
}

func TestTagsMustMeetTheRules(t *testing.T) {
	many := func(n int) map[string]string {
		tags := map[string]string{}
		for i := range n {
			tags[fmt.Sprint("k", i)] = "v"
		}
		return tags
	}
	const keys = "Tag keys may only contain unicode letters, digits, whitespace, or one of these symbols: _ . : / = + - @"
	tests := []struct {
		name string
		tags map[string]string
		text string // of the refusal; empty: they pass
	}{
		{"as many as may be", many(50), ""},
		{"one too many", many(51), "Too many tags added for queue orders."},
		{"the longest", map[string]string{strings.Repeat("ü", 128): strings.Repeat("ü", 256)}, ""},
		{"all characters", map[string]string{"aA é9 _.:/=+-@": "aA é9 _.:/=+-@"}, ""},
		{"an empty value", map[string]string{"k": ""}, ""},
		{"an empty key", map[string]string{"": "v"}, "Tag keys must be between 1 and 128 characters in length."},
		{"a long key", map[string]string{strings.Repeat("k", 129): "v"}, "Tag keys must be between 1 and 128 characters in length."},
		{"a long value", map[string]string{"k": strings.Repeat("v", 257)}, "Tag values must be between 0 and 256 characters in length."},
		{"AWS's own key", map[string]string{"aws:k": "v"}, `Tag keys cannot start with the reserved prefix "aws:".`},
		{"in other case", map[string]string{"AWS:k": "v"}, `Tag keys cannot start with the reserved prefix "aws:".`},
		{"nearly AWS's own key", map[string]string{"aws": "aws:v", "awsome:k": "v"}, ""},
		{"a character that may not be in a key", map[string]string{"a*": "v"}, keys},
		{"a character that may not be in a value", map[string]string{"k": "a*"}, strings.Replace(keys, "keys", "values", 1)},
		{"a zero", map[string]string{"k": "a\x00"}, strings.Replace(keys, "keys", "values", 1)},
	}
	each(t, func(f *fixture) {
		for _, tt := range tests {
			_, made := f.queues.Create(f.Context(), "orders", nil, tt.tags)
			q := f.create("orders")
			set := f.queues.Tag(f.Context(), q, tt.tags)
			for _, err := range []error{made, set} {
				if tt.text == "" && err != nil {
					f.Errorf("%s: %v", tt.name, err)
				}
				if tt.text != "" && (fault.KindOf(err) != fault.Invalid || err.Error() != tt.text) {
					f.Errorf("%s: %v, want %s", tt.name, err, tt.text)
				}
			}
			if want := (tt.text == ""); want != (len(tagged(f.T, f.queues, q)) > 0) {
				f.Errorf("%s: the tags are %v", tt.name, tagged(f.T, f.queues, q))
			}
			if err := f.queues.DeleteQueue(f.Context(), q); err != nil {
				f.Fatal(err)
			}
		}
		q := f.create("orders")
		if err := f.queues.Tag(f.Context(), q, many(49)); err != nil {
			f.Fatal(err)
		}
		if err := f.queues.Tag(f.Context(), q, map[string]string{"k0": "w", "other": ""}); err != nil {
			f.Errorf("the fiftieth: %v", err)
		}
		f.wantFault(f.queues.Tag(f.Context(), q, map[string]string{"k0": "w", "another": ""}), fault.Invalid, queue.SubjectParameter)
		f.wantFault(f.queues.Tag(f.Context(), q, nil), fault.Invalid, queue.SubjectMissing)
		f.wantFault(f.queues.Untag(f.Context(), q, nil), fault.Invalid, queue.SubjectParameter)
		f.wantFault(f.queues.Tag(f.Context(), queue.Ref{Name: "none"}, map[string]string{"": ""}), fault.NotFound, queue.SubjectQueue)
	})
}

// TestEveryStepOfATagMayFail tags a queue and takes the tag away while each step fails in turn.
func TestEveryStepOfATagMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		f := &fixture{T: t}
		q := queue.Ref{Name: "orders"}
		var acked []bool
		n := 0
		storetest.EveryStep(t, d, func(t *testing.T, db *store.DB, arm func()) {
			if f.queues == nil {
				f.db, f.queues = db, open(db, nil)
				f.create(q.Name)
			}
			n++
			if err := f.queues.Tag(t.Context(), q, map[string]string{"old": fmt.Sprint(n)}); err != nil {
				t.Fatal(err)
			}
			acked = nil
			arm()
			for _, change := range []func() error{
				func() error { return f.queues.Tag(t.Context(), q, map[string]string{"new": fmt.Sprint(n)}) },
				func() error { return f.queues.Untag(t.Context(), q, []string{"old"}) },
			} {
				err := change()
				if err != nil && !errors.Is(err, storetest.ErrStep) {
					t.Fatal(err)
				}
				acked = append(acked, err == nil)
			}
		}, func(t *testing.T, _ *store.DB, failed store.Step) {
			have := tagged(t, f.queues, q)
			_, old := have["old"]
			done := []bool{have["new"] == fmt.Sprint(n), !old}
			for i := range acked {
				if acked[i] && !done[i] || !acked[i] && done[i] && failed.Kind != store.StepCommitted {
					t.Errorf("%v failed, acknowledged %v: %v", failed, acked, have)
				}
			}
			if d := cmp.Diff([]bool{true, true}, done); d != "" && failed.Kind == store.StepCommitted {
				t.Error(d)
			}
		})
	})
}
