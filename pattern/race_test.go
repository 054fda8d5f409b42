//go:build race

package pattern_test

// raceDetector says that sync.Pool forgets on purpose.
const raceDetector = true
