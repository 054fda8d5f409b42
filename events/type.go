package events

// EventType says what happened to what.
type EventType string

// The types of events.
const (
	CaseCreated        EventType = "CASE.CREATED"
	CaseUpdated        EventType = "CASE.UPDATED"
	CaseDeleted        EventType = "CASE.DELETED"
	RelatedItemCreated EventType = "RELATED_ITEM.CREATED"
	RelatedItemUpdated EventType = "RELATED_ITEM.UPDATED"
	RelatedItemDeleted EventType = "CASE.RELATED_ITEM.DELETED"
)

// UnmarshalText reads a type. Amazon's texts spell those of related items with CASE. in front and without;
// either way is the same type here.
func (t *EventType) UnmarshalText(text []byte) error {
	switch string(text) {
	case "CASE.RELATED_ITEM.CREATED":
		*t = RelatedItemCreated
	case "CASE.RELATED_ITEM.UPDATED":
		*t = RelatedItemUpdated
	case "RELATED_ITEM.DELETED":
		*t = RelatedItemDeleted
	default:
		*t = EventType(text)
	}
	return nil
}

// IsCase says whether the type is a known one of a case's events.
func (t EventType) IsCase() bool { return t == CaseCreated || t == CaseUpdated || t == CaseDeleted }

// IsRelatedItem says whether the type is a known one of a related item's events.
func (t EventType) IsRelatedItem() bool {
	return t == RelatedItemCreated || t == RelatedItemUpdated || t == RelatedItemDeleted
}
