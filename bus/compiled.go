package bus

import (
	"log/slog"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/pattern"
	"github.com/casestream/casestream/store"
)

// ruleSet is all that a publish needs to know of a bus, as it was at a version. It never changes.
type ruleSet struct {
	bus      string
	version  int64
	patterns *pattern.Set // rule i has the id i
	rules    []compiledRule
}

// compiledRule is an enabled rule with its targets.
type compiledRule struct {
	name, arn string
	targets   []compiledTarget
}

// compiledTarget is a target whose settings have been read.
type compiledTarget struct {
	Target
	service  string
	input    input
	inputErr error // nil, unless only another version of the program could read the settings
}

// current gives the compiled rules of a bus as the transaction sees them; nil when there is no such bus.
func (b *Bus) current(tx *store.Tx, bus string) (*ruleSet, error) {
	version, found, err := getVersion(tx, bus)
	if err != nil || !found {
		return nil, err
	}
	b.mu.RLock()
	set := b.compiled[bus]
	b.mu.RUnlock()
	if set != nil && set.version == version {
		return set, nil
	}
	loaded, version, err := loadRules(tx, bus)
	if err != nil {
		return nil, err
	}
	set = b.compile(bus, version, loaded)
	// A version is never drawn twice, so a set of a change that rolls back is never taken for current.
	b.mu.Lock()
	b.compiled[bus] = set
	b.mu.Unlock()
	return set, nil
}

// loadedRule is an enabled rule as it is stored.
type loadedRule struct {
	name, pattern string
	targets       []Target
}

// compile reads the patterns and settings of a bus's rules.
func (b *Bus) compile(bus string, version int64, loaded []loadedRule) *ruleSet {
	set := &ruleSet{bus: bus, version: version}
	var patterns []pattern.Rule
	for _, l := range loaded {
		p, err := pattern.Compile(l.pattern)
		if err != nil {
			// It was accepted when it was stored: only a program that reads fewer patterns can get here.
			b.cfg.Log.Error("rule unreadable", slog.String("bus", bus), slog.String("rule", l.name), slog.Any("err", err))
			continue
		}
		patterns = append(patterns, pattern.Rule{ID: pattern.RuleID(len(set.rules)), Pattern: p})
		r := compiledRule{name: l.name, arn: b.RuleARN(bus, l.name)}
		for _, t := range l.targets {
			c := compiledTarget{Target: t, service: serviceOf(t.ARN)}
			c.input, c.inputErr = readInput(&t)
			r.targets = append(r.targets, c)
		}
		set.rules = append(set.rules, r)
	}
	set.patterns = pattern.Build(patterns)
	return set
}

// serviceOf gives the service part of an ARN, "" for what is none.
func serviceOf(text string) string {
	a, _ := arn.Parse(text)
	return a.Service
}
