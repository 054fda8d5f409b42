package store_test

import (
	"errors"
	"testing"

	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

func TestHorizonSeesWhatWasCommittedBeforeItAndNothingElse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		write := func(fail error) (number int64) {
			err := db.Write(t.Context(), func(tx *store.Tx) (err error) {
				if number, err = tx.Number(); err != nil {
					return err
				}
				if _, err = tx.Exec(`UPDATE store_probe SET at = ? WHERE id = 1`, number); err != nil {
					return err
				}
				return fail
			})
			if !errors.Is(err, fail) {
				t.Fatal(err)
			}
			return number
		}
		horizon := func() (h store.Horizon) {
			err := db.Read(t.Context(), func(tx *store.Tx) (err error) {
				h, err = tx.Horizon()
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			parsed, err := store.ParseHorizon(h.String())
			if err != nil || parsed.String() != h.String() {
				t.Fatalf("%s read back: %s, %v", h, parsed, err)
			}
			return parsed
		}
		first := write(nil)
		between := horizon()
		second := write(nil)
		after := horizon()
		if !between.Sees(first) || between.Sees(second) || !after.Sees(first) || !after.Sees(second) {
			t.Errorf("numbers %d and %d, horizons %s and %s", first, second, between, after)
		}
		if write(errors.New("no")); !horizon().Sees(second) {
			t.Error("a transaction that failed has moved the horizon back")
		}
	})
}

func TestHorizonDoesNotSeeWhatIsStillOpen(t *testing.T) {
	h, err := store.ParseHorizon("10:15:12,14")
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int64]bool{9: true, 10: true, 11: true, 12: false, 13: true, 14: false, 15: false, 16: false} {
		if h.Sees(n) != want {
			t.Errorf("%s sees %d: %v", h, n, !want)
		}
	}
	for _, bad := range []string{"", "1:2", "a:2:", "1:b:", "1:2:c", "1:2:3:4"} {
		if _, err := store.ParseHorizon(bad); err == nil {
			t.Errorf("%q is taken for a horizon", bad)
		}
	}
}
