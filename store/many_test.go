package store_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// The statements of many rows, on the one table that the store itself has.
var (
	probeInsert    = store.NewMany(`INSERT INTO store_probe (id, at) VALUES `, `(?, ?)`, ``)
	probeReturning = store.NewMany(`INSERT INTO store_probe (id, at) VALUES `, `(?, ?)`, ` RETURNING id`)
	probeSelect    = store.NewIn[int](`SELECT id FROM store_probe WHERE at > ? AND id IN `, ` ORDER BY id`)
	probeDelete    = store.NewIn[int](`DELETE FROM store_probe WHERE at > ? AND id IN `, ``)
)

// numbers gives n numbers from 2 on.
func numbers(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i + 2
	}
	return list
}

func TestManyAndInTakeAnyNumberOfRows(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		collect := func(list *[]int) func(scan store.Scan) error {
			*list = nil
			return func(scan store.Scan) error {
				var id int
				err := scan(&id)
				*list = append(*list, id)
				return err
			}
		}
		for _, n := range []int{0, 1, 2, 3, 63, 64, 65, 200} {
			want := numbers(n)
			var returned, selected []int
			write := func(run func(tx *store.Tx) error) {
				t.Helper()
				if err := db.Write(t.Context(), run); err != nil {
					t.Fatalf("%d rows: %v", n, err)
				}
			}
			same := func(what string, got []int) {
				t.Helper()
				if !slices.Equal(want, got) {
					t.Errorf("%s of %d rows: -want +got\n%s", what, n, cmp.Diff(want, got))
				}
			}
			args := probeInsert.Args(n)
			for _, id := range want {
				args = append(args, id, 1)
			}
			write(func(tx *store.Tx) error { return probeInsert.Exec(tx, args) })
			same("Many.Exec", ids(t, db))
			write(func(tx *store.Tx) error { return probeSelect.Each(tx, want, []any{0}, collect(&selected)) })
			same("In.Each", selected)
			write(func(tx *store.Tx) error { return probeDelete.Exec(tx, want, 1) })
			same("In.Exec whose head matches nothing", ids(t, db))
			write(func(tx *store.Tx) error { return probeDelete.Exec(tx, want, 0) })
			if left := ids(t, db); len(left) != 0 {
				t.Errorf("In.Exec left %v of %d rows", left, n)
			}
			write(func(tx *store.Tx) error { return probeReturning.Each(tx, args, collect(&returned)) })
			slices.Sort(returned) // RETURNING has no order
			same("Many.Each", returned)
			write(func(tx *store.Tx) error { return probeDelete.Exec(tx, want, 0) })
		}
	})
}

func TestAnyNumberOfRowsTakesFewTexts(t *testing.T) {
	seen := make(map[string]int)
	db := storetest.SQLite(t).Open(t, store.Options{Step: func(s store.Step) error {
		if s.Kind == store.StepStatement {
			seen[s.Query]++
		}
		return nil
	}})
	clear(seen) // of what opening the store took
	for n := range 150 {
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			args := probeInsert.Args(n)
			for _, id := range numbers(n) {
				args = append(args, id, 1)
			}
			if len(args) > cap(args) || cap(args) != 2*n {
				return fmt.Errorf("room for %d arguments, want %d", cap(args), 2*n)
			}
			if err := probeInsert.Exec(tx, args); err != nil {
				return err
			}
			return probeDelete.Exec(tx, numbers(n), 0)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(seen) != 7+7 {
		t.Errorf("%d texts, want 7 of each statement", len(seen))
	}
}

func TestManyRefusesLessThanARow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		err := db.Write(t.Context(), func(tx *store.Tx) error { return probeInsert.Exec(tx, []any{2, 1, 3}) })
		if err == nil {
			t.Error("a row and a half were stored")
		}
		if got := ids(t, db); len(got) != 0 {
			t.Errorf("rows %v", got)
		}
	})
}
