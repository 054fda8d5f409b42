package connectcases

import (
	"fmt"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// CaseRule says what other fields' values mean for a field: AWS's documentation calls it a case field condition.
// It acts on the cases of the templates that it is attached to.
type CaseRule struct {
	Entry
	Description *string
	Rule        RuleBody
}

// RuleBody is what a case rule says; it is stored as JSON. Exactly one of the members is set.
type RuleBody struct {
	Required     *BooleanRule `json:"required,omitempty"`
	Hidden       *BooleanRule `json:"hidden,omitempty"`
	FieldOptions *OptionsRule `json:"fieldOptions,omitempty"`
}

// BooleanRule comes to true or false for a case: to what the first condition that holds says, to the default
// when none does.
type BooleanRule struct {
	Default    bool        `json:"default"`
	Conditions []Condition `json:"conditions"`
}

// Condition compares a field with a value, or joins other conditions. Exactly one of the members is set.
type Condition struct {
	EqualTo    *Comparison `json:"equalTo,omitempty"`
	NotEqualTo *Comparison `json:"notEqualTo,omitempty"`
	AndAll     []Condition `json:"andAll,omitempty"`
	OrAll      []Condition `json:"orAll,omitempty"`
}

// Comparison compares a field with a value; with none of the values, it asks whether the field has one.
type Comparison struct {
	FieldID string   `json:"field"`
	Text    *string  `json:"text,omitempty"`
	Number  *float64 `json:"number,omitempty"`
	Bool    *bool    `json:"bool,omitempty"`
	Result  bool     `json:"result"`
}

// OptionsRule narrows the options of one single-select field down to those that go with the option chosen in
// another.
type OptionsRule struct {
	ParentID string          `json:"parent"`
	ChildID  string          `json:"child"`
	Mappings []OptionMapping `json:"mappings"`
}

// OptionMapping names the options of the child that go with an option of the parent. An empty parent is the
// parent without a value.
type OptionMapping struct {
	Parent   string   `json:"parent"`
	Children []string `json:"children"`
}

// The types of case rules, with AWS's names.
const (
	ruleRequired     = "Required"
	ruleHidden       = "Hidden"
	ruleFieldOptions = "FieldOptions"
)

// Limits of the API on the conditions of a rule.
const (
	maxConditions     = 5 // that compare; those that join others are not counted
	maxConditionLevel = 2
)

// kind gives the type of the rule.
func (r *RuleBody) kind() string {
	switch {
	case r.Required != nil:
		return ruleRequired
	case r.Hidden != nil:
		return ruleHidden
	}
	return ruleFieldOptions
}

// conditions gives the conditions of the rule, none of a rule on options.
func (r *RuleBody) conditions() []Condition {
	switch {
	case r.Required != nil:
		return r.Required.Conditions
	case r.Hidden != nil:
		return r.Hidden.Conditions
	}
	return nil
}

// comparisons calls a function with each comparison of conditions and the level that it stands on, 1 at the top.
func comparisons(list []Condition, level int, visit func(c *Comparison, level int)) {
	for _, c := range list {
		switch {
		case c.EqualTo != nil:
			visit(c.EqualTo, level)
		case c.NotEqualTo != nil:
			visit(c.NotEqualTo, level)
		default:
			comparisons(c.AndAll, level+1, visit)
			comparisons(c.OrAll, level+1, visit)
		}
	}
}

// looksAt says whether the rule needs a field to come to a result.
func (r *RuleBody) looksAt(fieldID string) bool {
	if o := r.FieldOptions; o != nil {
		return o.ParentID == fieldID || o.ChildID == fieldID
	}
	found := false
	comparisons(r.conditions(), 1, func(c *Comparison, _ int) { found = found || c.FieldID == fieldID })
	return found
}

// ruleOn finds a case rule that looks at a field, or that a template applies to it; nil when there is none.
func (c *catalog) ruleOn(fieldID string) *CaseRule {
	for _, r := range c.rules {
		if !r.Deleted && r.Rule.looksAt(fieldID) {
			return r
		}
	}
	for _, t := range c.templates {
		for _, tr := range t.Rules {
			if r := c.ruleByID[tr.CaseRuleID]; !t.Deleted && tr.FieldID != nil && *tr.FieldID == fieldID && r != nil {
				return r
			}
		}
	}
	return nil
}

// checkRule demands that a rule can be evaluated.
func (c *catalog) checkRule(r *RuleBody) error {
	if r.FieldOptions != nil {
		return c.checkOptionsRule(r.FieldOptions)
	}
	if err := joined(r.conditions(), 1); err != nil {
		return err
	}
	var list []*Comparison
	comparisons(r.conditions(), 1, func(c *Comparison, _ int) { list = append(list, c) })
	if len(list) > maxConditions {
		return invalid(fmt.Sprintf("A case rule can have at most %d conditions.", maxConditions))
	}
	for _, cmp := range list {
		if err := c.checkComparison(cmp); err != nil {
			return err
		}
	}
	return nil
}

// joined demands that conditions are not nested too deeply, and that each that joins others has some to join.
func joined(list []Condition, level int) error {
	for _, c := range list {
		if c.EqualTo != nil || c.NotEqualTo != nil {
			continue
		}
		if level == maxConditionLevel {
			return invalid(fmt.Sprintf("The conditions of a case rule can be nested at most %d levels deep.", maxConditionLevel))
		}
		if len(c.AndAll)+len(c.OrAll) == 0 {
			return invalid("A condition of the case rule joins no conditions.")
		}
		if err := joined(append(c.AndAll[:len(c.AndAll):len(c.AndAll)], c.OrAll...), level+1); err != nil {
			return err
		}
	}
	return nil
}

// checkComparison demands that a field exists and can have the value that it is compared with.
func (c *catalog) checkComparison(cmp *Comparison) error {
	if err := c.liveFields([]string{cmp.FieldID}); err != nil {
		return err
	}
	f := c.fieldByID[cmp.FieldID]
	want, fits := kindOf(f.Type), true
	switch {
	case cmp.Text != nil:
		fits = want == String || want == UserARN
	case cmp.Number != nil:
		fits = want == Double
	case cmp.Bool != nil:
		fits = want == Boolean
	}
	if !fits {
		return invalid("The field " + f.ID + " of type " + f.Type + " cannot have the value that the case rule compares it with.")
	}
	return nil
}

// checkOptionsRule demands that a rule on options is about two single-select fields, and says one thing about
// each option of the parent.
func (c *catalog) checkOptionsRule(o *OptionsRule) error {
	if o.ParentID == "" || o.ChildID == "" {
		return invalid("A case rule on field options needs a parentFieldId and a childFieldId.")
	}
	if o.ParentID == o.ChildID {
		return invalid("The parent and the child of the case rule are the same field.")
	}
	for _, id := range []string{o.ParentID, o.ChildID} {
		if err := c.liveFields([]string{id}); err != nil {
			return err
		}
		if _, err := c.singleSelect(id); err != nil {
			return err
		}
	}
	seen := make(map[string]bool, len(o.Mappings))
	for _, m := range o.Mappings {
		if seen[m.Parent] {
			return invalid("The parent's option " + m.Parent + " is mapped more than once.")
		}
		seen[m.Parent] = true
	}
	return nil
}

// createCaseRule adds a case rule to a domain. It acts on nothing before a template names it.
func (s *Service) createCaseRule(tx *store.Tx, cat *catalog, r *CaseRule) error {
	if err := cat.checkRule(&r.Rule); err != nil {
		return err
	}
	if err := admit(cat.rules, "CaseRule", &r.Entry, s.quotas.CaseRulesPerDomain, tx.Now()); err != nil {
		return err
	}
	return insertCaseRule(tx, cat.domain.ID, r)
}

// ruleChange is what UpdateCaseRule changes; nil keeps.
type ruleChange struct {
	name, description *string
	rule              *RuleBody
}

// updateCaseRule changes a case rule, but not its type, which the templates that name it rely on.
func (s *Service) updateCaseRule(tx *store.Tx, cat *catalog, ruleID string, change ruleChange) error {
	old, err := cat.rule(ruleID)
	if err != nil {
		return err
	}
	if err := notDeleted("CaseRule", &old.Entry); err != nil {
		return err
	}
	r := *old
	if change.name != nil {
		r.Name = *change.name
	}
	if change.description != nil {
		r.Description = change.description
	}
	if change.rule != nil {
		if change.rule.kind() != old.Rule.kind() {
			return invalid("The case rule " + ruleID + " is of type " + old.Rule.kind() + ", which cannot be changed.")
		}
		if err := cat.checkRule(change.rule); err != nil {
			return err
		}
		r.Rule = *change.rule
	}
	if err := vacant(cat.rules, "CaseRule", &r.Entry); err != nil {
		return err
	}
	r.ModifiedAt = tx.Now()
	return updateCaseRule(tx, cat.domain.ID, &r)
}

// deleteCaseRule takes a case rule out of use, unless a template names it.
func (s *Service) deleteCaseRule(tx *store.Tx, cat *catalog, ruleID string) error {
	old, err := cat.rule(ruleID)
	if err != nil || old.Deleted {
		return err
	}
	for _, t := range cat.templates {
		for _, tr := range t.Rules {
			if !t.Deleted && tr.CaseRuleID == ruleID {
				return fault.New(fault.Conflict, "The case rule "+ruleID+" is used by the template "+t.ID+".")
			}
		}
	}
	r := *old
	r.Deleted, r.ModifiedAt = true, tx.Now()
	return updateCaseRule(tx, cat.domain.ID, &r)
}
