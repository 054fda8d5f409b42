package connectcases

import (
	"github.com/casestream/casestream/store"
)

// The states of a template.
const (
	templateActive   = "Active"
	templateInactive = "Inactive"
)

// Template is what a case is made from.
type Template struct {
	Entry
	Status string
	TemplateBody
	ruleSet *ruleSet // what its rules demand of cases; nil when it has none. Made by the catalog
}

// TemplateBody is what nothing but the template itself looks into; it is stored as JSON.
type TemplateBody struct {
	Description *string          `json:"description,omitempty"`
	Layout      *TemplateLayout  `json:"layout,omitempty"`
	Required    []string         `json:"required,omitempty"` // field ids
	Rules       []TemplateRule   `json:"rules,omitempty"`
	Propagation []TagPropagation `json:"propagation,omitempty"`
}

// TemplateLayout is a template's layout configuration, which may be without a default layout.
type TemplateLayout struct {
	Default *string `json:"default,omitempty"`
}

// defaultLayout gives the id of the template's layout, empty when it has none.
func (t *Template) defaultLayout() string {
	if t.Layout == nil || t.Layout.Default == nil {
		return ""
	}
	return *t.Layout.Default
}

// TemplateRule attaches a case rule to a template.
type TemplateRule struct {
	CaseRuleID string  `json:"caseRuleId"`
	FieldID    *string `json:"fieldId,omitempty"`
}

// TagPropagation hands tags on to what is made from a template.
type TagPropagation struct {
	ResourceType string            `json:"resourceType"`
	Tags         map[string]string `json:"tags"`
}

// createTemplate adds a template to a domain.
func (s *Service) createTemplate(tx *store.Tx, cat *catalog, t *Template) error {
	if err := cat.checkTemplate(t); err != nil {
		return err
	}
	if err := admit(cat.templates, "Template", &t.Entry, s.quotas.TemplatesPerDomain, tx.Now()); err != nil {
		return err
	}
	return insertTemplate(tx, cat.domain.ID, t)
}

// templateChange is what UpdateTemplate changes; nil keeps, an empty list empties.
type templateChange struct {
	name, description, status *string
	layout                    *TemplateLayout
	required                  []string
	rules                     []TemplateRule
	propagation               []TagPropagation
}

// empty says whether nothing would change.
func (c *templateChange) empty() bool {
	return c.name == nil && c.description == nil && c.status == nil && c.layout == nil && c.required == nil && c.rules == nil && c.propagation == nil
}

// updateTemplate changes a template. Cases that were made from it are judged by it when they next change, and
// not before.
func (s *Service) updateTemplate(tx *store.Tx, cat *catalog, templateID string, change templateChange) error {
	old, err := cat.template(templateID)
	if err != nil {
		return err
	}
	if err := notDeleted("Template", &old.Entry); err != nil {
		return err
	}
	if change.empty() {
		return invalid("Nothing is given to change the template with.")
	}
	// Only what is given is checked: a field that the template demands may have been deleted since.
	if err := cat.checkTemplate(&Template{TemplateBody: TemplateBody{Layout: change.layout, Required: change.required, Rules: change.rules}}); err != nil {
		return err
	}
	t := *old
	t.apply(change)
	if err := vacant(cat.templates, "Template", &t.Entry); err != nil {
		return err
	}
	t.ModifiedAt = tx.Now()
	return updateTemplate(tx, cat.domain.ID, &t)
}

// apply puts what is given in place of what was.
func (t *Template) apply(change templateChange) {
	if change.name != nil {
		t.Name = *change.name
	}
	if change.description != nil {
		t.Description = change.description
	}
	if change.status != nil {
		t.Status = *change.status
	}
	if change.layout != nil {
		t.Layout = change.layout
	}
	if change.required != nil {
		t.Required = change.required
	}
	if change.rules != nil {
		t.Rules = change.rules
	}
	if change.propagation != nil {
		t.Propagation = change.propagation
	}
}

// deleteTemplate takes a template out of use. The cases that were made from it stay, and its rules with them.
func (s *Service) deleteTemplate(tx *store.Tx, cat *catalog, templateID string) error {
	old, err := cat.template(templateID)
	if err != nil || old.Deleted {
		return err
	}
	if err := deletable(cat.templates, "Template"); err != nil {
		return err
	}
	t := *old
	t.Deleted, t.ModifiedAt = true, tx.Now()
	return updateTemplate(tx, cat.domain.ID, &t)
}

// checkTemplate demands that what a template refers to exists and is not deleted, each thing named once.
func (c *catalog) checkTemplate(t *Template) error {
	if t.Layout != nil && t.Layout.Default != nil {
		l, err := c.layout(*t.Layout.Default)
		if err != nil {
			return err
		}
		if err := notDeleted("Layout", &l.Entry); err != nil {
			return err
		}
	}
	if err := unrepeated("Field", t.Required); err != nil {
		return err
	}
	if err := c.liveFields(t.Required); err != nil {
		return err
	}
	return c.checkTemplateRules(t.Rules)
}

// checkTemplateRules demands that the rules of a template exist, and that each knows the field that it acts on.
func (c *catalog) checkTemplateRules(rules []TemplateRule) error {
	seen := make(map[[2]string]bool, len(rules))
	for _, tr := range rules {
		rule, err := c.rule(tr.CaseRuleID)
		if err != nil {
			return err
		}
		if err := notDeleted("CaseRule", &rule.Entry); err != nil {
			return err
		}
		key := [2]string{tr.CaseRuleID}
		switch {
		case tr.FieldID != nil:
			if err := c.liveFields([]string{*tr.FieldID}); err != nil {
				return err
			}
			key[1] = *tr.FieldID
		case rule.Rule.FieldOptions == nil:
			return invalid("The case rule " + tr.CaseRuleID + " needs the fieldId of the field that it acts on.")
		}
		if seen[key] {
			return invalid("The case rule " + tr.CaseRuleID + " is given more than once for the same field.")
		}
		seen[key] = true
	}
	return nil
}

// requires says whether the template demands a value for a field.
func (t *Template) requires(fieldID string) bool {
	for _, id := range t.Required {
		if id == fieldID {
			return true
		}
	}
	return false
}

// caseTags gives the tags of a new case: those that the template hands on, then the caller's over them.
func (t *Template) caseTags(own map[string]string) (map[string]string, error) {
	tags := make(map[string]string)
	for _, p := range t.Propagation {
		for k, v := range p.Tags {
			tags[k] = v
		}
	}
	for k, v := range own {
		tags[k] = v
	}
	if len(tags) > maxTags {
		return nil, invalid("A case can have at most 50 tags, those that its template hands on included.")
	}
	return tags, nil
}
