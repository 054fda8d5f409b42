package store_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/casestream/casestream/base/obs"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

func TestCommitsAreMeasuredAndReadsAreNot(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		metrics := obs.NewRegistry()
		db := d.Open(t, store.Options{Metrics: metrics})
		commits := metrics.Histogram("casestream_commit_duration_seconds", "", nil).Of()
		before := commits.Count()
		if err := db.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := db.Read(t.Context(), func(*store.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if err := db.Write(t.Context(), func(*store.Tx) error { return errors.New("no") }); err == nil {
			t.Fatal("it committed")
		}
		if n := commits.Count() - before; n != 1 {
			t.Errorf("%d commits are measured, want 1", n)
		}
		var text strings.Builder
		if err := metrics.Write(t.Context(), &text); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text.String(), "\ncasestream_commit_longest_seconds 0\n") || !strings.Contains(text.String(), `casestream_store_errors_total{class="full"} 0`) {
			t.Error(text.String())
		}
	})
}
