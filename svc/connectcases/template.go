package connectcases

import (
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/base/id"
	"github.com/casestream/casestream/store"
)

// The states of a template.
const (
	templateActive   = "Active"
	templateInactive = "Inactive"
)

// Template is what a case is made from. Deleted templates stay: cases know them.
type Template struct {
	ID         string
	Position   int64 // in the order of lists
	Name       string
	Status     string
	Deleted    bool
	CreatedAt  time.Time
	ModifiedAt time.Time
	Tags       map[string]string
	TemplateBody
}

// TemplateBody is what nothing but the template itself looks into; it is stored as JSON.
type TemplateBody struct {
	Description *string `json:"description,omitempty"`
	// HasLayout tells a layout configuration without a default layout from none at all.
	HasLayout     bool             `json:"hasLayout,omitempty"`
	DefaultLayout *string          `json:"defaultLayout,omitempty"`
	Required      []string         `json:"required,omitempty"` // field ids
	Rules         []TemplateRule   `json:"rules,omitempty"`
	Propagation   []TagPropagation `json:"propagation,omitempty"`
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
func (s *Service) createTemplate(tx *store.Tx, domainID string, t Template) (string, error) {
	cat, err := s.lockCatalog(tx, domainID)
	if err != nil {
		return "", err
	}
	if err := cat.checkTemplate(&t); err != nil {
		return "", err
	}
	live := 0
	for _, other := range cat.templates {
		t.Position = max(t.Position, other.Position)
		if other.Deleted {
			continue
		}
		live++
		if other.Name == t.Name {
			return "", fault.New(fault.Conflict, "A template with the name "+t.Name+" exists already.")
		}
	}
	if live >= s.quotas.TemplatesPerDomain {
		return "", fault.New(fault.Limit, "The domain has as many templates as it may have.")
	}
	t.ID, t.Position = id.New(), t.Position+1
	t.CreatedAt, t.ModifiedAt = tx.Now(), tx.Now()
	if err := insertTemplate(tx, domainID, &t); err != nil {
		return "", err
	}
	return t.ID, updateVersion(tx, domainID)
}

// checkTemplate demands that what a template refers to exists. A domain has no layouts and no case rules
// yet, so that every reference to one leads nowhere.
func (c *catalog) checkTemplate(t *Template) error {
	if t.DefaultLayout != nil {
		return missing("Layout", *t.DefaultLayout)
	}
	if len(t.Rules) > 0 {
		return missing("CaseRule", t.Rules[0].CaseRuleID)
	}
	seen := make(map[string]bool, len(t.Required))
	for _, id := range t.Required {
		if seen[id] {
			return invalid("The required field " + id + " is given more than once.")
		}
		seen[id] = true
	}
	return c.liveFields(t.Required)
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

// maxTags bounds the tags of one resource.
const maxTags = 50
