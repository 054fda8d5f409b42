package connectcases

import (
	"slices"
	"strings"
)

// Evaluation is pure: it looks at a case as it would be after a change and at nothing else.

// ruleSet is what the rules of a template demand of its cases. It is made once a version of the configuration.
type ruleSet struct {
	required, hidden []fieldRule
	options          []optionsRule
}

// fieldRule is a rule applied to a field.
type fieldRule struct {
	fieldID string
	rule    *BooleanRule
}

// optionsRule is a rule on options, as lookups: of the parent's value, then of the child's.
type optionsRule struct {
	parentID, childID string
	allowed           map[string]map[string]bool
}

// compile makes the rule set of a template; nil when nothing is demanded. What is deleted demands nothing, and
// no caller could give a value to what the service sets.
func (c *catalog) compile(t *Template) *ruleSet {
	set := new(ruleSet)
	usable := func(fieldID string) bool { return c.liveFields([]string{fieldID}) == nil }
	for _, tr := range t.Rules {
		r := c.ruleByID[tr.CaseRuleID]
		if r == nil || r.Deleted {
			continue
		}
		if o := r.Rule.FieldOptions; o != nil {
			if usable(o.ParentID) && usable(o.ChildID) {
				set.options = append(set.options, o.compile())
			}
			continue
		}
		if tr.FieldID == nil || !usable(*tr.FieldID) {
			continue
		}
		switch {
		case r.Rule.Hidden != nil:
			set.hidden = append(set.hidden, fieldRule{*tr.FieldID, r.Rule.Hidden})
		case r.Rule.Required != nil && !setByService[*tr.FieldID]:
			set.required = append(set.required, fieldRule{*tr.FieldID, r.Rule.Required})
		}
	}
	if set.required == nil && set.hidden == nil && set.options == nil {
		return nil
	}
	return set
}

// compile makes the lookups of a rule on options.
func (o *OptionsRule) compile() optionsRule {
	allowed := make(map[string]map[string]bool, len(o.Mappings))
	for _, m := range o.Mappings {
		children := make(map[string]bool, len(m.Children))
		for _, child := range m.Children {
			children[child] = true
		}
		allowed[m.Parent] = children
	}
	return optionsRule{parentID: o.ParentID, childID: o.ChildID, allowed: allowed}
}

// holds gives what the rule comes to for a case.
func (r *BooleanRule) holds(on *Case) bool {
	for i := range r.Conditions {
		if c := &r.Conditions[i]; c.holds(on) {
			return c.result()
		}
	}
	return r.Default
}

// holds says whether the condition holds for a case.
func (c *Condition) holds(on *Case) bool {
	holds := func(c Condition) bool { return c.holds(on) }
	switch {
	case c.EqualTo != nil:
		return c.EqualTo.equal(on.value(c.EqualTo.FieldID))
	case c.NotEqualTo != nil:
		return !c.NotEqualTo.equal(on.value(c.NotEqualTo.FieldID))
	case c.AndAll != nil:
		return !slices.ContainsFunc(c.AndAll, func(c Condition) bool { return !holds(c) })
	}
	return slices.ContainsFunc(c.OrAll, holds)
}

// result gives what a rule comes to when the condition holds. One that joins others has no result of its own:
// it is that of the first of them.
func (c *Condition) result() bool {
	switch {
	case c.EqualTo != nil:
		return c.EqualTo.Result
	case c.NotEqualTo != nil:
		return c.NotEqualTo.Result
	case len(c.AndAll) > 0:
		return c.AndAll[0].result()
	}
	return len(c.OrAll) > 0 && c.OrAll[0].result()
}

// equal says whether a value is the one that is compared with. The empty text is no value, as it is for required
// fields.
func (c *Comparison) equal(v Value) bool {
	switch {
	case c.Text != nil:
		return (v.Kind == String || v.Kind == UserARN) && v.Text == *c.Text
	case c.Number != nil:
		return v.Kind == Double && v.Number == *c.Number
	case c.Bool != nil:
		return v.Kind == Boolean && v.Bool == *c.Bool
	}
	return v.blank()
}

// hides says whether the rules hide a field of a case.
func (r *ruleSet) hides(c *Case, fieldID string) bool {
	return r != nil && slices.ContainsFunc(r.hidden, func(f fieldRule) bool { return f.fieldID == fieldID && f.rule.holds(c) })
}

// missing gives the fields that a template and its rules demand of a case and that have no value, each once. A
// hidden field is not demanded.
func (t *Template) missing(cat *catalog, c *Case) (ids []string) {
	need := func(id string) {
		if f := cat.fieldByID[id]; f == nil || f.Deleted || setByService[id] || !c.value(id).blank() {
			return
		}
		if !slices.Contains(ids, id) && !t.ruleSet.hides(c, id) {
			ids = append(ids, id)
		}
	}
	for _, id := range t.Required {
		need(id)
	}
	if t.ruleSet != nil {
		for _, r := range t.ruleSet.required {
			if r.rule.holds(c) {
				need(r.fieldID)
			}
		}
	}
	return ids
}

// allows says whether the child's option goes with the parent's. A child without a value always does, and so does
// any child of a parent's value that the rule does not speak of.
func (o *optionsRule) allows(c *Case) bool {
	child := c.value(o.childID)
	children, mapped := o.allowed[c.value(o.parentID).Text]
	return child.blank() || !mapped || children[child.Text]
}

// checkRules demands of a case that is about to be what the template's rules demand. was is the case before,
// nil for a new one: what was wrong with it before a rule came may stay wrong, so that other fields can still be
// changed, but nothing may become wrong.
func (t *Template) checkRules(cat *catalog, was, now *Case) error {
	if ids := t.missing(cat, now); ids != nil {
		if was != nil {
			before := t.missing(cat, was)
			ids = slices.DeleteFunc(ids, func(id string) bool { return slices.Contains(before, id) })
		}
		if len(ids) > 0 {
			return withoutValue(ids)
		}
	}
	if t.ruleSet == nil {
		return nil
	}
	for i := range t.ruleSet.options {
		o := &t.ruleSet.options[i]
		if o.allows(now) {
			continue
		}
		parent, child := now.value(o.parentID).Text, now.value(o.childID).Text
		if was != nil && was.value(o.parentID).Text == parent && was.value(o.childID).Text == child {
			continue
		}
		return invalid("The option " + child + " of the field " + o.childID + " does not go with the value of the field " + o.parentID + ".")
	}
	return nil
}

// withoutValue says that fields that must have a value have none.
func withoutValue(ids []string) error {
	return invalid("These fields are required and have no value: " + strings.Join(ids, ", ") + ".")
}
