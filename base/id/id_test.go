package id_test

import (
	"regexp"
	"sync"
	"testing"

	"github.com/casestream/casestream/base/id"
)

func TestNewIsAUUIDThatGrows(t *testing.T) {
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	last := ""
	for range 10_000 {
		u := id.New()
		if !form.MatchString(u) || u <= last {
			t.Fatalf("%s after %s", u, last)
		}
		last = u
	}
}

func TestIDsOfManyGoroutinesDiffer(t *testing.T) {
	var mu sync.Mutex
	seen := make(map[string]bool)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 2_000 {
				u := id.New()
				mu.Lock()
				if seen[u] {
					t.Errorf("%s came twice", u)
				}
				seen[u] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}
