package connectcases

import (
	"regexp"
	"time"

	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/wire"
)

// Contact is a call, chat, task or email of Connect's on a case.
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

// itemType is Contact.
func (*Contact) itemType() string { return itemContact }

// subject is the contact's ARN.
func (c *Contact) subject() string { return c.ARN }

// attribute is the contact's ARN.
func (*Contact) attribute() string { return "contact.contactArn" }

// values has the contact's ARN.
func (c *Contact) values() []FieldValue { return []FieldValue{{"contact.contactArn", text(c.ARN)}} }

// place looks the contact up. Where nobody knows contacts, it is taken for a call that was connected when it
// was related.
func (c *Contact) place(p *placing) error {
	if !contactForm.MatchString(c.ARN) {
		return invalid("The contactArn is not the ARN of a contact.")
	}
	if p.s.contacts == nil {
		c.Channel, c.ConnectedAt = "VOICE", p.at
		return nil
	}
	known, err := p.s.contacts.Contact(p.tx, c.ARN)
	c.Channel, c.ConnectedAt = known.Channel, known.ConnectedAt
	return err
}

// encode has what a consumer would otherwise have to ask Connect for, too.
func (c *Contact) encode(e *wire.Encoder) {
	e.Key(`"contactArn":`)
	e.String(c.ARN)
	e.Key(`"channel":`)
	e.String(c.Channel)
	e.Key(`"connectedToSystemTime":`)
	e.Time(c.ConnectedAt, wire.ISO8601)
}
