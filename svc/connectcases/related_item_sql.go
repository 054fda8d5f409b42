package connectcases

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/casestream/casestream/store"
)

// insertRelatedItem stores a new item of a case.
func insertRelatedItem(tx *store.Tx, c *Case, item *RelatedItem) error {
	content, err := json.Marshal(item.Content)
	if err != nil {
		return err
	}
	tags, err := json.Marshal(item.Tags)
	if err != nil {
		return err
	}
	var subject *string
	if s := item.subject(); s != "" {
		subject = &s
	}
	_, err = tx.Exec(`INSERT INTO cases_related_item
		(domain_id, case_id, related_item_id, type, subject, associated_at, performed_by, tags, content)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.DomainID, c.ID, item.ID, item.Type, subject, item.AssociatedAt.UnixMicro(), item.By.marshal(), string(tags), string(content))
	return err
}

// findItem finds the item of a case that points at a subject; empty when there is none.
func findItem(tx *store.Tx, c *Case, itemType, subject string) (itemID string, err error) {
	_, err = tx.Get(`SELECT related_item_id FROM cases_related_item WHERE domain_id = ? AND case_id = ? AND type = ? AND subject = ?`,
		[]any{c.DomainID, c.ID, itemType, subject}, &itemID)
	return itemID, err
}

// place is where a page of related items begins: behind an item, whose time and id it holds.
type place struct {
	at int64
	id string
}

// listRelatedItems reads a case's items behind a place, newest first, until keep says that it has enough.
func listRelatedItems(tx *store.Tx, domainID, caseID string, behind place, keep func(*RelatedItem) (enough bool)) error {
	return tx.Each(`SELECT related_item_id, type, associated_at, performed_by, tags, content
		FROM cases_related_item WHERE domain_id = ? AND case_id = ? AND (associated_at, related_item_id) < (?, ?)
		ORDER BY associated_at DESC, related_item_id DESC`, []any{domainID, caseID, behind.at, behind.id}, func(scan store.Scan) (err error) {
		var at int64
		var by, tags, content string
		item := new(RelatedItem)
		if err = scan(&item.ID, &item.Type, &at, &by, &tags, &content); err != nil {
			return err
		}
		item.AssociatedAt = time.UnixMicro(at).UTC()
		if item.By, err = unmarshalActor(by); err != nil {
			return fmt.Errorf("related item %s: %w", item.ID, err)
		}
		if err := json.Unmarshal([]byte(tags), &item.Tags); err != nil {
			return fmt.Errorf("tags of related item %s: %w", item.ID, err)
		}
		if err := json.Unmarshal([]byte(content), &item.Content); err != nil {
			return fmt.Errorf("content of related item %s: %w", item.ID, err)
		}
		if keep(item) {
			return store.ErrEnough
		}
		return nil
	})
}
