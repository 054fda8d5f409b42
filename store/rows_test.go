package store_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// filled opens a database with the rows 2, 3 … n of the one table that the store itself has.
func filled(t *testing.T, d storetest.Database, n int) *store.DB {
	t.Helper()
	db := d.Open(t, store.Options{})
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		for id := 2; id <= n; id++ {
			if err := put(tx, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// probes reads the numbers of the rows from one on.
const probes = `SELECT id FROM store_probe WHERE id >= ? ORDER BY id`

func TestEachReadsRowsUntilItHasEnough(t *testing.T) {
	no := errors.New("no")
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := filled(t, d, 5)
		for name, c := range map[string]struct {
			from int
			at   int   // the row at which the reading ends
			end  error // and with what
			seen []int
			err  error
		}{
			"all":    {from: 2, seen: []int{2, 3, 4, 5}},
			"none":   {from: 6},
			"enough": {from: 2, at: 3, end: store.ErrEnough, seen: []int{2, 3}},
			"no":     {from: 2, at: 4, end: no, seen: []int{2, 3, 4}, err: no},
		} {
			var seen []int
			var err error
			outer := db.Write(t.Context(), func(tx *store.Tx) error {
				seen = nil
				err = tx.Each(probes, []any{c.from}, func(scan store.Scan) error {
					var id int
					if err := scan(&id); err != nil {
						return err
					}
					seen = append(seen, id)
					if id == c.at {
						return c.end
					}
					return nil
				})
				_, next := tx.Exec(`UPDATE store_probe SET at = 0 WHERE id = 1`) // the connection is free again
				return next
			})
			if !errors.Is(err, c.err) || outer != nil {
				t.Errorf("%s: err = %v, want %v; the transaction's = %v", name, err, c.err, outer)
			}
			if diff := cmp.Diff(c.seen, seen); diff != "" {
				t.Errorf("%s: -want +got\n%s", name, diff)
			}
		}
	})
}

func TestListAndColumnGiveWhatTheRowsHold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := filled(t, d, 4)
		for name, read := range map[string]func(tx *store.Tx, from int) ([]int64, error){
			"Column": func(tx *store.Tx, from int) ([]int64, error) { return store.Column[int64](tx, probes, from) },
			"List": func(tx *store.Tx, from int) ([]int64, error) {
				return store.List(tx, probes, []any{from}, func(scan store.Scan) (id int64, err error) {
					err = scan(&id)
					return id, err
				})
			},
		} {
			for _, c := range []struct {
				from int
				want []int64
			}{{2, []int64{2, 3, 4}}, {4, []int64{4}}, {5, nil}} {
				var got []int64
				err := db.Read(t.Context(), func(tx *store.Tx) (err error) {
					got, err = read(tx, c.from)
					return err
				})
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("%s from %d: -want +got\n%s", name, c.from, diff)
				}
			}
		}
	})
}

func TestTransactionDoesNotCommitAfterRowsThatFailed(t *testing.T) {
	ignore := func(store.Scan) error { return nil }
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := filled(t, d, 3)
		for name, read := range map[string]func(tx *store.Tx) error{
			"statement": func(tx *store.Tx) error { return tx.Each(`SELECT id FROM no_such_table`, nil, ignore) },
			"row": func(tx *store.Tx) error {
				// A function of JSON fails at the row that has none, after the rows before it.
				return tx.Each(`SELECT `+notJSON[db.Engine()]+` FROM store_probe ORDER BY id`, nil, ignore)
			},
			"scan": func(tx *store.Tx) error {
				return tx.Each(probes, []any{2}, func(scan store.Scan) error {
					_ = scan(new(int), new(int))
					return nil
				})
			},
			"column": func(tx *store.Tx) error {
				_, err := store.Column[int](tx, `SELECT id, at FROM store_probe`)
				return err
			},
		} {
			var heard error
			err := db.Write(t.Context(), func(tx *store.Tx) error {
				if err := put(tx, 10); err != nil {
					return err
				}
				heard = read(tx)
				return nil // the closure forgets it
			})
			if err == nil || heard == nil && name != "scan" {
				t.Errorf("%s: err = %v, the closure heard %v", name, err, heard)
			}
			if diff := cmp.Diff([]int{2, 3}, ids(t, db)); diff != "" {
				t.Errorf("%s: -want +got\n%s", name, diff)
			}
		}
	})
}

// notJSON fails at the third row, in each engine's words.
var notJSON = map[string]string{
	"sqlite":   `json_extract(CASE WHEN id = 3 THEN 'x' ELSE '{}' END, '$')`,
	"postgres": `CAST(CASE WHEN id = 3 THEN 'x' ELSE '{}' END AS JSON)`,
}

func TestPanicWhileRowsAreReadHarmsNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := filled(t, d, 3)
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			return tx.Each(probes, []any{2}, func(store.Scan) error { panic("a mistake") })
		})
		if err == nil {
			t.Error("the panic was not told")
		}
		if err := db.Write(t.Context(), func(tx *store.Tx) error { return put(tx, 4) }); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]int{2, 3, 4}, ids(t, db)); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	})
}

func TestReadOneRunsOneStatement(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := filled(t, d, 5)
		var id int
		read := func(tx *store.Tx) error {
			_, err := tx.Get(probes, []any{3}, &id)
			return err
		}
		if err := db.ReadOne(t.Context(), read); err != nil || id != 3 {
			t.Errorf("read %d, %v", id, err)
		}
		err := db.ReadOne(t.Context(), func(tx *store.Tx) error { return errors.Join(read(tx), read(tx)) })
		if err == nil {
			t.Error("a second statement was run")
		}
		if err := db.ReadOne(t.Context(), read); err != nil {
			t.Errorf("the next read: %v", err)
		}
	})
}
