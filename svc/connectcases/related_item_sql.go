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
	if s := item.kind().subject(); s != "" {
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

// countItems counts a case's items of a type.
func countItems(tx *store.Tx, c *Case, itemType string) (n int, err error) {
	_, err = tx.Get(`SELECT COUNT(*) FROM cases_related_item WHERE domain_id = ? AND case_id = ? AND type = ?`,
		[]any{c.DomainID, c.ID, itemType}, &n)
	return n, err
}

// itemColumns are what scanRelatedItem reads.
const itemColumns = `case_id, related_item_id, type, associated_at, performed_by, tags, content`

// scanRelatedItem reads the row of an item.
func scanRelatedItem(scan store.Scan) (*RelatedItem, error) {
	var at int64
	var by, tags, content string
	item := new(RelatedItem)
	if err := scan(&item.CaseID, &item.ID, &item.Type, &at, &by, &tags, &content); err != nil {
		return nil, err
	}
	item.AssociatedAt = time.UnixMicro(at).UTC()
	var err error
	if item.By, err = unmarshalActor(by); err != nil {
		return nil, fmt.Errorf("related item %s: %w", item.ID, err)
	}
	if err := json.Unmarshal([]byte(tags), &item.Tags); err != nil {
		return nil, fmt.Errorf("tags of related item %s: %w", item.ID, err)
	}
	if err := json.Unmarshal([]byte(content), &item.Content); err != nil {
		return nil, fmt.Errorf("content of related item %s: %w", item.ID, err)
	}
	return item, nil
}

// getRelatedItem reads an item of a case.
func getRelatedItem(tx *store.Tx, c *Case, itemID string) (*RelatedItem, error) {
	list, err := store.List(tx, `SELECT `+itemColumns+` FROM cases_related_item WHERE domain_id = ? AND case_id = ? AND related_item_id = ?`,
		[]any{c.DomainID, c.ID, itemID}, scanRelatedItem)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, missing("RelatedItem", itemID)
	}
	return list[0], nil
}

// listUnmetSLAs reads those of a case's SLAs that are not met, in the order of their ids, which is that of their creation.
func listUnmetSLAs(tx *store.Tx, c *Case) (unmet []*RelatedItem, err error) {
	list, err := store.List(tx, `SELECT `+itemColumns+` FROM cases_related_item WHERE domain_id = ? AND case_id = ? AND type = ?
		ORDER BY related_item_id`, []any{c.DomainID, c.ID, itemSLA}, scanRelatedItem)
	for _, item := range list {
		if item.SLA.unmet() {
			unmet = append(unmet, item)
		}
	}
	return unmet, err
}

// updateItemContent stores what an item holds now. What it points at does not change.
func updateItemContent(tx *store.Tx, c *Case, item *RelatedItem) error {
	content, err := json.Marshal(item.Content)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE cases_related_item SET content = ? WHERE domain_id = ? AND case_id = ? AND related_item_id = ?`,
		string(content), c.DomainID, c.ID, item.ID)
	return err
}

// deleteItemRow removes an item.
func deleteItemRow(tx *store.Tx, c *Case, item *RelatedItem) error {
	_, err := tx.Exec(`DELETE FROM cases_related_item WHERE domain_id = ? AND case_id = ? AND related_item_id = ?`, c.DomainID, c.ID, item.ID)
	return err
}
