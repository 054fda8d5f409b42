package events

import (
	"strings"
	"time"
)

// RelatedItem is something on a case, as it was after the change; of a deleted one, as it was last.
type RelatedItem struct {
	Type      RelatedItemType `json:"relatedItemType"`
	ID        string          `json:"relatedItemId"`
	CaseID    string          `json:"caseId"`
	CreatedAt time.Time       `json:"createdDateTime"`

	// The content: the member of the item's type is there if the domain's configuration includes content.
	Comment     *Comment     `json:"comment"`
	Contact     *Contact     `json:"contact"`
	File        *File        `json:"file"`
	Sla         *Sla         `json:"sla"`
	ConnectCase *ConnectCase `json:"connectCase"`
	Custom      *Custom      `json:"custom"`
}

// RelatedItemType is what kind of thing a related item is.
type RelatedItemType string

// The types of related items.
const (
	TypeComment     RelatedItemType = "Comment"
	TypeContact     RelatedItemType = "Contact"
	TypeFile        RelatedItemType = "File"
	TypeSla         RelatedItemType = "Sla"
	TypeConnectCase RelatedItemType = "ConnectCase"
	TypeCustom      RelatedItemType = "Custom"
)

// UnmarshalText reads a type in any case: Amazon documents Comment, and there are consumers of its events that
// look for contact. A type that this package does not know stays as it came.
func (t *RelatedItemType) UnmarshalText(text []byte) error {
	*t = fold(string(text), TypeComment, TypeContact, TypeFile, TypeSla, TypeConnectCase, TypeCustom)
	return nil
}

// fold gives the one of the known names that a text is but for upper and lower case, or the text.
func fold[T ~string](text string, known ...T) T {
	for _, name := range known {
		if strings.EqualFold(text, string(name)) {
			return name
		}
	}
	return T(text)
}

// Comment is a text that somebody left on a case.
type Comment struct {
	Body string `json:"body"`
}

// Contact is a call, chat, task or e-mail on a case.
type Contact struct {
	ARN                   string    `json:"contactArn"`
	Channel               string    `json:"channel"`
	ConnectedToSystemTime time.Time `json:"connectedToSystemTime"`
}

// File is an attachment of a case.
type File struct {
	ARN string `json:"fileArn"`
}

// ConnectCase is another case that a case points at.
type ConnectCase struct {
	CaseID string `json:"caseId"`
}

// Custom is a set of values of the customer's own fields.
type Custom struct {
	Fields Fields `json:"fields"`
}

// Sla is a promise about a case: that a field will have a value by a time.
type Sla struct {
	Configuration SlaConfiguration `json:"slaConfiguration"`
}

// SlaConfiguration is what was promised, and how it stands.
type SlaConfiguration struct {
	Name   string    `json:"name"`
	Type   string    `json:"type"`
	Status SlaStatus `json:"status"`
	// FieldID is the field that must come to one of TargetFieldValues.
	FieldID           string    `json:"fieldId"`
	TargetFieldValues []Value   `json:"targetFieldValues"`
	TargetTime        time.Time `json:"targetTime"`
	// CompletionTime is when the field came to its value; zero while it has not.
	CompletionTime time.Time `json:"completionTime"`
}

// SlaStatus is how an SLA stands.
type SlaStatus string

// The statuses of SLAs: an Active one becomes Met in time, or Overdue at its target time and NotMet when the
// field comes to its value after that.
const (
	SlaActive  SlaStatus = "Active"
	SlaOverdue SlaStatus = "Overdue"
	SlaMet     SlaStatus = "Met"
	SlaNotMet  SlaStatus = "NotMet"
)

// UnmarshalText reads a status in any case, as types are read.
func (s *SlaStatus) UnmarshalText(text []byte) error {
	*s = fold(string(text), SlaActive, SlaOverdue, SlaMet, SlaNotMet)
	return nil
}
