package connectcases

import (
	"bytes"
	"regexp"
	"slices"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/base/id"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/wire"
)

// The types of related items that exist here, with AWS's names.
const (
	itemContact = "Contact"
	itemComment = "Comment"
)

// RelatedItem is something on a case: a comment or a contact.
type RelatedItem struct {
	ID           string
	Type         string
	AssociatedAt time.Time
	By           Actor
	Tags         map[string]string
	Content
}

// Content is what a related item holds; the member of the item's type is set. It is stored as JSON.
type Content struct {
	Comment *Comment `json:"comment,omitempty"`
	Contact *Contact `json:"contact,omitempty"`
}

// Comment is a text that somebody left on a case.
type Comment struct {
	Body        string `json:"body"`
	ContentType string `json:"contentType"`
}

// Contact is a call, chat or task of Connect's on a case.
type Contact struct {
	ARN         string    `json:"contactArn"`
	Channel     string    `json:"channel"`
	ConnectedAt time.Time `json:"connectedToSystemTime"`
}

// Contacts knows the contacts of Connect instances.
type Contacts interface {
	// Contact gives a contact by its ARN; one that does not exist is a fault.NotFound.
	Contact(tx *store.Tx, contactARN string) (Contact, error)
}

// contactForm is a contact's ARN.
var contactForm = regexp.MustCompile(`^arn:aws[-a-z]*:connect:[^:/]+:\d{12}:instance/[^/]+/contact/[^/]+$`)

// relatedItemCreated is the type of the event.
const relatedItemCreated = "RELATED_ITEM.CREATED"

// subject is what the item points at; empty when it points at nothing.
func (i *RelatedItem) subject() string {
	if i.Contact == nil {
		return ""
	}
	return i.Contact.ARN
}

// createRelatedItem puts an item on a case. A contact that is on it already is found and not put there again.
func (s *Service) createRelatedItem(tx *store.Tx, domainID, caseID string, item RelatedItem) (string, error) {
	cat, err := s.catalog(tx, domainID)
	if err != nil {
		return "", err
	}
	c, err := lockCase(tx, domainID, caseID)
	if err != nil {
		return "", err
	}
	if err := item.check(); err != nil {
		return "", err
	}
	if item.Contact != nil {
		found, err := findItem(tx, c, item.Type, item.subject())
		if found != "" || err != nil {
			return found, err
		}
	}
	if c.Items >= s.quotas.RelatedItemsPerCase {
		return "", fault.New(fault.Limit, "The case has as many related items as it may have.")
	}
	item.ID, item.AssociatedAt = id.New(), c.touch(tx.Now())
	if item.Contact != nil {
		if item.Contact, err = s.contact(tx, item.Contact.ARN, item.AssociatedAt); err != nil {
			return "", err
		}
	}
	c.Items++
	if err := insertAudit(tx, c.record(item.audit())); err != nil {
		return "", err
	}
	if err := updateCaseItems(tx, c); err != nil {
		return "", err
	}
	if err := insertRelatedItem(tx, c, &item); err != nil {
		return "", err
	}
	return item.ID, s.publish(tx, s.event(cat, s.relatedItemARN(domainID, caseID, item.ID), func(full bool) []byte {
		return item.event(relatedItemCreated, c, full && cat.events.includeContent())
	}))
}

// check demands that the item is of a type that exists here, with the content of that type.
func (i *RelatedItem) check() error {
	switch i.Type {
	case itemComment:
		if i.Comment == nil {
			return invalid("The content of a related item of type Comment must be comment.")
		}
	case itemContact:
		if i.Contact == nil {
			return invalid("The content of a related item of type Contact must be contact.")
		}
		if !contactForm.MatchString(i.Contact.ARN) {
			return invalid("The contactArn is not the ARN of a contact.")
		}
	default:
		return invalid("Related items of type " + i.Type + " are not supported by this version of Casestream.")
	}
	return nil
}

// contact gives what is known of a contact. Where nobody knows contacts, it is taken for a call that was
// connected when it was related.
func (s *Service) contact(tx *store.Tx, contactARN string, now time.Time) (*Contact, error) {
	if s.contacts == nil {
		return &Contact{ARN: contactARN, Channel: "VOICE", ConnectedAt: now}, nil
	}
	c, err := s.contacts.Contact(tx, contactARN)
	if err != nil {
		return nil, err
	}
	c.ARN = contactARN
	return &c, nil
}

// maxAuditText is how much of a text the history keeps: as much as AWS shows of it.
const maxAuditText = 4100

// audit gives the row of the history that tells of the new item.
func (i *RelatedItem) audit() audit {
	a := audit{Type: auditItemCreated, ItemType: i.Type, By: i.By, At: i.AssociatedAt}
	if i.Comment != nil {
		body := []rune(i.Comment.Body)
		a.Changes = []change{{ID: "comment.body", New: text(string(body[:min(len(body), maxAuditText)]))}}
	} else {
		a.Changes = []change{{ID: "contact.contactArn", New: text(i.Contact.ARN)}}
	}
	return a
}

// event gives the detail of an event about the item. A comment's changed attribute is commentText, although
// its content has body: so AWS's sample has it.
func (i *RelatedItem) event(eventType string, c *Case, content bool) []byte {
	changed := "comment.commentText"
	if i.Contact != nil {
		changed = "contact.contactArn"
	}
	e := wire.NewEncoder()
	defer e.Release()
	openDetail(e, eventType, c.ChangedAt, i.By, `"changedAttributes":`, []string{changed})
	e.Key(`"relatedItem":`)
	e.Open()
	e.Key(`"relatedItemType":`)
	e.String(i.Type)
	e.Key(`"relatedItemId":`)
	e.String(i.ID)
	e.Key(`"caseId":`)
	e.String(c.ID)
	e.Key(`"createdDateTime":`)
	e.Time(i.AssociatedAt, wire.ISO8601)
	if content {
		i.encodeContent(e)
	}
	e.Close()
	e.Close()
	return bytes.Clone(e.Bytes())
}

// encodeContent writes the content as events have it: a comment without its content type, as in AWS's sample.
func (c *Content) encodeContent(e *wire.Encoder) {
	if c.Comment != nil {
		e.Key(`"comment":`)
		e.Open()
		e.Key(`"body":`)
		e.String(c.Comment.Body)
		e.Close()
		return
	}
	e.Key(`"contact":`)
	e.Open()
	e.Key(`"contactArn":`)
	e.String(c.Contact.ARN)
	e.Key(`"channel":`)
	e.String(c.Contact.Channel)
	e.Key(`"connectedToSystemTime":`)
	e.Time(c.Contact.ConnectedAt, wire.ISO8601)
	e.Close()
}

// itemFilter says which related items are looked for. No filter means all; an item passes if it passes one.
type itemFilter struct {
	Type     string   // whatever has no items here matches none
	ARN      string   // of a contact; empty: any
	Channels []string // of contacts; empty: any
}

// pass says whether the item is among those that the filters look for.
func (i *RelatedItem) pass(filters []itemFilter) bool {
	if len(filters) == 0 {
		return true
	}
	return slices.ContainsFunc(filters, func(f itemFilter) bool {
		if f.Type != i.Type {
			return false
		}
		if i.Contact == nil {
			return true
		}
		return (f.ARN == "" || f.ARN == i.Contact.ARN) && (len(f.Channels) == 0 || slices.Contains(f.Channels, i.Contact.Channel))
	})
}
