package storetest

import (
	"errors"
	"sync"

	"github.com/casestream/casestream/store"
)

// ErrStep takes the place of a step that a test makes fail.
var ErrStep = errors.New("this step fails")

// failer makes one step fail.
type failer struct {
	mu     sync.Mutex
	left   int // how many steps until the one that fails; 0: none
	hit    bool
	failed store.Step
}

// arm makes the n-th step from now fail.
func (f *failer) arm(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left, f.hit = n, false
}

// disarm lets every step pass again, and tells which one failed.
func (f *failer) disarm() (store.Step, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left = 0
	hit := f.hit
	f.hit = false
	return f.failed, hit
}

// step is the hook of store.Options.
func (f *failer) step(s store.Step) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.left == 0 {
		return nil
	}
	if f.left--; f.left > 0 {
		return nil
	}
	f.hit, f.failed = true, s
	return ErrStep
}
