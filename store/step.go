package store

import "fmt"

// StepKind is a kind of step at which a transaction may fail.
type StepKind int

// The steps of a transaction.
const (
	StepBegin     StepKind = iota // before the transaction opens
	StepStatement                 // before a statement of the closure
	StepCommit                    // before the commit
	StepCommitted                 // the commit is durable, and the caller does not hear of it
)

// String names the kind in a test's output.
func (k StepKind) String() string {
	return [...]string{"begin", "statement", "commit", "committed"}[k]
}

// Step is one step of a transaction, as Options.Step sees it.
type Step struct {
	Kind  StepKind
	Query string
}

// String shows the step in a test's output.
func (s Step) String() string { return fmt.Sprintf("%s %q", s.Kind, s.Query) }
