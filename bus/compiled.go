package bus

import (
	"log/slog"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/obs"
	"github.com/casestream/casestream/pattern"
	"github.com/casestream/casestream/schedule"
)

// ruleSet is all that a publish needs to know of a bus, as it was at a version. It never changes.
type ruleSet struct {
	bus      string
	at       version
	patterns *pattern.Set // a rule's id is its number
	rules    ruleTable
}

// compiledRule is an enabled rule with its targets.
type compiledRule struct {
	name, arn string
	schedule  *schedule.Schedule // nil: it has none, or one that cannot be read
	targets   []compiledTarget
	archive   bool // and no rule
	matched   *obs.Count
}

// compiledTarget is a target whose settings have been read.
type compiledTarget struct {
	Target
	service  string
	bus      string // the name of the bus that it is; empty: it is none of ours
	outside  bool   // of our store
	dynamic  dynamic
	input    input
	invoked  *obs.Count
	inputErr error // nil, unless only another version of the program could read the settings
}

// compile makes the set of a bus's rules.
func (b *Bus) compile(bus string, at version, loaded []loadedRule) *ruleSet {
	set := &ruleSet{bus: bus, at: at}
	patterns := make([]pattern.Rule, 0, len(loaded))
	for i := range loaded {
		if p := b.compilePattern(bus, &loaded[i]); p != nil {
			patterns = append(patterns, pattern.Rule{ID: pattern.RuleID(loaded[i].number), Pattern: p})
		}
		set.rules = set.rules.with(loaded[i].number, b.compileRule(bus, &loaded[i]))
	}
	set.patterns = pattern.Build(patterns)
	return set
}

// derive makes the set that comes of another one by changes of some rules.
func (b *Bus) derive(base *ruleSet, at version, changed []loadedRule) *ruleSet {
	set := &ruleSet{bus: base.bus, at: at, patterns: base.patterns, rules: base.rules}
	for i := range changed {
		l := &changed[i]
		var p *pattern.Pattern
		var r *compiledRule
		if !l.gone {
			p, r = b.compilePattern(base.bus, l), b.compileRule(base.bus, l)
		}
		if p != nil {
			set.patterns = set.patterns.With(pattern.Rule{ID: pattern.RuleID(l.number), Pattern: p})
		} else {
			set.patterns = set.patterns.Without(pattern.RuleID(l.number))
		}
		set.rules = set.rules.with(l.number, r)
	}
	return set
}

// compilePattern reads the pattern of a rule or an archive, nil where it cannot or there is none.
func (b *Bus) compilePattern(bus string, l *loadedRule) *pattern.Pattern {
	text := l.pattern
	if l.archive && text == "" {
		text = everyEvent
	}
	if text == "" {
		return nil
	}
	p, err := pattern.Compile(text)
	if err != nil {
		// It was accepted when it was stored: only a program that reads fewer patterns can get here.
		b.cfg.Log.Error("rule unreadable", slog.String("bus", bus), slog.String("rule", l.name), slog.Any("err", err))
		return nil
	}
	return p
}

// compileRule reads a rule's schedule and the settings of its targets.
func (b *Bus) compileRule(bus string, l *loadedRule) *compiledRule {
	if l.archive {
		return &compiledRule{name: l.name, archive: true}
	}
	r := &compiledRule{name: l.name, arn: b.RuleARN(bus, l.name), matched: b.count.matched.Of(bus, l.name)}
	if l.schedule != "" {
		var err error
		if r.schedule, err = schedule.Parse(l.schedule); err != nil { // as with a pattern
			b.cfg.Log.Error("schedule unreadable", slog.String("bus", bus), slog.String("rule", l.name), slog.Any("err", err))
		}
	}
	for _, t := range l.targets {
		c := compiledTarget{Target: t, service: serviceOf(t.ARN), bus: b.busOf(t.ARN), outside: b.isOutside(t.ARN)}
		c.invoked = b.count.invocations.Of(bus, l.name, t.ID)
		c.input, c.inputErr = readInput(&t)
		if err := c.dynamic.read(&t); c.inputErr == nil {
			c.inputErr = err
		}
		r.targets = append(r.targets, c)
	}
	return r
}

// isOutside says whether a target lies outside our store.
func (b *Bus) isOutside(text string) bool {
	a, ok := arn.Parse(text)
	return ok && b.cfg.Outside != nil && b.busOf(text) == "" && b.cfg.Outside(a)
}

// serviceOf gives the service part of an ARN, "" for what is none.
func serviceOf(text string) string {
	a, _ := arn.Parse(text)
	return a.Service
}
