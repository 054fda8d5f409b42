package bus

import (
	"math/rand/v2"

	"github.com/casestream/casestream/store"
)

// version names one state of a bus's rules: the number of the last change, and what was drawn for it. Two
// transactions may make a change of the same number, when the first of them rolls back; no two draw the same.
type version struct{ change, nonce int64 }

// ruleID is what a change says about the rule that it concerns. Its number is that of the change that made it;
// 0 stands for no rule.
type ruleID struct {
	name   string
	number int64
}

// The log keeps keptChanges changes, or up to trimEvery more: it is cut at every so many-th change, so that
// no cut is a long one. Who is further behind loads all rules.
const (
	keptChanges = 1000
	trimEvery   = 50
)

// change has do change one rule of a bus, and tells all nodes. do is given the number of the change. Drawing
// the version comes first: holding the bus's row until the commit, it keeps two changes from passing a quota
// together, and puts the log in the order of the commits.
func change(tx *store.Tx, bus string, do func(number int64) (ruleID, error)) error {
	at := version{nonce: rand.Int64()}
	var found bool
	var err error
	at.change, found, err = updateVersion(tx, bus, at.nonce)
	if err != nil {
		return err
	}
	if !found {
		return missingBus(bus)
	}
	rule, err := do(at.change)
	if err != nil {
		return err
	}
	if err := insertChange(tx, bus, at, rule); err != nil {
		return err
	}
	if at.change%trimEvery != 0 {
		return nil
	}
	return deleteChanges(tx, bus, at.change-keptChanges)
}
