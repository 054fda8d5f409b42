package bus

import (
	"cmp"
	"slices"
	"sync"

	"github.com/casestream/casestream/store"
)

// keptSets is how many sets of a bus a node keeps: the newest, and that of each transaction under way which
// sees its own changes or not yet those of another.
const keptSets = 4

// compiledBus is what a node has compiled of one bus.
type compiledBus struct {
	making sync.Mutex // held while a set is made: who needs the same one waits for it
	kept   []*ruleSet // the one that was used last comes first; guarded by Bus.mu
}

// view is a bus as a transaction sees it.
type view struct {
	rules  *ruleSet // nil: there is no such bus
	policy string   // of the bus; empty: none
}

// current gives a bus as the transaction sees it.
//
// A set that nobody has made yet is made of one that is kept and of the changes since. A kept set may be that of
// a change that rolled back: nobody else ever sees its version, and what is made of it would fail by the log.
func (b *Bus) current(tx *store.Tx, bus string) (view, error) {
	v, policy, found, err := getState(tx, bus)
	if err != nil {
		return view{}, err
	}
	if !found {
		b.forget(bus)
		return view{}, nil
	}
	set, err := b.compiledAt(tx, bus, v)
	return view{set, policy}, err
}

// compiledAt gives the compiled rules of a bus, which are at version v in the transaction.
func (b *Bus) compiledAt(tx *store.Tx, bus string, v version) (*ruleSet, error) {
	c := b.compiledBus(bus)
	if set := b.recall(c, v); set != nil {
		return set, nil
	}
	c.making.Lock() // a statement that only reads waits for no other transaction, so nobody waits here for long
	defer c.making.Unlock()
	if set := b.recall(c, v); set != nil {
		return set, nil
	}
	set, err := b.renew(tx, b.before(c, v))
	if set == nil && err == nil {
		set, err = b.load(tx, bus)
	}
	if err != nil {
		return nil, err
	}
	b.keep(c, set)
	return set, nil
}

// forget lets go of what is compiled of a bus that is gone.
func (b *Bus) forget(bus string) {
	b.mu.RLock()
	_, is := b.compiled[bus]
	b.mu.RUnlock()
	if !is {
		return // so is the bus of a name that never was one
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.compiled, bus)
	delete(b.policies, bus)
}

// compiledBus gives what is compiled of a bus that exists.
func (b *Bus) compiledBus(bus string) *compiledBus {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.compiled[bus]
	if c == nil {
		c = new(compiledBus)
		b.compiled[bus] = c
	}
	return c
}

// recall gives the kept set of a version, nil when there is none.
func (b *Bus) recall(c *compiledBus, v version) *ruleSet {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.IndexFunc(c.kept, func(s *ruleSet) bool { return s.at == v })
	if i < 0 {
		return nil
	}
	set := c.kept[i]
	copy(c.kept[1:i+1], c.kept[:i])
	c.kept[0] = set
	return set
}

// before lists the kept sets that a version may have come from, the newest first.
func (b *Bus) before(c *compiledBus, v version) []*ruleSet {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := slices.DeleteFunc(slices.Clone(c.kept), func(s *ruleSet) bool { return s.at.change >= v.change })
	slices.SortFunc(list, func(s, t *ruleSet) int { return cmp.Compare(t.at.change, s.at.change) })
	return list
}

// keep keeps a set, and lets go of the one that nobody has used for longest.
func (b *Bus) keep(c *compiledBus, set *ruleSet) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c.kept = slices.DeleteFunc(c.kept, func(s *ruleSet) bool { return s.at == set.at })
	c.kept = slices.Insert(c.kept, 0, set)
	if len(c.kept) > keptSets {
		c.kept[keptSets] = nil
		c.kept = c.kept[:keptSets]
	}
}

// renew makes the current set of the first of some older ones that the log leads on from; nil when it does from
// none.
func (b *Bus) renew(tx *store.Tx, older []*ruleSet) (*ruleSet, error) {
	for _, base := range older {
		changed, v, ok, err := loadChanges(tx, base.bus, base.at)
		if err != nil {
			return nil, err
		}
		if ok {
			return b.derive(base, v, changed), nil
		}
	}
	return nil, nil
}

// load makes the current set of all rules.
func (b *Bus) load(tx *store.Tx, bus string) (*ruleSet, error) {
	rules, v, err := loadRules(tx, bus)
	if err != nil {
		return nil, err
	}
	return b.compile(bus, v, rules), nil
}
