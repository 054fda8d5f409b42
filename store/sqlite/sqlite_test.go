package sqlite_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/sqlite"
)

// open opens a store on a file; the caller closes it.
func open(t *testing.T, path string, opts store.Options) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), sqlite.Engine{}, path, opts)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// fill inserts rows first to last into the store's own table, in one transaction.
func fill(t *testing.T, db *store.DB, first, last int) error {
	t.Helper()
	return db.Write(t.Context(), func(tx *store.Tx) error {
		for n := first; n <= last; n++ {
			if _, err := tx.Exec(`INSERT INTO store_probe (id, at) VALUES (?, ?)`, n, n); err != nil {
				return err
			}
		}
		return nil
	})
}

// sum reads every row.
func sum(t *testing.T, db *store.DB) (rows int, err error) {
	t.Helper()
	err = db.Read(t.Context(), func(tx *store.Tx) error {
		var total int64
		_, err := tx.Get(`SELECT COUNT(*), SUM(at) FROM store_probe WHERE id > ?`, []any{1}, &rows, &total)
		return err
	})
	return rows, err
}

func TestFullDiskRefusesAndRecovers(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.db"), store.Options{})
	defer db.Close()
	limit := func(pages int) {
		if err := db.Write(t.Context(), func(tx *store.Tx) error {
			var now int
			_, err := tx.Get(`PRAGMA max_page_count = `+strings.Repeat("9", pages), nil, &now)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := fill(t, db, 2, 100); err != nil {
		t.Fatal(err)
	}
	limit(2) // 99 pages
	err := fill(t, db, 101, 100_000)
	if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "disk is full") {
		t.Errorf("err = %v, want one that says that the disk is full", err)
	}
	if rows, err := sum(t, db); rows != 99 || err != nil {
		t.Errorf("%d rows and %v on a full disk, want the 99 that were acknowledged", rows, err)
	}
	limit(9)
	if err := fill(t, db, 101, 200); err != nil {
		t.Errorf("still refused with space: %v", err)
	}
	if rows, err := sum(t, db); rows != 199 || err != nil {
		t.Errorf("%d rows, %v", rows, err)
	}
}

func TestBrokenStoreStopsForGood(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	db := open(t, path, store.Options{})
	if err := fill(t, db, 2, 20_000); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	// The table's pages lie at the end of the file: destroy the last quarter.
	if _, err := file.WriteAt(bytes.Repeat([]byte{0xa5}, int(info.Size()/4)), info.Size()*3/4); err != nil {
		t.Fatal(err)
	}
	file.Close()

	told := make(chan error, 1)
	db = open(t, path, store.Options{OnBroken: func(err error) { told <- err }})
	defer db.Close()
	if rows, err := sum(t, db); err == nil {
		t.Fatalf("a destroyed file gave %d rows and no error", rows)
	} else if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("err = %v", err)
	}
	<-told
	if err := fill(t, db, 30_000, 30_001); fault.KindOf(err) != fault.Unavailable || db.Err() == nil {
		t.Errorf("a broken store answered a write with %v", err)
	}
}

func TestPathsWithOddCharactersOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a folder?with#odd %41 names", "x.db")
	db := open(t, path, store.Options{})
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

// TestReaderThatStaysDoesNotStopWriters: the log cannot start over while somebody reads, a backup say, and
// writers must not wait for that.
func TestReaderThatStaysDoesNotStopWriters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	db, err := store.Open(t.Context(), sqlite.WithLargeLog(5<<20), path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	inside, leave := make(chan struct{}), make(chan struct{})
	var background sync.WaitGroup
	background.Go(func() {
		if err := db.Read(t.Context(), func(tx *store.Tx) error {
			var n int
			if _, err := tx.Get(`SELECT COUNT(*) FROM store_probe`, nil, &n); err != nil {
				return err
			}
			close(inside)
			<-leave
			return nil
		}); err != nil {
			t.Error(err)
		}
	})
	<-inside
	if err := db.Write(t.Context(), func(tx *store.Tx) error {
		if _, err := tx.Exec(`CREATE TABLE large (bytes BLOB)`); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO large (bytes) VALUES (zeroblob(?))`, 6<<20)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	// Between two writes the checkpoint has time to take the file's lock.
	var longest time.Duration
	pause := time.NewTicker(10 * time.Millisecond)
	defer pause.Stop()
	start := time.Now()
	for n := 2; time.Since(start) < 2*time.Second; n++ {
		<-pause.C
		began := time.Now()
		if err := fill(t, db, n, n); err != nil {
			t.Fatal(err)
		}
		longest = max(longest, time.Since(began))
	}
	if info, err := os.Stat(path + "-wal"); err != nil || info.Size() < 5<<20 {
		t.Errorf("the log never became large: %v, %v", info.Size(), err)
	}
	if longest > 5*time.Second {
		t.Errorf("a write waited for the reader for %v", longest)
	}
	close(leave)
	background.Wait()
}
