package connectcases

import (
	"fmt"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// Layout is which fields an agent sees of a case, and where.
type Layout struct {
	Entry
	Content LayoutContent
}

// LayoutContent is what a layout shows; it is stored as JSON. It is AWS's basic layout, the only kind there is.
type LayoutContent struct {
	TopPanel *LayoutPanel `json:"topPanel,omitempty"`
	MoreInfo *LayoutPanel `json:"moreInfo,omitempty"`
}

// LayoutPanel is one of the two parts of a layout. No list of sections is told from an empty one.
type LayoutPanel struct {
	Sections []FieldGroup `json:"sections"`
}

// FieldGroup is a section: fields in the order in which they are shown.
type FieldGroup struct {
	Name   *string  `json:"name,omitempty"`
	Fields []string `json:"fields"` // ids
}

// maxLayoutFields is AWS's quota of fields in one layout, which cannot be adjusted.
const maxLayoutFields = 100

// fieldIDs gives the ids of all fields of a layout.
func (c *LayoutContent) fieldIDs() (ids []string) {
	for _, panel := range []*LayoutPanel{c.TopPanel, c.MoreInfo} {
		if panel == nil {
			continue
		}
		for _, group := range panel.Sections {
			ids = append(ids, group.Fields...)
		}
	}
	return ids
}

// checkLayout demands that the fields of a layout exist, each once, and are not too many.
func (c *catalog) checkLayout(content *LayoutContent) error {
	ids := content.fieldIDs()
	if err := unrepeated("Field", ids); err != nil {
		return err
	}
	if err := c.liveFields(ids); err != nil {
		return err
	}
	if len(ids) > maxLayoutFields {
		return fault.New(fault.Limit, fmt.Sprintf("A layout can have at most %d fields.", maxLayoutFields))
	}
	return nil
}

// createLayout adds a layout to a domain.
func (s *Service) createLayout(tx *store.Tx, cat *catalog, l *Layout) error {
	if err := cat.checkLayout(&l.Content); err != nil {
		return err
	}
	if err := admit(cat.layouts, "Layout", &l.Entry, s.quotas.LayoutsPerDomain, tx.Now()); err != nil {
		return err
	}
	return insertLayout(tx, cat.domain.ID, l)
}

// updateLayout changes the name of a layout, its content, or both; nil keeps.
func (s *Service) updateLayout(tx *store.Tx, cat *catalog, layoutID string, name *string, content *LayoutContent) error {
	old, err := cat.layout(layoutID)
	if err != nil {
		return err
	}
	if err := notDeleted("Layout", &old.Entry); err != nil {
		return err
	}
	l := *old
	if name != nil {
		l.Name = *name
	}
	if content != nil {
		if err := cat.checkLayout(content); err != nil {
			return err
		}
		l.Content = *content
	}
	if err := vacant(cat.layouts, "Layout", &l.Entry); err != nil {
		return err
	}
	l.ModifiedAt = tx.Now()
	return updateLayout(tx, cat.domain.ID, &l)
}

// deleteLayout takes a layout out of use, unless a template uses it.
func (s *Service) deleteLayout(tx *store.Tx, cat *catalog, layoutID string) error {
	old, err := cat.layout(layoutID)
	if err != nil || old.Deleted {
		return err
	}
	for _, t := range cat.templates {
		if !t.Deleted && t.defaultLayout() == layoutID {
			return fault.New(fault.Conflict, "The layout "+layoutID+" is the default layout of the template "+t.ID+".")
		}
	}
	if err := deletable(cat.layouts, "Layout"); err != nil {
		return err
	}
	l := *old
	l.Deleted, l.ModifiedAt = true, tx.Now()
	return updateLayout(tx, cat.domain.ID, &l)
}
