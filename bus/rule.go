package bus

import (
	"cmp"
	"strings"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/pattern"
	"github.com/casestream/casestream/store"
)

// States of a rule that are looked at; every other counts as enabled.
const (
	Enabled  = "ENABLED"
	Disabled = "DISABLED"
)

// Rule is one rule of a bus.
type Rule struct {
	Bus, Name, ARN       string
	Pattern              string // as it was given; empty: none
	Schedule             string // a schedule expression, as it was given; empty: none
	State                string // empty: Enabled
	Description, RoleARN string
	Tags                 map[string]string
	Created, Modified    time.Time

	number   int64 // of the change that made it
	wildcard int   // 1: its pattern has a wildcard
}

// id is how the log of changes names the rule.
func (r *Rule) id() ruleID { return ruleID{r.Name, r.number} }

// RuleARN makes a rule's ARN, which does not name the default bus.
func (b *Bus) RuleARN(bus, rule string) string {
	if bus == Default {
		return b.cfg.ARNs.Make("events", "rule/"+rule)
	}
	return b.cfg.ARNs.Make("events", "rule/"+bus+"/"+rule)
}

// PutRule makes a rule, or gives an existing one all that r says; its targets, tags and time of creation
// stay. It has a pattern, a schedule or both. A pattern that is not one is a fault.Invalid that wraps a
// *pattern.Error. A schedule goes on as it was where neither its expression changes nor the rule was disabled.
func (b *Bus) PutRule(tx *store.Tx, r Rule) error {
	if err := checkSchedule(&r); err != nil {
		return err
	}
	if r.Pattern != "" || r.Schedule == "" {
		compiled, err := pattern.Compile(r.Pattern)
		if err != nil {
			return &fault.Error{Kind: fault.Invalid, Subject: SubjectRule, ID: r.Name, Err: err}
		}
		if compiled.HasWildcard() {
			r.wildcard = 1
		}
	}
	for name, text := range map[string]string{"Description": r.Description, "RoleArn": r.RoleARN} {
		if !storable(text) {
			return &fault.Error{Kind: fault.Invalid, Subject: SubjectRule, ID: r.Name, Msg: "Parameter " + name + " is not valid."}
		}
	}
	r.State = cmp.Or(r.State, Enabled)
	return change(tx, r.Bus, func(number int64) (ruleID, error) {
		old, err := getRule(tx, r.Bus, r.Name)
		made := 0
		switch {
		case err == nil:
			r.number = old.number
		case fault.KindOf(err) == fault.NotFound:
			r.number, made = number, 1
			if r.Tags, err = retag(nil, r.Tags, nil); err != nil {
				return ruleID{}, err
			}
		default:
			return ruleID{}, err
		}
		if err := b.useQuota(tx, r.Bus, made, r.wildcard-old.wildcard); err != nil {
			return ruleID{}, err
		}
		if err := putRule(tx, r); err != nil {
			return ruleID{}, err
		}
		return r.id(), setSchedule(tx, r, old.Schedule)
	})
}

// useQuota adds to the numbers of a bus's rules and of those with a wildcard, and refuses what is over a quota. A
// quota that was lowered since takes nothing away.
func (b *Bus) useQuota(tx *store.Tx, bus string, rules, wildcards int) error {
	if rules == 0 && wildcards == 0 {
		return nil
	}
	n, w, err := addRules(tx, bus, rules, wildcards)
	if err != nil {
		return err
	}
	if rules > 0 && n > b.cfg.Quotas.RulesPerBus || wildcards > 0 && w > b.cfg.Quotas.WildcardRulesPerBus {
		return overLimit()
	}
	return nil
}

// Rule gives the rule of a name; a missing rule, or bus, is a fault.NotFound.
func (b *Bus) Rule(tx *store.Tx, bus, name string) (Rule, error) {
	if err := exists(tx, bus); err != nil {
		return Rule{}, err
	}
	r, err := getRule(tx, bus, name)
	r.ARN = b.RuleARN(bus, name)
	return r, err
}

// Rules lists the rules of a bus whose name begins with prefix, after a name and in byte order, no more than limit.
func (b *Bus) Rules(tx *store.Tx, bus, prefix, after string, limit int) ([]Rule, error) {
	if err := exists(tx, bus); err != nil {
		return nil, err
	}
	list, err := listRules(tx, bus, prefix, after, limit)
	for i := range list {
		list[i].ARN = b.RuleARN(bus, list[i].Name)
	}
	return list, err
}

// SetRuleState enables or disables a rule. A schedule that was disabled goes on from now.
func (b *Bus) SetRuleState(tx *store.Tx, bus, name, state string) error {
	return change(tx, bus, func(int64) (ruleID, error) {
		r, found, err := updateRuleState(tx, bus, name, state)
		switch {
		case err != nil:
			return ruleID{}, err
		case !found:
			return ruleID{}, missingRule(bus, name)
		}
		return r.id(), setSchedule(tx, r, r.Schedule)
	})
}

// DeleteRule removes a rule; one that does not exist is removed already. A rule that still has targets is
// a fault.Conflict.
func (b *Bus) DeleteRule(tx *store.Tx, bus, name string) error {
	return change(tx, bus, func(int64) (ruleID, error) {
		n, err := countTargets(tx, bus, name)
		if err != nil {
			return ruleID{}, err
		}
		if n > 0 {
			return ruleID{}, &fault.Error{Kind: fault.Conflict, Subject: SubjectRule, ID: name, Msg: "Rule can't be deleted since it has targets."}
		}
		gone, found, err := deleteRule(tx, bus, name)
		if err != nil || !found {
			return ruleID{}, err
		}
		if gone.Schedule != "" {
			if err := deleteSchedule(tx, gone.number); err != nil {
				return ruleID{}, err
			}
		}
		return gone.id(), b.useQuota(tx, bus, -1, -gone.wildcard)
	})
}

// storable says whether every database takes a text: PostgreSQL has none with a NUL in it.
func storable(text string) bool { return strings.IndexByte(text, 0) < 0 }

// exists says with a fault.NotFound that there is no such bus.
func exists(tx *store.Tx, bus string) error {
	_, found, err := getVersion(tx, bus)
	if err == nil && !found {
		err = missingBus(bus)
	}
	return err
}

// missingRule says that a bus has no such rule.
func missingRule(bus, name string) error {
	return fault.Missing(SubjectRule, name, "Rule "+name+" does not exist on EventBus "+bus+".")
}
