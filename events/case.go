package events

import "time"

// Case is a case as it was after the change; of a deleted one, as it was last.
type Case struct {
	ID         string    `json:"caseId"`
	TemplateID string    `json:"templateId"`
	CreatedAt  time.Time `json:"createdDateTime"`
	// Fields are those of the configured fields that have a value. Nil says that the event carries no data:
	// its domain's configuration names no fields, or the event would have been too long. Empty says that
	// none of the fields has a value.
	Fields Fields `json:"fields"`
}
