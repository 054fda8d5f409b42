package connectcases

import (
	"strings"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/base/id"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/wire"
)

// The types of related items, with AWS's names.
const (
	itemContact     = "Contact"
	itemComment     = "Comment"
	itemFile        = "File"
	itemSLA         = "Sla"
	itemConnectCase = "ConnectCase"
	itemCustom      = "Custom"
)

// RelatedItem is something on a case.
type RelatedItem struct {
	ID           string
	CaseID       string
	Type         string
	AssociatedAt time.Time
	By           Actor // who created it
	Tags         map[string]string
	Content
}

// Content is what a related item holds; the member of the item's type is set. It is stored as JSON.
type Content struct {
	Comment     *Comment     `json:"comment,omitempty"`
	Contact     *Contact     `json:"contact,omitempty"`
	File        *File        `json:"file,omitempty"`
	SLA         *SLA         `json:"sla,omitempty"`
	ConnectCase *ConnectCase `json:"connectCase,omitempty"`
	Custom      *Custom      `json:"custom,omitempty"`
}

// kind is what each kind of content knows of itself. A kind has a file of its own; what the API calls its
// members is in related_item_content_ops.go.
type kind interface {
	// itemType is the type of items that hold such content.
	itemType() string
	// subject is what the item points at, by which items are found; empty when it points at nothing.
	subject() string
	// attribute is what events call the content in changedAttributes.
	attribute() string
	// values are the parts of the content as the history names them.
	values() []FieldValue
	// place checks content that a caller gave for a case, and completes it with what the service knows.
	place(p *placing) error
	// encode writes the content as events have it.
	encode(e *wire.Encoder)
}

// placing is where and when content is put on a case.
type placing struct {
	s   *Service
	tx  *store.Tx
	cat *catalog
	c   *Case
	at  time.Time
	was Content // of an item whose content is replaced
}

// kind gives the member that is set; nil when none is.
func (c *Content) kind() kind {
	switch {
	case c.Comment != nil:
		return c.Comment
	case c.Contact != nil:
		return c.Contact
	case c.File != nil:
		return c.File
	case c.SLA != nil:
		return c.SLA
	case c.ConnectCase != nil:
		return c.ConnectCase
	case c.Custom != nil:
		return c.Custom
	}
	return nil
}

// contentKey gives the name of the content of a type: Sla has sla.
func contentKey(itemType string) string {
	first, rest := itemType[:1], itemType[1:]
	return strings.ToLower(first) + rest
}

// checkType demands that the content is that of the item's type.
func (i *RelatedItem) checkType(content kind) error {
	if content == nil || content.itemType() != i.Type {
		return invalid("The content of a related item of type " + i.Type + " must be " + contentKey(i.Type) + ".")
	}
	return nil
}

// createRelatedItem puts an item on a case. A contact that is on it already is found and not put there again.
func (s *Service) createRelatedItem(tx *store.Tx, domainID, caseID string, item RelatedItem) (string, error) {
	cat, c, err := s.holdCase(tx, domainID, caseID)
	if err != nil {
		return "", err
	}
	content := item.kind()
	if err := item.checkType(content); err != nil {
		return "", err
	}
	if item.Contact != nil {
		found, err := findItem(tx, c, item.Type, item.Contact.ARN)
		if found != "" || err != nil {
			return found, err
		}
	}
	item.ID, item.CaseID, item.AssociatedAt = id.New(), c.ID, c.touch(tx.Now())
	if err := content.place(&placing{s: s, tx: tx, cat: cat, c: c, at: item.AssociatedAt}); err != nil {
		return "", err
	}
	if err := s.checkRoom(tx, c, item.Type); err != nil {
		return "", err
	}
	w := s.changes(tx)
	history := differences(nil, content.values())
	if item.SLA != nil && item.SLA.unmet() {
		breach, err := w.start(cat, c, &item)
		if err != nil {
			return "", err
		}
		history = append(history, breach...)
	}
	c.Items++
	if err := insertRelatedItem(tx, c, &item); err != nil {
		return "", err
	}
	w.tell(cat, c, &item, itemChange{auditItemCreated, relatedItemCreated, []string{content.attribute()}, item.By, history})
	return item.ID, w.store()
}

// checkRoom demands that a case may have one more item of a type.
func (s *Service) checkRoom(tx *store.Tx, c *Case, itemType string) error {
	if c.Items >= s.quotas.RelatedItemsPerCase {
		return fault.New(fault.Limit, "The case has as many related items as it may have.")
	}
	most, limited := map[string]int{itemFile: s.quotas.FilesPerCase, itemSLA: s.quotas.SLAsPerCase}[itemType]
	if !limited {
		return nil
	}
	n, err := countItems(tx, c, itemType)
	if err == nil && n >= most {
		err = fault.New(fault.Limit, "The case has as many related items of type "+itemType+" as it may have.")
	}
	return err
}

// holdItem gives an item of a case and holds the case, for a change of the item.
func (s *Service) holdItem(tx *store.Tx, domainID, caseID, itemID string) (*catalog, *Case, *RelatedItem, error) {
	cat, c, err := s.holdCase(tx, domainID, caseID)
	if err != nil {
		return nil, nil, nil, err
	}
	item, err := getRelatedItem(tx, c, itemID)
	return cat, c, item, err
}

// updateRelatedItem replaces the content of a comment or a custom item, and gives the item as it is then.
func (s *Service) updateRelatedItem(tx *store.Tx, domainID, caseID, itemID string, content Content, by Actor) (*RelatedItem, error) {
	cat, c, item, err := s.holdItem(tx, domainID, caseID, itemID)
	if err != nil {
		return nil, err
	}
	if item.Type != itemComment && item.Type != itemCustom {
		return nil, invalid("Related items of type " + item.Type + " cannot be updated.")
	}
	now := content.kind()
	if err := item.checkType(now); err != nil {
		return nil, err
	}
	p := placing{s: s, tx: tx, cat: cat, c: c, at: c.touch(tx.Now()), was: item.Content}
	if err := now.place(&p); err != nil {
		return nil, err
	}
	history := differences(item.kind().values(), now.values())
	item.Content = content
	w := s.changes(tx)
	w.replace(c, item)
	w.tell(cat, c, item, itemChange{auditItemUpdated, relatedItemUpdated, []string{now.attribute()}, by, history})
	return item, w.store()
}

// deleteRelatedItem takes an item off a case. Files go through Connect, which holds them.
func (s *Service) deleteRelatedItem(tx *store.Tx, domainID, caseID, itemID string, by Actor) error {
	cat, c, item, err := s.holdItem(tx, domainID, caseID, itemID)
	if err != nil {
		return err
	}
	if item.Type == itemFile {
		return invalid("Related items of type File cannot be deleted here: delete the file with DeleteAttachedFile of Amazon Connect.")
	}
	c.touch(tx.Now())
	c.Items--
	if err := deleteItemRow(tx, c, item); err != nil {
		return err
	}
	content := item.kind()
	history := differences(content.values(), nil)
	w := s.changes(tx)
	if item.SLA != nil && item.SLA.unmet() {
		breach, err := w.stop(cat, c, item)
		if err != nil {
			return err
		}
		history = append(history, breach...)
	}
	w.tell(cat, c, item, itemChange{auditItemDeleted, s.relatedItemDeleted, []string{content.attribute()}, by, history})
	return w.store()
}

// eventItemType spells an item's type as events have it.
func (s *Service) eventItemType(itemType string) string {
	if !s.lowerCaseTypes {
		return itemType
	}
	return strings.ToLower(itemType)
}
