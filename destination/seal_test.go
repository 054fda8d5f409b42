package destination_test

import (
	"strconv"
	"sync"
	"testing"

	"github.com/casestream/casestream/destination"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

func TestServersWithDifferentKeysDoNotMakeTheFirstConnectionsTogether(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t, store.Options{})
		servers := [2]*fixture{over(t, db, destination.Config{Key: secretKey(t, 1)}), over(t, db, destination.Config{Key: secretKey(t, 2)})}
		if d.Engine.Name() == "postgres" {
			servers[1].db = d.Open(t, store.Options{})
		}
		for round := range 20 {
			var made [2]error
			var making sync.WaitGroup
			for i, f := range servers {
				making.Go(func() { _, made[i] = f.connect(basic("c" + strconv.Itoa(i))) })
			}
			making.Wait()
			if (made[0] == nil) == (made[1] == nil) {
				t.Fatalf("round %d: one server says %v, the other %v", round, made[0], made[1])
			}
			for i, f := range servers {
				if made[i] != nil {
					continue
				}
				f.connection("c" + strconv.Itoa(i)) // its maker can read it
				f.write(func(tx *store.Tx) error {
					_, err := f.d.DeleteConnection(tx, "c"+strconv.Itoa(i))
					return err
				})
			}
		}
	})
}
